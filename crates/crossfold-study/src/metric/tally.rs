//! What is counted on a set of rows.

use crossfold_network::Task;

use super::Evaluation;

/// What is counted on a set of rows: sums, from which every mean is made in one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tally {
    /// Of rows of classes.
    Classes {
        rows: u32,
        /// Rows whose most probable class is the true one.
        correct: u32,
        /// −ln p(true class), summed, in nats.
        loss: f64,
    },
    /// Of rows of numbers, in the target's unit.
    Numbers {
        rows: u32,
        /// (prediction − target)², summed.
        squared: f64,
        /// |prediction − target|, summed.
        absolute: f64,
        /// (target − mean of these rows' targets)², summed: what predicting their mean would come to.
        spread: f64,
    },
}

impl Tally {
    /// Of no rows.
    pub fn none(task: Task) -> Tally {
        match task {
            Task::Classification => Tally::Classes { rows: 0, correct: 0, loss: 0.0 },
            Task::Regression => Tally::Numbers { rows: 0, squared: 0.0, absolute: 0.0, spread: 0.0 },
        }
    }

    /// Adds what was counted on other rows; the spread, which isn't the sum of its parts, stays.
    ///
    /// # Panics
    /// If they are of different tasks.
    pub fn add(&mut self, other: Tally) {
        match (self, other) {
            (Tally::Classes { rows, correct, loss }, Tally::Classes { rows: r, correct: c, loss: l }) => {
                *rows += r;
                *correct += c;
                *loss += l;
            }
            (
                Tally::Numbers { rows, squared, absolute, spread: _ },
                Tally::Numbers { rows: r, squared: s, absolute: a, spread: _ },
            ) => {
                *rows += r;
                *squared += s;
                *absolute += a;
            }
            (Tally::Classes { .. }, Tally::Numbers { .. }) | (Tally::Numbers { .. }, Tally::Classes { .. }) => {
                panic!("classes and numbers are counted apart")
            }
        }
    }

    /// What its rows are of.
    pub fn task(&self) -> Task {
        match self {
            Tally::Classes { .. } => Task::Classification,
            Tally::Numbers { .. } => Task::Regression,
        }
    }

    pub fn rows(&self) -> u32 {
        match *self {
            Tally::Classes { rows, .. } | Tally::Numbers { rows, .. } => rows,
        }
    }

    /// What networks are trained by, summed.
    pub fn loss(&self) -> f64 {
        match *self {
            Tally::Classes { loss, .. } => loss,
            Tally::Numbers { squared, .. } => squared,
        }
    }

    pub fn is_finite(&self) -> bool {
        self.loss().is_finite()
    }

    /// Means over the rows, of which there must be one: the metrics of [`Metric::tallied_for`](super::Metric::tallied_for).
    pub fn evaluation(&self) -> Evaluation {
        match *self {
            Tally::Classes { rows, correct, loss } => {
                let rows = f64::from(rows);
                Evaluation::Classes { log_loss: loss / rows, accuracy: f64::from(correct) / rows, scores: None }
            }
            Tally::Numbers { rows, squared, absolute, spread } => {
                let r2 = match (spread > 0.0, squared > 0.0) {
                    (true, _) => 1.0 - squared / spread,
                    // Equal targets leave nothing to explain; scikit-learn's convention.
                    (false, true) => 0.0,
                    (false, false) => 1.0,
                };
                let mean = |sum: f64| sum / f64::from(rows);
                Evaluation::Numbers { rmse: mean(squared).sqrt(), mae: mean(absolute), r2: (rows > 1).then_some(r2) }
            }
        }
    }
}
