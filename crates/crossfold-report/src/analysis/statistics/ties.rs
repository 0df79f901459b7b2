//! Which trials are statistically tied with the best.

use crossfold_study::Generator;
use statrs::distribution::{ContinuousCDF, Gamma, Normal};

use super::evidence::Evidence;
use super::noise::Noise;

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
/// recorded. A gap is significant if it exceeds all but 5 % of these. Trials are tested in steps, from the largest gap
/// on, each among those left (Romano and Wolf 2005, "Exact and approximate stepdown methods for multiple
/// hypothesis testing", JASA 100; on the max statistic Westfall and Young 1993, "Resampling-based multiple testing";
/// on comparing with the best Hsu 1984, "Constrained simultaneous confidence intervals for multiple comparisons with the
/// best", Annals of Statistics 12). So any of the trials that are no worse than the best is called worse in at most
/// 5 % of studies, whatever their number.
#[derive(Clone, Debug)]
pub(crate) struct Ties {
    /// The adjusted p-value of each trial but the first.
    pub(crate) adjusted: Vec<f64>,
    /// The standard error of each such trial's gap to the first; 0 for one that always moves with it.
    pub(crate) errors: Vec<f64>,
    /// The number of standard errors from which a gap is significant.
    pub(crate) critical: f64,
}

impl Ties {
    /// Compares the trials with the first. `deviations` are those of resampled rows, draws × trials, without the noise of
    /// training.
    pub(crate) fn test(
        evidence: &Evidence,
        noise: &Noise,
        mut deviations: Vec<Vec<f32>>,
        generator: &mut Generator,
    ) -> Ties {
        let trials = evidence.trials();
        add_noise(&mut deviations, noise, generator);
        let errors = standard_errors(&deviations, trials);
        let means: Vec<f64> = (0..trials).map(|trial| evidence.mean(trial)).collect();
        let to_best: Vec<f64> = (1..trials).map(|trial| errors[pair(0, trial)]).collect();
        let statistic = |trial: usize| match to_best[trial - 1] {
            error if error > 0.0 => (means[0] - means[trial]) / error,
            // A gap without variance is never significant.
            _ => 0.0,
        };
        let mut order: Vec<usize> = (1..trials).collect();
        order.sort_by(|&a, &b| statistic(a).total_cmp(&statistic(b)).then(a.cmp(&b)));
        // From the smallest gap to the largest, each among those with smaller gaps, which are left at its step.
        let mut greatest: Vec<GreatestGap> =
            deviations.iter().map(|_| GreatestGap { best: 0, of: vec![0], most: 0.0 }).collect();
        let mut adjusted = vec![1.0; trials];
        for &trial in &order {
            let observed = statistic(trial);
            let mut beyond = 0;
            for (greatest, draw) in greatest.iter_mut().zip(&deviations) {
                greatest.add(trial, draw, &errors);
                beyond += usize::from(greatest.most >= observed);
            }
            adjusted[trial] = (1 + beyond) as f64 / (1 + deviations.len()) as f64;
        }
        // A trial is significant only if all with larger gaps are.
        let mut most = 0.0_f64;
        for &trial in order.iter().rev() {
            most = most.max(adjusted[trial]);
            adjusted[trial] = most;
        }
        let mut all: Vec<f64> = greatest.iter().map(|greatest| greatest.most).collect();
        all.sort_by(f64::total_cmp);
        let place = ((1.0 - LEVEL) * (all.len() + 1) as f64).ceil() as usize;
        Ties {
            adjusted: adjusted.split_off(1),
            errors: to_best,
            critical: all.get(place.saturating_sub(1)).or(all.last()).copied().unwrap_or(f64::INFINITY),
        }
    }

    /// The true gap of this standard error that a study like this one detects with 80 % power.
    pub(crate) fn detectable(&self, error: f64) -> f64 {
        (self.critical + Normal::standard().inverse_cdf(POWER)) * error
    }

    /// The detectable gap at the median standard error of the better half of trials; `None` where no gap of theirs has a
    /// variance.
    pub(crate) fn median_detectable(&self) -> Option<f64> {
        let better = &self.errors[..self.errors.len().div_ceil(2)];
        let mut errors: Vec<f64> = better.iter().copied().filter(|&error| error > 0.0).collect();
        errors.sort_by(f64::total_cmp);
        errors.get(errors.len() / 2).map(|&error| self.detectable(error))
    }
}

