//! How much of the variation of scores is due to training.

use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor};

use super::evidence::Evidence;
use super::mean;
use super::moderation::{moderate, prior_freedom, trigamma};
use super::winsorize::median;

/// The component of each trial's variance that is due to training: initial weights, the order of rows, other training rows.
///
/// The variance between folds of a trial's scores, after the trial's mean and the better trials' mean on each fold, has two
/// sources: the folds' rows, known well from many rows, and training. The few folds of a trial tell little about the
/// ratio λ of all of it to that of rows, so λ is [moderated](super::moderation) over trials, except of trials that vary more
/// than chance explains.
pub(crate) struct Noise {
    /// The part due to training of each trial's variance.
    pub(crate) training: Vec<f64>,
    /// All of each trial's variance, as its folds show it.
    pub(crate) total: Vec<f64>,
    /// Degrees of freedom of that estimate.
    pub(crate) degrees_of_freedom: Vec<f64>,
}

/// A trial keeps half of its own estimate where an F test rejects, at this level, that its variance is like the others'.
const OUTLIER: f64 = 0.01;

impl Noise {
    /// Estimates the noise from a table of trials × folds. A single fold tells nothing about training. Of a trial whose rows
    /// are not known, all variance counts as training's.
    pub(crate) fn estimate(evidence: &Evidence) -> Noise {
        let (trials, folds) = (evidence.trials(), evidence.folds());
        if folds < 2 || trials < 2 {
            let none = vec![0.0; trials];
            return Noise { training: none.clone(), total: none, degrees_of_freedom: vec![f64::INFINITY; trials] };
        }
        let mut known = evidence.known();
        if known.len() < 2 {
            known.clear();
        }
        let reference = Reference::new(if known.is_empty() { (0..trials).collect() } else { known.clone() });
        let of_folds = reference.fold_variances(evidence);
        let of_rows = if known.is_empty() { Vec::new() } else { reference.row_variances(evidence, &known) };

        let freedom = (folds - 1) as f64;
        let of_mean = |variance: f64| variance / folds as f64;
        let all = moderate_ratios(&of_folds, &vec![1.0; trials], freedom);
        let mut noise = Noise {
            training: all.iter().map(|&(variance, _)| of_mean(variance)).collect(),
            total: all.iter().map(|&(variance, _)| of_mean(variance)).collect(),
            degrees_of_freedom: all.iter().map(|&(_, freedom)| freedom).collect(),
        };
        let of_known: Vec<f64> = known.iter().map(|&trial| of_folds[trial]).collect();
        let ratios = moderate_ratios(&of_known, &of_rows, freedom);
        for ((&trial, rows), (ratio, freedom)) in known.iter().zip(of_rows).zip(ratios) {
            noise.total[trial] = of_mean(ratio * rows);
            noise.training[trial] = of_mean((ratio - 1.0).max(0.0) * rows);
            noise.degrees_of_freedom[trial] = freedom;
        }
        noise
    }
}

/// The better half of some trials, whose mean stands for what is difficult about a fold.
struct Reference {
    members: Vec<usize>,
}

impl Reference {
    /// `trials` are in the leaderboard's order.
    fn new(mut trials: Vec<usize>) -> Reference {
        trials.truncate(trials.len().div_ceil(2).max(2));
        Reference { members: trials }
    }

    /// The variance of each trial's scores about its own mean and the reference's on each fold.
    fn fold_variances(&self, evidence: &Evidence) -> Vec<f64> {
        let folds = evidence.folds();
        let of_fold =
            |fold: usize| mean(&self.members.iter().map(|&trial| evidence.scores[trial][fold]).collect::<Vec<_>>());
        let common: Vec<f64> = (0..folds).map(of_fold).collect();
        let variance = |trial: usize| {
            let own: Vec<f64> =
                evidence.scores[trial].iter().zip(&common).map(|(score, common)| score - common).collect();
            super::sample_variance(&own, mean(&own)) / self.factor(trial)
        };
        (0..evidence.trials()).map(variance).collect()
    }

    /// The variance between folds that the rows of `trials` explain, averaged over folds: a share is a row's influence
    /// divided by the number of rows of the fold and the number of folds.
    fn row_variances(&self, evidence: &Evidence, trials: &[usize]) -> Vec<f64> {
        let mut common = vec![0.0_f64; evidence.places.len()];
        for shares in self.members.iter().filter_map(|&trial| evidence.shares[trial].as_ref()) {
            common.iter_mut().zip(shares).for_each(|(sum, &share)| *sum += f64::from(share));
        }
        common.iter_mut().for_each(|sum| *sum /= self.members.len() as f64);
        let folds = evidence.folds();
        let variance = |&trial: &usize| {
            let mut squares = vec![0.0_f64; folds];
            let shares = evidence.shares[trial].iter().flatten();
            for ((share, common), place) in shares.zip(&common).zip(&evidence.places) {
                let own = f64::from(*share) - common;
                squares[place.fold] += own * own;
            }
            let of_fold = |(squares, &rows): (&f64, &usize)| squares * rows as f64 / (rows.max(2) - 1) as f64;
            folds as f64 * squares.iter().zip(&evidence.sizes).map(of_fold).sum::<f64>() / self.factor(trial)
        };
        trials.iter().map(variance).collect()
    }

