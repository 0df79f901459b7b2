//! What columns have to do with each other, and rows.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::hash::{Hash, Hasher};

use crossfold_study::ColumnKind;

use super::{Likeness, Suspicion};
use crate::{Column, FoundTable, MISSING, Table, Values, statistics};

/// Fewer rows than this agree by chance.
const FEW_ROWS: usize = 10;
/// Further from 0 than any two things that are measured apart.
const HIGH_CORRELATION: f64 = 0.9999;

/// Columns that say what the target says.
pub(super) fn copies(table: &Table, target: &Column) -> Vec<Suspicion> {
    let others = table.columns().iter().filter(|column| column.name != target.name);
    let copy = |column: &Column| {
        let likeness = likeness(column, target)?;
        Some(Suspicion::CopyOfTarget { column: column.name.clone(), likeness })
    };
    others.filter_map(copy).collect()
}

/// Whether a column says what the target says.
pub(crate) fn is_copy(column: &Column, target: &Column) -> bool {
    likeness(column, target).is_some()
}

fn likeness(column: &Column, target: &Column) -> Option<Likeness> {
    if is_constant(&target.values) {
        return None;
    }
    if print(&column.values) == print(&target.values) && same(&column.values, &target.values) {
        return Some(Likeness::Equal);
    }
    if are_one_to_one(&column.values, &target.values) {
        return Some(Likeness::Relabelled);
    }
    if let (Values::Numbers(a), Values::Numbers(b)) = (&column.values, &target.values) {
        return correlation(a, b).filter(|r| r.abs() > HIGH_CORRELATION).map(Likeness::Correlated);
    }
    None
}

fn is_constant(values: &Values) -> bool {
    let mut cells = (0..values.len()).filter_map(|row| cell(values, row));
    cells.next().is_none_or(|first| cells.all(|cell| cell == first))
}

/// A value as bits that are equal where values are; `None` where there is none.
fn cell(values: &Values, row: usize) -> Option<u64> {
    match values {
        // Adding 0.0 makes one zero of two.
        Values::Numbers(numbers) => Some(numbers[row]).filter(|number| !number.is_nan()).map(|x| (x + 0.0).to_bits()),
        Values::Levels { codes, .. } => Some(codes[row]).filter(|&code| code != MISSING).map(u64::from),
    }
}

/// Whether each value goes with one of the other column and no other, in rows that have both. Where most
/// values come only once that says nothing.
fn are_one_to_one(a: &Values, b: &Values) -> bool {
    let (mut to_b, mut to_a) = (HashMap::new(), HashMap::new());
    let mut rows = 0;
    for (a, b) in (0..a.len()).filter_map(|row| cell(a, row).zip(cell(b, row))) {
        rows += 1;
        if *to_b.entry(a).or_insert(b) != b || *to_a.entry(b).or_insert(a) != a {
            return false;
        }
    }
    rows >= FEW_ROWS && to_b.len() > 1 && to_b.len() * 2 <= rows
}

/// Pearson's coefficient over rows that have both; `None` of few rows or without spread.
fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let pairs = || a.iter().zip(b).filter(|(a, b)| !a.is_nan() && !b.is_nan());
    let count = pairs().count();
    let mean_a = statistics::mean(pairs().map(|(&a, _)| a));
    let mean_b = statistics::mean(pairs().map(|(_, &b)| b));
    let mut products = [0.0; 3];
    for (a, b) in pairs() {
        let (a, b) = (a - mean_a, b - mean_b);
        products = [products[0] + a * a, products[1] + a * b, products[2] + b * b];
    }
    let [aa, ab, bb] = products;
    (count >= FEW_ROWS && aa > 0.0 && bb > 0.0).then(|| ab / (aa.sqrt() * bb.sqrt()))
}

/// Whole numbers and names of which each comes several times, always with the same target: the steps of a
/// sequence, or the rows of a subject.
pub(super) fn groups_of_a_target(table: &Table, target: &Column) -> Vec<Suspicion> {
    const FEW_GROUPS: usize = 10;
    let groups = |column: &Column| {
        let may_name = match &column.values {
            Values::Numbers(numbers) => numbers.iter().all(|number| number.is_nan() || number.fract() == 0.0),
            Values::Levels { .. } => true,
        };
        if !may_name || column.name == target.name || is_constant(&target.values) {
            return None;
        }
        let (mut to_target, mut rows) = (HashMap::new(), 0);
        let pairs = (0..table.rows()).filter_map(|row| cell(&column.values, row).zip(cell(&target.values, row)));
        for (group, target) in pairs {
            rows += 1;
            if *to_target.entry(group).or_insert(target) != target {
                return None;
            }
        }
        let groups = to_target.len();
        let of_several = groups >= FEW_GROUPS && rows >= 2 * groups;
        of_several.then(|| Suspicion::Groups { column: column.name.clone(), groups, rows, one_target: true })
    };
    table.columns().iter().filter_map(groups).collect()
}

/// Columns that are equal to an earlier one.
pub(super) fn duplicate_columns(table: &Table) -> Vec<Suspicion> {
    let mut first: HashMap<u64, &Column> = HashMap::new();
    let mut found = Vec::new();
    for column in table.columns().iter().filter(|column| !is_constant(&column.values)) {
        match first.entry(print(&column.values)) {
            Entry::Vacant(entry) => drop(entry.insert(column)),
            Entry::Occupied(entry) if same(&entry.get().values, &column.values) => {
                let first = entry.get().name.clone();
                found.push(Suspicion::DuplicateColumn { column: column.name.clone(), first });
            }
            Entry::Occupied(_) => {}
        }
    }
    found
}

/// A hash of a column's values.
fn print(values: &Values) -> u64 {
    let mut hasher = DefaultHasher::new();
    (0..values.len()).for_each(|row| cell(values, row).hash(&mut hasher));
    hasher.finish()
}

/// Whether two columns have the same value in every row.
fn same(a: &Values, b: &Values) -> bool {
    let alike = || (0..a.len()).all(|row| cell(a, row) == cell(b, row));
    match (a, b) {
        (Values::Numbers(_), Values::Numbers(_)) => alike(),
        (Values::Levels { levels: of_a, .. }, Values::Levels { levels: of_b, .. }) => of_a == of_b && alike(),
        (Values::Numbers(_), Values::Levels { .. }) | (Values::Levels { .. }, Values::Numbers(_)) => false,
    }
}

/// Rows that are equal to an earlier one.
pub(super) fn duplicate_rows(found: &FoundTable) -> Option<Suspicion> {
    // An id makes no two cases of one.
    let columns: Vec<&Values> = found
        .table
        .columns()
        .iter()
        .filter(|column| column.kind != ColumnKind::Id)
        .map(|column| &column.values)
        .collect();
    if columns.is_empty() {
        return None;
    }
    let mut first: HashMap<u64, usize> = HashMap::new();
    let (mut rows, mut lines) = (0, None);
    for row in 0..found.table.rows() {
        let mut hasher = DefaultHasher::new();
        columns.iter().for_each(|values| cell(values, row).hash(&mut hasher));
        match first.entry(hasher.finish()) {
            Entry::Vacant(entry) => drop(entry.insert(row)),
            Entry::Occupied(entry) => {
                let earlier = *entry.get();
                if columns.iter().all(|values| cell(values, row) == cell(values, earlier)) {
                    rows += 1;
                    lines.get_or_insert([earlier, row].map(|row| found.line(row)));
                }
            }
        }
    }
    lines.map(|lines| Suspicion::DuplicateRows { rows, lines })
}
