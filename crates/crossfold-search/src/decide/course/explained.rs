//! Why a trial was proposed, and how it fared.

use crossfold_study::{Rung, TrialNumber};

use super::Course;
use crate::decide::pruner::Verdict;
use crate::decide::sampler::Why;

/// A trial's way through a search.
#[derive(Clone, Debug)]
pub struct Explained<'c> {
    pub why: &'c Why,
    /// The rungs that it reached, from the lowest.
    pub steps: &'c [Step],
}

/// A rung that a trial reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub rung: Rung,
    /// In the metric's own sense; `None` where it failed.
    pub score: Option<f64>,
    /// `None` at the last rung, and while it is not decided.
    pub judged: Option<Verdict>,
}

impl Course<'_> {
    /// A trial's way; `None` where there is no such trial.
    pub fn explain(&self, trial: TrialNumber) -> Option<Explained<'_>> {
        let history = self.histories.get(trial.0 as usize)?;
        Some(Explained { why: &history.why, steps: &history.steps })
    }
}
