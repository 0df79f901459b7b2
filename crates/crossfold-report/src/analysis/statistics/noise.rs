//! How much of the variation of scores is due to training.

use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor};

use super::evidence::Evidence;
use super::mean;
use super::moderation::{Estimates, moderate, trigamma};

/// The component of each trial's variance that is due to training: initial weights, the order of rows, other training rows.
///
/// The variance between folds of a trial's scores, after its mean and the mean of all better trials on each fold, has two
/// sources: the folds' rows, known well from many rows, and training. These differences of like trials are independent of each
/// other (Helmert 1876, "Die Genauigkeit der Formel von Peters zur Berechnung des wahrscheinlichen Beobachtungsfehlers",
/// Astronomische Nachrichten 88). The few folds of a trial tell little about the ratio λ of all of it to that of rows, so λ is
/// [moderated](super::moderation) over the trials that are at least as good, except of trials that vary more than chance
/// explains. Worse trials have no part in it: they may be unlike any that is worth comparing.
pub(crate) struct Noise {
    /// Of the first trial and each other one, as the trials tell that are no worse than the other.
    pub(crate) of_pairs: Vec<[TrialNoise; 2]>,
}

/// The variance of a trial's mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TrialNoise {
    /// The part due to training.
    pub(crate) training: f64,
    /// All of it, as the folds show it.
    pub(crate) total: f64,
    /// Degrees of freedom of that estimate.
    pub(crate) degrees_of_freedom: f64,
}

/// A trial keeps half of its own estimate where an F test rejects, at this level, that its variance is like the others'.
const OUTLIER: f64 = 0.01;

impl Noise {
    /// Estimates the noise from a table of trials × folds. A single fold tells nothing about training. Of a trial whose rows
    /// are not known, all variance counts as training's.
    pub(crate) fn estimate(evidence: &Evidence) -> Noise {
        let (trials, known) = (evidence.trials(), evidence.known());
        if evidence.folds() < 2 {
            let none = TrialNoise { training: 0.0, total: 0.0, degrees_of_freedom: f64::INFINITY };
            return Noise { of_pairs: vec![[none; 2]; trials.saturating_sub(1)] };
        }
        if known.len() == trials {
            return Noise { of_pairs: estimate_among(evidence, &known, true) };
        }
        let all: Vec<usize> = (0..trials).collect();
        let mut of_pairs = estimate_among(evidence, &all, false);
        for (&trial, [first, own]) in known.iter().skip(1).zip(estimate_among(evidence, &known, true)) {
            of_pairs[trial - 1] = [if known[0] == 0 { first } else { of_pairs[trial - 1][0] }, own];
        }
        Noise { of_pairs }
    }

    /// The component of training of a trial.
    pub(crate) fn training(&self, trial: usize) -> f64 {
        match trial.checked_sub(1) {
            Some(other) => self.of_pairs[other][1].training,
            None => self.of_pairs.last().map_or(0.0, |[first, _]| first.training),
        }
    }
}

/// The variances between folds of a trial's difference to the mean of others, in units of the trial's own.
#[derive(Clone, Copy)]
struct FoldVariance {
    found: f64,
    /// What the rows explain of it; 1 where they are not known.
    expected: f64,
}

/// For each of some trials in the leaderboard's order, but the first: the variances of the first and of itself, each about the
/// mean of all others that are no worse.
fn compare_with_better(evidence: &Evidence, trials: &[usize], knows_rows: bool) -> Vec<[FoldVariance; 2]> {
    let Some((&first, others)) = trials.split_first() else { return Vec::new() };
    let shares = |trial: usize| {
        let shares = evidence.shares[trial].as_ref().filter(|_| knows_rows);
        shares.into_iter().flatten().map(|&share| f64::from(share))
    };
    let mut scores = evidence.scores[first].clone();
    let mut sums: Vec<f64> = shares(first).collect();
    let mut compare = |(place, &trial): (usize, &usize)| {
        let better = (place + 1) as f64;
        scores.iter_mut().zip(&evidence.scores[trial]).for_each(|(sum, score)| *sum += score);
        sums.iter_mut().zip(shares(trial)).for_each(|(sum, share)| *sum += share);
        [first, trial].map(|member| {
            let apart = |(sum, own): (&f64, f64)| own - (sum - own) / better;
            let of_folds: Vec<f64> = scores.iter().zip(evidence.scores[member].iter().copied()).map(apart).collect();
            let scale = 1.0 + 1.0 / better;
            let expected = evidence.fold_variance(sums.iter().zip(shares(member)).map(apart)) / scale;
            FoldVariance {
                found: super::sample_variance(&of_folds, mean(&of_folds)) / scale,
                expected: if knows_rows { expected } else { 1.0 },
            }
        })
    };
    others.iter().enumerate().map(&mut compare).collect()
}

