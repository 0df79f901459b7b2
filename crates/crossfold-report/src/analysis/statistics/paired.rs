//! The difference of two networks' scores, and its standard error.

mod crossed;

use statrs::distribution::{Binomial, DiscreteCDF};

use super::row_variances::kurtosis_freedom;
use super::variance::{Variance, quantile, two_sided};
use super::{difference_beyond_rounding, mean, sample_variance};
pub(crate) use crossed::CrossedSide;

/// One side of a comparison, oriented so that greater is better.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side<'a> {
    /// The score on each fold.
    pub(crate) scores: &'a [f64],
    /// `None` where rows are not known.
    pub(crate) shares: Option<Shares<'a>>,
}

/// The shares of rows in a mean of scores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shares<'a> {
    /// One share per row and fold that it validates; they sum to 0.
    pub(crate) values: &'a [f64],
    /// The row of each share, numbered from 0 among the rows that validate.
    pub(crate) rows: &'a [usize],
}

/// What the two sides have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overlap {
    /// Whether equal numbers are equal rows.
    pub(crate) rows: bool,
    /// Whether each fold has the same rows on both sides, so that shares are in the same order.
    pub(crate) folds: bool,
}

/// The rows that a difference is inferred for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Population {
    /// These rows: whether networks retrained on them score the same, as a gate asks. Two samples are never the same
    /// rows.
    SameRows,
    /// New rows of the same kind: whether one configuration is better on them.
    NewRows,
}

/// An estimate of how much better the second side is than the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Difference {
    pub(crate) value: f64,
    /// Two standard errors; where two tests apply, both must reject.
    errors: [StandardError; 2],
    /// The share of the variance that repeats of cross-validation leave as it is.
    pub(crate) kept_by_repeats: f64,
}

/// A standard error and its degrees of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
struct StandardError {
    error: f64,
    /// Degrees of freedom of the variance; infinite where nothing limits them.
    degrees_of_freedom: f64,
}

impl Difference {
    /// Estimates how much better the second side is.
    ///
    /// For new rows the variance is a [`Variance`]: that of the rows' differences, and what the folds' differences vary
    /// beyond it. The difficulty of a row drops out, and a row that validates in several repeats counts once. It is the
    /// leaderboard's test of two trials. Where folds differ, each side's folds tell what it varies beyond its rows; where
    /// rows differ, the variances of two samples are added.
    ///
    /// For the same rows and folds, two tests of the difference are made, and both must reject: that of the rows'
    /// differences, which is McNemar's for accuracies and takes the networks as given; and that of the folds' differences,
    /// Student's paired t, which includes the noise of training but has few folds to estimate it.
    ///
    /// `None` if the variance of scores can't be estimated: for a single validation part whose rows are not known, and for new
    /// rows if all differ alike, which shows nothing, as [`Variance::p_value`] has it.
    pub(crate) fn estimate(
        first: Side<'_>,
        second: Side<'_>,
        overlap: Overlap,
        population: Population,
    ) -> Option<Difference> {
        let value = difference_beyond_rounding(mean(first.scores), mean(second.scores));
        let folds = first.scores.len().min(second.scores.len());
        let shares = first.shares.zip(second.shares).filter(|_| overlap.rows);
        let rows = shares.map(|(a, b)| Rows::for_difference(a, b, folds));
        let of_folds = (overlap.folds && folds > 1).then(|| {
            let pairs = first.scores.iter().zip(second.scores);
            Training::new(variance(&pairs.map(|(a, b)| difference_beyond_rounding(*a, *b)).collect::<Vec<_>>()), folds)
        });
        if let (Population::SameRows, Some(of_folds)) = (population, of_folds) {
            let of_folds = StandardError::of(&Variance::new(None, &[of_folds]));
            let of_rows = rows.map(|rows| StandardError::of(&Variance::new(Some(rows), &[])));
            return Some(Difference { value, errors: [of_rows.unwrap_or(of_folds), of_folds], kept_by_repeats: 0.0 });
        }
        let variance = match (rows, of_folds) {
            (rows, Some(of_folds)) => Variance::new(rows, &[of_folds.beyond(rows)]),
            (Some(rows), None) => Variance::new(Some(rows), &[first, second].map(|side| side.training(side.rows()))),
            (None, None) => first.variance()?.plus(second.variance()?),
        };
        if variance.total() == 0.0 && value != 0.0 {
            return None;
        }
        let kept_by_repeats = if variance.total() > 0.0 { variance.rows / variance.total() } else { 0.0 };
        Some(Difference { value, errors: [StandardError::of(&variance); 2], kept_by_repeats })
    }

