//! Which trials can be told apart from the best.

use crossfold_study::Generator;
use statrs::distribution::{ContinuousCDF, Gamma, Normal};

use super::evidence::Evidence;
use super::noise::Noise;

/// The share of studies without a difference in which a difference may be claimed.
pub(crate) const LEVEL: f64 = 0.05;

/// How probable it is that a difference as large as [`Ties::detectable`] is seen.
const POWER: f64 = 0.8;

/// How each trial compares with the one that came out best.
///
/// The best is *selected*: the greatest of many scores is great by luck, too. So the question is how far the best and
/// any other would lie apart if all were alike. Scores are drawn anew around a common value: rows are drawn again from
/// those that validated (so that trials which are right on the same rows move together), and training's own noise is
/// added. In each draw the best is selected as in the study, and the greatest difference to it, in its standard
/// errors, is noted. A difference counts where it is beyond all but 5 % of these. Trials are taken in steps, those
/// further off first, each among those left (Romano and Wolf 2005, "Exact and approximate stepdown methods for multiple
/// hypothesis testing", JASA 100; on the max statistic Westfall and Young 1993, "Resampling-based multiple testing";
/// on comparing with the best Hsu 1984, "Constrained simultaneous confidence intervals for multiple comparisons with the
/// best", Annals of Statistics 12). So among trials that are no worse than the best, any is called worse in at most 5 %
/// of studies, however many there are.
#[derive(Clone, Debug)]
pub(crate) struct Ties {
    /// Of each trial but the first, the least level at which it is told apart from it.
    pub(crate) adjusted: Vec<f64>,
    /// The standard error of each one's difference to the first; 0 of one that always moves with it.
    pub(crate) errors: Vec<f64>,
    /// A difference of so many standard errors counts.
    pub(crate) critical: f64,
}

impl Ties {
    /// Compares trials with the first. `deviations` are of rows drawn, draws × trials, without training's noise.
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
            // Differences without variance never count.
            _ => 0.0,
        };
        let mut order: Vec<usize> = (1..trials).collect();
        order.sort_by(|&a, &b| statistic(a).total_cmp(&statistic(b)).then(a.cmp(&b)));
        // From the nearest to the furthest, each among those nearer: what is left when it is its turn.
        let mut greatest: Vec<Greatest> =
            deviations.iter().map(|_| Greatest { best: 0, of: vec![0], most: 0.0 }).collect();
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
        // A trial is told apart only if all that are further off are.
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

    /// How far behind the best a trial of this standard error must truly be to be told apart in 80 of 100 studies like
    /// this one.
    pub(crate) fn detectable(&self, error: f64) -> f64 {
        (self.critical + Normal::standard().inverse_cdf(POWER)) * error
    }

    /// The same of the median over the better half of trials, which is where it is asked; `None` where no difference of
    /// theirs has a variance.
    pub(crate) fn median_detectable(&self) -> Option<f64> {
        let better = &self.errors[..self.errors.len().div_ceil(2)];
        let mut errors: Vec<f64> = better.iter().copied().filter(|&error| error > 0.0).collect();
        errors.sort_by(f64::total_cmp);
        errors.get(errors.len() / 2).map(|&error| self.detectable(error))
    }
}

/// Makes draws of rows draws of studies: as wide as [`Noise`] says, with training's part, independent from trial to
/// trial. Of a variance that is itself estimated: the wider
/// the fewer degrees of freedom it is estimated with, as in Student's t.
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

/// The greatest difference to the selected best, among some trials in one draw.
struct Greatest {
    best: usize,
    of: Vec<usize>,
    most: f64,
}

impl Greatest {
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

/// The place of a pair, of which either may come first, in what is kept of all pairs.
fn pair(a: usize, b: usize) -> usize {
    let (less, more) = (a.min(b), a.max(b));
    more * (more + 1) / 2 + less
}

/// How two trials' difference scatters over the draws, of all pairs.
fn standard_errors(deviations: &[Vec<f32>], trials: usize) -> Vec<f64> {
    /// What is left of equal numbers of 32 bits, as a share of them.
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

    /// Trials of these means, and draws in which each deviates with a deviation of its own.
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
    fn the_critical_difference_is_that_of_the_range() {
        for (trials, expected) in [(2, 1.959_964), (3, 2.343_701), (10, 3.163_684), (40, 3.887_627)] {
            let critical = test(&vec![0.0; trials], &vec![2.0; trials], 5.0).critical;
            assert!((critical - expected).abs() < 0.04, "{trials}: {critical}");
        }
    }

    /// Of two trials it is a test of one difference: 2 standard errors are twice the normal distribution's tail,
    /// 0.0455 by `scipy.stats.norm.sf(2)`.
    #[test]
    fn two_trials_are_compared_as_any_two() {
        let ties = test(&[1.0, 1.0 - 2.0 * 2.0_f64.sqrt()], &[1.0, 1.0], 3.0);
        assert!((ties.errors[0] - 2.0_f64.sqrt()).abs() < 0.02, "{:?}", ties.errors);
        assert!((ties.adjusted[0] - 0.0455).abs() < 0.006, "{:?}", ties.adjusted);
    }

    #[test]
    fn trials_that_move_together_are_told_apart_sooner_and_those_that_are_the_same_never() {
        let [apart, together] = [test(&[1.0, 0.9], &[0.1, 0.1], 0.0), test(&[1.0, 0.9], &[0.01, 0.01], 0.1)];
        assert!(apart.adjusted[0] > 0.3 && together.adjusted[0] < 0.001);
        let same = test(&[1.0, 0.9], &[0.0, 0.0], 1.0);
        assert_eq!((same.adjusted, same.errors), (vec![1.0], vec![0.0]));
    }

    /// One that is far off is taken out first, and the others are compared among fewer.
    #[test]
    fn trials_are_taken_in_steps() {
        let near = test(&[1.0, 0.75, 0.72], &[0.1; 3], 0.0);
        let far = test(&[1.0, 0.75, 0.72, -5.0, -6.0], &[0.1; 5], 0.0);
        assert!(far.adjusted[2..].iter().all(|&level| level < 1e-4), "{:?}", far.adjusted);
        assert!((far.adjusted[0] - near.adjusted[0]).abs() < 0.01, "{:?} {:?}", far.adjusted, near.adjusted);
        assert!(near.adjusted[1] <= near.adjusted[0]);
    }

    /// A difference of 2.77 standard errors counts, (1.96 + 0.84) are seen in 80 of 100.
    #[test]
    fn what_is_detectable_is_beyond_what_counts() {
        let ties = test(&[1.0, 1.0], &[1.0, 1.0], 0.0);
        assert!((ties.detectable(1.0) - (1.96 + 0.8416)).abs() < 0.03);
        assert_eq!(ties.median_detectable(), Some(ties.detectable(ties.errors[0])));
        assert_eq!(test(&[1.0], &[1.0], 0.0).median_detectable(), None);
    }
}