/// The noise of the first of some trials and of each other one, as the trials up to that one tell.
fn estimate_among(evidence: &Evidence, trials: &[usize], knows_rows: bool) -> Vec<[TrialNoise; 2]> {
    let folds = evidence.folds() as f64;
    let variances = compare_with_better(evidence, trials, knows_rows);
    let mut pool: Vec<FoldVariance> = variances.iter().take(1).map(|&[first, _]| first).collect();
    let mut estimate = |&[first, own]: &[FoldVariance; 2]| {
        pool[0] = first;
        pool.push(own);
        let ratios = moderate_ratios(&pool, folds - 1.0);
        [0, pool.len() - 1].map(|place| {
            let (ratio, degrees_of_freedom) = ratios[place];
            let rows = pool[place].expected / folds;
            let beyond_rows = if knows_rows { (ratio - 1.0).max(0.0) } else { ratio };
            TrialNoise { training: beyond_rows * rows, total: ratio * rows, degrees_of_freedom }
        })
    };
    variances.iter().map(&mut estimate).collect()
}

/// The moderated ratios of found to expected variances, and their degrees of freedom; `freedom` are those of each that is
/// found. The common ratio is that of sums: the mean of ratios is too great, since some expected variances are small.
fn moderate_ratios(variances: &[FoldVariance], freedom: f64) -> Vec<(f64, f64)> {
    /// Below it a variance is none; above 0, so that ratios are finite.
    const LEAST: f64 = 1e-200;
    let floor =
        1e-12 * variances.iter().map(|variance| variance.expected).sum::<f64>() / variances.len() as f64 + LEAST;
    let ratio = |variance: &FoldVariance| variance.found / variance.expected.max(floor);
    let ratios: Vec<f64> = variances.iter().map(ratio).collect();
    let all = freedom * (ratios.len().max(2) - 1) as f64;
    let bound = outlier_bound(&ratios, freedom, all);
    let usual = || variances.iter().zip(&ratios).filter(|(_, ratio)| **ratio <= bound);
    let found: f64 = usual().map(|(variance, _)| variance.found).sum();
    let common = found / usual().map(|(variance, _)| variance.expected.max(floor)).sum::<f64>();
    let mut estimates = Estimates::default();
    // A trial without any variance would have an infinite logarithm.
    usual().for_each(|(_, ratio)| estimates.add(ratio.max(1e-6 * common + LEAST)));
    let prior = if estimates.count > 2 { estimates.prior_freedom(trigamma(freedom / 2.0)) } else { f64::INFINITY };
    let moderated = |&ratio: &f64| match ratio <= bound {
        true => (moderate(ratio, freedom, common, prior), (freedom + prior).min(all)),
        false => ((ratio + common) / 2.0, 2.0 * freedom),
    };
    ratios.iter().map(moderated).collect()
}

/// The ratio above which a trial varies more than chance explains, judged by the median ratio, which such trials hardly move;
/// infinite for two trials, whose ratios are the same.
fn outlier_bound(ratios: &[f64], freedom: f64, all: f64) -> f64 {
    if ratios.len() < 3 {
        return f64::INFINITY;
    }
    let chi_squared = ChiSquared::new(freedom).expect("degrees of freedom are above 0");
    let f = FisherSnedecor::new(freedom, all).expect("degrees of freedom are above 0");
    median(ratios.to_vec()) * freedom / chi_squared.inverse_cdf(0.5) * f.inverse_cdf(1.0 - OUTLIER)
}

