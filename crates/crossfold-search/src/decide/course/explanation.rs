//! Why a trial was proposed, and how it fared.

use crossfold_study::{Metric, ProposalReason, RungStep, TrialNumber};

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

    /// What ranks trials.
    pub fn metric(&self) -> Metric {
        self.study.metric
    }

    /// The trials that reached a rung or were judged there, in the order of decisions. A reader that keeps its place in the list
    /// finds new changes without looking at all trials.
    pub fn changed(&self) -> &[TrialNumber] {
        &self.changed
    }
}
