//! What can be said about a study without its data.

use std::fmt;

use crossfold_network::{Shape, counted};
use crossfold_search::{Course, DataSize};
use crossfold_study::{Budget, MAX_TRIALS, Study};

/// The number of trials of a study, as far as it is known without the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialCount {
    /// There are this many trials.
    Exactly(u64),
    /// There are at most this many trials: they depend on results or on a budget.
    AtMost(u64),
    /// Only a budget ends the search.
    Unlimited,
}

impl fmt::Display for TrialCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            TrialCount::Exactly(trials) => f.write_str(&counted(trials, "trial")),
            TrialCount::AtMost(trials) => write!(f, "at most {}", counted(trials, "trial")),
            TrialCount::Unlimited => f.write_str("trials until its budget ends"),
        }
    }
}

/// Whether all fits of a study are known before its first: they depend on neither results nor a budget.
pub(crate) fn lists_fits(study: &Study) -> bool {
    !Course::depends_on_results(study) && study.budget == Budget::default()
}

/// Counts the trials of a study without its data.
pub fn count_trials(study: &Study) -> TrialCount {
    // The number of folds can depend on the data, which isn't read here.
    let (trials, count): (u64, fn(u64) -> TrialCount) = if lists_fits(study) {
        (crossfold_search::initial_plan(study, Vec::new()).trials.len() as u64, TrialCount::Exactly)
    } else {
        // Without the data, batches may have any size.
        let data_size = DataSize::new(Shape::dense(1, 1), u32::MAX.into(), 0);
        (Course::new(study, Vec::new(), data_size).most_trials(), TrialCount::AtMost)
    };
    if trials < MAX_TRIALS { count(trials) } else { TrialCount::Unlimited }
}
