//! The variance due to rows of the difference of each two trials.

use super::evidence::Evidence;
use super::mean;
use super::moderation::{Estimates, moderate, trigamma};

/// How much of a difference that is more than the seeds' is repeated in all folds, since they share training rows.
///
/// Folds share most of their training rows, so labels that happen to favour one of two unlike networks do so on all folds
/// (Bengio and Grandvalet 2004, "No unbiased estimator of the variance of k-fold cross-validation", JMLR 5, have the
/// covariance as γ). For symmetric linear smoothers the covariance adds up to once the variance that rows show, and 2/π of
/// it for accuracies. Networks that differ in their random numbers alone have none.
const SHARED: f64 = 0.8;

/// The share of a trial's pairs, those with the most similar trials, that tells what its random numbers contribute.
const NEAREST: f64 = 0.25;

/// The variances due to rows.
pub(crate) struct RowVariances {
    /// Of each two trials, by [`pair`], as their rows show it; of a trial whose rows are not known, as if it always
    /// scored the same.
    pub(crate) of_pairs: Vec<f64>,
    /// Of the first and each other trial, with what folds share, moderated over the pairs of trials that are no worse than the
    /// other; `None` where a trial's rows are not known.
    pub(crate) to_first: Vec<Option<RowVariance>>,
}

/// A variance due to rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RowVariance {
    pub(crate) value: f64,
    pub(crate) degrees_of_freedom: f64,
}

/// The number of an unordered pair among all pairs.
pub(crate) fn pair(a: usize, b: usize) -> usize {
    let (less, more) = (a.min(b), a.max(b));
    more * (more + 1) / 2 + less
}

impl RowVariances {
    /// Estimates the variances from the sums of shares by row. With more rows than draws, the variances of other pairs than
    /// the first trial's are those over draws, whose `deviations` are given, draws × trials.
    pub(crate) fn estimate(evidence: &Evidence, by_row: &[Option<Vec<f32>>], deviations: &[Vec<f32>]) -> RowVariances {
        let (trials, rows) = (evidence.trials(), evidence.rows);
        let is_drawn = rows > deviations.len();
        let correction = rows as f64 / (rows.max(2) - 1) as f64;
        let mut of_pairs = if is_drawn {
            differences(deviations.iter().map(Vec::as_slice), trials, correction / deviations.len() as f64)
        } else {
            let table: Vec<Vec<f32>> = (0..rows)
                .map(|row| by_row.iter().map(|shares| shares.as_ref().map_or(0.0, |shares| shares[row])).collect())
                .collect();
            differences(table.iter().map(Vec::as_slice), trials, correction)
        };
        let groups = evidence.first_folds();
        let to_first = |trial: usize| {
            let (first, other) = by_row[0].as_ref().zip(by_row[trial].as_ref()).filter(|_| trial > 0)?;
            Some(Direct::new(first, other, &groups))
        };
        let to_first: Vec<Option<Direct>> = (0..trials).map(to_first).collect();
        for (trial, direct) in to_first.iter().enumerate() {
            if let Some(direct) = direct {
                of_pairs[pair(0, trial)] = direct.variance;
            }
        }
        let mut pairs = Pairs { draws: is_drawn.then_some(deviations.len()), ..Pairs::default() };
        let mut moderated = vec![None; trials];
        let known = evidence.known();
        for (place, &trial) in known.iter().enumerate() {
            let better = &known[..place];
            better.iter().map(|&other| of_pairs[pair(trial, other)]).for_each(|variance| pairs.add(variance));
            let Some(direct) = &to_first[trial] else { continue };
            pairs.add_direct(direct);
            let moderation = pairs.moderation();
            let moderate = |variance: f64| moderation.map_or(variance, |moderation| moderation.apply(variance));
            let seeds = |trial: usize| near(trial, &known[..=place], |other| moderate(of_pairs[pair(trial, other)]));
            let value = moderate(direct.variance);
            let beyond_seeds =
                if value > 0.0 { (1.0 - (seeds(0) + seeds(trial)) / value).clamp(0.0, 1.0) } else { 0.0 };
            moderated[trial] = Some(RowVariance {
                value: value * (1.0 + SHARED * beyond_seeds),
                degrees_of_freedom: moderation
                    .map_or(direct.degrees_of_freedom, |Moderation { freedom, prior, .. }| {
                        (freedom + prior).min((rows as f64 - 1.0).max(1.0))
                    }),
            });
        }
        RowVariances { to_first: moderated, of_pairs }
    }
}

