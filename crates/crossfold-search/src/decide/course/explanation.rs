//! Why a trial was proposed, and how it fared.

use crossfold_study::{ProposalReason, RungStep, TrialNumber};

use super::Course;

/// A trial's way through a search.
#[derive(Clone, Debug)]
pub struct Explanation<'c> {
    pub why: &'c ProposalReason,
    /// The rungs that it reached, from the lowest.
    pub steps: &'c [RungStep],
}

impl Course<'_> {
    /// A trial's way; `None` where there is no such trial.
    pub fn explain(&self, trial: TrialNumber) -> Option<Explanation<'_>> {
        let history = self.histories.get(trial.0 as usize)?;
        Some(Explanation { why: &history.why, steps: &history.steps })
    }
}
