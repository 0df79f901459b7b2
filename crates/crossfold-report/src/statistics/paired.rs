//! How far two networks' scores are apart, and how sure that is.

use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, Normal, StudentsT};

use super::mean;

/// One side of a comparison; greater is better.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side<'a> {
    /// On each fold.
    pub(crate) scores: &'a [f64],
    /// Each row's share in the mean of the scores, of every row as often as it validates; they sum to 0. `None` where
    /// rows aren't known.
    pub(crate) shares: Option<&'a [f64]>,
    /// Validation rows to training rows.
    pub(crate) ratio: f64,
}

/// What two sides have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Common<'a> {
    /// Of each place in the shares the row that stands there, counted from 0; `None` where the rows are others.
    pub(crate) rows: Option<&'a [usize]>,
    /// Whether each fold of the one is the same rows as that of the other.
    pub(crate) folds: bool,
}

/// An estimate of how much better the second side is than the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Difference {
    pub(crate) value: f64,
    pub(crate) error: f64,
    /// Infinite where a single part says nothing of training's noise.
    pub(crate) degrees_of_freedom: f64,
}

impl Difference {
    /// Compares two sides.
    ///
    /// The variance has two parts, as [`Noise`](super::Noise) has it. That of the rows is of each row's own difference,
    /// as in McNemar's test: how hard a row is drops out, and a row that validates in several repeats counts once.
    /// Training's is what the folds' differences scatter beyond what rows explain. It is estimated from few folds, so the
    /// whole is judged by Student's t with their degrees of freedom. Where folds or rows aren't the same, the two sides'
    /// own variances are added. A ratio of 0 asks about these very rows: whether networks trained on them again would
    /// come to the same, as a gate does.
    pub(crate) fn of(first: Side<'_>, second: Side<'_>, common: Common<'_>) -> Difference {
        let folds = first.scores.len().min(second.scores.len());
        let rows = match (first.shares, second.shares, common.rows) {
            (Some(a), Some(b), Some(rows)) => Some(paired(a, b, rows, folds)),
            _ => None,
        };
        let ratio = (first.ratio + second.ratio) / 2.0;
        let apart = || Some((excess(first)? * nadeau_bengio(first)) + (excess(second)? * nadeau_bengio(second)));
        let (of_rows, of_training) = match rows {
            Some(Paired { of_mean, of_fold }) if common.folds && folds > 1 => {
                let differences: Vec<f64> = second.scores.iter().zip(first.scores).map(|(b, a)| b - a).collect();
                let excess = variance_of(&differences) - of_fold;
                (of_mean.max(of_fold * ratio), excess.max(0.0) * (1.0 / folds as f64 + ratio))
            }
            Some(Paired { of_mean, of_fold }) => (of_mean.max(of_fold * ratio), apart().unwrap_or(0.0).max(0.0)),
            None if common.folds && folds > 1 => {
                let differences: Vec<f64> = second.scores.iter().zip(first.scores).map(|(b, a)| b - a).collect();
                (0.0, variance_of(&differences) * (1.0 / folds as f64 + ratio))
            }
            None => (alone(first) + alone(second), 0.0),
        };
        Difference {
            value: mean(second.scores) - mean(first.scores),
            error: (of_rows + of_training).sqrt(),
            degrees_of_freedom: if folds > 1 { (folds - 1) as f64 } else { f64::INFINITY },
        }
    }

    /// Between which values the true difference is with this probability.
    pub(crate) fn interval(&self, probability: f64) -> [f64; 2] {
        let reach = quantile(0.5 + probability / 2.0, self.degrees_of_freedom) * self.error;
        [self.value - reach, self.value + reach]
    }

    /// How probable a difference at least as far from 0 is where there is none.
    pub(crate) fn p_value(&self) -> f64 {
        match self.error {
            error if error > 0.0 => two_sided(self.value / error, self.degrees_of_freedom),
            _ if self.value == 0.0 => 1.0,
            _ => 0.0,
        }
    }
}

/// The variance that rows give to a difference.
struct Paired {
    /// Of means over folds, a row being one however many folds it validates.
    of_mean: f64,
    /// Of a fold's scores.
    of_fold: f64,
}

fn paired(first: &[f64], second: &[f64], rows: &[usize], folds: usize) -> Paired {
    let differences = || second.iter().zip(first).map(|(b, a)| b - a);
    let count = rows.iter().map(|&row| row + 1).max().unwrap_or(0);
    let mut by_row = vec![0.0; count];
    rows.iter().zip(differences()).for_each(|(&row, difference)| by_row[row] += difference);
    let correction = count as f64 / (count.max(2) - 1) as f64;
    Paired {
        of_mean: by_row.iter().map(|difference| difference * difference).sum::<f64>() * correction,
        // A share is a row's influence by the fold's rows and the number of folds.
        of_fold: differences().map(|difference| difference * difference).sum::<f64>() * folds as f64,
    }
}

/// What a side's folds scatter beyond what its rows explain; `None` of a single fold or unknown rows.
fn excess(side: Side<'_>) -> Option<f64> {
    let folds = side.scores.len();
    let rows = side.shares?.iter().map(|share| share * share).sum::<f64>() * folds as f64;
    (folds > 1).then(|| variance_of(side.scores) - rows)
}

fn nadeau_bengio(side: Side<'_>) -> f64 {
    1.0 / side.scores.len() as f64 + side.ratio
}

/// The variance of a side's mean by itself.
fn alone(side: Side<'_>) -> f64 {
    let rows = side.shares.map(|shares| shares.iter().map(|share| share * share).sum::<f64>());
    let folds = (side.scores.len() > 1).then(|| variance_of(side.scores) * nadeau_bengio(side));
    folds.or(rows).unwrap_or(0.0)
}

fn variance_of(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64
}

/// Student's t, or the normal distribution's where there are infinite degrees of freedom.
pub(crate) fn quantile(probability: f64, degrees_of_freedom: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, degrees_of_freedom) {
        Ok(t) if degrees_of_freedom.is_finite() => t.inverse_cdf(probability),
        Ok(_) | Err(_) => Normal::standard().inverse_cdf(probability),
    }
}

fn two_sided(statistic: f64, degrees_of_freedom: f64) -> f64 {
    let below = -statistic.abs();
    2.0 * match StudentsT::new(0.0, 1.0, degrees_of_freedom) {
        Ok(t) if degrees_of_freedom.is_finite() => t.cdf(below),
        Ok(_) | Err(_) => Normal::standard().cdf(below),
    }
}

/// McNemar's test of whether two classifiers are right equally often (1947, "Note on the sampling error of the
/// difference between correlated proportions or percentages", Psychometrika 12): the probability, if they are, of rows
/// changing sides as unevenly as they did. `differences` are of each row how often, as a share of repeats, only the
/// second was right, less how often only the first was.
///
/// Of a single repeat the exact binomial test; where rows validate several times, the test of Durkalski, Palesch,
/// Lipsitz and Rust (2003, "Analysis of clustered matched-pair data", Statistics in Medicine 22), a row being a cluster.
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
