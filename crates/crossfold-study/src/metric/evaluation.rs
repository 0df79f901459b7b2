//! How a network did on a set of rows.

use crossfold_network::Task;
use serde::Serialize;

use super::{ClassScorer, ClassScores, Metric, Tally};

/// How a network did on rows that it wasn't trained on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    pub tally: Tally,
    /// What a tally of classes doesn't say; `None` of numbers, and of fits stored before there were such scores.
    pub classes: Option<ClassScores>,
}

impl Scored {
    /// Of rows of classes, with their probabilities, rows × `classes`.
    pub fn of_classes<P>(
        tally: Tally,
        labels: &[u32],
        probabilities: &[P],
        classes: usize,
        scorer: &mut ClassScorer,
    ) -> Scored
    where
        P: Copy + PartialOrd + Into<f64>,
    {
        Scored { tally, classes: Some(scorer.score(labels, probabilities, classes)) }
    }

    /// Of rows of numbers.
    pub fn of_numbers(tally: Tally) -> Scored {
        Scored { tally, classes: None }
    }

    /// Each of the task's metrics over the rows, of which there must be one.
    pub fn evaluation(&self) -> Evaluation {
        match self.tally.evaluation() {
            Evaluation::Classes { log_loss, accuracy, scores: _ } => {
                Evaluation::Classes { log_loss, accuracy, scores: self.classes }
            }
            numbers @ Evaluation::Numbers { .. } => numbers,
        }
    }
}

/// How a network did on a set of rows, in its task's metrics.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Evaluation {
    Classes {
        /// Mean of −ln p(true class) over the rows, in nats.
        log_loss: f64,
        /// Share of the rows classified right, 0 to 1.
        accuracy: f64,
        /// `None` where they aren't known, as of training rows; left out of JSON, then.
        #[serde(flatten)]
        scores: Option<ClassScores>,
    },
    Numbers {
        /// Root of the mean squared error, in the target's unit.
        rmse: f64,
        /// Mean absolute error, in the target's unit.
        mae: f64,
        /// Share of the targets' spread that is explained, at most 1; `None`, undefined, of a single row.
        r2: Option<f64>,
    },
}

impl Evaluation {
    /// `None` where the rows have no such figure: it isn't known of them, or is undefined.
    ///
    /// # Panics
    /// If `metric` is of another task.
    pub fn get(&self, metric: Metric) -> Option<f64> {
        match *self {
            Evaluation::Classes { log_loss, accuracy, scores } => match metric {
                Metric::LogLoss => Some(log_loss),
                Metric::Accuracy => Some(accuracy),
                Metric::BalancedAccuracy => Some(scores?.balanced_accuracy),
                Metric::F1 => Some(scores?.f1),
                Metric::RocAuc => scores?.roc_auc,
                Metric::AveragePrecision => Some(scores?.average_precision),
                Metric::Brier => Some(scores?.brier),
                Metric::CalibrationError => Some(scores?.calibration_error),
                Metric::Rmse | Metric::Mae | Metric::R2 => panic!("a checked study asks for metrics of its task"),
            },
            Evaluation::Numbers { rmse, mae, r2 } => match metric {
                Metric::Rmse => Some(rmse),
                Metric::Mae => Some(mae),
                Metric::R2 => r2,
                Metric::LogLoss
                | Metric::Accuracy
                | Metric::BalancedAccuracy
                | Metric::F1
                | Metric::RocAuc
                | Metric::AveragePrecision
                | Metric::Brier
                | Metric::CalibrationError => panic!("a checked study asks for metrics of its task"),
            },
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What isn't known is left out, what is undefined is null.
    #[test]
    fn json_has_no_number_where_there_is_none() {
        let tally = Tally::Classes { rows: 2, correct: 1, loss: 1.0 };
        assert_eq!(serde_json::to_string(&tally.evaluation()).unwrap(), r#"{"log_loss":0.5,"accuracy":0.5}"#);
        let scored = Scored::of_classes(tally, &[0, 0], &[0.75, 0.25, 0.25, 0.75], 2, &mut ClassScorer::default());
        assert_eq!(
            serde_json::to_string(&scored.evaluation()).unwrap(),
            r#"{"log_loss":0.5,"accuracy":0.5,"balanced_accuracy":0.5,"f1":0.3333333333333333,"roc_auc":null,"average_precision":0.0,"brier":0.3125,"calibration_error":0.25}"#
        );
        assert_eq!(scored.evaluation().get(Metric::RocAuc), None);
    }
}
