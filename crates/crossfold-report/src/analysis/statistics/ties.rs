//! Which trials are statistically tied with the best.

use crossfold_study::Generator;
use statrs::distribution::{ContinuousCDF, Normal};

use super::evidence::Evidence;
use super::noise::{Noise, TrialNoise};
use super::row_variances::{RowVariances, pair};
use super::variance::Variance;

/// The significance level of all tests.
pub(crate) const LEVEL: f64 = 0.05;

/// The power at which a gap is [detectable](Ties::detectable).
const POWER: f64 = 0.8;

/// The comparison of each trial with the best one.
///
/// The best trial is *selected*: the greatest of many scores is partly luck. So the question is how far apart the best
/// and any other would be if all were equally good. Scores are drawn around a common value: rows are resampled from
/// those that validated (so that trials that are right on the same rows move together), and the noise of training is
/// added. In each draw the best is selected as in the study, and the greatest gap to it, in standard errors, is
/// recorded. A gap is significant if the [score](Variance::normal_score) of its pair exceeds all but 5 % of these.
/// Trials are tested in steps, from the largest gap on, each among those left (Romano and Wolf 2005, "Exact and approximate stepdown methods for multiple
/// hypothesis testing", JASA 100; on the max statistic Westfall and Young 1993, "Resampling-based multiple testing";
/// on comparing with the best Hsu 1984, "Constrained simultaneous confidence intervals for multiple comparisons with the
/// best", Annals of Statistics 12). So any of the trials that are no worse than the best is called worse in at most
/// 5 % of studies, whatever their number.
#[derive(Clone, Debug)]
pub(crate) struct Ties {
    /// The adjusted p-value of each trial but the first.
    pub(crate) adjusted: Vec<f64>,
    /// The p-value of each such trial's gap, as if no other had been compared.
    pub(crate) single: Vec<f64>,
    /// The variance of each such trial's gap to the first; 0 for one that always moves with it.
    pub(crate) variances: Vec<Variance>,
    /// The number of standard errors from which a gap is significant.
    pub(crate) critical: f64,
}

impl Ties {
    /// Compares the trials with the first. `deviations` are those of resampled rows, draws × trials, without the noise of
    /// training.
    pub(crate) fn test(
        evidence: &Evidence,
        noise: &Noise,
        rows: &RowVariances,
        mut deviations: Vec<Vec<f32>>,
        generator: &mut Generator,
    ) -> Ties {
        let trials = evidence.trials();
        add_noise(&mut deviations, noise, evidence.rows, generator);
        let gap = |trial: usize| evidence.mean(0) - evidence.mean(trial);
        let variances: Vec<Variance> = (1..trials).map(|trial| variance_to_first(trial, rows, noise)).collect();
        let scores: Vec<f64> = (1..trials).map(|trial| variances[trial - 1].normal_score(gap(trial))).collect();
        let single: Vec<f64> = (1..trials).map(|trial| variances[trial - 1].p_value(gap(trial))).collect();
        let StepDown { mut adjusted, critical } =
            StepDown::test(&scores, &deviations, &standard_errors(rows, noise, trials));
        // Draws are finite, and of few rows coarse: more trials never make a gap clearer.
        adjusted.iter_mut().zip(&single).for_each(|(adjusted, &single)| *adjusted = adjusted.max(single));
        Ties { adjusted, single, variances, critical }
    }

    /// The true gap of this standard error that a study like this one detects with 80 % power.
    pub(crate) fn detectable(&self, error: f64) -> f64 {
        (self.critical + Normal::standard().inverse_cdf(POWER)) * error
    }

    /// The detectable gap at the median standard error of the better half of trials; `None` where no gap of theirs has a
    /// variance.
    pub(crate) fn median_detectable(&self) -> Option<f64> {
        let better = &self.variances[..self.variances.len().div_ceil(2)];
        let errors = better.iter().map(|variance| variance.total().sqrt());
        let mut errors: Vec<f64> = errors.filter(|&error| error > 0.0).collect();
        errors.sort_by(f64::total_cmp);
        errors.get(errors.len() / 2).map(|&error| self.detectable(error))
    }
}

