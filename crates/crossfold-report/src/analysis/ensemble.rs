//! The ensemble that is retrained in place of the winner: its trials, its size, and how much better it is than a single network.

use serde::Serialize;

use super::statistics::LEVEL;

/// Trials that predict together, picked by their out-of-fold predictions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ensemble {
    /// The greatest weight first, then by trial.
    pub members: Vec<EnsembleMember>,
    /// The number of trials that could be picked.
    pub candidates: usize,
    /// The number of complete trials that couldn't, because their predictions aren't stored.
    pub without_predictions: usize,
    /// The score of the members' weighted mean on the rows that they were picked by, which is optimistic.
    pub picked_score: f64,
    pub size: EnsembleSize,
    /// `None` where rows don't suffice for it.
    pub estimate: Option<EnsembleEstimate>,
}

/// A trial of an ensemble.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EnsembleMember {
    /// Its number.
    pub trial: u32,
    /// How often it was picked.
    pub weight: u32,
    /// Its mean score on the leaderboard.
    pub score: f64,
    /// The number of networks that it is retrained as.
    pub networks: u32,
    /// The number of epochs on all rows.
    pub epochs: u32,
}

/// How large networks that predict together are, and what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct EnsembleSize {
    pub networks: u64,
    /// Number of weights and biases of all.
    pub parameters: u64,
    /// Floating-point operations to predict a row.
    pub prediction_flops: u64,
    /// Floating-point operations to train all on all rows.
    pub training_flops: f64,
    /// `prediction_flops` as a multiple of those of the best trial, retrained in the same way.
    pub times_winner: f64,
}

/// The score of an ensemble on rows that had no part in picking it, beside that of the best single trial, picked likewise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EnsembleEstimate {
    /// The metric on each fold, where it is defined: of what was picked on the other folds.
    pub folds: Vec<Option<f64>>,
    pub mean: f64,
    /// The standard error of the mean; `None` for a single fold.
    pub standard_error: Option<f64>,
    /// The mean score of the trial that is the best on the other folds.
    pub single: f64,
    /// `None` where nothing says how much scores vary.
    pub gap: Option<EnsembleGap>,
}

/// How much better an ensemble is than a single network.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EnsembleGap {
    /// Above 0 where the ensemble is better, whatever the metric.
    pub difference: f64,
    /// The standard error of the difference.
    pub error: f64,
    /// Its 95 % confidence interval.
    pub interval: [f64; 2],
    pub p: f64,
}

impl EnsembleGap {
    /// Whether the difference is significant at 5 %.
    pub fn is_shown(&self) -> bool {
        self.p <= LEVEL
    }
}
