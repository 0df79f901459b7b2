//! The conclusions that a study's scores support.

use crossfold_study::TrialNumber;

use super::reference_score::{NoReference, ReferenceComparison};

/// The conclusions that a leaderboard's scores support. Differences and scores are in the metric's unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// Number of trials compared: all with a score, up to 1,000.
    pub compared: usize,
    /// Number of trials that are statistically tied with the best, itself included.
    pub tied: usize,
    /// The best trial against predictions without inputs, or why these have no score.
    pub reference: Result<ReferenceComparison, NoReference>,
    /// Number of trials that are not tied only because they are worse than predicting without inputs, and the best is shown to
    /// be better.
    pub below_reference: usize,
    /// Number of trials compared row by row; of the others only the scores of folds are known.
    pub by_row: usize,
    /// The true gap to the best that a study like this one detects with 80 % power: the median over the better half of
    /// trials. `None` for a single trial, where no difference has a variance, and where it exceeds the metric's range.
    pub detectable: Option<f64>,
    /// Number of distinct validation rows.
    pub rows: usize,
    /// The trial ranked second, if it is tied with the best.
    pub runner_up: Option<RunnerUp>,
    /// The best trial's score, corrected for having been selected; `None` for a single trial, where predictions of
    /// fewer than twenty trials and not of all are stored, and for the calibration error.
    pub corrected: Option<f64>,
}

/// The trial ranked second, where it is statistically tied with the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunnerUp {
    pub trial: TrialNumber,
    /// The gap to the best, at least 0.
    pub behind: f64,
    /// The factor on the number of rows that would detect the gap with 80 % power, if it is the true one; `None` where
    /// the scores are equal.
    pub rows: Option<f64>,
    /// The number of repeats that would; `None` where no number suffices, because repeats leave the rows as they are.
    pub repeats: Option<u32>,
}
