//! Columns of a study's table that name groups of rows.

use std::collections::{HashMap, HashSet};

use crossfold_data::{Column, Likeness, SuspectedGroups, Table, Values};
use crossfold_study::ColumnKind;

use super::summary::Sorted;
use super::{Suspicion, suspects};

/// The columns that look like groups of rows, by the rules of a [`Profile`](super::Profile).
pub(crate) fn find_groups(table: &Table, target: &str) -> Vec<SuspectedGroups> {
    let Some(target) = table.column(target) else { return Vec::new() };
    let find = |column: &Column| {
        let found = find_with_one_target(column, target).or_else(|| name_groups(column))?;
        let Suspicion::Groups { column: name, groups, rows, one_target } = found else { return None };
        // A copy of the target is worse, and said to be one.
        let is_copy = Likeness::find(column, target).is_some();
        (!is_copy).then_some(SuspectedGroups { column: name, groups, rows, one_target })
    };
    table.columns().iter().filter(|column| column.name != target.name).filter_map(find).collect()
}

/// Whether a column of whole numbers or levels has each value several times, always with the same target, as numbers of
/// sequences or subjects have. Numbers without the name of a group are none where the target seems to be a function of their
/// order, unless the rows of each are in one block.
pub(super) fn find_with_one_target(column: &Column, target: &Column) -> Option<Suspicion> {
    const FEW_GROUPS: usize = 10;
    let may_name = match &column.values {
        Values::Numbers(numbers) => numbers.iter().all(|number| number.is_nan() || number.fract() == 0.0),
        Values::Levels { .. } => true,
    };
    if !may_name || column.name == target.name || target.values.is_constant() {
        return None;
    }
    let (mut to_target, mut rows) = (HashMap::new(), 0);
    let pairs = (0..column.values.len()).filter_map(|row| column.values.bits(row).zip(target.values.bits(row)));
    for (group, target) in pairs {
        rows += 1;
        if *to_target.entry(group).or_insert(target) != target {
            return None;
        }
    }
    let groups = to_target.len();
    let of_several = groups >= FEW_GROUPS && rows >= 2 * groups;
    let is_group = || {
        column.kind != ColumnKind::Numeric
            || name_groups(column).is_some()
            || is_in_blocks(&column.values)
            || !follows_order(&column.values, &target.values)
    };
    (of_several && is_group()).then(|| Suspicion::Groups {
        column: column.name.clone(),
        groups,
        rows,
        one_target: true,
    })
}

/// The groups that a column names by its own name or its values.
fn name_groups(column: &Column) -> Option<Suspicion> {
    let present = column.values.len() - column.values.missing();
    // The fewest groups: most columns need not be sorted.
    if !suspects::are_groups(column, present, suspects::FEWEST_GROUPS) {
        return None;
    }
    let (groups, rows) = (Sorted::new(&column.values).distinct(), present);
    suspects::are_groups(column, present, groups).then(|| Suspicion::Groups {
        column: column.name.clone(),
        groups,
        rows,
        one_target: false,
    })
}

/// Whether all rows with the same value are one after another.
fn is_in_blocks(values: &Values) -> bool {
    let bits: Vec<Option<u64>> = (0..values.len()).map(|row| values.bits(row)).collect();
    let distinct: HashSet<&Option<u64>> = bits.iter().collect();
    bits.chunk_by(|a, b| a == b).count() == distinct.len()
}

/// Whether the target changes at less than a quarter of the steps from one number to the next, as if it were decided by
/// thresholds; also of a target of numbers.
fn follows_order(numbers: &Values, target: &Values) -> bool {
    let (Values::Numbers(numbers), Values::Levels { codes, .. }) = (numbers, target) else { return true };
    let of_number: HashMap<u64, (f64, u32)> =
        numbers.iter().zip(codes).map(|(number, &code)| (number.to_bits(), (*number, code))).collect();
    let mut steps: Vec<(f64, u32)> = of_number.into_values().filter(|(number, _)| !number.is_nan()).collect();
    steps.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let changes = steps.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    changes * 4 < steps.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::parse_table;
    use crossfold_study::{GivenKind, TableFormat};
    use std::collections::BTreeMap;

    /// Forty values of `name` in 200 rows; the target of each value is decided by `class`.
    fn found(name: &str, kind: Option<ColumnKind>, class: impl Fn(usize, usize) -> bool) -> Vec<String> {
        let rows = (0..200).map(|row| {
            let group = row % 40;
            format!("{},{},{}\n", 100 + group, row * 37 % 101, if class(group, row) { "yes" } else { "no" })
        });
        let text = format!("{name},x,y\n{}", rows.collect::<String>());
        let kinds = [("y", Some(ColumnKind::Categorical)), (name, kind)].into_iter();
        let given: BTreeMap<String, GivenKind> =
            kinds.filter_map(|(name, kind)| Some((name.to_owned(), GivenKind::Kind(kind?)))).collect();
        let read = parse_table(text.as_bytes(), &TableFormat::default(), &given, None).unwrap();
        let found = find_groups(&read.table, "y").into_iter();
        found
            .map(|SuspectedGroups { column, groups, rows, one_target }| {
                format!("{column} {groups} {rows} {one_target}")
            })
            .collect()
    }

    /// The first bit of a hash, which follows no order.
    fn scattered(number: usize) -> bool {
        (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 63 == 1
    }

    #[test]
    fn columns_whose_values_belong_together_are_found() {
        let of_group = |group: usize, _| scattered(group);
        assert_eq!(found("pid", Some(ColumnKind::Categorical), of_group), ["pid 40 200 true"]);
        assert_eq!(found("pid", None, of_group), ["pid 40 200 true"]);
        assert_eq!(found("patient", None, of_group), ["patient 40 200 true"]);
        assert_eq!(found("patient", None, |_, row| scattered(row)), ["patient 40 200 false"]);
    }

    #[test]
    fn ordinary_columns_are_not_groups() {
        assert_eq!(found("town", Some(ColumnKind::Categorical), |_, row| scattered(row)), [""; 0]);
        // A threshold.
        assert_eq!(found("age", None, |group, _| group > 17), [""; 0]);
    }
}