/// The variance of a trial's gap to the first. Where the rows of one of them are not known, all of what their folds show.
fn variance_to_first(trial: usize, rows: &RowVariances, noise: &Noise) -> Variance {
    let own = rows.to_first[trial];
    let members = noise.of_pairs[trial - 1];
    let training = |member: &TrialNoise| if own.is_some() { member.training } else { member.total };
    // Both estimates are moved towards the same value, so their errors add up.
    let error = |member: &TrialNoise| member.total / member.degrees_of_freedom.sqrt();
    let counted = members.iter().filter(|member| training(member) > 0.0);
    Variance {
        rows: own.map_or(0.0, |own| own.value),
        rows_freedom: own.map_or(f64::INFINITY, |own| own.degrees_of_freedom),
        training: members.iter().map(training).sum(),
        training_spread: counted.map(error).sum::<f64>().powi(2),
    }
}

/// Turns draws of rows into draws of studies: adds the component of training, independent between trials.
fn add_noise(deviations: &mut [Vec<f32>], noise: &Noise, rows: usize, generator: &mut Generator) {
    // Drawn rows vary less than new ones, by the share of one row.
    let scale = (rows as f64 / (rows.max(2) - 1) as f64).sqrt() as f32;
    deviations.iter_mut().flatten().for_each(|value| *value *= scale);
    let trials = deviations.first().map_or(0, Vec::len);
    let errors: Vec<f64> = (0..trials).map(|trial| noise.training(trial).sqrt()).collect();
    if errors.iter().all(|&error| error == 0.0) {
        return;
    }
    for draw in deviations {
        draw.iter_mut().zip(&errors).for_each(|(value, error)| *value += (error * generator.normal()) as f32);
    }
}

/// The standard error over draws of the difference of two trials, for all pairs.
fn standard_errors(rows: &RowVariances, noise: &Noise, trials: usize) -> Vec<f64> {
    let mut errors = vec![0.0; rows.of_pairs.len()];
    for a in 0..trials {
        for b in 0..a {
            errors[pair(a, b)] = (rows.of_pairs[pair(a, b)] + noise.training(a) + noise.training(b)).sqrt();
        }
    }
    errors
}

/// The tests in steps.
struct StepDown {
    /// As [`Ties::adjusted`].
    adjusted: Vec<f64>,
    /// As [`Ties::critical`].
    critical: f64,
}

impl StepDown {
    /// `scores` are those of each trial but the first, `deviations` those in draws × trials, and `errors` the standard errors of
    /// their differences.
    fn test(scores: &[f64], deviations: &[Vec<f32>], errors: &[f64]) -> StepDown {
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(a.cmp(&b)));
        // From the smallest gap to the largest, each among those with smaller gaps, which are left at its step.
        let mut greatest = vec![GreatestGap { best: 0, most: 0.0 }; deviations.len()];
        let mut among = vec![0];
        let mut adjusted = vec![1.0; scores.len()];
        for &other in &order {
            let mut beyond = 0;
            among.push(other + 1);
            for (greatest, draw) in greatest.iter_mut().zip(deviations) {
                greatest.add(other + 1, &among, draw, errors);
                beyond += usize::from(greatest.most >= scores[other]);
            }
            adjusted[other] = (1 + beyond) as f64 / (1 + deviations.len()) as f64;
        }
        // A trial is significant only if all with larger gaps are.
        let mut most = 0.0_f64;
        for &other in order.iter().rev() {
            most = most.max(adjusted[other]);
            adjusted[other] = most;
        }
        let mut all: Vec<f64> = greatest.iter().map(|greatest| greatest.most).collect();
        all.sort_by(f64::total_cmp);
        let place = ((1.0 - LEVEL) * (all.len() + 1) as f64).ceil() as usize;
        let critical = all.get(place.saturating_sub(1)).or(all.last()).copied().unwrap_or(f64::INFINITY);
        StepDown { adjusted, critical }
    }
}

/// The greatest gap to the selected best among some trials, in one draw.
#[derive(Clone, Copy)]
struct GreatestGap {
    best: usize,
    most: f64,
}

