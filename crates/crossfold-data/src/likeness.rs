//! Whether one column repeats another.

use std::collections::HashMap;

use crate::column::{Column, Values};
use crate::statistics::{self, FEW_ROWS};

/// Quantities that are measured separately don't correlate as highly as this.
const HIGH_CORRELATION: f64 = 0.9999;

/// How a column repeats the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Likeness {
    Equal,
    /// Each class has one value, and each value one class.
    Relabelled,
    /// Pearson's coefficient.
    Correlated(f64),
}

impl Likeness {
    /// How `column` repeats `target`; `None` if it doesn't, or if the target is constant.
    pub fn find(column: &Column, target: &Column) -> Option<Likeness> {
        let (column, target) = (&column.values, &target.values);
        if target.is_constant() {
            return None;
        }
        if column.fingerprint() == target.fingerprint() && column.equals(target) {
            return Some(Likeness::Equal);
        }
        if are_one_to_one(column, target) {
            return Some(Likeness::Relabelled);
        }
        if let (Values::Numbers(a), Values::Numbers(b)) = (column, target) {
            return statistics::correlation(a, b).filter(|r| r.abs() > HIGH_CORRELATION).map(Likeness::Correlated);
        }
        None
    }
}

/// Whether values of the two columns determine each other in the rows where neither is missing. If most values occur
/// only once this proves nothing, and the result is `false`.
fn are_one_to_one(a: &Values, b: &Values) -> bool {
    let (mut to_b, mut to_a) = (HashMap::new(), HashMap::new());
    let mut rows = 0;
    for (a, b) in (0..a.len()).filter_map(|row| a.bits(row).zip(b.bits(row))) {
        rows += 1;
        if *to_b.entry(a).or_insert(b) != b || *to_a.entry(b).or_insert(a) != a {
            return false;
        }
    }
    rows >= FEW_ROWS && to_b.len() > 1 && to_b.len() * 2 <= rows
}
