//! Nested cross-validation: the score of the whole search procedure.

use crossfold_study::{FoldId, Metric, TrialNumber};
use serde::{Deserialize, Serialize};

use super::statistics;

/// The outcome of a search on one fold's training rows alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NestedFold {
    repeat: u32,
    fold: u32,
    /// The number of the trial that won that search; the study's own number where nothing is learnt from results.
    trial: u32,
    /// The winner's mean over the folds of that search.
    pub inner_mean: f64,
    /// The winner's score on the fold's own rows, which that search did not use.
    pub score: f64,
    /// Validation rows to training rows.
    ratio: f64,
}

impl NestedFold {
    /// The outcome for `fold`; `ratio` is validation rows to training rows.
    pub fn new(fold: FoldId, trial: TrialNumber, inner_mean: f64, score: f64, ratio: f64) -> NestedFold {
        NestedFold { repeat: fold.repeat, fold: fold.fold, trial: trial.0, inner_mean, score, ratio }
    }

    /// The fold that the search did not use.
    pub fn fold(&self) -> FoldId {
        FoldId { repeat: self.repeat, fold: self.fold }
    }

    /// The trial that won the search.
    pub fn trial(&self) -> TrialNumber {
        TrialNumber(self.trial)
    }

    /// The mean score of the folds; `None` for no folds.
    pub fn mean(folds: &[NestedFold]) -> Option<f64> {
        let scores: Vec<f64> = folds.iter().map(|fold| fold.score).collect();
        (!scores.is_empty()).then(|| statistics::mean(&scores))
    }
}

/// The expected score of the whole search procedure (Varma and Simon 2006, "Bias in error estimation when using
/// cross-validation for model selection", BMC Bioinformatics 7): the mean score of the folds, each of a network that was
/// selected without the fold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NestedScore {
    pub(crate) mean: f64,
    /// The 95 % confidence interval of the mean, allowing for folds that share training rows.
    pub(crate) interval: Option<[f64; 2]>,
}

impl NestedScore {
    /// `None` for no folds.
    pub(crate) fn from_folds(folds: &[NestedFold], metric: Metric) -> Option<NestedScore> {
        let scores: Vec<f64> = folds.iter().map(|fold| fold.score).collect();
        let ratios: Vec<f64> = folds.iter().map(|fold| fold.ratio).collect();
        let mean = NestedFold::mean(folds)?;
        let error = statistics::corrected_error(&scores, mean, statistics::mean(&ratios)).filter(|&error| error > 0.0);
        let freedom = scores.len() as f64 - 1.0;
        Some(NestedScore { mean, interval: error.map(|error| statistics::interval(mean, error, freedom, metric)) })
    }
}
