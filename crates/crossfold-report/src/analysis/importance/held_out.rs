//! How well a model predicts trials that it hasn't learned from, by cross-validation over trials.

use std::collections::{BTreeMap, BTreeSet};

use crossfold_study::Generator;

/// The number of parts that are left out in turn.
const FOLDS: usize = 10;

/// The share of the variance of `scores` that is predicted of trials left out (R²); negative where their mean predicts better.
/// A trial may stand for several points, which have the same score, so whole trials are left out: `trials` has the trial of each
/// point. `predict` learns from some points and predicts others.
pub(super) fn explained(
    scores: &[f64],
    trials: &[u32],
    generator: &mut Generator,
    mut predict: impl FnMut(&[usize], &[usize]) -> Vec<f64>,
) -> f64 {
    let folds = folds(trials, generator);
    // All points of a trial have its score.
    let known: BTreeMap<u32, f64> = trials.iter().copied().zip(scores.iter().copied()).collect();
    let mut predicted: BTreeMap<u32, [f64; 2]> = BTreeMap::new();
    for fold in 0..FOLDS {
        let (left_out, kept): (Vec<usize>, Vec<usize>) =
            (0..trials.len()).partition(|&point| folds[&trials[point]] == fold);
        if left_out.is_empty() || kept.is_empty() {
            continue;
        }
        for (prediction, &point) in predict(&kept, &left_out).into_iter().zip(&left_out) {
            let [sum, count] = predicted.entry(trials[point]).or_default();
            *sum += prediction;
            *count += 1.0;
        }
    }
    let mean = known.values().sum::<f64>() / known.len() as f64;
    let variance: f64 = known.values().map(|score| (score - mean).powi(2)).sum();
    let error: f64 = predicted.iter().map(|(trial, [sum, count])| (known[trial] - sum / count).powi(2)).sum();
    if variance > 0.0 { 1.0 - error / variance } else { 0.0 }
}

/// The fold of each trial: at random, because neighbours in a grid differ in one hyperparameter.
fn folds(trials: &[u32], generator: &mut Generator) -> BTreeMap<u32, usize> {
    let mut order: Vec<u32> = trials.iter().copied().collect::<BTreeSet<u32>>().into_iter().collect();
    for at in 0..order.len() {
        let other = at + generator.below((order.len() - at) as u64) as usize;
        order.swap(at, other);
    }
    order.into_iter().enumerate().map(|(at, trial)| (trial, at % FOLDS)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::Seed;

    /// By hand. Scores 0 and 2 have the mean 1; a prediction that is off by 0.5 leaves a quarter of their variance, one of the
    /// mean all of it, and one of the opposite four times as much.
    #[test]
    fn the_share_is_one_minus_the_error_over_the_variance() {
        let scores = [0.0, 0.0, 2.0, 2.0, 2.0, 0.0];
        let trials = [5, 5, 6, 7, 7, 8];
        let check = |predict: &dyn Fn(f64) -> f64, expected| {
            let found = explained(&scores, &trials, &mut Seed(1).importance_points(), |kept, left_out| {
                let is_kept = |point: &usize| kept.iter().any(|&other| trials[other] == trials[*point]);
                assert!(!left_out.iter().any(is_kept), "{kept:?} {left_out:?}");
                left_out.iter().map(|&point| predict(scores[point])).collect()
            });
            assert_eq!(found, expected);
        };
        check(&|score| score, 1.0);
        check(&|score| score + 0.5, 0.75);
        check(&|_| 1.0, 0.0);
        check(&|score| 2.0 - score, -3.0);
    }
}
