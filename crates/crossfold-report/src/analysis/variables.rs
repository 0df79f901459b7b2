//! Which columns of a table matter: permutation importance of the winner, out of fold.
//!
//! The values of one column are shuffled among the validation rows of a fold, and the fold's network, which was not trained on
//! them, is scored again: what it loses is what it had from that column (Breiman 2001, "Random forests", Machine Learning 45;
//! Fisher, Rudin and Dominici 2019, "All models are wrong, but many are useful", JMLR 20). All inputs that encode a column
//! are shuffled together. Where columns are correlated, each can stand in for the others, so each by itself loses less.

use crossfold_network::Task;
use crossfold_study::{FoldId, Metric};
use serde::{Deserialize, Serialize};

use super::statistics;

/// The scores of a study's winner with each column shuffled, as they are stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variables {
    /// What they were computed from: the winner's networks, its epochs and folds, and the metrics.
    pub of: String,
    /// The study's metric, and the log loss of a classification.
    pub metrics: Vec<Metric>,
    /// How many times each column was shuffled on each fold.
    pub repetitions: u32,
    /// In the plan's order.
    pub folds: Vec<ShuffledFold>,
    /// The features, in the table's order.
    pub columns: Vec<String>,
    /// Strongly correlated features.
    pub correlated: Vec<CorrelatedPair>,
}

/// What shuffling each column loses on the validation rows of a fold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShuffledFold {
    repeat: u32,
    fold: u32,
    /// Validation rows to training rows.
    ratio: f64,
    /// By column, then metric: how much worse the score is, as a mean over repetitions; `None` where it is undefined.
    losses: Vec<Vec<Option<f64>>>,
}

/// Two features that are strongly correlated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorrelatedPair {
    pub columns: [String; 2],
    /// Pearson's coefficient.
    pub r: f64,
}

/// Coefficients greater than this are strong.
pub const STRONG_CORRELATION: f64 = 0.9;

impl ShuffledFold {
    /// `base` are the scores as they are, and `shuffled` those with each column shuffled: by column, repetition, then metric.
    pub fn new(
        fold: FoldId,
        ratio: f64,
        metrics: &[Metric],
        base: &[Option<f64>],
        shuffled: &[Vec<Vec<Option<f64>>>],
    ) -> ShuffledFold {
        let loss = |repetitions: &Vec<Vec<Option<f64>>>, place: usize| {
            let base = base[place]?;
            let scores: Vec<f64> = repetitions.iter().map(|scores| scores[place]).collect::<Option<_>>()?;
            let losses: Vec<f64> =
                scores.iter().map(|score| statistics::sign(metrics[place]) * (base - score)).collect();
            Some(statistics::mean(&losses)).filter(|loss| loss.is_finite())
        };
        let of_column =
            |repetitions: &Vec<Vec<Option<f64>>>| (0..metrics.len()).map(|place| loss(repetitions, place)).collect();
        ShuffledFold { repeat: fold.repeat, fold: fold.fold, ratio, losses: shuffled.iter().map(of_column).collect() }
    }
}

/// How much a column matters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Variable<'a> {
    pub(crate) column: &'a str,
    /// From 1, the column that matters most.
    pub(crate) rank: u32,
    /// By metric.
    pub(crate) losses: Vec<Loss>,
    /// In the study's metric, by fold.
    pub(crate) folds: Vec<Option<f64>>,
}

/// How much worse a score is in the mean over folds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Loss {
    /// `None` where it is undefined on all folds.
    pub(crate) mean: Option<f64>,
    /// Allowing for folds that share training rows; `None` for fewer than two folds.
    pub(crate) error: Option<f64>,
    /// The 95 % confidence interval.
    pub(crate) interval: Option<[f64; 2]>,
}

impl Loss {
    fn new(losses: &[(f64, f64)]) -> Loss {
        let (values, ratios): (Vec<f64>, Vec<f64>) = losses.iter().copied().unzip();
        if values.is_empty() {
            return Loss { mean: None, error: None, interval: None };
        }
        let mean = statistics::mean(&values);
        let error = statistics::corrected_error(&values, mean, statistics::mean(&ratios));
        let interval = error.map(|error| {
            let half = statistics::quantile(0.975, values.len() as f64 - 1.0) * error;
            [mean - half, mean + half]
        });
        Loss { mean: Some(mean), error, interval }
    }

    /// Whether the interval is above 0, so that the loss is measurable; `None` where there is none.
    pub(crate) fn is_measurable(&self) -> Option<bool> {
        self.interval.map(|[low, _]| low > 0.0)
    }
}

impl Variables {
    /// The metrics whose loss is reported: that of the study, and the log loss of a classification.
    pub fn metrics_for(metric: Metric) -> Vec<Metric> {
        match metric.task() {
            Task::Classification if metric != Metric::LogLoss => vec![metric, Metric::LogLoss],
            Task::Classification | Task::Regression => vec![metric],
        }
    }

