//! How much of the variation of scores is chance.

use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use super::evidence::Evidence;
use super::mean;

/// The variance of a trial's mean between repetitions of the study with other rows.
///
/// The variance of a fold's score has two components: that of its rows, r, which is known well from many rows; and the
/// rest, by which the scores of a trial vary between folds beyond it: initial weights, the order of rows, other training
/// rows. Folds share most of their training rows, so part of the rest is common to all folds. Nadeau and Bengio
/// (2003, "Inference for the generalization error", Machine Learning 52) allow for that by adding the ratio ρ of
/// validation to training rows to the 1/m of a mean over m folds, so the rest contributes rest·(1/m + ρ). The component
/// of rows counts each row once in any number of repeats, and is at least r·ρ, the variance of a test on as many rows
/// as train a network. (Without that bound, equally good configurations of different kinds were found to differ in 13 of
/// 100 simulated studies, where 5 are allowed; with the whole of Nadeau and Bengio's correction on rows, too, in none: 100
/// and 200 runs of the last design of `benches/statistics/ties.py`.)
pub(crate) struct Noise {
    /// The factor on the component of rows in a mean's variance; at least 1.
    pub(crate) inflation: f64,
    /// The component of training in the variance of each trial's mean. 0 for a single fold, from which it can't be estimated.
    pub(crate) training: Vec<f64>,
    /// Degrees of freedom of the estimate of that component; infinite where nothing is estimated.
    pub(crate) degrees_of_freedom: f64,
}

/// The least number of trials in the pooled estimate, if there are as many.
const POOL: usize = 10;

/// A trial keeps its own estimate where a test rejects, at this level, that its variance equals the pool's.
const OWN: f64 = 0.01;

impl Noise {
    /// Estimates the noise from a table of trials × folds. The residual of a score after its trial's mean and its fold's
    /// has the variance of a fold's score; the residual of a row's share after the mean over trials has that of rows.
    ///
    /// The few folds of a trial tell little about its variance, so it is pooled over the better half of trials, at least
    /// ten; trials whose variance an F test rejects at 1 % per side keep their own. A trial whose rows are not known has
    /// r = 0, and all of its variance counts as training's.
    pub(crate) fn estimate(evidence: &Evidence) -> Noise {
        let (trials, folds) = (evidence.trials(), evidence.folds());
        if folds < 2 || trials < 2 {
            return Noise { inflation: 1.0, training: vec![0.0; trials], degrees_of_freedom: f64::INFINITY };
        }
        let pool = trials.div_ceil(2).max(POOL).min(trials);
        let total = fold_variances(evidence, pool);
        let rows = row_variances(evidence, pool);
        let known: Vec<usize> = (0..pool).filter(|&trial| rows[trial].is_some()).collect();
        let pooled = mean(&total[..pool]);
        let excess: Vec<f64> =
            known.iter().map(|&trial| total[trial] - rows[trial].map_or(0.0, |rows| rows.of_fold)).collect();
        let excess = if known.is_empty() { pooled } else { mean(&excess).max(0.0) };
        let (own, all) = ((folds - 1) as f64, ((pool - 1) * (folds - 1)) as f64);
        let f = FisherSnedecor::new(own, all).expect("both are above 0");
        let [least, most] = [OWN, 1.0 - OWN].map(|level| f.inverse_cdf(level) * pooled);
        let mean_factor = |trial: usize| 1.0 / folds as f64 + evidence.ratios[trial];
        let training = |trial: usize| {
            let (common, own) = match rows[trial] {
                Some(rows) => (excess, total[trial] - rows.of_fold),
                None => (pooled, total[trial]),
            };
            mean_factor(trial)
                * match total[trial] {
                    total if total > most => own.max(common),
                    total if total < least => own.clamp(0.0, common),
                    _ => common,
                }
        };
        let sum = |of: &dyn Fn(RowVariance, usize) -> f64| -> f64 {
            known.iter().filter_map(|&trial| Some(of(rows[trial]?, trial))).sum()
        };
        let wanted = sum(&|rows, trial| rows.of_fold * evidence.ratios[trial]);
        let found = sum(&|rows, _| rows.of_mean);
        Noise {
            inflation: if found > 0.0 { (wanted / found).max(1.0) } else { 1.0 },
            training: (0..trials).map(training).collect(),
            degrees_of_freedom: all,
        }
    }
}

/// The variance that rows contribute to a trial's score, about the pool's mean.
#[derive(Clone, Copy, Debug)]
struct RowVariance {
    /// To a fold's score, averaged over folds.
    of_fold: f64,
    /// To the mean over folds, each row counted once in any number of folds.
    of_mean: f64,
}

/// The variance of each trial's scores about its own mean and the mean of the first `pool` trials on each fold.
fn fold_variances(evidence: &Evidence, pool: usize) -> Vec<f64> {
    let folds = evidence.folds();
    let means: Vec<f64> = (0..evidence.trials()).map(|trial| evidence.mean(trial)).collect();
    let of_fold = |fold: usize| (0..pool).map(|trial| evidence.scores[trial][fold] - means[trial]).sum::<f64>();
    let common: Vec<f64> = (0..folds).map(|fold| of_fold(fold) / pool as f64).collect();
    let variance = |(trial, mean): (usize, &f64)| {
        let squares = evidence.scores[trial].iter().zip(&common).map(|(score, common)| (score - mean - common).powi(2));
        squares.sum::<f64>() / (folds - 1) as f64 / pool_factor(trial, pool)
    };
    means.iter().enumerate().map(variance).collect()
}

