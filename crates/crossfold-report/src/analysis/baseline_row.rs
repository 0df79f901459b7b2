//! A baseline method's scores, and how far the best network is from it.

use std::collections::BTreeMap;

use crossfold_study::{BaselineMethod, Metric, Score};

use super::statistics::LEVEL;

/// A baseline method with its scores.
#[derive(Clone, Debug, PartialEq)]
pub struct BaselineRow {
    pub method: BaselineMethod,
    /// The metric on each of the plan's folds, where it is defined.
    pub scores: Vec<Option<f64>>,
    pub mean: Score,
    /// The standard error of the mean; `None` for a single fold.
    pub standard_error: Option<f64>,
    /// The means of all of the task's metrics.
    pub means: BTreeMap<Metric, f64>,
    /// Number of ranked trials with a better mean, which stand before it.
    pub trials_before: usize,
    /// `None` where no trial has a score, or nothing says how much scores vary.
    pub gap: Option<BaselineGap>,
}

/// How much better the best network is than a method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BaselineGap {
    /// Above 0 where the network is better, whatever the metric.
    pub difference: f64,
    /// The standard error of the difference.
    pub error: f64,
    /// Its 95 % confidence interval, with the same allowance as `p` for the number of trials.
    pub interval: [f64; 2],
    /// The p-value of the difference. Where the network is ahead, it is multiplied by the number of trials, of which it was
    /// selected (Bonferroni).
    pub p: f64,
}

impl BaselineGap {
    /// Whether the difference is significant at 5 %.
    pub fn is_shown(&self) -> bool {
        self.p <= LEVEL
    }
}
