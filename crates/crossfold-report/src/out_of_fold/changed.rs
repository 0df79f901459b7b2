//! What became of the rows.

use crossfold_study::{Metric, RowLoss};
use serde::Serialize;

use super::PerRow;
use crate::figure::Precision;
use crate::statistics::{mcnemar, standard_error};

/// What became of the rows, out of fold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Changed {
    /// Rows that were classified differently.
    Classes {
        right_to_wrong: usize,
        wrong_to_right: usize,
        /// McNemar's test of whether both are right equally often.
        p_value: f64,
    },
    Numbers(ErrorChange),
}

/// How rows' errors compare, each row's with its own.
///
/// A row's loss, the mean over repeats, is the absolute error where a study is judged by `mae`, else
/// the squared error. Pairing takes out how hard a row is, as in the test of Diebold and Mariano (1995,
/// "Comparing predictive accuracy", JBES 13). Rows share networks, so that their losses are not quite
/// independent, and the standard error is likely too small; verdicts allow for that, and don't hang on it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ErrorChange {
    loss: RowLoss,
    /// The mean of the new losses less the old: above 0, it got worse. In the target's unit, or its square.
    difference: f64,
    /// Of the difference; `None` for a single row.
    standard_error: Option<f64>,
    /// How many were compared.
    rows: usize,
    /// Rows whose loss is less than it was.
    pub(crate) closer: usize,
    /// Rows whose loss is more than it was.
    pub(crate) further: usize,
}

fn loss_of_error(loss: RowLoss, error: f32) -> f64 {
    match loss {
        RowLoss::AbsoluteError => f64::from(error).abs(),
        RowLoss::SquaredError => f64::from(error).powi(2),
    }
}

impl Changed {
    /// `None` where other rows validate, and so the splits are others.
    pub(crate) fn of_classes(old: &[String], new: &[String]) -> Option<Changed> {
        let rows = old.first()?.len();
        let pairs: Vec<(u8, u8)> = pair_up(old.iter().map(String::as_bytes), new.iter().map(String::as_bytes))?;
        if pairs.iter().any(|&(old, new)| (old == b'-') != (new == b'-')) {
            return None;
        }
        let mut gains = vec![0_i32; rows];
        for (place, &pair) in pairs.iter().enumerate() {
            gains[place % rows] += i32::from(pair == (b'0', b'1')) - i32::from(pair == (b'1', b'0'));
        }
        let differences: Vec<f64> = gains.iter().map(|&gain| f64::from(gain) / old.len() as f64).collect();
        let count = |wanted| pairs.iter().filter(|&&pair| pair == wanted).count();
        Some(Changed::Classes {
            right_to_wrong: count((b'1', b'0')),
            wrong_to_right: count((b'0', b'1')),
            p_value: mcnemar(&differences, old.len()),
        })
    }

    /// `None` where other rows validate, or none.
    pub(crate) fn of_numbers(metric: Metric, old: &[PerRow<f32>], new: &[PerRow<f32>]) -> Option<Changed> {
        let rows = old.first()?.0.len();
        let pairs = pair_up(old.iter().map(|errors| &errors.0[..]), new.iter().map(|errors| &errors.0[..]))?;
        let loss = metric.row_loss()?;
        let mut sums = vec![(0.0, 0_u32); rows];
        for (place, pair) in pairs.into_iter().enumerate() {
            let (sum, repeats) = &mut sums[place % rows];
            match pair {
                (Some(old), Some(new)) => {
                    *sum += loss_of_error(loss, new) - loss_of_error(loss, old);
                    *repeats += 1;
                }
                (None, None) => {}
                (Some(_), None) | (None, Some(_)) => return None,
            }
        }
        let compared = sums.into_iter().filter(|&(_, repeats)| repeats > 0);
        let differences: Vec<f64> = compared.map(|(sum, repeats)| sum / f64::from(repeats)).collect();
        if differences.is_empty() {
            return None;
        }
        let difference = differences.iter().sum::<f64>() / differences.len() as f64;
        Some(Changed::Numbers(ErrorChange {
            loss,
            difference,
            standard_error: standard_error(&differences, difference),
            rows: differences.len(),
            closer: differences.iter().filter(|&&difference| difference < 0.0).count(),
            further: differences.iter().filter(|&&difference| difference > 0.0).count(),
        }))
    }

