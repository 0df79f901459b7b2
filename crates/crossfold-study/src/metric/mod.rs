//! What a model is judged by.

mod class_scores;
mod defined;
mod evaluation;
mod influence;
mod ranking;
mod score;
mod tally;

pub use class_scores::{ClassScorer, ClassScores, most_probable};
pub use defined::UndefinedMetric;
pub use evaluation::{Evaluation, Scored};
pub use influence::influence;
pub use score::Score;
pub use tally::Tally;

use crossfold_network::{Task, words};

words! {
    /// A figure that trials are ranked by. All are scikit-learn's, but for `calibration_error`, which it hasn't.
    #[derive(PartialOrd, Ord)]
    Metric {
        /// The mean of −ln p(true class), in nats; the loss that networks are trained by.
        LogLoss = "log_loss",
        /// The share of rows whose most probable class is the true one, 0 to 1.
        Accuracy = "accuracy",
        /// The mean, over the classes that occur, of the share of their rows classified right, 0 to 1
        /// (Brodersen et al. 2010, "The balanced accuracy and its posterior distribution", ICPR).
        BalancedAccuracy = "balanced_accuracy",
        /// 2·TP / (2·TP + FP + FN), the mean over the classes that occur or are predicted, 0 to 1 (macro F1).
        F1 = "f1",
        /// How probable it is that a row of a class is given it with more probability than a row of none, ties
        /// counting half (Hanley and McNeil 1982, Radiology 143): of two classes the second; of more, the mean over
        /// the classes that are told from the rest. Undefined where all rows are of one class.
        RocAuc = "roc_auc",
        /// The precision at each row of a class, by descending probability, the mean over these rows: of two
        /// classes the second, 0 where it has no rows; of more, the mean over the classes that occur.
        AveragePrecision = "average_precision",
        /// The mean of (p − y)² of the second of two classes, or of its sum over more (Brier 1950, "Verification
        /// of forecasts expressed in terms of probability", Monthly Weather Review 78).
        Brier = "brier",
        /// How far, in the mean over rows, the probability of the predicted class is from the share of such
        /// predictions that are right, in 15 equal bins (Guo et al. 2017, "On calibration of modern neural
        /// networks", ICML, section 2).
        CalibrationError = "calibration_error",
        /// The root of the mean squared error, in the target's unit.
        Rmse = "rmse",
        /// The mean absolute error, in the target's unit.
        Mae = "mae",
        /// 1 − squared error / spread of the targets about their mean, at most 1. Undefined of a single row.
        R2 = "r2",
    }
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Maximize,
    Minimize,
}

impl Metric {
    pub fn direction(self) -> Direction {
        match self {
            Metric::Accuracy
            | Metric::BalancedAccuracy
            | Metric::F1
            | Metric::RocAuc
            | Metric::AveragePrecision
            | Metric::R2 => Direction::Maximize,
            Metric::LogLoss | Metric::Brier | Metric::CalibrationError | Metric::Rmse | Metric::Mae => {
                Direction::Minimize
            }
        }
    }

    /// The least and the greatest value that it can have.
    pub fn range(self) -> [f64; 2] {
        match self {
            Metric::Accuracy
            | Metric::BalancedAccuracy
            | Metric::F1
            | Metric::RocAuc
            | Metric::AveragePrecision
            | Metric::CalibrationError => [0.0, 1.0],
            // Of two classes at most 1, of more 2.
            Metric::Brier => [0.0, 2.0],
            Metric::R2 => [f64::NEG_INFINITY, 1.0],
            Metric::LogLoss | Metric::Rmse | Metric::Mae => [0.0, f64::INFINITY],
        }
    }

