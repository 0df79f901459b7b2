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
    /// Each value stands for a range of the target.
    Cut,
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
        if let Values::Numbers(target) = target
            && is_cut(column, target)
        {
            return Some(Likeness::Cut);
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

/// Whether each value of a column stands for a range of the target, as of a target that was cut in two. Values with few rows
/// may do so by chance.
fn is_cut(column: &Values, target: &[f64]) -> bool {
    const MOST_VALUES: usize = 20;
    const FEWEST_ROWS: usize = 5;
    let mut rows: HashMap<_, usize> = HashMap::new();
    let mut known = Vec::with_capacity(target.len());
    for row in (0..target.len()).filter(|&row| !target[row].is_nan()) {
        let Some(value) = column.bits(row) else { continue };
        *rows.entry(value).or_default() += 1;
        if rows.len() > MOST_VALUES {
            return false;
        }
        known.push((target[row], value));
    }
    // Few rows of many are in order by chance.
    if rows.len() < 2 || rows.values().any(|&rows| rows < FEWEST_ROWS) || known.len() * 10 < target.len() * 9 {
        return false;
    }
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let is_change = |pair: &&[(f64, _)]| pair[0].1 != pair[1].1;
    let has_equal_targets = |pair: &[(f64, _)]| pair[0].0 == pair[1].0;
    let changes: Vec<_> = known.windows(2).filter(is_change).collect();
    changes.len() + 1 == rows.len() && !changes.into_iter().any(has_equal_targets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_was_cut_into_ranges_is_noticed() {
        let target: Vec<f64> = (0..40).map(|row| f64::from(row * 7 % 40)).collect();
        let cut = |ends: &[f64]| {
            Values::Numbers(
                target.iter().map(|value| ends.iter().filter(|end| *value >= **end).count() as f64).collect(),
            )
        };
        assert!(is_cut(&cut(&[20.0]), &target));
        assert!(is_cut(&cut(&[10.0, 25.0]), &target));
        // Too few rows above, and no cut.
        assert!(!is_cut(&cut(&[37.0]), &target));
        assert!(!is_cut(&cut(&[]), &target));
        // Few rows of many.
        let mut sparse = vec![f64::NAN; 30];
        sparse.extend([0.0; 5].into_iter().chain([1.0; 5]));
        assert!(!is_cut(&Values::Numbers(sparse), &(0..40).map(f64::from).collect::<Vec<f64>>()));
        let odd = Values::Numbers(target.iter().map(|value| value % 2.0).collect());
        assert!(!is_cut(&odd, &target));
        // A range may not end within equal targets.
        let halves: Vec<f64> = target.iter().map(|value| (value / 2.0).floor()).collect();
        assert!(is_cut(&cut(&[20.0]), &halves) && !is_cut(&cut(&[21.0]), &halves));
    }
}
