//! Suspicious relations between columns, and between rows.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::hash::{Hash, Hasher};

use crossfold_data::{Column, Combination, Likeness, Table};

use super::suspicion::Suspicion;
use crate::csv::ParsedTable;

/// Columns that repeat the target.
pub(super) fn find_copies(table: &Table, target: &Column) -> Vec<Suspicion> {
    let others = table.columns().iter().filter(|column| column.name != target.name);
    let copy = |column: &Column| {
        let likeness = Likeness::find(column, target)?;
        Some(Suspicion::CopyOfTarget { column: column.name.clone(), likeness })
    };
    others.filter_map(copy).collect()
}

/// The columns of which the target is a linear combination. `copies` are those that repeat it.
pub(super) fn find_combination(table: &Table, target: &Column, copies: &[Suspicion]) -> Option<Suspicion> {
    let is_other = |column: &&Column| {
        let is_copy = || copies.iter().any(|copy| copy.column() == Some(&column.name));
        column.name != target.name && column.kind.is_feature() && !is_copy()
    };
    let combination = Combination::find(table.columns().iter().filter(is_other), target)?;
    Some(Suspicion::CombinationOfTarget { target: target.name.clone(), combination })
}

/// Columns that are equal to an earlier one.
pub(super) fn find_duplicate_columns(table: &Table) -> Vec<Suspicion> {
    let mut first: HashMap<u64, &Column> = HashMap::new();
    let mut found = Vec::new();
    for column in table.columns().iter().filter(|column| !column.values.is_constant()) {
        match first.entry(column.values.fingerprint()) {
            Entry::Vacant(entry) => drop(entry.insert(column)),
            Entry::Occupied(entry) if entry.get().values.equals(&column.values) => {
                let first = entry.get().name.clone();
                found.push(Suspicion::DuplicateColumn { column: column.name.clone(), first });
            }
            Entry::Occupied(_) => {}
        }
    }
    found
}

/// Rows that are equal to another one in all features and the target, counted as those of a study are. Ids and free text
/// may differ: they are no features.
pub(super) fn find_duplicate_rows(found: &ParsedTable, target: Option<&Column>) -> Option<Suspicion> {
    let is_target = |column: &Column| target.is_some_and(|target| target.name == column.name);
    let columns = found.table.columns().iter();
    let (compared, others): (Vec<&Column>, Vec<&Column>) =
        columns.partition(|column| column.kind.is_feature() || is_target(column));
    if compared.is_empty() {
        return None;
    }
    let differs = |column: &&&Column, a, b| column.values.bits(a) != column.values.bits(b);
    // Of each set of equal rows, the first, and whether a second one has been found.
    let mut first: HashMap<u64, (usize, bool)> = HashMap::new();
    let (mut rows, mut pair, mut differing) = (0, None, None);
    let has_target = |row: &usize| target.is_none_or(|target| target.values.bits(*row).is_some());
    for row in (0..found.table.rows()).filter(has_target) {
        let mut hasher = DefaultHasher::new();
        compared.iter().for_each(|column| column.values.bits(row).hash(&mut hasher));
        match first.entry(hasher.finish()) {
            Entry::Vacant(entry) => drop(entry.insert((row, false))),
            Entry::Occupied(mut entry) => {
                let (earlier, has_second) = entry.get_mut();
                if compared.iter().any(|column| differs(&column, row, *earlier)) {
                    continue;
                }
                rows += if std::mem::replace(has_second, true) { 1 } else { 2 };
                pair.get_or_insert([*earlier, row]);
                let other = || others.iter().find(|column| differs(column, row, *earlier));
                differing = differing.or_else(|| Some((other()?.name.clone(), [*earlier, row])));
            }
        }
    }
    let (differing, pair) = match differing {
        Some((column, pair)) => (Some(column), pair),
        None => (None, pair?),
    };
    let lines = pair.map(|row| found.line(row));
    Some(Suspicion::DuplicateRows { rows, lines, differing, has_target: target.is_some() })
}