impl GreatestGap {
    /// Adds a trial, the last of those `among` which the gap is.
    fn add(&mut self, trial: usize, among: &[usize], draw: &[f32], errors: &[f64]) {
        let difference = |best: usize, other: usize| match errors[pair(best, other)] {
            error if error > 0.0 => f64::from(draw[best] - draw[other]) / error,
            _ => 0.0,
        };
        if draw[trial] > draw[self.best] {
            self.best = trial;
            self.most = among.iter().map(|&other| difference(trial, other)).fold(0.0, f64::max);
        } else {
            self.most = self.most.max(difference(self.best, trial));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::statistics::evidence::Place;
    use crate::analysis::statistics::row_variances::RowVariance;
    use crate::analysis::statistics::{Difference, Overlap, Population, Shares, Side, deviations, draw_rows};
    use crossfold_study::Seed;

    /// Trials with these means, and draws in which each deviates with its own standard deviation.
    fn test(means: &[f64], deviations: &[f64], together: f64) -> Ties {
        let mut generator = Seed(5).resampling();
        let evidence = Evidence {
            shares: vec![None; means.len()],
            scores: means.iter().map(|&mean| vec![mean]).collect(),
            places: Vec::new(),
            sizes: vec![1],
            rows: 1_000_000_000,
        };
        let draws = (0..20_000).map(|_| {
            let common = together * generator.normal();
            deviations.iter().map(|deviation| (common + deviation * generator.normal()) as f32).collect()
        });
        let draws: Vec<Vec<f32>> = draws.collect();
        let variance = |a: usize, b: usize| {
            if deviations[a] + deviations[b] > 0.0 { deviations[a].powi(2) + deviations[b].powi(2) } else { 0.0 }
        };
        let trials = means.len();
        let mut of_pairs = vec![0.0; trials * (trials + 1) / 2];
        (0..trials).for_each(|a| (0..a).for_each(|b| of_pairs[pair(a, b)] = variance(a, b)));
        let to_first = |trial: usize| {
            (trial > 0).then(|| RowVariance { value: variance(0, trial), degrees_of_freedom: f64::INFINITY })
        };
        let rows = RowVariances { of_pairs, to_first: (0..trials).map(to_first).collect() };
        Ties::test(&evidence, &Noise::estimate(&evidence), &rows, draws, &mut generator)
    }

    /// Where trials are independent and their variances equal and known, the greatest difference is the range.
    /// Expected values from `scipy.stats.studentized_range.ppf(0.95, k, inf) / sqrt(2)` 1.17.1.
    #[test]
    fn the_critical_difference_matches_the_studentized_range() {
        for (trials, expected) in [(2, 1.959_964), (3, 2.343_701), (10, 3.163_684), (40, 3.887_627)] {
            let critical = test(&vec![0.0; trials], &vec![2.0; trials], 5.0).critical;
            assert!((critical - expected).abs() < 0.04, "{trials}: {critical}");
        }
    }

    /// With two trials it is a test of one difference: 2 standard errors are twice the normal distribution's tail,
    /// 0.0455 by `scipy.stats.norm.sf(2)`.
    #[test]
    fn two_trials_are_tested_by_a_single_difference() {
        let ties = test(&[1.0, 1.0 - 2.0 * 2.0_f64.sqrt()], &[1.0, 1.0], 3.0);
        assert!((ties.single[0] - 0.0455).abs() < 0.0001, "{:?}", ties.single);
        assert!((ties.adjusted[0] - 0.0455).abs() < 0.006, "{:?}", ties.adjusted);
    }

    /// Of three trials, a gap at the critical value of the first test is significant at 5 %.
    #[test]
    fn a_trial_is_tested_among_all_with_smaller_gaps() {
        let ties = test(&[1.0, 1.0, 1.0 - 2.343_701 * 2.0_f64.sqrt()], &[1.0; 3], 0.0);
        assert!((ties.adjusted[1] - 0.05).abs() < 0.006, "{:?}", ties.adjusted);
    }

    #[test]
    fn more_trials_never_make_a_gap_clearer() {
        for step in 1..10 {
            let ties = test(&[1.0, 1.0 - 0.3 * f64::from(step)], &[1.0, 1.0], 0.0);
            assert!(ties.adjusted[0] >= ties.single[0], "{:?} {:?}", ties.adjusted, ties.single);
        }
    }

    #[test]
    fn correlated_trials_need_smaller_gaps_and_identical_ones_are_never_significant() {
        let [apart, together] = [test(&[1.0, 0.9], &[0.1, 0.1], 0.0), test(&[1.0, 0.9], &[0.01, 0.01], 0.1)];
        assert!(apart.adjusted[0] > 0.3 && together.adjusted[0] < 0.001);
        let same = test(&[1.0, 0.9], &[0.0, 0.0], 1.0);
        assert_eq!((same.adjusted, same.single), (vec![1.0], vec![1.0]));
    }

    /// A trial far behind is tested first, and the others among fewer.
    #[test]
    fn trials_are_tested_stepwise() {
        let near = test(&[1.0, 0.75, 0.72], &[0.1; 3], 0.0);
        let far = test(&[1.0, 0.75, 0.72, -5.0, -6.0], &[0.1; 5], 0.0);
        assert!(far.adjusted[2..].iter().all(|&level| level < 1e-4), "{:?}", far.adjusted);
        assert!((far.adjusted[0] - near.adjusted[0]).abs() < 0.01, "{:?} {:?}", far.adjusted, near.adjusted);
        assert!(near.adjusted[1] <= near.adjusted[0]);
    }

    /// A gap of 1.96 standard errors is significant; one of 1.96 + 0.84 is detected with 80 % power.
    #[test]
    fn the_detectable_gap_exceeds_the_significant_one() {
        let ties = test(&[1.0, 1.0], &[1.0, 1.0], 0.0);
        assert!((ties.detectable(1.0) - (1.96 + 0.8416)).abs() < 0.03);
        assert_eq!(ties.median_detectable(), Some(ties.detectable(ties.variances[0].total().sqrt())));
        assert_eq!(test(&[1.0], &[1.0], 0.0).median_detectable(), None);
    }

    /// Two trials on four folds of ten rows: the leaderboard's p-value of one pair is that of `crossfold compare`.
    #[test]
    fn two_trials_are_judged_as_a_pair() {
        let mut generator = Seed(8).resampling();
        for training in [0.0, 1.0] {
            let mut trial = |better: f64| {
                let rows: Vec<f64> = (0..40).map(|_| generator.normal() + better).collect();
                let noise: Vec<f64> = (0..4).map(|_| training * generator.normal()).collect();
                let means: Vec<f64> = rows.chunks(10).map(super::super::mean).collect();
                let shares = rows.iter().enumerate().map(|(row, value)| ((value - means[row / 10]) / 40.0) as f32);
                (
                    means.iter().zip(noise).map(|(mean, noise)| mean + noise).collect::<Vec<f64>>(),
                    shares.collect::<Vec<f32>>(),
                )
            };
            let (first, second) = (trial(2.0), trial(1.0));
            let evidence = Evidence {
                scores: vec![first.0.clone(), second.0.clone()],
                shares: vec![Some(first.1.clone()), Some(second.1.clone())],
                places: (0..40).map(|row| Place { fold: row / 10, row }).collect(),
                sizes: vec![10; 4],
                rows: 40,
            };
            let draws: Vec<Vec<u8>> = (0..100).map(|_| draw_rows(40, &mut generator)).collect();
            let drawn = deviations(&draws, &[&first.1, &second.1]);
            let by_row = [Some(first.1.clone()), Some(second.1.clone())];
            let rows = RowVariances::estimate(&evidence, &by_row, &drawn);
            let ties = Ties::test(&evidence, &Noise::estimate(&evidence), &rows, drawn, &mut generator);
            let numbers: Vec<usize> = (0..40).collect();
            let [a, b] =
                [&first.1, &second.1].map(|shares| shares.iter().map(|&share| f64::from(share)).collect::<Vec<_>>());
            let side = |scores, values| Side { scores, shares: Some(Shares { values, rows: &numbers }) };
            let overlap = Overlap { rows: true, folds: true };
            let pair =
                Difference::estimate(side(&first.0, &a), side(&second.0, &b), overlap, Population::NewRows).unwrap();
            let (leaderboard, alone) = (ties.single[0], pair.p_value());
            assert!((leaderboard / alone - 1.0).abs() < 1e-5, "{leaderboard} and not {alone}");
        }
    }
}
