//! The out-of-bag error of a forest (Breiman 2001, "Random forests", Machine Learning 45, section 3.1): how well trees predict
//! trials that they haven't learned from.

use std::collections::{BTreeMap, BTreeSet};

/// The predictions of trees for trials that they haven't learned from. A trial may stand for several points, which have the
/// same score: a tree that has learned from one of them knows the others.
pub(super) struct OutOfBag<'a> {
    /// The trial of each point.
    trials: &'a [u32],
    predictions: BTreeMap<u32, Predictions>,
}

#[derive(Clone, Copy, Default)]
struct Predictions {
    sum: f64,
    count: f64,
}

impl<'a> OutOfBag<'a> {
    pub(super) fn new(trials: &'a [u32]) -> OutOfBag<'a> {
        OutOfBag { trials, predictions: BTreeMap::new() }
    }

    /// Adds the predictions of a tree that has learned from each point as often as `counts` says.
    pub(super) fn add(&mut self, counts: &[f64], predict: impl Fn(usize) -> f64) {
        let drawn: BTreeSet<u32> = (0..counts.len()).filter(|&at| counts[at] > 0.0).map(|at| self.trials[at]).collect();
        for (point, trial) in self.trials.iter().enumerate().filter(|(_, trial)| !drawn.contains(trial)) {
            let predictions = self.predictions.entry(*trial).or_default();
            predictions.sum += predict(point);
            predictions.count += 1.0;
        }
    }

    /// The share of the variance of `scores` between trials that the mean predictions explain (R²). 0 where fewer than two trials
    /// were predicted or their scores are equal.
    pub(super) fn explained(&self, scores: &[f64]) -> f64 {
        // All points of a trial have its score.
        let known: BTreeMap<u32, f64> = self.trials.iter().copied().zip(scores.iter().copied()).collect();
        let pairs: Vec<[f64; 2]> =
            self.predictions.iter().map(|(trial, all)| [known[trial], all.sum / all.count]).collect();
        let mean = pairs.iter().map(|[score, _]| score).sum::<f64>() / pairs.len() as f64;
        let variance: f64 = pairs.iter().map(|[score, _]| (score - mean).powi(2)).sum();
        let error: f64 = pairs.iter().map(|[score, predicted]| (score - predicted).powi(2)).sum();
        if variance > 0.0 { 1.0 - error / variance } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand. The first tree has learned from trials 7 and 8, so it predicts 9, twice; the second from 8 and 9. Trial 8 is never
    /// predicted. Scores 1 and 3 have the mean 2 and squares of 2; predictions of 1.5 and 2.5 leave 0.5.
    #[test]
    fn only_trials_without_a_drawn_point_are_predicted() {
        let mut predictions = OutOfBag::new(&[7, 7, 8, 9, 9]);
        predictions.add(&[1.0, 0.0, 2.0, 0.0, 0.0], |point| point as f64 - 1.0);
        predictions.add(&[0.0, 0.0, 1.0, 1.0, 0.0], |point| point as f64 + 1.0);
        assert_eq!(predictions.explained(&[1.0, 1.0, 50.0, 3.0, 3.0]), 1.0 - 0.5 / 2.0);
        assert_eq!(OutOfBag::new(&[1, 2]).explained(&[0.0, 1.0]), 0.0);
    }
}