    /// The columns, the one that matters most first; ties in the order of the other metric, then of the table.
    pub(crate) fn ranked<'s>(&'s self) -> Vec<Variable<'s>> {
        let of_column = |(place, column): (usize, &'s String)| {
            let loss = |metric: usize| {
                let values = self.folds.iter().filter_map(|fold| Some((fold.losses[place][metric]?, fold.ratio)));
                Loss::new(&values.collect::<Vec<_>>())
            };
            (column, (0..self.metrics.len()).map(loss).collect::<Vec<_>>(), place)
        };
        let mut columns: Vec<_> = self.columns.iter().enumerate().map(of_column).collect();
        let key = |losses: &[Loss]| -> Vec<f64> {
            losses.iter().map(|loss| loss.mean.unwrap_or(f64::NEG_INFINITY)).collect()
        };
        columns.sort_by(|(_, a, _), (_, b, _)| {
            let (a, b) = (key(a), key(b));
            b.iter()
                .zip(&a)
                .map(|(b, a)| b.total_cmp(a))
                .find(|order| order.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        let variable = |(rank, (column, losses, place)): (u32, (&'s String, Vec<Loss>, usize))| Variable {
            column,
            rank,
            losses,
            folds: self.folds.iter().map(|fold| fold.losses[place][0]).collect(),
        };
        (1..).zip(columns).map(variable).collect()
    }

    /// Whether the parts go together, so that a stored text can be used.
    pub(super) fn is_sound(&self) -> bool {
        let has_all = |fold: &ShuffledFold| {
            fold.losses.len() == self.columns.len() && fold.losses.iter().all(|of| of.len() == self.metrics.len())
        };
        !self.metrics.is_empty() && self.folds.iter().all(has_all)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Two folds of a column that matters, one that doesn't, and one that no input has.
    pub(crate) fn variables() -> Variables {
        let fold = |fold: u32, [first, second]: [f64; 2]| {
            let shuffled = |accuracy: f64, loss: f64| vec![vec![Some(accuracy), Some(loss)]];
            let columns = [shuffled(second, 0.7), shuffled(first, 0.9), shuffled(0.75, 0.5)];
            let base = [Some(0.75), Some(0.5)];
            ShuffledFold::new(FoldId { repeat: 0, fold }, 0.5, &[Metric::Accuracy, Metric::LogLoss], &base, &columns)
        };
        Variables {
            of: "winner".to_owned(),
            metrics: vec![Metric::Accuracy, Metric::LogLoss],
            repetitions: 1,
            folds: vec![fold(0, [0.5, 0.8125]), fold(1, [0.4375, 0.6875])],
            columns: ["noise", "age", "unused"].map(str::to_owned).to_vec(),
            correlated: Vec::new(),
        }
    }

    /// By hand: losses 0.25 and 0.3125, mean 0.28125; sd·√(1/2 + 1/2) is 0.0441942, times 12.7062.
    #[test]
    fn columns_are_ranked_by_what_the_score_loses() {
        let variables = variables();
        let ranked = variables.ranked();
        assert_eq!(ranked.iter().map(|variable| variable.column).collect::<Vec<_>>(), ["age", "noise", "unused"]);
        let Loss { mean, error, interval } = ranked[0].losses[0];
        assert_eq!((mean, &ranked[0].folds), (Some(0.281_25), &vec![Some(0.25), Some(0.3125)]));
        assert!((error.unwrap() - 0.044_194_173_824).abs() < 1e-9, "{error:?}");
        let [low, high] = interval.unwrap();
        assert!((low + 0.280_290).abs() < 1e-5 && (high - 0.842_790).abs() < 1e-5, "{low} {high}");
        // A lower loss is better, so one that rises is lost.
        assert_eq!(ranked[0].losses[1].mean, Some(0.4));
        // Equal on accuracy, so the log loss decides.
        assert_eq!([1, 2].map(|place: usize| ranked[place].losses[0].mean), [Some(0.0); 2]);
        assert_eq!(ranked[2].losses[0].interval, Some([0.0, 0.0]));
        assert_eq!(ranked[2].losses[0].is_measurable(), Some(false));
    }

    #[test]
    fn one_fold_has_no_interval_and_an_undefined_score_no_loss() {
        let shuffled = [vec![vec![None, Some(0.5)]], vec![vec![Some(0.5), Some(0.5)]]];
        let metrics = [Metric::RocAuc, Metric::LogLoss];
        let fold =
            ShuffledFold::new(FoldId { repeat: 0, fold: 0 }, 0.25, &metrics, &[Some(0.75), Some(0.25)], &shuffled);
        let columns = ["a", "b"].map(str::to_owned).to_vec();
        let variables = Variables { metrics: metrics.to_vec(), folds: vec![fold], columns, ..variables() };
        let ranked = variables.ranked();
        assert_eq!([ranked[0].column, ranked[1].column], ["b", "a"]);
        assert_eq!(ranked[0].losses[0], Loss { mean: Some(0.25), error: None, interval: None });
        assert_eq!(ranked[1].losses[0].mean, None);
    }
}