    /// The metrics that judge `task`, in the order of columns: first the one that says most of the loss.
    pub fn all_for(task: Task) -> &'static [Metric] {
        match task {
            Task::Classification => &[
                Metric::LogLoss,
                Metric::Accuracy,
                Metric::BalancedAccuracy,
                Metric::F1,
                Metric::RocAuc,
                Metric::AveragePrecision,
                Metric::Brier,
                Metric::CalibrationError,
            ],
            Task::Regression => &[Metric::Rmse, Metric::Mae, Metric::R2],
        }
    }

    /// Those metrics of `task` that are known of training rows, of which there is a [`Tally`] and no more: the
    /// first of [`Metric::all_for`].
    pub fn tallied_for(task: Task) -> &'static [Metric] {
        match task {
            Task::Classification => &[Metric::LogLoss, Metric::Accuracy],
            Task::Regression => Metric::all_for(task),
        }
    }

    /// What trials are ranked by where the author leaves it open.
    pub fn default_for(task: Task) -> Metric {
        match task {
            Task::Classification => Metric::Accuracy,
            Task::Regression => Metric::Rmse,
        }
    }

    /// The task that it judges.
    pub fn task(self) -> Task {
        match self {
            Metric::LogLoss
            | Metric::Accuracy
            | Metric::BalancedAccuracy
            | Metric::F1
            | Metric::RocAuc
            | Metric::AveragePrecision
            | Metric::Brier
            | Metric::CalibrationError => Task::Classification,
            Metric::Rmse | Metric::Mae | Metric::R2 => Task::Regression,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::Truth;

    #[test]
    fn each_metric_is_of_one_task() {
        for task in Task::ALL {
            assert!(Metric::all_for(task).iter().all(|metric| metric.task() == task));
            assert!(Metric::all_for(task).starts_with(Metric::tallied_for(task)));
        }
        assert_eq!(Task::ALL.map(Metric::all_for).concat(), Metric::ALL);
    }

    /// What scikit-learn makes of the same rows: `tests/fixtures/sklearn/make_metrics.py`.
    #[derive(Deserialize)]
    struct Fixture {
        classes: Vec<OfClasses>,
        numbers: Vec<OfNumbers>,
    }

    #[derive(Deserialize)]
    struct OfClasses {
        name: String,
        classes: usize,
        labels: Vec<u32>,
        probabilities: Vec<f64>,
        scores: BTreeMap<Metric, Option<f64>>,
    }

    #[derive(Deserialize)]
    struct OfNumbers {
        name: String,
        targets: Vec<f64>,
        predictions: Vec<f64>,
        scores: BTreeMap<Metric, Option<f64>>,
    }

    fn fixture() -> Fixture {
        serde_json::from_str(include_str!("../../../../tests/fixtures/sklearn/metrics.json")).unwrap()
    }

    fn check(name: &str, scored: Scored, truth: &Truth, expected: &BTreeMap<Metric, Option<f64>>) {
        let evaluation = scored.evaluation();
        assert_eq!(expected.len(), Metric::all_for(evaluation.task()).len());
        for (&metric, &expected) in expected {
            let score = evaluation.get(metric);
            let difference = score.unwrap_or_default() - expected.unwrap_or_default();
            assert!(difference.abs() < 1e-9, "{name}: {metric} is {score:?} and not {expected:?}");
            assert_eq!(score.is_some(), expected.is_some(), "{name}: {metric}");
            assert_eq!(metric.is_defined_on(truth), expected.is_some(), "{name}: {metric}");
        }
    }

    #[test]
    fn classes_are_judged_as_by_scikit_learn() {
        // One scorer for all, as for all epochs of a fit: nothing of one case is left in the next.
        let mut scorer = ClassScorer::default();
        for OfClasses { name, classes, labels, probabilities, scores } in fixture().classes {
            let mut tally = Tally::none(Task::Classification);
            for (&label, row) in labels.iter().zip(probabilities.chunks(classes)) {
                let correct = u32::from(most_probable(row) == label as usize);
                tally.add(Tally::Classes { rows: 1, correct, loss: -row[label as usize].ln() });
            }
            let scored = Scored::of_classes(tally, &labels, &probabilities, classes, &mut scorer);
            check(&name, scored, &Truth::Labels(labels.clone()), &scores);
            let single: Vec<f32> = probabilities.iter().map(|&probability| probability as f32).collect();
            if single.iter().zip(&probabilities).all(|(&single, &double)| f64::from(single) == double) {
                assert_eq!(scorer.score(&labels, &single, classes), scored.classes.unwrap(), "{name}");
            }
        }
    }

    #[test]
    fn numbers_are_judged_as_by_scikit_learn() {
        for OfNumbers { name, targets, predictions, scores } in fixture().numbers {
            let mean = targets.iter().sum::<f64>() / targets.len() as f64;
            let sum = |of: &dyn Fn(f64, f64) -> f64| targets.iter().zip(&predictions).map(|(&y, &p)| of(y, p)).sum();
            let tally = Tally::Numbers {
                rows: targets.len() as u32,
                squared: sum(&|y, p| (p - y).powi(2)),
                absolute: sum(&|y, p| (p - y).abs()),
                spread: sum(&|y, _| (y - mean).powi(2)),
            };
            check(&name, Scored::of_numbers(tally), &Truth::Numbers(targets.clone()), &scores);
        }
    }
}
