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