    /// The same difference with more variance.
    pub(crate) fn with_variance(mut self, added: f64) -> Difference {
        self.errors.iter_mut().for_each(|error| error.error = (error.error.powi(2) + added).sqrt());
        self
    }

    /// A normal difference of known standard error, of whose variance repeats keep a share.
    #[cfg(test)]
    pub(crate) fn normal(value: f64, error: f64, kept_by_repeats: f64) -> Difference {
        Difference { value, errors: [StandardError { error, degrees_of_freedom: f64::INFINITY }; 2], kept_by_repeats }
    }

    /// The larger of its standard errors.
    pub(crate) fn error(&self) -> f64 {
        self.errors.iter().map(|error| error.error).fold(0.0, f64::max)
    }

    /// The least distance of a value that is excluded at a one-sided `level`.
    pub(crate) fn margin_of_error(&self, level: f64) -> f64 {
        let reach = |error: &StandardError| quantile(1.0 - level, error.degrees_of_freedom) * error.error;
        self.errors.iter().map(reach).fold(0.0, f64::max)
    }

    /// The confidence interval of the true difference, at the level `probability`.
    pub(crate) fn interval(&self, probability: f64) -> [f64; 2] {
        let margin = self.margin_of_error(0.5 - probability / 2.0);
        [self.value - margin, self.value + margin]
    }

    /// The probability of a difference at least as far from 0 if the true difference is 0.
    pub(crate) fn p_value(&self) -> f64 {
        let p = |&StandardError { error, degrees_of_freedom }: &StandardError| match error {
            error if error > 0.0 => two_sided(self.value / error, degrees_of_freedom),
            _ if self.value == 0.0 => 1.0,
            _ => 0.0,
        };
        self.errors.iter().map(p).fold(0.0, f64::max)
    }
}

impl StandardError {
    fn of(variance: &Variance) -> StandardError {
        StandardError { error: variance.total().sqrt(), degrees_of_freedom: variance.degrees_of_freedom() }
    }
}

impl Variance {
    fn new(rows: Option<Rows>, training: &[Training]) -> Variance {
        Variance {
            rows: rows.map_or(0.0, |rows| rows.of_mean),
            rows_freedom: rows.map_or(f64::INFINITY, |rows| rows.degrees_of_freedom),
            training: training.iter().map(|training| training.excess).sum(),
            training_spread: training.iter().map(|training| training.spread).sum(),
        }
    }
}

impl Side<'_> {
    fn rows(&self) -> Option<Rows> {
        self.shares.map(|shares| Rows::new(shares, self.scores.len()))
    }

    /// What its folds vary beyond its `rows`; nothing for a single fold.
    fn training(&self, rows: Option<Rows>) -> Training {
        let folds = self.scores.len();
        if folds > 1 { Training::new(variance(self.scores), folds).beyond(rows) } else { Training::default() }
    }

    /// The variance of its mean; `None` for a single fold with unknown rows.
    fn variance(&self) -> Option<Variance> {
        let rows = self.rows();
        (rows.is_some() || self.scores.len() > 1).then(|| Variance::new(rows, &[self.training(rows)]))
    }
}

/// The variance of a mean over folds that is due to training.
#[derive(Clone, Copy, Debug, Default)]
struct Training {
    excess: f64,
    /// As [`Variance::training_spread`].
    spread: f64,
    folds: usize,
}

impl Training {
    /// All of the variance between folds.
    fn new(of_folds: f64, folds: usize) -> Training {
        let of_mean = of_folds / folds as f64;
        Training { excess: of_mean, spread: of_mean * of_mean / (folds - 1) as f64, folds }
    }

    /// Without what rows explain of it.
    fn beyond(self, rows: Option<Rows>) -> Training {
        let excess = self.excess - rows.map_or(0.0, |rows| rows.of_fold / self.folds as f64);
        if excess > 0.0 { Training { excess, ..self } } else { Training::default() }
    }
}

