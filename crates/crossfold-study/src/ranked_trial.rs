//! The order of complete trials.

use std::cmp::Ordering;

use crossfold_network::{Configuration, Shapes};

use crate::{Direction, Metric, Plan, Results, Trial};

/// The bits of a score's fraction that decide its rank: about nine decimal digits.
///
/// A mean of folds depends in its last bits on the order and the rounding of a sum, so equal counts of right rows can have
/// means that differ there. Scores closer than this are equal. A binary fraction is not rounded at a value that few rows can
/// have, as a decimal one would be.
const BITS: u32 = 30;

/// What a complete trial is ranked by: its score; among equal ones, fewer parameters; then the second metric; then less
/// training. What is still equal is ordered by its configuration as text, so that the order of lists in a spec has no effect.
#[derive(Clone, Copy, Debug)]
pub struct RankedTrial<'a> {
    pub trial: &'a Trial,
    configuration: &'a Configuration,
    /// Smaller is better, as the rest.
    score: i64,
    parameters: u64,
    second: i64,
}

impl<'a> RankedTrial<'a> {
    /// `None` for a trial without a score; `shapes` are those of the study's networks.
    pub fn new(
        plan: &'a Plan,
        trial: &'a Trial,
        results: &Results,
        metric: Metric,
        shapes: &Shapes,
    ) -> Option<RankedTrial<'a>> {
        let score = place(results.mean(plan, trial, metric)?.get(), metric);
        let second = metric.second();
        let configuration = &plan.configuration(trial.configuration).configuration;
        let parameters = configuration.parameters(shapes.of(configuration));
        let second = results.mean(plan, trial, second).map_or(i64::MAX, |mean| place(mean.get(), second));
        Some(RankedTrial { trial, configuration, score, parameters, second })
    }

    /// Orders the better trial first.
    pub fn better_first(&self, other: &RankedTrial<'_>) -> Ordering {
        let numbers = |ranked: &RankedTrial<'_>| (ranked.score, ranked.parameters, ranked.second, ranked.trial.epochs);
        numbers(self)
            .cmp(&numbers(other))
            .then_with(|| self.configuration.canonical().cmp(&other.configuration.canonical()))
            .then_with(|| self.trial.number.cmp(&other.trial.number))
    }
}

/// The complete trials of a plan, the best first.
pub fn best_first<'a>(plan: &'a Plan, results: &Results, metric: Metric, shapes: &Shapes) -> Vec<&'a Trial> {
    let ranked = plan.trials.iter().filter_map(|trial| RankedTrial::new(plan, trial, results, metric, shapes));
    let mut ranked: Vec<RankedTrial<'_>> = ranked.collect();
    ranked.sort_by(RankedTrial::better_first);
    ranked.into_iter().map(|ranked| ranked.trial).collect()
}

/// A whole number that orders scores, rounded to [`BITS`], the better one first.
fn place(score: f64, metric: Metric) -> i64 {
    let less_is_better = match metric.direction() {
        Direction::Maximize => -score,
        Direction::Minimize => score,
    };
    let dropped = f64::MANTISSA_DIGITS - 1 - BITS;
    // Bits of a magnitude ascend with it; adding half of the last bit that stays carries into the exponent where it has to.
    let magnitude = (less_is_better.abs().to_bits() + (1 << (dropped - 1))) >> dropped;
    let magnitude = i64::try_from(magnitude).expect("some of 64 bits were dropped");
    if less_is_better < 0.0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_of_equal_counts_are_equal_and_others_keep_their_order() {
        let mean = |counts: [f64; 3]| counts.iter().map(|count| count / 30.0).sum::<f64>() / 3.0;
        let (a, b) = (mean([18.0, 19.0, 22.0]), mean([22.0, 18.0, 19.0]));
        let all = [a, b, mean([20.0, 20.0, 19.0]), mean([19.0, 20.0, 20.0])];
        assert!(all.iter().all(|&score| place(score, Metric::Accuracy) == place(a, Metric::Accuracy)));
        let ascending = [-1e300, -2.5, -0.1, 0.0, 1e-300, 0.1, 0.100_000_01, 1.0 - 1e-6, 1.0, 1.5, 2.0, 1e300];
        for pair in ascending.windows(2) {
            assert!(place(pair[0], Metric::Rmse) < place(pair[1], Metric::Rmse), "{pair:?}");
            assert!(place(pair[0], Metric::R2) > place(pair[1], Metric::R2), "{pair:?}");
        }
        assert_eq!(place(-0.0, Metric::Rmse), place(0.0, Metric::Rmse));
    }
}