/// The variance of each pair's difference from the products of its columns, times `scale`; 0 for two that always move
/// together.
fn differences<'a>(table: impl Iterator<Item = &'a [f32]>, trials: usize, scale: f64) -> Vec<f64> {
    /// Relative rounding error of equal sums of 32-bit numbers.
    const ROUNDING: f64 = 1e-9;
    /// Trials whose sums are added up at a time: those with 1,000 others stay in a core's second-level cache.
    const BLOCK: usize = 16;
    let table: Vec<Vec<f64>> = table.map(|line| line.iter().map(|&value| f64::from(value)).collect()).collect();
    let mut products = vec![0.0_f64; trials * (trials + 1) / 2];
    for block in (0..trials).step_by(BLOCK) {
        for line in &table {
            for a in block..trials.min(block + BLOCK) {
                let row = &mut products[pair(0, a)..][..=a];
                let own = line[a];
                row.iter_mut().zip(line).for_each(|(sum, other)| *sum += own * other);
            }
        }
    }
    let mut variances = vec![0.0; products.len()];
    for a in 0..trials {
        for b in 0..a {
            let (own, other) = (products[pair(a, a)], products[pair(b, b)]);
            let square = own + other - 2.0 * products[pair(a, b)];
            if square > ROUNDING * (own + other) {
                variances[pair(a, b)] = square * scale;
            }
        }
    }
    variances
}

/// The variance of the first trial's difference to another, from its rows.
struct Direct {
    variance: f64,
    /// Degrees of freedom of the variance: those of the χ² with the same variance as the squared differences. For normal
    /// differences it is their number; where two classifiers differ in three rows of a thousand, it is six.
    degrees_of_freedom: f64,
    /// The variance of its logarithm, as the parts of the variance by fold vary.
    by_folds: f64,
}

impl Direct {
    fn new(first: &[f32], other: &[f32], groups: &[usize]) -> Direct {
        let mut parts = vec![0.0_f64; groups.iter().map(|&group| group + 1).max().unwrap_or(0)];
        let mut fourth = 0.0;
        for ((a, b), &group) in first.iter().zip(other).zip(groups) {
            let square = (f64::from(*a) - f64::from(*b)).powi(2);
            parts[group] += square;
            fourth += square * square;
        }
        let (squares, count, rows) = (parts.iter().sum::<f64>(), parts.len() as f64, first.len() as f64);
        let by_folds = if squares > 0.0 && parts.len() > 1 {
            count * super::sample_variance(&parts, mean(&parts)) / (squares * squares)
        } else {
            0.0
        };
        Direct {
            variance: squares * rows / (rows.max(2.0) - 1.0),
            degrees_of_freedom: kurtosis_freedom(squares, fourth, rows),
            by_folds,
        }
    }
}

/// The degrees of freedom of a sum of squares, given the sum of fourth powers: those of the χ² with the same variance.
pub(super) fn kurtosis_freedom(squares: f64, fourth: f64, rows: f64) -> f64 {
    let spread = fourth - squares * squares / rows;
    let most = (rows - 1.0).max(1.0);
    if spread > 0.0 { (2.0 * squares * squares / spread).min(most) } else { most }
}

/// The pairs of trials that a trial's variance is moderated over.
#[derive(Default)]
struct Pairs {
    /// Number of draws that variances are from; `None` where they are the rows' own.
    draws: Option<usize>,
    variances: Estimates,
    /// Of the first trial's pairs: their number, and the sums of two estimates of how much the logarithm of a variance varies
    /// by chance.
    counted: usize,
    by_moments: f64,
    by_folds: f64,
}