    /// The factor by which the variance about the reference's mean differs from the variance: less than 1 for a member,
    /// more for another trial.
    fn factor(&self, trial: usize) -> f64 {
        let share = 1.0 / self.members.len() as f64;
        if self.members.contains(&trial) { 1.0 - share } else { 1.0 + share }
    }
}

/// The moderated ratios of `found` to `expected` variances, and their degrees of freedom; `freedom` are those of each that is
/// found. The common ratio is that of sums: the mean of ratios is too great, since some expected variances are small.
fn moderate_ratios(found: &[f64], expected: &[f64], freedom: f64) -> Vec<(f64, f64)> {
    /// Below it a variance is none; above 0, so that ratios are finite.
    const LEAST: f64 = 1e-200;
    let floor = 1e-12 * mean(expected) + LEAST;
    let expected: Vec<f64> = expected.iter().map(|&variance| variance.max(floor)).collect();
    let ratios: Vec<f64> = found.iter().zip(&expected).map(|(found, expected)| found / expected).collect();
    let all = freedom * (ratios.len().max(2) - 1) as f64;
    let bound = outlier_bound(&ratios, freedom, all);
    let usual: Vec<usize> = (0..ratios.len()).filter(|&place| ratios[place] <= bound).collect();
    let sum = |values: &[f64]| usual.iter().map(|&place| values[place]).sum::<f64>();
    let common = sum(found) / sum(&expected);
    // A trial without any variance would have an infinite logarithm.
    let positive: Vec<f64> = usual.iter().map(|&place| ratios[place].max(1e-6 * common + LEAST)).collect();
    let prior = if usual.len() > 2 { prior_freedom(&positive, trigamma(freedom / 2.0)) } else { f64::INFINITY };
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
            mean(&found.map(|noise| mean(&noise.training)).collect::<Vec<_>>())
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
        let Noise { training, degrees_of_freedom, .. } = Noise::estimate(&evidence(&deviations, &mut generator, true));
        assert!(training[15] > 20.0 * training[0], "{training:?}");
        assert_eq!(degrees_of_freedom[15], 8.0);
        assert!(degrees_of_freedom[..15].iter().all(|&freedom| freedom > 8.0), "{degrees_of_freedom:?}");
    }

    /// Where two kinds of trials have different noise, each keeps most of its own; where all have the same, they share it.
    #[test]
    fn unequal_noise_is_moderated_and_equal_noise_is_pooled() {
        let mut generator = Seed(4).resampling();
        let deviations: Vec<f64> = (0..60).map(|trial| if trial % 2 == 0 { 4.0 } else { 0.3 }).collect();
        let Noise { total, .. } = Noise::estimate(&evidence(&deviations, &mut generator, true));
        let of = |rest: usize| {
            mean(&(0..60).filter(|trial| trial % 2 == rest).map(|trial| total[trial]).collect::<Vec<_>>())
        };
        assert!(of(0) > 4.0 * of(1), "{} {}", of(0), of(1));
        let pooled = moderate_ratios(&[1.0, 1.1, 0.9, 1.0], &[1.0; 4], 4.0);
        assert_eq!(pooled, [(1.0, 12.0); 4]);
    }

    /// By hand: sums of 3 and 4 over 1 and 1; two trials have the same ratio, and what the first has too few degrees of
    /// freedom for, the second lacks as well.
    #[test]
    fn two_trials_share_their_ratio() {
        assert_eq!(moderate_ratios(&[3.0, 4.0], &[1.0, 1.0], 4.0), [(3.5, 4.0); 2]);
    }

    #[test]
    fn a_single_fold_or_trial_tells_nothing_about_training() {
        let mut generator = Seed(3).resampling();
        let mut single = evidence(&[0.5; 3], &mut generator, true);
        single.sizes.truncate(1);
        single.scores.iter_mut().for_each(|scores| scores.truncate(1));
        for evidence in [single, evidence(&[0.5], &mut generator, true)] {
            let noise = Noise::estimate(&evidence);
            assert!(noise.training.iter().chain(&noise.total).all(|&variance| variance == 0.0));
        }
    }

    /// By hand from `scipy.stats.f.isf(0.01, 4, 8)` (7.006077) and `scipy.stats.chi2.median(4)` (3.356694), SciPy 1.17.1.
    #[test]
    fn the_bound_on_outliers_matches_scipy() {
        let bound = outlier_bound(&[5.0, 2.0, 1.0], 4.0, 8.0);
        assert!((bound - 2.0 * 4.0 / 3.356_694 * 7.006_077).abs() < 1e-4, "{bound}");
    }
}
