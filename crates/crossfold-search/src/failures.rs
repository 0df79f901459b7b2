//! How many trials have failed, and whether that is too many to go on.

use std::collections::BTreeSet;

use crossfold_study::{ConfigurationNumber, Limits, Plan, Results, TrialNumber, TrialState};

/// The failed trials of a plan, against how many may.
pub(crate) struct Failures<'a> {
    plan: &'a Plan,
    failed: BTreeSet<TrialNumber>,
    /// `None`: any number.
    allowed: Option<usize>,
}

impl<'a> Failures<'a> {
    /// Counts what is known to have failed from the start.
    pub(crate) fn new(plan: &'a Plan, limits: &Limits, known: &Results) -> Failures<'a> {
        let allowed = limits.max_failures.map(|most| most.of(plan.trials.len()));
        let mut failures = Failures { plan, failed: BTreeSet::new(), allowed };
        failures.count_where(known, |_| true);
        failures
    }

    /// Counts the trials that have failed with a fit of `configuration`.
    pub(crate) fn count(&mut self, configuration: ConfigurationNumber, results: &Results) {
        self.count_where(results, |number| number == configuration);
    }

    pub(crate) fn are_too_many(&self) -> bool {
        self.allowed.is_some_and(|allowed| self.failed.len() > allowed)
    }

    fn count_where(&mut self, results: &Results, is_asked: impl Fn(ConfigurationNumber) -> bool) {
        // Without a limit nobody asks.
        if self.allowed.is_none() {
            return;
        }
        for trial in self.plan.trials.iter().filter(|trial| is_asked(trial.configuration)) {
            if matches!(results.state(self.plan, trial), TrialState::Failed { .. }) {
                self.failed.insert(trial.number);
            }
        }
    }
}
