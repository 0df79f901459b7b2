//! The scales on which scores vary about their expected value.

use crossfold_network::Task;
use crossfold_study::{Direction, Metric};

use super::interval_around;

/// The kinds of metrics whose scores vary in different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScoreScale {
    /// From 0 to 1, more is better: a share of rows, an area under a curve.
    Share,
    /// A loss of predicted probabilities.
    Loss,
    /// The size of a regression's errors.
    Error,
    /// 1 minus a ratio of squared errors.
    Explained,
}

impl ScoreScale {
    pub(super) fn of(metric: Metric) -> ScoreScale {
        match (metric.task(), metric.direction()) {
            (Task::Classification, Direction::Maximize) => ScoreScale::Share,
            (Task::Classification, Direction::Minimize) => ScoreScale::Loss,
            (Task::Regression, Direction::Minimize) => ScoreScale::Error,
            (Task::Regression, Direction::Maximize) => ScoreScale::Explained,
        }
    }

    /// The variance of a score over studies, in units of the variance that its rows show: what folds add that share training
    /// rows. `optimism` is how much more accurate a network is on training rows (Efron 2004, "The estimation of prediction
    /// error", JASA 99).
    ///
    /// These are measurements and no theory: over studies of the ten designs of `benches/statistics/intervals.py`, with 5
    /// and 10 folds and up to three repeats. They were 1.0 to 1.4 for accuracies and areas, in step with the optimism; 0.8
    /// to 1.1 for losses. For errors they were 1.4 to 1.5 and for R² 1.2 where a linear model has the least training error,
    /// and 1.2 and 0.9 for networks, which stop before: rows of different folds may covary negatively, too. Nadeau and
    /// Bengio's factor, on the folds' variance, is 2.1 to 2.25.
    pub(super) fn allowance(self, optimism: f64, is_linear: bool) -> f64 {
        match (self, is_linear) {
            (ScoreScale::Share, _) => 1.0 + 3.0 * optimism.max(0.0),
            (ScoreScale::Loss, _) => 1.0,
            (ScoreScale::Error, true) => 1.4,
            (ScoreScale::Error, false) | (ScoreScale::Explained, true) => 1.2,
            (ScoreScale::Explained, false) => 0.9,
        }
    }

    /// The interval of `reach` standard errors about a score, within the metric's range: symmetric for losses, else on a
    /// scale on which the distribution of scores is nearly symmetric. `None` for a score at the end of that scale.
    pub(super) fn interval(self, metric: Metric, score: f64, error: f64, reach: f64) -> Option<[f64; 2]> {
        match self {
            ScoreScale::Share => {
                let rows = score * (1.0 - score) / (error * error);
                (rows > 0.0).then(|| ScoreScale::share_interval(score, rows, reach))
            }
            ScoreScale::Loss => Some(interval_around(metric, score, reach * error)),
            ScoreScale::Error => logarithmic(score, reach * error),
            ScoreScale::Explained => logarithmic(1.0 - score, reach * error).map(|[low, high]| [1.0 - high, 1.0 - low]),
        }
    }

    /// Wilson's interval of a share of `rows` rows (1927, "Probable inference, the law of succession, and statistical
    /// inference", JASA 22), which holds near 0 and 1, too.
    pub(super) fn share_interval(score: f64, rows: f64, reach: f64) -> [f64; 2] {
        let square = reach * reach;
        let centre = (score + square / (2.0 * rows)) / (1.0 + square / rows);
        let half = reach / (1.0 + square / rows) * (score * (1.0 - score) / rows + square / (4.0 * rows * rows)).sqrt();
        [(centre - half).max(0.0), (centre + half).min(1.0)]
    }
}

/// The interval about a positive number on its logarithm, by the delta method; `None` for 0.
fn logarithmic(score: f64, half: f64) -> Option<[f64; 2]> {
    let factor = libm::exp(half / score);
    (score > 0.0).then(|| [score / factor, score * factor])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dropout makes networks less accurate on rows that they were trained on.
    #[test]
    fn only_optimism_widens_intervals() {
        let allowance = |optimism| ScoreScale::Share.allowance(optimism, false);
        assert_eq!([-0.1, 0.0, 0.5].map(allowance), [1.0, 1.0, 2.5]);
    }
}