/// Turns draws of rows into draws of studies: scales them as [`Noise`] says, and adds the component of training,
/// independent between trials. Its variance is itself drawn, with the degrees of freedom of its estimate, as in Student's
/// t.
fn add_noise(deviations: &mut [Vec<f32>], noise: &Noise, generator: &mut Generator) {
    let inflation = noise.inflation.sqrt() as f32;
    deviations.iter_mut().flatten().for_each(|value| *value *= inflation);
    if noise.training.iter().all(|&variance| variance == 0.0) {
        return;
    }
    let freedom = noise.degrees_of_freedom;
    // χ² / its degrees of freedom.
    let spread = Gamma::new(freedom / 2.0, freedom / 2.0).expect("degrees of freedom are above 0");
    let errors: Vec<f64> = noise.training.iter().map(|variance| variance.sqrt()).collect();
    for draw in deviations {
        let scale = 1.0 / spread.inverse_cdf(generator.unit().max(f64::EPSILON)).sqrt();
        draw.iter_mut().zip(&errors).for_each(|(value, error)| *value += (scale * error * generator.normal()) as f32);
    }
}

/// The greatest gap to the selected best among some trials, in one draw.
struct GreatestGap {
    best: usize,
    of: Vec<usize>,
    most: f64,
}

impl GreatestGap {
    fn add(&mut self, trial: usize, draw: &[f32], errors: &[f64]) {
        self.of.push(trial);
        let difference = |best: usize, other: usize| match errors[pair(best, other)] {
            error if error > 0.0 => f64::from(draw[best] - draw[other]) / error,
            _ => 0.0,
        };
        if draw[trial] > draw[self.best] {
            self.best = trial;
            self.most = self.of.iter().map(|&other| difference(trial, other)).fold(0.0, f64::max);
        } else {
            self.most = self.most.max(difference(self.best, trial));
        }
    }
}

/// The index of an unordered pair among all pairs.
fn pair(a: usize, b: usize) -> usize {
    let (less, more) = (a.min(b), a.max(b));
    more * (more + 1) / 2 + less
}

/// The standard error over draws of the difference of two trials, for all pairs.
fn standard_errors(deviations: &[Vec<f32>], trials: usize) -> Vec<f64> {
    /// Relative rounding error of equal 32-bit numbers.
    const ROUNDING: f64 = 1e-9;
    let count = deviations.len() as f64;
    let mut products = vec![0.0_f64; trials * (trials + 1) / 2];
    for draw in deviations {
        let draw: Vec<f64> = draw.iter().map(|&value| f64::from(value)).collect();
        for a in 0..trials {
            let row = &mut products[pair(0, a)..][..=a];
            let own = draw[a];
            row.iter_mut().zip(&draw).for_each(|(sum, other)| *sum += own * other);
        }
    }
    let mut errors = vec![0.0; products.len()];
    for a in 0..trials {
        for b in 0..a {
            let (own, other) = (products[pair(a, a)], products[pair(b, b)]);
            let square = own + other - 2.0 * products[pair(a, b)];
            if square > ROUNDING * (own + other) {
                errors[pair(a, b)] = (square / count).sqrt();
            }
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::Seed;

    /// Trials with these means, and draws in which each deviates with its own standard deviation.
    fn test(means: &[f64], deviations: &[f64], together: f64) -> Ties {
        let mut generator = Seed(5).resampling();
        let scores = means.iter().map(|&mean| vec![mean]).collect::<Vec<_>>();
        let evidence = Evidence {
            shares: vec![None; means.len()],
            ratios: vec![0.0; means.len()],
            scores,
            places: Vec::new(),
            sizes: vec![1],
            rows: 0,
        };
        let draws = (0..20_000).map(|_| {
            let common = together * generator.normal();
            deviations.iter().map(|deviation| (common + deviation * generator.normal()) as f32).collect()
        });
        let draws: Vec<Vec<f32>> = draws.collect();
        Ties::test(&evidence, &Noise::estimate(&evidence), draws, &mut generator)
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
        assert!((ties.errors[0] - 2.0_f64.sqrt()).abs() < 0.02, "{:?}", ties.errors);
        assert!((ties.adjusted[0] - 0.0455).abs() < 0.006, "{:?}", ties.adjusted);
    }

    #[test]
    fn correlated_trials_need_smaller_gaps_and_identical_ones_are_never_significant() {
        let [apart, together] = [test(&[1.0, 0.9], &[0.1, 0.1], 0.0), test(&[1.0, 0.9], &[0.01, 0.01], 0.1)];
        assert!(apart.adjusted[0] > 0.3 && together.adjusted[0] < 0.001);
        let same = test(&[1.0, 0.9], &[0.0, 0.0], 1.0);
        assert_eq!((same.adjusted, same.errors), (vec![1.0], vec![0.0]));
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
        assert_eq!(ties.median_detectable(), Some(ties.detectable(ties.errors[0])));
        assert_eq!(test(&[1.0], &[1.0], 0.0).median_detectable(), None);
    }
}