/// The variance of each trial's shares of rows about the pool's mean; `None` where they are not known.
fn row_variances(evidence: &Evidence, pool: usize) -> Vec<Option<RowVariance>> {
    let known: Vec<&Vec<f32>> = evidence.shares[..pool].iter().flatten().collect();
    let mut common = vec![0.0_f64; evidence.places.len()];
    for shares in &known {
        common.iter_mut().zip(*shares).for_each(|(sum, &share)| *sum += f64::from(share));
    }
    common.iter_mut().for_each(|sum| *sum /= known.len().max(1) as f64);
    let (folds, count) = (evidence.folds() as f64, evidence.rows as f64);
    let mut by_row = vec![0.0_f64; evidence.rows];
    let mut of = |(trial, shares): (usize, &Option<Vec<f32>>)| {
        by_row.fill(0.0);
        let mut squares = vec![0.0_f64; evidence.folds()];
        for ((share, common), place) in shares.as_ref()?.iter().zip(&common).zip(&evidence.places) {
            let own = f64::from(*share) - common;
            squares[place.fold] += own * own;
            by_row[place.row] += own;
        }
        // A share is a row's influence divided by the number of rows of the fold and the number of folds.
        let of_fold = |(squares, &rows): (&f64, &usize)| squares * rows as f64 / (rows.max(2) - 1) as f64;
        let of_fold = folds * squares.iter().zip(&evidence.sizes).map(of_fold).sum::<f64>();
        let of_mean = by_row.iter().map(|share| share * share).sum::<f64>() * count / (count - 1.0).max(1.0);
        // The pool's mean is that of its trials whose rows are known.
        let own = pool_factor(if trial < pool { 0 } else { pool }, known.len());
        Some(RowVariance { of_fold: of_fold / own, of_mean: of_mean / own })
    };
    evidence.shares.iter().enumerate().map(&mut of).collect()
}

/// The factor by which the variance about the pool's mean differs from the variance: less than 1 for a member of the
/// pool, more for another trial.
fn pool_factor(trial: usize, pool: usize) -> f64 {
    let share = 1.0 / pool.max(2) as f64;
    if trial < pool { 1.0 - share } else { 1.0 + share }
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
        let ratios = vec![0.25; noise.len()];
        Evidence { scores, shares, ratios, places, sizes: vec![ROWS; 5], rows: 5 * ROWS }
    }

    /// Averages over many studies: the variance 0.25 of training times 1/5 + 1/4; the difficulty of rows that all trials
    /// share drops out. The component of rows is 1/40 per fold, and 1/200 in the mean.
    #[test]
    fn training_noise_is_separated_from_row_noise() {
        let mut generator = Seed(1).resampling();
        let mean_training = |noise: f64, knows_rows: bool, generator: &mut Generator| {
            let found = (0..100).map(|_| Noise::estimate(&evidence(&[noise; 20], generator, knows_rows)));
            mean(&found.map(|noise| mean(&noise.training)).collect::<Vec<_>>())
        };
        // One trial in a hundred is rejected by chance and keeps its own estimate, which adds a few percent.
        assert!((mean_training(0.5, true, &mut generator) - 0.25 * 0.45).abs() < 0.012);
        // Negative estimates count as 0, so the mean is slightly above 0.
        assert!(mean_training(0.0, true, &mut generator) < 0.002);
        assert!((mean_training(0.5, false, &mut generator) - (0.25 + 1.0 / 40.0) * 0.45).abs() < 0.012);
        let noise = Noise::estimate(&evidence(&[0.5; 20], &mut generator, true));
        assert_eq!(noise.degrees_of_freedom, 9.0 * 4.0);
        // The rows that train a network are four fifths.
        assert!((noise.inflation - 1.25).abs() < 0.05, "{}", noise.inflation);
    }

    #[test]
    fn a_trial_that_varies_more_than_the_pool_keeps_its_own() {
        let mut generator = Seed(2).resampling();
        let mut deviations = [0.1; 20];
        deviations[15] = 2.0;
        let found = Noise::estimate(&evidence(&deviations, &mut generator, true)).training;
        assert!(found[15] > 20.0 * found[0], "{found:?}");
        assert!(found[..15].iter().all(|&variance| variance == found[0]));
    }

    /// Like a deterministic regression among networks; the pool's own mean varies, too, so that it takes many trials to
    /// detect it.
    #[test]
    fn a_trial_that_varies_less_than_the_pool_keeps_its_own() {
        let mut generator = Seed(4).resampling();
        let mut deviations = [4.0; 60];
        deviations[15] = 0.0;
        let found = Noise::estimate(&evidence(&deviations, &mut generator, true)).training;
        assert!(found[15] < found[0] / 10.0, "{found:?}");
    }

    #[test]
    fn a_single_fold_or_trial_tells_nothing_about_training() {
        let mut generator = Seed(3).resampling();
        let mut single = evidence(&[0.5; 3], &mut generator, true);
        single.sizes.truncate(1);
        single.scores.iter_mut().for_each(|scores| scores.truncate(1));
        for evidence in [single, evidence(&[0.5], &mut generator, true)] {
            let noise = Noise::estimate(&evidence);
            assert!(noise.training.iter().all(|&variance| variance == 0.0));
            assert_eq!((noise.inflation, noise.degrees_of_freedom), (1.0, f64::INFINITY));
        }
    }

    /// Expected value from `scipy.stats.f.ppf(0.99, 4, 36)` 1.17.1.
    #[test]
    fn f_quantiles_match_scipy() {
        let bound = FisherSnedecor::new(4.0, 36.0).unwrap().inverse_cdf(1.0 - OWN);
        assert!((bound - 3.890_308_263_686_778).abs() < 1e-6, "{bound}");
    }
}