impl Pairs {
    fn add(&mut self, variance: f64) {
        if variance > 0.0 {
            self.variances.add(variance);
        }
    }

    fn add_direct(&mut self, direct: &Direct) {
        if direct.variance > 0.0 {
            self.counted += 1;
            self.by_moments += trigamma(direct.degrees_of_freedom / 2.0);
            self.by_folds += direct.by_folds;
        }
    }

    /// `None` for a single pair, which there is nothing to move towards.
    fn moderation(&self) -> Option<Moderation> {
        if self.variances.count < 2 || self.counted == 0 {
            return None;
        }
        let sampling = self.by_moments.max(self.by_folds) / self.counted as f64;
        let prior = self.variances.prior_freedom(sampling + self.draws.map_or(0.0, |draws| 2.0 / draws as f64));
        Some(Moderation { freedom: 2.0 / sampling, common: self.variances.mean(), prior })
    }
}

/// Moves variances of pairs towards their mean, as in [`moderation`](super::moderation). Without that, a variance that is too
/// small by chance would make its gap look great.
#[derive(Clone, Copy, Debug)]
struct Moderation {
    /// Degrees of freedom of a variance by itself, and those of the prior.
    freedom: f64,
    prior: f64,
    common: f64,
}

impl Moderation {
    fn apply(&self, variance: f64) -> f64 {
        if variance > 0.0 { moderate(variance, self.freedom, self.common, self.prior) } else { 0.0 }
    }
}

