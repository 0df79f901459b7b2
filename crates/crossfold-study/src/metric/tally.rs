//! Sums over a set of rows.

use crossfold_network::Task;

use super::class_rows::most_probable;
use crate::Truth;

/// Sums that are counted while rows are predicted batch by batch. Metrics divide them by the number of rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tally {
    /// Of a classification.
    Classes {
        rows: u32,
        /// Rows whose most probable class is the true one.
        correct: u32,
        /// −ln p(true class), summed, in nats.
        loss: f64,
    },
    /// Of a regression, in the target's unit.
    Numbers {
        rows: u32,
        /// (prediction − target)², summed.
        squared: f64,
        /// |prediction − target|, summed.
        absolute: f64,
        /// (target − mean of these rows' targets)², summed: the squared error of predicting their mean.
        spread: f64,
    },
}

impl Tally {
    /// A tally without rows.
    pub fn empty(task: Task) -> Tally {
        match task {
            Task::Classification => Tally::Classes { rows: 0, correct: 0, loss: 0.0 },
            Task::Regression => Tally::Numbers { rows: 0, squared: 0.0, absolute: 0.0, spread: 0.0 },
        }
    }

    /// The tally of predictions: probabilities, rows × classes, or one number per row in the target's unit. A probability of 0
    /// counts as the least number above it, so that no loss is infinite.
    ///
    /// # Panics
    /// If there are no rows.
    pub fn of_predictions(truth: &Truth, predictions: &[f32]) -> Tally {
        match truth {
            Truth::Labels(labels) => {
                let (mut correct, mut loss) = (0, 0.0);
                for (&label, row) in labels.iter().zip(predictions.chunks_exact(predictions.len() / labels.len())) {
                    correct += u32::from(most_probable(row) == label as usize);
                    // Not `max`, which would hide a NaN.
                    let probability = row[label as usize];
                    let probability = if probability < f32::MIN_POSITIVE { f32::MIN_POSITIVE } else { probability };
                    loss -= libm::log(f64::from(probability));
                }
                Tally::Classes { rows: labels.len() as u32, correct, loss }
            }
            Truth::Numbers(targets) => {
                let mean = targets.iter().sum::<f64>() / targets.len() as f64;
                let errors = || targets.iter().zip(predictions).map(|(target, &number)| f64::from(number) - target);
                Tally::Numbers {
                    rows: targets.len() as u32,
                    squared: errors().map(|error| error * error).sum(),
                    absolute: errors().map(f64::abs).sum(),
                    spread: targets.iter().map(|target| (target - mean) * (target - mean)).sum(),
                }
            }
        }
    }

    /// Adds the sums of other rows. The spread isn't changed, because it isn't a sum of the parts' spreads.
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

    pub fn task(&self) -> Task {
        match self {
            Tally::Classes { .. } => Task::Classification,
            Tally::Numbers { .. } => Task::Regression,
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> u32 {
        match *self {
            Tally::Classes { rows, .. } | Tally::Numbers { rows, .. } => rows,
        }
    }

    /// The sum of the log loss, or of the squared errors of a regression.
    pub fn loss(&self) -> f64 {
        match *self {
            Tally::Classes { loss, .. } => loss,
            Tally::Numbers { squared, .. } => squared,
        }
    }

    /// The bits of all numbers, for exact comparison.
    pub(crate) fn bits(&self) -> (Task, [u64; 4]) {
        let numbers = match *self {
            Tally::Classes { rows, correct, loss } => [rows.into(), correct.into(), loss.to_bits(), 0],
            Tally::Numbers { rows, squared, absolute, spread } => {
                [rows.into(), squared.to_bits(), absolute.to_bits(), spread.to_bits()]
            }
        };
        (self.task(), numbers)
    }

    /// Whether all sums are finite.
    pub fn is_finite(&self) -> bool {
        self.loss().is_finite()
    }
}