/// The variance that rows contribute.
#[derive(Clone, Copy, Debug)]
struct Rows {
    /// To a mean over folds, each row counted once in any number of folds.
    of_mean: f64,
    /// To a fold's scores.
    of_fold: f64,
    /// Degrees of freedom of the variance.
    degrees_of_freedom: f64,
}

impl Rows {
    fn new(Shares { values, rows }: Shares<'_>, folds: usize) -> Rows {
        let sums = by_row(values, rows);
        // A share is a row's influence divided by the number of rows of the fold and the number of folds.
        let per_fold = values.len() as f64 / folds as f64;
        let of_fold =
            values.iter().map(|value| value * value).sum::<f64>() * folds as f64 * per_fold / (per_fold - 1.0).max(1.0);
        Rows { of_mean: variance_of_sum(&sums), of_fold, degrees_of_freedom: degrees_of_freedom(&sums) }
    }

    /// The variance of the difference, row by row.
    fn for_difference(first: Shares<'_>, second: Shares<'_>, folds: usize) -> Rows {
        if first.rows == second.rows {
            let values: Vec<f64> = second.values.iter().zip(first.values).map(|(b, a)| b - a).collect();
            return Rows::new(Shares { values: &values, rows: first.rows }, folds);
        }
        // The sides have different numbers of repeats.
        let sums = [first, second].map(|side| by_row(side.values, side.rows));
        let differences: Vec<f64> = sums[1].iter().zip(&sums[0]).map(|(b, a)| b - a).collect();
        let of_mean = variance_of_sum(&differences);
        let degrees_of_freedom = degrees_of_freedom(&differences);
        Rows { of_mean, of_fold: of_mean * folds as f64, degrees_of_freedom }
    }
}

fn by_row(values: &[f64], rows: &[usize]) -> Vec<f64> {
    let mut sums = vec![0.0; rows.iter().map(|&row| row + 1).max().unwrap_or(0)];
    rows.iter().zip(values).for_each(|(&row, value)| sums[row] += value);
    sums
}

/// The variance of a sum of independent draws.
fn variance_of_sum(sums: &[f64]) -> f64 {
    let correction = sums.len() as f64 / (sums.len().max(2) - 1) as f64;
    sums.iter().map(|sum| sum * sum).sum::<f64>() * correction
}

fn degrees_of_freedom(sums: &[f64]) -> f64 {
    let power = |power: i32| sums.iter().map(|sum| sum.powi(power)).sum::<f64>();
    kurtosis_freedom(power(2), power(4), sums.len() as f64)
}

fn variance(values: &[f64]) -> f64 {
    sample_variance(values, mean(values))
}