/// Half the mean variance of a trial's pairs with the trials nearest to it, among `known` ones.
fn near(trial: usize, known: &[usize], variance: impl Fn(usize) -> f64) -> f64 {
    let mut variances: Vec<f64> = known.iter().filter(|&&other| other != trial).map(|&other| variance(other)).collect();
    let count = ((NEAREST * variances.len() as f64).round() as usize).max(1);
    if count < variances.len() {
        variances.select_nth_unstable_by(count, f64::total_cmp);
        variances.truncate(count);
    }
    // The sum depends on the order.
    variances.sort_unstable_by(f64::total_cmp);
    mean(&variances) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::statistics::evidence::Place;
    use crossfold_study::{Generator, Seed};

    const ROWS: usize = 400;

    /// Trials whose rows have these loadings on a source that all have in common, and noise of their own of these standard
    /// deviations.
    fn evidence(loadings: &[f64], noise: &[f64], generator: &mut Generator) -> Evidence {
        let common: Vec<f64> = (0..ROWS).map(|_| generator.normal()).collect();
        let mut shares = |(loading, noise): (&f64, &f64)| {
            let rows: Vec<f64> = common.iter().map(|common| loading * common + noise * generator.normal()).collect();
            let centre = mean(&rows);
            Some(rows.iter().map(|row| ((row - centre) / ROWS as f64) as f32).collect::<Vec<f32>>())
        };
        Evidence {
            scores: vec![vec![0.0; 5]; loadings.len()],
            shares: loadings.iter().zip(noise).map(&mut shares).collect(),
            places: (0..ROWS).map(|row| Place { fold: row / 80, row }).collect(),
            sizes: vec![80; 5],
            rows: ROWS,
        }
    }

    fn variances(evidence: &Evidence, draws: usize) -> RowVariances {
        let mut generator = Seed(7).resampling();
        let by_row: Vec<Option<Vec<f32>>> = (0..evidence.trials()).map(|trial| evidence.shares_by_row(trial)).collect();
        let shares: Vec<&[f32]> = by_row.iter().flatten().map(Vec::as_slice).collect();
        let drawn: Vec<Vec<u8>> = (0..draws).map(|_| super::super::draw_rows(evidence.rows, &mut generator)).collect();
        RowVariances::estimate(evidence, &by_row, &super::super::deviations(&drawn, &shares))
    }

    /// The difference of two independent trials with standard deviations of 1 has the variance 2 / 400, whether rows or
    /// draws tell; trials that differ by their random numbers alone share nothing that folds repeat.
    #[test]
    fn like_trials_have_one_variance() {
        let evidence = evidence(&[3.0; 12], &[1.0; 12], &mut Seed(1).resampling());
        for (draws, tolerance) in [(1000, 0.03), (399, 0.06)] {
            let found = variances(&evidence, draws);
            for variance in found.to_first.iter().flatten() {
                assert!((variance.value / 0.005 - 1.0).abs() < 0.15, "{variance:?}");
            }
            assert_eq!(found.to_first[11].unwrap().degrees_of_freedom, 399.0);
            let drawn = found.of_pairs[pair(5, 9)] / variances(&evidence, 1000).of_pairs[pair(5, 9)];
            assert!((drawn - 1.0).abs() < 3.0 * tolerance, "{drawn}");
        }
    }

    /// Two kinds: within each, trials differ by noise of variance 0.02, and the two kinds by 4 more. All but 0.02 of
    /// 4.02 is shared by folds.
    #[test]
    fn folds_share_what_is_more_than_the_seeds() {
        let noise = [0.1; 12];
        let loadings: Vec<f64> = (0..12).map(|trial| if trial < 6 { 1.0 } else { 3.0 }).collect();
        let evidence = evidence(&loadings, &noise, &mut Seed(2).resampling());
        let found = variances(&evidence, 1000);
        let [alike, unlike] = [1, 11].map(|trial| {
            let own = found.of_pairs[pair(0, trial)];
            found.to_first[trial].unwrap().value / own
        });
        // The small variances move a little towards the mean of all.
        assert!((alike - 1.0).abs() < 0.5, "{alike}");
        assert!((unlike - 1.8).abs() < 0.03, "{unlike}");
        // Variances that scatter tell little of each other, so they have hardly more degrees of freedom than by themselves.
        let last = found.to_first[11].unwrap().degrees_of_freedom;
        assert!(100.0 < last && last < 399.0, "{last}");
    }

    /// Whatever is worse than a trial has no part in what its own test is made of; the second trial's is of a single pair.
    #[test]
    fn worse_trials_change_nothing_for_better_ones() {
        let mut all =
            evidence(&[1.0, 1.0, 1.1, 9.0, 0.0, 0.0], &[1.0, 1.0, 1.2, 30.0, 1e-6, 1e-6], &mut Seed(4).resampling());
        let found = variances(&all, 1000);
        all.scores.truncate(3);
        all.shares.truncate(3);
        assert_eq!(found.to_first[..3], variances(&all, 1000).to_first);
        assert!((found.to_first[1].unwrap().degrees_of_freedom - 399.0).abs() < 80.0, "{:?}", found.to_first[1]);
    }

    /// A trial whose rows are not known has no variance of its own, and two that are the same none to each other.
    #[test]
    fn unknown_and_equal_trials_have_no_variance() {
        let mut evidence = evidence(&[1.0; 4], &[1.0; 4], &mut Seed(3).resampling());
        evidence.shares[1] = evidence.shares[0].clone();
        evidence.shares[3] = None;
        let found = variances(&evidence, 1000);
        assert_eq!((found.of_pairs[pair(0, 1)], found.to_first[1].unwrap().value), (0.0, 0.0));
        assert!(found.to_first[0].is_none() && found.to_first[3].is_none() && found.to_first[2].is_some());
    }

    /// Three of a hundred differences of 1: `(Σd²)² · 2 / (Σd⁴ − (Σd²)²/n)` of 3, 3 and 100 is 18 / 2.91.
    #[test]
    fn few_differing_rows_have_few_degrees_of_freedom() {
        assert!((kurtosis_freedom(3.0, 3.0, 100.0) - 18.0 / 2.91).abs() < 1e-12);
        assert_eq!(kurtosis_freedom(0.0, 0.0, 100.0), 99.0);
        assert_eq!(kurtosis_freedom(8.0, 8.0, 8.0), 7.0);
    }
}
