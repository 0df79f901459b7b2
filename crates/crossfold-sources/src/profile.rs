//! Profiles of tables, before there is a spec.

mod groups;
mod json;
mod relations;
mod summary;
mod survey;
mod suspects;
mod suspicion;
mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crossfold_data::{Column, ColumnFault, Marker, Values};
use crossfold_network::Task;
use crossfold_study::{ColumnKind, GivenKind, TableFormat};

use crate::csv::{DetectedFormat, Note, ParsedTable, parse_table, read_rows};
use crate::error::SourceError;
pub(crate) use groups::find_groups;
use summary::Sorted;
pub use summary::{Levels, Numbers, Summary};
pub(crate) use survey::find_weights;
pub use suspicion::Suspicion;

/// A table's columns and suspicions about them.
#[derive(Clone, Debug)]
pub struct Profile {
    pub path: PathBuf,
    pub rows: usize,
    pub found: DetectedFormat,
    /// The requested format.
    pub format: TableFormat,
    /// In the file's order.
    pub columns: Vec<ColumnProfile>,
    pub target: Option<TargetProfile>,
    pub suspicions: Vec<Suspicion>,
    pub notes: Vec<Note>,
    /// Texts that were read as missing values.
    pub markers: Vec<Marker>,
}

/// A column's kind and values.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnProfile {
    pub name: String,
    pub kind: ColumnKind,
    /// The number of rows without a value.
    pub missing: usize,
    /// The number of distinct values.
    pub distinct: usize,
    pub summary: Summary,
}

/// The column to predict.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetProfile {
    pub name: String,
    /// Regression for dates, decimal numbers and more than 20 distinct numbers, else classification.
    pub task: Task,
    pub kind: ColumnKind,
    /// The number of rows without a target.
    pub missing: usize,
    /// Each class and its number of rows, the largest first; empty for regression.
    pub classes: Vec<(String, usize)>,
}

impl Profile {
    /// Profiles the table at `path`, whose column `target` is read as the target of a study. `memory` is the number of
    /// available bytes, if known.
    ///
    /// # Errors
    /// If the file can't be read, doesn't fit into `memory`, or has no column `target`.
    pub fn read(
        path: &Path,
        format: &TableFormat,
        target: Option<&str>,
        memory: Option<u64>,
    ) -> Result<Profile, SourceError> {
        let parse = |bytes: &[u8]| parse_table(bytes, format, &BTreeMap::new(), memory);
        Profile::parse(path, &read_rows(path, format, memory, &parse)?, format, target, memory)
    }

    /// Profiles the table in `bytes`, which were read from `path`.
    pub(crate) fn parse(
        path: &Path,
        bytes: &[u8],
        format: &TableFormat,
        target: Option<&str>,
        memory: Option<u64>,
    ) -> Result<Profile, SourceError> {
        let wrong = |fault| SourceError::Column { path: path.to_owned(), fault };
        let parse = |given: &BTreeMap<String, GivenKind>| {
            parse_table(bytes, format, given, memory)
                .map_err(|mistakes| SourceError::Table { path: path.to_owned(), mistakes })
        };
        let found = parse(&BTreeMap::new())?;
        let Some(target) = target else { return Ok(Profile::new(path, format, &found, None)) };
        let no_column = || wrong(ColumnFault::no_column(target, "`--target`", &found.table));
        let column = found.table.column(target).ok_or_else(no_column)?;
        let (task, kind) = task(column);
        if column.kind == kind {
            return Ok(Profile::new(path, format, &found, Some((target, task))));
        }
        let found = parse(&BTreeMap::from([(target.to_owned(), GivenKind::Kind(kind))]))?;
        Ok(Profile::new(path, format, &found, Some((target, task))))
    }