/// McNemar's test of whether two classifiers are right equally often (1947, "Note on the sampling error of the
/// difference between correlated proportions or percentages", Psychometrika 12): the probability, if they are, of rows
/// changing as unevenly as they did. `differences` has for each row the share of repeats in which only the second was
/// right, minus the share in which only the first was.
///
/// For a single repeat it is the exact binomial test; where rows validate several times, the test of Durkalski, Palesch,
/// Lipsitz and Rust (2003, "Analysis of clustered matched-pair data", Statistics in Medicine 22), with a row as a cluster.
pub(crate) fn mcnemar(differences: &[f64], repeats: usize) -> f64 {
    if repeats == 1 {
        let count = |wanted: f64| differences.iter().filter(|&&difference| difference == wanted).count() as u64;
        let (gained, lost) = (count(1.0), count(-1.0));
        let binomial = Binomial::new(0.5, gained + lost).expect("a half is a probability");
        return (2.0 * binomial.cdf(gained.min(lost))).min(1.0);
    }
    let squares: f64 = differences.iter().map(|difference| difference * difference).sum();
    if squares == 0.0 {
        return 1.0;
    }
    two_sided(differences.iter().sum::<f64>() / squares.sqrt(), f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} and not {expected}");
    }

    const ROWS: [usize; 8] = [0, 1, 2, 3, 4, 5, 6, 7];
    const ONE: [f64; 5] = [0.9, 0.92, 0.88, 0.91, 0.93];
    const OTHER: [f64; 5] = [0.91, 0.9, 0.89, 0.94, 0.95];

    fn by_folds(scores: &[f64]) -> Side<'_> {
        Side { scores, shares: None }
    }

    /// Reference: `scipy.stats.ttest_rel`, SciPy 1.17.1.
    #[test]
    fn without_rows_the_test_is_the_paired_t_test() {
        let overlap = Overlap { rows: false, folds: true };
        let found = Difference::estimate(by_folds(&ONE), by_folds(&OTHER), overlap, Population::NewRows).unwrap();
        check(found.value, 0.009999999999999898);
        check(found.p_value(), 0.298014811731211);
        let [least, most] = found.interval(0.9);
        check(least, -0.007836309888146403);
        check(most, 0.027836309888146317);
        let gate = Difference::estimate(by_folds(&ONE), by_folds(&OTHER), overlap, Population::SameRows).unwrap();
        assert_eq!((gate.p_value(), gate.kept_by_repeats), (found.p_value(), 0.0));
    }

    /// Reference: `scipy.stats.ttest_ind` with `equal_var=False`, SciPy 1.17.1.
    #[test]
    fn with_different_folds_variances_are_added() {
        let overlap = Overlap { rows: false, folds: false };
        let found = Difference::estimate(by_folds(&ONE), by_folds(&OTHER), overlap, Population::NewRows).unwrap();
        check(found.error(), 0.014422205101855951);
        check(found.p_value(), 0.509286993779706);
        check(found.interval(0.9)[0], -0.017110966943769273);
        assert_eq!(Difference::estimate(by_folds(&[0.9]), by_folds(&OTHER), overlap, Population::NewRows), None);
    }

    /// Eight rows of a single part: the first network is right on six, the second on five. Of `scipy.stats.sem` of the
    /// rows' differences and Student's t with 7 degrees of freedom, SciPy 1.17.1.
    #[test]
    fn a_single_part_is_judged_by_its_rows() {
        let mean_and_shares = |right: [u8; 8]| -> (f64, Vec<f64>) {
            let mean = right.iter().map(|&right| f64::from(right)).sum::<f64>() / 8.0;
            (mean, right.iter().map(|&right| (f64::from(right) - mean) / 8.0).collect())
        };
        let (first, second) = (mean_and_shares([1, 1, 1, 1, 1, 1, 0, 0]), mean_and_shares([1, 1, 1, 1, 0, 0, 1, 0]));
        let side = |(mean, shares): &(f64, Vec<f64>)| (std::slice::from_ref(mean).to_vec(), shares.clone());
        let ((a, a_shares), (b, b_shares)) = (side(&first), side(&second));
        let found = Difference::estimate(
            Side { scores: &a, shares: Some(Shares { values: &a_shares, rows: &ROWS }) },
            Side { scores: &b, shares: Some(Shares { values: &b_shares, rows: &ROWS }) },
            Overlap { rows: true, folds: true },
            Population::NewRows,
        );
        let found = found.unwrap();
        check(found.value, -0.125);
        check(found.error(), 0.2265817417937414);
        check(found.p_value(), 0.5983311559987461);
    }

    /// Three of a hundred rows are lost: their variance has about six degrees of freedom. Of `scipy.stats.sem` of the
    /// rows' differences and `scipy.stats.t`, SciPy 1.17.1.
    #[test]
    fn few_differing_rows_have_few_degrees_of_freedom() {
        let rows: Vec<usize> = (0..100).collect();
        let lost: Vec<f64> = rows.iter().map(|&row| (0.03 - f64::from(u8::from(row < 3))) / 100.0).collect();
        let side = |scores, values| Side { scores, shares: Some(Shares { values, rows: &rows }) };
        let overlap = Overlap { rows: true, folds: true };
        let found = Difference::estimate(side(&[0.9], &[0.0; 100]), side(&[0.87], &lost), overlap, Population::NewRows)
            .unwrap();
        check(found.p_value(), 0.12630535677558077);
    }

    /// A change of all rows of one fold shows in the folds alone, and a change of rows within folds in the rows alone.
    #[test]
    fn both_of_two_tests_must_reject() {
        let (old, new) = ([0.0; 8].map(|share: f64| share), [0.0625, -0.0625, 0.0625, -0.0625, 0.0, 0.0, 0.0, 0.0]);
        let side = |scores, values| Side { scores, shares: Some(Shares { values, rows: &ROWS }) };
        let difference = |scores| {
            let overlap = Overlap { rows: true, folds: true };
            Difference::estimate(side(&[0.5, 0.5], &old), side(scores, &new), overlap, Population::SameRows).unwrap()
        };
        // Rows: 8/7 · 4/256; folds that moved by the same amount have no variance.
        let rows = (4.0 / 256.0 * 8.0 / 7.0_f64).sqrt();
        check(difference(&[0.75, 0.75]).error(), rows);
        // Four of eight rows differ by the same amount, which makes 16 degrees of freedom, limited to 7.
        check(difference(&[0.75, 0.75]).margin_of_error(0.05), 1.8945786050900062 * rows);
        // Folds that moved by 0 and ½: √(⅛ / 2), with a degree of freedom.
        check(difference(&[0.5, 1.0]).error(), 0.25);
        check(difference(&[0.5, 1.0]).margin_of_error(0.05), 0.25 * 6.313751514675037);
    }

    /// Folds that moved by the same amount say nothing of how far they move by chance; equal ones are equal.
    #[test]
    fn a_difference_without_variance_shows_nothing() {
        let overlap = Overlap { rows: false, folds: true };
        let estimate =
            |scores| Difference::estimate(by_folds(&[0.5, 0.75]), by_folds(scores), overlap, Population::NewRows);
        assert_eq!(estimate(&[0.25, 0.5]), None);
        assert_eq!(estimate(&[0.5, 0.75]).unwrap().p_value(), 1.0);
    }

    /// A second repeat with the same outcome adds nothing: its rows are those of the first.
    #[test]
    fn rows_of_several_repeats_count_once() {
        let (shares, others) = ([0.25, -0.25], [-0.125, 0.125, -0.125, 0.125]);
        let first = Side { scores: &[0.5], shares: Some(Shares { values: &shares, rows: &[0, 1] }) };
        let second = Side { scores: &[0.5, 0.5], shares: Some(Shares { values: &others, rows: &[0, 1, 0, 1] }) };
        let estimate = |second, rows| {
            Difference::estimate(first, second, Overlap { rows, folds: false }, Population::NewRows).unwrap()
        };
        let difference = |second| estimate(second, true);
        // Rows' differences are −½ and ½: 2·(¼ + ¼).
        assert_eq!((difference(second).value, difference(second).error()), (0.0, 1.0));
        let once = Side { scores: &[0.5], shares: Some(Shares { values: &[-0.25, 0.25], rows: &[0, 1] }) };
        assert_eq!(difference(once).error(), 1.0);
        // As two samples: of each 2·(1/16 + 1/16).
        let apart = estimate(second, false);
        assert_eq!(apart.error(), 0.5_f64.sqrt());
        // Each sample has one degree of freedom, both together have Welch's two: `scipy.stats.t.ppf(0.95, 2) * 0.5**0.5`.
        check(apart.interval(0.9)[1], 2.064741604835055);
    }

    /// Reference: `scipy.stats.binomtest`, which equals `statsmodels.stats.contingency_tables.mcnemar(exact=True)`.
    #[test]
    fn mcnemars_test_of_one_repeat_is_exact() {
        let rows =
            |lost: usize, gained: usize| -> Vec<f64> { [vec![-1.0; lost], vec![1.0; gained], vec![0.0; 50]].concat() };
        check(mcnemar(&rows(59, 6), 1), 4.964650327128616e-12);
        check(mcnemar(&rows(3, 9), 1), 0.14599609375);
        check(mcnemar(&rows(4, 4), 1), 1.0);
        check(mcnemar(&rows(0, 0), 1), 1.0);
    }

    /// By hand, as Durkalski et al. have it: of clusters with b and c discordant pairs among n, the square of Σ(b − c)/n
    /// over Σ((b − c)/n)² is χ² with a degree of freedom. Here of four rows in two repeats with (b − c)/n of 1, 1/2,
    /// 1/2 and −1/2 it is (3/2)² / (7/4) = 9/7, of which `scipy.stats.chi2.sf` makes the probability.
    #[test]
    fn mcnemars_test_of_several_repeats_has_rows_as_clusters() {
        check(mcnemar(&[1.0, 0.5, 0.5, -0.5, 0.0], 2), 0.2568392579578533);
        check(mcnemar(&[0.0, 0.0], 2), 1.0);
    }
}
