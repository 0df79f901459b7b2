//! What a model is judged by.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is learnt: one of several classes, or a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Which of two or more classes a row is of.
    #[default]
    Classification,
    /// A number a row.
    Regression,
}

impl Task {
    pub const ALL: [Task; 2] = [Task::Classification, Task::Regression];

    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Task::Classification => "classification",
            Task::Regression => "regression",
        }
    }

    /// The metrics it is judged by: first the one that says most of the loss.
    pub fn metrics(self) -> &'static [Metric] {
        match self {
            Task::Classification => &[Metric::LogLoss, Metric::Accuracy],
            Task::Regression => &[Metric::Rmse, Metric::Mae, Metric::R2],
        }
    }

    /// What trials are ranked by where the author leaves it open.
    pub fn usual_metric(self) -> Metric {
        match self {
            Task::Classification => Metric::Accuracy,
            Task::Regression => Metric::Rmse,
        }
    }
}

/// A figure that trials are ranked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// The share of rows whose most probable class is the true one, 0 to 1.
    Accuracy,
    /// The mean of −ln p(true class), in nats; the loss that networks are trained by.
    LogLoss,
    /// The root of the mean squared error, in the target's unit.
    Rmse,
    /// The mean absolute error, in the target's unit.
    Mae,
    /// 1 − squared error / spread of the targets about their mean, at most 1.
    R2,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Maximize,
    Minimize,
}

impl Metric {
    pub const ALL: [Metric; 5] = [Metric::Accuracy, Metric::LogLoss, Metric::Rmse, Metric::Mae, Metric::R2];

    /// The name used in specs and as a column.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Accuracy => "accuracy",
            Metric::LogLoss => "log_loss",
            Metric::Rmse => "rmse",
            Metric::Mae => "mae",
            Metric::R2 => "r2",
        }
    }

    pub fn direction(self) -> Direction {
        match self {
            Metric::Accuracy | Metric::R2 => Direction::Maximize,
            Metric::LogLoss | Metric::Rmse | Metric::Mae => Direction::Minimize,
        }
    }

    /// The task that it judges.
    pub fn task(self) -> Task {
        match self {
            Metric::Accuracy | Metric::LogLoss => Task::Classification,
            Metric::Rmse | Metric::Mae | Metric::R2 => Task::Regression,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

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

    /// Means over the rows, of which there must be one.
    pub fn evaluation(&self) -> Evaluation {
        match *self {
            Tally::Classes { rows, correct, loss } => {
                let rows = f64::from(rows);
                Evaluation::Classes { log_loss: loss / rows, accuracy: f64::from(correct) / rows }
            }
            Tally::Numbers { rows, squared, absolute, spread } => {
                let rows = f64::from(rows);
                let r2 = match (spread > 0.0, squared > 0.0) {
                    (true, _) => 1.0 - squared / spread,
                    // Equal targets leave nothing to explain; scikit-learn's convention.
                    (false, true) => 0.0,
                    (false, false) => 1.0,
                };
                Evaluation::Numbers { rmse: (squared / rows).sqrt(), mae: absolute / rows, r2 }
            }
        }
    }
}

/// How a network did on rows that it wasn't trained on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    pub tally: Tally,
}

impl Scored {
    /// Each of the task's metrics over the rows, of which there must be one.
    pub fn evaluation(&self) -> Evaluation {
        self.tally.evaluation()
    }
}

/// How a network did on a set of rows: each of its task's metrics.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Evaluation {
    Classes {
        /// Mean of −ln p(true class) over the rows, in nats.
        log_loss: f64,
        /// Share of the rows classified right, 0 to 1.
        accuracy: f64,
    },
    Numbers {
        /// Root of the mean squared error, in the target's unit.
        rmse: f64,
        /// Mean absolute error, in the target's unit.
        mae: f64,
        /// Share of the targets' spread that is explained, at most 1.
        r2: f64,
    },
}

impl Evaluation {
    /// # Panics
    /// If `metric` is of another task.
    pub fn get(&self, metric: Metric) -> f64 {
        match (*self, metric) {
            (Evaluation::Classes { accuracy, .. }, Metric::Accuracy) => accuracy,
            (Evaluation::Classes { log_loss, .. }, Metric::LogLoss) => log_loss,
            (Evaluation::Numbers { rmse, .. }, Metric::Rmse) => rmse,
            (Evaluation::Numbers { mae, .. }, Metric::Mae) => mae,
            (Evaluation::Numbers { r2, .. }, Metric::R2) => r2,
            (Evaluation::Classes { .. }, Metric::Rmse | Metric::Mae | Metric::R2)
            | (Evaluation::Numbers { .. }, Metric::Accuracy | Metric::LogLoss) => {
                panic!("a checked study asks for metrics of its task")
            }
        }
    }

    /// Which metrics it has.
    pub fn task(&self) -> Task {
        match self {
            Evaluation::Classes { .. } => Task::Classification,
            Evaluation::Numbers { .. } => Task::Regression,
        }
    }
}

/// A finite figure, so that scores have a total order and NaN can never be ranked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score(f64);

impl Score {
    /// `None` where `value` is NaN or infinite.
    pub fn new(value: f64) -> Option<Score> {
        // Adding 0.0 turns −0 into +0, so that equal scores print alike.
        value.is_finite().then_some(Score(value + 0.0))
    }

    pub fn get(self) -> f64 {
        self.0
    }

    /// Orders the better score first.
    pub fn better_first(self, other: Score, direction: Direction) -> std::cmp::Ordering {
        match direction {
            Direction::Maximize => other.0.total_cmp(&self.0),
            Direction::Minimize => self.0.total_cmp(&other.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Ordering;

    #[test]
    fn only_finite_scores_exist_and_the_better_comes_first() {
        assert_eq!(Score::new(f64::NAN), None);
        assert_eq!(Score::new(f64::NEG_INFINITY), None);
        let [low, high] = [0.25, 0.75].map(|v| Score::new(v).unwrap());
        assert_eq!(high.better_first(low, Metric::Accuracy.direction()), Ordering::Less);
        assert_eq!(high.better_first(low, Metric::LogLoss.direction()), Ordering::Greater);
        assert_eq!(Score::new(-0.0), Score::new(0.0));
    }

    /// scikit-learn 1.9: `root_mean_squared_error`, `mean_absolute_error` and `r2_score` of the targets
    /// 3, −0.5, 2, 7 and the predictions 2.5, 0, 2, 8.
    #[test]
    fn numbers_are_judged_as_by_scikit_learn() {
        let tally = Tally::Numbers { rows: 4, squared: 1.5, absolute: 2.0, spread: 29.1875 };
        let evaluation = tally.evaluation();
        for (metric, expected) in
            [(Metric::Rmse, 0.612_372_435_695_794_5), (Metric::Mae, 0.5), (Metric::R2, 0.948_608_137_044_967_9)]
        {
            assert!((evaluation.get(metric) - expected).abs() < 1e-15, "{metric}: {evaluation:?}");
        }
        let constant =
            |squared| Tally::Numbers { rows: 1, squared, absolute: 0.0, spread: 0.0 }.evaluation().get(Metric::R2);
        assert_eq!([constant(0.0), constant(1.0)], [1.0, 0.0]);
    }
}
