//! The number of failed trials, and whether the search may continue.

use std::collections::BTreeSet;

use crossfold_study::{ConfigurationNumber, Limits, Plan, Results, TrialNumber, TrialState};

/// The failed trials of a plan, and the number that may fail.
pub(crate) struct Failures {
    failed: BTreeSet<TrialNumber>,
    /// `None`: no limit.
    allowed: Option<usize>,
}

impl Failures {
    /// No failures yet, in a search of at most `trials` trials.
    pub(crate) fn new(limits: &Limits, trials: u64) -> Failures {
        let trials = usize::try_from(trials).unwrap_or(usize::MAX);
        Failures { failed: BTreeSet::new(), allowed: limits.max_failures.map(|most| most.count_for(trials)) }
    }

    /// Counts failed trials of the configurations that `is_selected`.
    pub(crate) fn count(&mut self, plan: &Plan, results: &Results, is_selected: impl Fn(ConfigurationNumber) -> bool) {
        if self.allowed.is_none() {
            return;
        }
        for trial in plan.trials.iter().filter(|trial| is_selected(trial.configuration)) {
            if matches!(results.state(plan, trial), TrialState::Failed { .. }) {
                self.failed.insert(trial.number);
            }
        }
    }

    pub(crate) fn are_too_many(&self) -> bool {
        self.allowed.is_some_and(|allowed| self.failed.len() > allowed)
    }
}
