//! Limits on scores far below the best trial's, such as those of a trial that diverged without failing.

use super::evidence::Evidence;
use super::{mean, sample_variance};

/// The distance below the best trial, in standard errors of a fold's score, that a score counts as at most. Without the
/// limit, one exploded loss is most of a trial's variance, and the trial can't be shown to be worse.
const LIMIT: f64 = 10.0;

/// How far scores were moved towards the first trial's.
pub(crate) struct Winsorized {
    /// By trial and fold, the share that is left of the distance.
    factors: Vec<Vec<f64>>,
}

impl Winsorized {
    /// Scores that stay where they are.
    pub(crate) fn none(evidence: &Evidence) -> Winsorized {
        Winsorized { factors: vec![vec![1.0; evidence.folds()]; evidence.trials()] }
    }

    /// The scores of a trial before they were moved, and the shares of its rows.
    pub(crate) fn original(&self, evidence: &Evidence, trial: usize) -> (Vec<f64>, Option<Vec<f64>>) {
        let factors = &self.factors[trial];
        let undo = |first: f64, own: f64, factor: f64| if factor < 1.0 { first + (own - first) / factor } else { own };
        let scores = evidence.scores[0].iter().zip(&evidence.scores[trial]).zip(factors);
        let scores = scores.map(|((&first, &own), &factor)| undo(first, own, factor)).collect();
        let shares = evidence.shares[trial].as_ref().map(|own| {
            let first = |place: usize| evidence.shares[0].as_ref().map_or(0.0, |first| f64::from(first[place]));
            let undo_share =
                |(number, (&own, place)): (usize, (&f32, &super::evidence::Place))| match factors[place.fold] {
                    // Where the first trial's rows are not known, no share was moved.
                    factor if evidence.shares[0].is_some() => undo(first(number), f64::from(own), factor),
                    _ => f64::from(own),
                };
            own.iter().zip(&evidence.places).enumerate().map(undo_share).collect()
        });
        (scores, shares)
    }
}

impl Evidence {
    /// Moves scores that are further than [`LIMIT`] below the first trial's on a fold to that distance (Winsor's method; Dixon
    /// 1960, "Simplified estimation from censored normal samples", Annals of Mathematical Statistics 31). The trial's shares of
    /// the fold's rows move towards the first trial's by the same factor, so its gap and the gap's standard error stay in
    /// proportion.
    ///
    /// The limit depends on the first trial alone: no number of bad trials changes what a good one counts as.
    ///
    /// Returns how far they were moved.
    pub(crate) fn winsorize(&mut self) -> Winsorized {
        let reach = LIMIT * self.fold_error();
        let mut moved = Winsorized::none(self);
        let Some((first, others)) = self.scores.split_first_mut().filter(|_| reach > 0.0) else { return moved };
        let (first_shares, other_shares) = self.shares.split_at_mut(1);
        for ((scores, shares), kept) in others.iter_mut().zip(other_shares).zip(&mut moved.factors[1..]) {
            let factor = |(first, own): (&f64, &f64)| (reach / (first - own).max(reach)).min(1.0);
            let factors: Vec<f64> = first.iter().zip(&*scores).map(factor).collect();
            let move_towards = |first: f64, own: f64, factor: f64| match factor < 1.0 {
                true => first + factor * (own - first),
                false => own,
            };
            let moved = scores.iter_mut().zip(&*first).zip(&factors);
            moved.for_each(|((own, first), factor)| *own = move_towards(*first, *own, *factor));
            if let (Some(shares), Some(first)) = (shares, &first_shares[0]) {
                for ((own, first), place) in shares.iter_mut().zip(first).zip(&self.places) {
                    *own = move_towards(f64::from(*first), f64::from(*own), factors[place.fold]) as f32;
                }
            }
            *kept = factors;
        }
        moved
    }

    /// The standard error of the first trial's score on a fold: by its rows or by its folds, whichever is more. 0 for a
    /// single fold whose rows are not known.
    fn fold_error(&self) -> f64 {
        let folds = self.folds();
        let Some(scores) = self.scores.first().filter(|_| folds > 0) else { return 0.0 };
        let by_folds = if folds > 1 { sample_variance(scores, mean(scores)) } else { 0.0 };
        let by_rows = |shares: &Vec<f32>| self.fold_variance(shares.iter().map(|&share| f64::from(share)));
        by_folds.max(self.shares[0].as_ref().map_or(0.0, by_rows)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::statistics::evidence::Place;

    /// By hand: shares of ±0.01 of two rows on each of two folds are a variance of 4 · 2 · 0.0002 = 0.0016 of a fold's score,
    /// and scores of 1.00 and 1.04 one of 0.0008. So the limit is 0.4 below.
    #[test]
    fn a_score_far_below_the_best_counts_as_at_the_limit() {
        let mut evidence = Evidence {
            scores: vec![vec![1.0, 1.04], vec![0.7, 0.8], vec![-999.0, 0.9], vec![-999.0, 9.0]],
            shares: vec![
                Some(vec![0.01, -0.01, 0.01, -0.01]),
                Some(vec![0.3, -0.3, 0.3, -0.3]),
                Some(vec![100.01, -100.01, 0.5, -0.5]),
                None,
            ],
            places: (0..4).map(|row| Place { fold: row / 2, row }).collect(),
            sizes: vec![2, 2],
            rows: 4,
        };
        let unmoved = (evidence.scores[1].clone(), evidence.shares[1].clone());
        let moved = evidence.winsorize();
        assert_eq!((&evidence.scores[1], &evidence.shares[1]), (&unmoved.0, &unmoved.1));
        assert!((evidence.scores[2][0] - 0.6).abs() < 1e-6 && evidence.scores[2][1] == 0.9, "{:?}", evidence.scores[2]);
        assert!((evidence.scores[3][0] - 0.6).abs() < 1e-6 && evidence.scores[3][1] == 9.0, "{:?}", evidence.scores[3]);
        // The first trial's share, and what the other's is beyond it by the same factor of 0.4 / 1000.
        let shares = evidence.shares[2].as_ref().unwrap();
        assert!((shares[0] - 0.05).abs() < 1e-6 && shares[0] == -shares[1], "{shares:?}");
        assert_eq!(shares[2..], [0.5, -0.5]);
        // What was moved can be had back.
        let (scores, shares) = moved.original(&evidence, 2);
        assert!((scores[0] + 999.0).abs() < 1e-6 && scores[1] == 0.9, "{scores:?}");
        let shares = shares.unwrap();
        assert!((shares[0] - 100.01).abs() < 1e-3 && shares[2..] == [0.5, -0.5], "{shares:?}");
        assert!(moved.original(&evidence, 3).1.is_none());
    }

    /// Without rows the limit is by the folds' scores, which vary by √0.0008.
    #[test]
    fn without_rows_folds_tell_the_limit() {
        let mut evidence = Evidence {
            scores: vec![vec![1.0, 1.04], vec![0.0, 0.9]],
            shares: vec![None, None],
            places: Vec::new(),
            sizes: vec![2, 2],
            rows: 4,
        };
        evidence.winsorize();
        assert!(
            (evidence.scores[1][0] - (1.0 - 10.0 * 0.0008_f64.sqrt())).abs() < 1e-9 && evidence.scores[1][1] == 0.9
        );
        evidence.scores.iter_mut().for_each(|scores| scores.truncate(1));
        evidence.sizes.truncate(1);
        evidence.scores[1][0] = -1e9;
        evidence.winsorize();
        assert_eq!(evidence.scores[1], [-1e9], "a single score has no standard error");
    }
}
