//! What can be said about a study without its data.

use crossfold_network::Shape;
use crossfold_search::{Course, DataSize};
use crossfold_study::{Budget, MAX_TRIALS, Study};

/// Whether all fits of a study are known before its first: they depend on neither results nor a budget.
pub(crate) fn lists_fits(study: &Study) -> bool {
    !Course::depends_on_results(study) && study.budget == Budget::default()
}

/// The number of trials in words, as far as it is known without the data: `12 trials`, `at most 12 trials`, or `trials until
/// its budget ends`.
pub fn count_trials(study: &Study) -> String {
    let is_listed = lists_fits(study);
    // The number of folds can depend on the data, which isn't read here.
    let trials = if is_listed {
        crossfold_search::initial_plan(study, Vec::new()).trials.len() as u64
    } else {
        Course::new(study, Vec::new(), DataSize::new(Shape::dense(1, 1), 1, 0)).most_trials()
    };
    let plural = if trials == 1 { "" } else { "s" };
    match (trials < MAX_TRIALS, is_listed) {
        (true, true) => format!("{trials} trial{plural}"),
        (true, false) => format!("at most {trials} trial{plural}"),
        (false, _) => "trials until its budget ends".to_owned(),
    }
}