    /// In one line, without its end.
    pub(crate) fn line(&self) -> String {
        match *self {
            Changed::Classes { right_to_wrong, wrong_to_right, p_value } => format!(
                "rows out of fold: {right_to_wrong} from right to wrong, {wrong_to_right} from wrong to right \
                 (McNemar's p {})",
                probability(p_value)
            ),
            Changed::Numbers(ErrorChange { loss, difference, standard_error, rows, closer, further }) => {
                let error = standard_error.unwrap_or_default();
                let precision = Precision::five_digits(difference.abs().max(error));
                let way = if difference > 0.0 { "more" } else { "less" };
                let (difference, error) = (precision.show(difference.abs()), precision.show(error));
                let loss = match loss {
                    RowLoss::AbsoluteError => "absolute error",
                    RowLoss::SquaredError => "squared error",
                };
                format!(
                    "rows out of fold: mean {loss} {difference} {way}, standard error {error}; \
                     of {rows} rows {closer} closer, {further} further off"
                )
            }
        }
    }
}

/// A probability, with as many digits as say something.
pub(crate) fn probability(p: f64) -> String {
    match p {
        p if p < 0.000_1 => "below 0.0001".to_owned(),
        p if p < 0.1 => format!("{p:.4}"),
        p => format!("{p:.2}"),
    }
}

/// What stands at the same place in both; `None` where they don't have the same places.
fn pair_up<'a, T: Copy + 'a>(
    old: impl ExactSizeIterator<Item = &'a [T]>,
    new: impl ExactSizeIterator<Item = &'a [T]>,
) -> Option<Vec<(T, T)>> {
    if old.len() != new.len() {
        return None;
    }
    let mut pairs = Vec::new();
    for (old, new) in old.zip(new) {
        if old.len() != new.len() {
            return None;
        }
        pairs.extend(old.iter().copied().zip(new.iter().copied()));
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(metric: Metric, old: &[&str], new: &[&str]) -> Option<Changed> {
        let errors = |lines: &[&str]| -> Vec<PerRow<f32>> {
            lines.iter().map(|line| PerRow::try_from((*line).to_owned()).unwrap()).collect()
        };
        Changed::of_numbers(metric, &errors(old), &errors(new))
    }

    /// By hand: of absolute errors the differences are −1, 2 and 0, whose standard deviation is √(7/3), of
    /// squared ones −3, 8 and 0, whose is √(97/3).
    #[test]
    fn errors_are_compared_row_by_row() {
        let line = |metric| of(metric, &["2 - -1 3"], &["-1 - 3 3"]).unwrap().line();
        assert_eq!(
            line(Metric::Mae),
            "rows out of fold: mean absolute error 0.33333 more, standard error 0.88192; \
             of 3 rows 1 closer, 1 further off"
        );
        assert_eq!(
            line(Metric::Rmse),
            "rows out of fold: mean squared error 1.6667 more, standard error 3.2830; \
             of 3 rows 1 closer, 1 further off"
        );
        assert_eq!(line(Metric::R2), line(Metric::Rmse));
    }

    /// Two repeats of two rows are two differences, −2 and 1, and not four.
    #[test]
    fn a_row_counts_once_however_often_it_validates() {
        let Some(Changed::Numbers(change)) = of(Metric::Mae, &["3 1", "3 1"], &["1 1", "1 3"]) else { panic!() };
        assert_eq!((change.difference, change.rows, change.closer, change.further), (-0.5, 2, 1, 1));
        assert_eq!(change.standard_error, Some(1.5));
    }

    #[test]
    fn other_rows_are_not_compared() {
        assert_eq!(of(Metric::Mae, &["1 -"], &["- 1"]), None);
        assert_eq!(of(Metric::Mae, &["1 2"], &["1"]), None);
        assert_eq!(of(Metric::Mae, &["1"], &["1", "1"]), None);
        assert_eq!(of(Metric::Mae, &["- -"], &["- -"]), None);
        assert_eq!(of(Metric::Mae, &[], &[]), None);
    }

    /// A row that is right once more of two repeats is a cluster with half a difference.
    #[test]
    fn rows_change_sides() {
        let of = |old: &[&str], new: &[&str]| {
            let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
            Changed::of_classes(&lines(old), &lines(new))
        };
        let line = of(&["1100-"], &["1011-"]).unwrap().line();
        assert_eq!(line, "rows out of fold: 1 from right to wrong, 2 from wrong to right (McNemar's p 1.00)");
        let Some(Changed::Classes { p_value, .. }) = of(&["00001", "00010"], &["10000", "11100"]) else { panic!() };
        assert_eq!(p_value, mcnemar(&[1.0, 0.5, 0.5, -0.5, -0.5], 2));
        assert_eq!(of(&["1100-"], &["-0111"]), None);
        assert_eq!(of(&["11"], &["11", "11"]), None);
        assert_eq!([0.000_01, 0.012_345, 0.3].map(probability), ["below 0.0001", "0.0123", "0.30"]);
    }
}
