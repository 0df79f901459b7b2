//! The order of trials by their scores.

use crossfold_study::{Metric, Plan, Results, Score, Trial};

/// The complete trials by their mean scores, the best first; equals by number.
pub(crate) fn best_first<'a>(plan: &'a Plan, results: &Results, metric: Metric) -> Vec<&'a Trial> {
    let direction = metric.direction();
    let mut complete: Vec<(Score, &Trial)> =
        plan.trials.iter().filter_map(|trial| Some((results.mean(plan, trial, metric)?, trial))).collect();
    complete.sort_by(|(a, one), (b, other)| a.better_first(*b, direction).then(one.number.cmp(&other.number)));
    complete.into_iter().map(|(_, trial)| trial).collect()
}