/// The median; 0 for no values.
fn median(mut values: Vec<f64>) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let middle = values.len() / 2;
    let (lower, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if last % 2 == 0 { upper } else { (lower.iter().copied().fold(f64::NEG_INFINITY, f64::max) + upper) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::statistics::evidence::Place;
    use crossfold_study::{Generator, Seed};

    const ROWS: usize = 40;

    /// Trials on five folds of forty rows: training has the standard deviations `noise`, rows have 1.
    fn evidence(noise: &[f64], generator: &mut Generator, knows_rows: bool) -> Evidence {
        let places = (0..5 * ROWS).map(|row| Place { fold: row / ROWS, row }).collect();
        let mut common: Vec<f64> = (0..5 * ROWS).map(|_| 3.0 * generator.normal()).collect();
        common.iter_mut().for_each(|row| *row += 1.0);
        let (mut scores, mut shares) = (Vec::new(), Vec::new());
        for noise in noise {
            let rows: Vec<f64> = common.iter().map(|common| common + generator.normal()).collect();
            let of_fold: Vec<f64> = rows.chunks(ROWS).map(mean).collect();
            let share = |(row, value): (usize, &f64)| ((value - of_fold[row / ROWS]) / (5 * ROWS) as f64) as f32;
            shares.push(knows_rows.then(|| rows.iter().enumerate().map(share).collect()));
            scores.push(of_fold.iter().map(|mean| mean + noise * generator.normal()).collect());
        }
        Evidence { scores, shares, places, sizes: vec![ROWS; 5], rows: 5 * ROWS }
    }

    /// Averages over many studies: the variance 0.25 of training over 5 folds; the difficulty of rows that all trials
    /// share drops out. The component of rows is 1/40 per fold.
    #[test]
    fn training_noise_is_separated_from_row_noise() {
        let mut generator = Seed(1).resampling();
        let mean_training = |noise: f64, knows_rows: bool, generator: &mut Generator| {
            let found = (0..100).map(|_| Noise::estimate(&evidence(&[noise; 20], generator, knows_rows)));
            mean(&found.map(|noise| noise.of_pairs[18][1].training).collect::<Vec<_>>())
        };
        let found = mean_training(0.5, true, &mut generator);
        assert!((found - 0.25 / 5.0).abs() < 0.004, "{found}");
        // Negative estimates count as 0, so the mean is slightly above 0.
        assert!(mean_training(0.0, true, &mut generator) < 0.001);
        let found = mean_training(0.5, false, &mut generator);
        assert!((found - (0.25 + 1.0 / 40.0) / 5.0).abs() < 0.005, "{found}");
    }

    #[test]
    fn a_trial_that_varies_more_than_others_keeps_half_its_own() {
        let mut generator = Seed(2).resampling();
        let mut deviations = [0.1; 20];
        deviations[15] = 2.0;
        let Noise { of_pairs } = Noise::estimate(&evidence(&deviations, &mut generator, true));
        assert!(of_pairs[14][1].training > 20.0 * of_pairs[18][1].training, "{of_pairs:?}");
        assert_eq!(of_pairs[14][1].degrees_of_freedom, 8.0);
        let usual = [13, 18].map(|place| of_pairs[place][1].degrees_of_freedom);
        assert!(usual.iter().all(|&freedom| freedom > 8.0), "{usual:?}");
    }

    /// Whatever is worse than a trial has no part in what its own test is made of.
    #[test]
    fn worse_trials_change_nothing_for_better_ones() {
        let mut generator = Seed(6).resampling();
        let mut with = evidence(&[0.1, 0.1, 0.1, 9.0, 0.0, 5.0, 7.0], &mut generator, true);
        let found = Noise::estimate(&with);
        with.scores.truncate(3);
        with.shares.truncate(3);
        assert_eq!(found.of_pairs[..2], Noise::estimate(&with).of_pairs);
    }

    /// Where two kinds of trials have different noise, each keeps most of its own; where all have the same, they share it.
    #[test]
    fn unequal_noise_is_moderated_and_equal_noise_is_pooled() {
        let mut generator = Seed(4).resampling();
        let deviations: Vec<f64> = (0..60).map(|trial| if trial % 2 == 0 { 4.0 } else { 0.3 }).collect();
        let found = estimate_among(&evidence(&deviations, &mut generator, true), &(0..60).collect::<Vec<_>>(), true);
        let of = |rest: usize| {
            let kind = (30..60).filter(|trial| trial % 2 == rest);
            mean(&kind.map(|trial| found[trial - 1][1].total).collect::<Vec<_>>())
        };
        assert!(of(0) > 4.0 * of(1), "{} {}", of(0), of(1));
        let pooled = moderate_ratios(&[1.0, 1.1, 0.9, 1.0].map(|found| FoldVariance { found, expected: 1.0 }), 4.0);
        assert_eq!(pooled, [(1.0, 12.0); 4]);
    }

    /// By hand: sums of 3 and 4 over 1 and 1; two trials have the same ratio, and what the first has too few degrees of
    /// freedom for, the second lacks as well.
    #[test]
    fn two_trials_share_their_ratio() {
        let variances = [3.0, 4.0].map(|found| FoldVariance { found, expected: 1.0 });
        assert_eq!(moderate_ratios(&variances, 4.0), [(3.5, 4.0); 2]);
    }

    #[test]
    fn a_single_fold_or_trial_tells_nothing_about_training() {
        let mut generator = Seed(3).resampling();
        let mut single = evidence(&[0.5; 3], &mut generator, true);
        single.sizes.truncate(1);
        single.scores.iter_mut().for_each(|scores| scores.truncate(1));
        for evidence in [single, evidence(&[0.5], &mut generator, true)] {
            let noise = Noise::estimate(&evidence);
            assert!(noise.of_pairs.iter().flatten().all(|noise| noise.training == 0.0 && noise.total == 0.0));
            assert_eq!(noise.training(0), 0.0);
        }
    }

    #[test]
    fn medians_match_numpy() {
        assert_eq!([median(vec![3.0, 1.0, 2.0]), median(vec![4.0, 1.0, 3.0, 2.0]), median(vec![])], [2.0, 2.5, 0.0]);
    }

    /// By hand from `scipy.stats.f.isf(0.01, 4, 8)` (7.006077) and `scipy.stats.chi2.median(4)` (3.356694), SciPy 1.17.1.
    #[test]
    fn the_bound_on_outliers_matches_scipy() {
        let bound = outlier_bound(&[5.0, 2.0, 1.0], 4.0, 8.0);
        assert!((bound - 2.0 * 4.0 / 3.356_694 * 7.006_077).abs() < 1e-4, "{bound}");
    }
}
