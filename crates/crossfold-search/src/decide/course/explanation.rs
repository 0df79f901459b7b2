//! Why a trial was proposed, and how it fared.

use crossfold_study::{Rung, TrialNumber};

use super::Course;
use crate::decide::pruner::PruningDecision;
use crate::decide::sampler::ProposalReason;

/// A trial's way through a search.
#[derive(Clone, Debug)]
pub struct Explanation<'c> {
    pub why: &'c ProposalReason,
    /// The rungs that it reached, from the lowest.
    pub steps: &'c [RungStep],
}

/// A rung that a trial reached.
#[derive(Clone, Debug, PartialEq)]
pub struct RungStep {
    pub rung: Rung,
    /// In the metric's own sense; `None` where it failed.
    pub score: Option<f64>,
    /// `None` at the last rung, and while it is not decided.
    pub judged: Option<PruningDecision>,
}

impl Course<'_> {
    /// A trial's way; `None` where there is no such trial.
    pub fn explain(&self, trial: TrialNumber) -> Option<Explanation<'_>> {
        let history = self.histories.get(trial.0 as usize)?;
        Some(Explanation { why: &history.why, steps: &history.steps })
    }
}
