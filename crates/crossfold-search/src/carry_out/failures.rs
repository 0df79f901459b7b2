//! How many trials have failed, and whether that is too many to go on.

use std::collections::BTreeSet;

use crossfold_study::{ConfigurationNumber, Limits, Plan, Results, TrialNumber, TrialState};

/// The failed trials of a plan, against how many may.
pub(crate) struct Failures {
    failed: BTreeSet<TrialNumber>,
    /// `None`: any number.
    allowed: Option<usize>,
}

impl Failures {
    /// None yet, of so many `trials` at the most.
    pub(crate) fn new(limits: &Limits, trials: u64) -> Failures {
        let trials = usize::try_from(trials).unwrap_or(usize::MAX);
        Failures { failed: BTreeSet::new(), allowed: limits.max_failures.map(|most| most.of(trials)) }
    }

    /// Counts the trials that have failed with a fit of one of the configurations that `is_asked`.
    pub(crate) fn count(&mut self, plan: &Plan, results: &Results, is_asked: impl Fn(ConfigurationNumber) -> bool) {
        // Without a limit nobody asks.
        if self.allowed.is_none() {
            return;
        }
        for trial in plan.trials.iter().filter(|trial| is_asked(trial.configuration)) {
            if matches!(results.state(plan, trial), TrialState::Failed { .. }) {
                self.failed.insert(trial.number);
            }
        }
    }

    pub(crate) fn are_too_many(&self) -> bool {
        self.allowed.is_some_and(|allowed| self.failed.len() > allowed)
    }
}
