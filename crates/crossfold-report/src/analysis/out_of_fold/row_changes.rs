//! How the outcomes of rows changed between two trainings.

use crossfold_study::{Metric, RowLoss};
use serde::Serialize;

use super::PerRow;
use crate::analysis::statistics::{mcnemar, mean, standard_error};

/// How the out-of-fold outcomes of rows changed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum RowChanges {
    /// Numbers of rows that are classified right by only one of the trainings.
    Classes {
        right_to_wrong: usize,
        wrong_to_right: usize,
        /// McNemar's test of whether both trainings are right equally often.
        p_value: f64,
    },
    Numbers(ErrorChange),
}

/// How the errors of rows compare, each row paired with itself.
///
/// A row's loss is its absolute error where a study is judged by `mae`, else its squared error, averaged over repeats.
/// Pairing removes how hard a row is, as in the test of Diebold and Mariano (1995, "Comparing predictive accuracy", JBES
/// 13). Rows share networks, so that their losses are not quite independent and the standard error is likely too small;
/// verdicts do not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ErrorChange {
    pub(crate) loss: RowLoss,
    /// The mean new loss minus the mean old one, in the target's unit or its square: above 0, it got worse.
    pub(crate) difference: f64,
    /// Standard error of the difference; `None` for a single row.
    pub(crate) standard_error: Option<f64>,
    /// Number of rows compared.
    pub(crate) rows: usize,
    /// Number of rows whose loss decreased.
    pub(crate) closer: usize,
    /// Number of rows whose loss increased.
    pub(crate) further: usize,
}

/// The loss of an error.
fn loss_of_error(loss: RowLoss, error: f32) -> f64 {
    match loss {
        RowLoss::AbsoluteError => f64::from(error).abs(),
        RowLoss::SquaredError => f64::from(error).powi(2),
    }
}

impl RowChanges {
    /// Compares the marks of rows, one line per repeat (`1` right, `0` wrong, `-` not validated). `None` where other rows
    /// validate, so that the splits differ.
    pub(crate) fn count_classes(old: &[String], new: &[String]) -> Option<RowChanges> {
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
        Some(RowChanges::Classes {
            right_to_wrong: count((b'1', b'0')),
            wrong_to_right: count((b'0', b'1')),
            p_value: mcnemar(&differences, old.len()),
        })
    }

    /// Compares the errors of rows, one line per repeat. `None` where other rows validate, or none.
    pub(crate) fn compare_errors(metric: Metric, old: &[PerRow<f32>], new: &[PerRow<f32>]) -> Option<RowChanges> {
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
        let difference = mean(&differences);
        Some(RowChanges::Numbers(ErrorChange {
            loss,
            difference,
            standard_error: standard_error(&differences, difference),
            rows: differences.len(),
            closer: differences.iter().filter(|&&difference| difference < 0.0).count(),
            further: differences.iter().filter(|&&difference| difference > 0.0).count(),
        }))
    }
}

/// The values at the same places of both sides; `None` where the places differ.
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

    fn compare(metric: Metric, old: &[&str], new: &[&str]) -> Option<RowChanges> {
        let errors = |lines: &[&str]| -> Vec<PerRow<f32>> {
            lines.iter().map(|line| PerRow::try_from((*line).to_owned()).unwrap()).collect()
        };
        RowChanges::compare_errors(metric, &errors(old), &errors(new))
    }

    /// Two repeats of two rows are two differences, −2 and 1, and not four.
    #[test]
    fn a_row_counts_once_in_any_number_of_repeats() {
        let Some(RowChanges::Numbers(change)) = compare(Metric::Mae, &["3 1", "3 1"], &["1 1", "1 3"]) else {
            panic!()
        };
        assert_eq!((change.difference, change.rows, change.closer, change.further), (-0.5, 2, 1, 1));
        assert_eq!(change.standard_error, Some(1.5));
    }

    #[test]
    fn different_rows_are_not_compared() {
        assert_eq!(compare(Metric::Mae, &["1 -"], &["- 1"]), None);
        assert_eq!(compare(Metric::Mae, &["1 2"], &["1"]), None);
        assert_eq!(compare(Metric::Mae, &["1"], &["1", "1"]), None);
        assert_eq!(compare(Metric::Mae, &["- -"], &["- -"]), None);
        assert_eq!(compare(Metric::Mae, &[], &[]), None);
    }

    /// A row that becomes right in one of two repeats is a cluster with half a difference.
    #[test]
    fn rows_that_changed_are_counted() {
        let count = |old: &[&str], new: &[&str]| {
            let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
            RowChanges::count_classes(&lines(old), &lines(new))
        };
        let Some(RowChanges::Classes { p_value, .. }) = count(&["00001", "00010"], &["10000", "11100"]) else {
            panic!()
        };
        assert_eq!(p_value, mcnemar(&[1.0, 0.5, 0.5, -0.5, -0.5], 2));
        assert_eq!(count(&["1100-"], &["-0111"]), None);
        assert_eq!(count(&["11"], &["11", "11"]), None);
    }
}