    /// Profiles a table; `target` names one of its columns.
    fn new(path: &Path, format: &TableFormat, found: &ParsedTable, target: Option<(&str, Task)>) -> Profile {
        let mut suspicions = Vec::new();
        let columns = found.table.columns().iter().map(|column| {
            let sorted = Sorted::new(&column.values);
            let is_target = target.is_some_and(|(name, _)| name == column.name);
            suspicions.extend(suspects::find_in_column(column, &sorted, is_target, found, &format.missing));
            ColumnProfile {
                name: column.name.clone(),
                kind: column.kind,
                missing: column.values.missing(),
                distinct: sorted.distinct(),
                summary: Summary::new(column, &sorted),
            }
        });
        let columns: Vec<ColumnProfile> = columns.collect();
        let target_column = target.and_then(|(name, _)| found.table.column(name));
        let target = target.and_then(|(name, task)| {
            let column = found.table.column(name)?;
            let copies = relations::find_copies(&found.table, column);
            suspicions.extend(relations::find_combination(&found.table, column, &copies));
            let with_one_target = |other: &Column| groups::find_with_one_target(other, column);
            let groups: Vec<Suspicion> = found.table.columns().iter().filter_map(with_one_target).collect();
            let is_replaced = |known: &Suspicion| {
                let is_guess = matches!(known, Suspicion::Groups { .. } | Suspicion::Time { .. });
                is_guess && groups.iter().any(|group| group.column() == known.column())
            };
            suspicions.retain(|known| !is_replaced(known));
            let of_copy = |group: &Suspicion| copies.iter().any(|copy| copy.column() == group.column());
            suspicions.extend(groups.into_iter().filter(|group| !of_copy(group)));
            suspicions.extend(copies);
            Some(TargetProfile::new(column, task))
        });
        suspicions.extend(target.iter().filter_map(suspects::find_rare_classes));
        // What identifies rows is no feature, whatever else it repeats.
        let is_id = |known: &Suspicion| matches!(known, Suspicion::Id { .. });
        let ids: Vec<String> =
            suspicions.iter().filter(|it| is_id(it)).filter_map(|it| it.column().map(str::to_owned)).collect();
        let duplicates = relations::find_duplicate_columns(&found.table).into_iter();
        // Of a copy of the target, it is the copy that should be dropped.
        let target_name = target.as_ref().map(|target| target.name.as_str());
        let is_known = |it: &Suspicion| ids.iter().any(|id| it.column() == Some(id)) || it.column() == target_name;
        suspicions.extend(duplicates.filter(|it| !(is_known(it) && it.column().is_some())));
        suspicions.extend(relations::find_duplicate_rows(found, target_column));
        suspicions.extend(survey::find_total(found));
        let others = || {
            let is_target = |name: &str| target.as_ref().is_some_and(|target| target.name == name);
            found.table.columns().iter().filter(move |column| !is_target(&column.name))
        };
        suspicions.extend(survey::find_few_numbers(others()));
        suspicions.extend(survey::find_non_response(others(), &format.missing));
        // A note says why a column is no feature, and what to do about it.
        suspicions.retain(|suspicion| {
            let is_unused = matches!(
                suspicion,
                Suspicion::Id { is_feature: false, .. } | Suspicion::ManyLevels { is_feature: false, .. }
            );
            // Measured values that weren't read identify nobody.
            let are_groups = matches!(suspicion, Suspicion::Groups { .. });
            let explains = |note: &Note| is_unused || (are_groups && matches!(note, Note::UnreadNumbers { .. }));
            let mut notes = found.notes.iter().filter(|note| note.explained_column() == suspicion.column());
            suspicion.column().is_none() || !notes.any(explains)
        });
        suspects::keep_likeliest_time(&mut suspicions, &found.table);
        // The most severe come first. Equally severe ones stay in the file's order.
        suspicions.sort_by_key(Suspicion::severity);
        Profile {
            path: path.to_owned(),
            rows: found.table.rows(),
            found: found.found,
            format: format.clone(),
            columns,
            target,
            suspicions,
            notes: found.notes.clone(),
            markers: found.markers.clone(),
        }
    }
}

impl TargetProfile {
    fn new(column: &Column, task: Task) -> TargetProfile {
        let classes = match (task, &column.values) {
            (Task::Classification, Values::Levels { .. }) => Levels::count(&column.values, usize::MAX),
            (Task::Regression, _) | (Task::Classification, Values::Numbers(_)) => Vec::new(),
        };
        let missing = column.values.missing();
        TargetProfile { name: column.name.clone(), task, kind: column.kind, missing, classes }
    }
}

/// The task of a target column, and the kind as which it is read.
fn task(column: &Column) -> (Task, ColumnKind) {
    /// A column with more distinct numbers than this doesn't hold classes.
    const MAX_CLASSES: usize = 20;
    match (&column.values, column.kind) {
        (Values::Numbers(_), ColumnKind::Date) => (Task::Regression, ColumnKind::Date),
        (Values::Numbers(numbers), _)
            if numbers.iter().any(|number| number.fract() != 0.0 && !number.is_nan())
                || Sorted::new(&column.values).distinct() > MAX_CLASSES =>
        {
            (Task::Regression, ColumnKind::Numeric)
        }
        (Values::Numbers(_) | Values::Levels { .. }, _) => (Task::Classification, ColumnKind::Categorical),
    }
}

#[cfg(test)]
mod tests;
