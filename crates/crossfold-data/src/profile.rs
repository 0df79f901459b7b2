//! What a table holds, told to someone who hasn't written a spec for it yet.

mod json;
mod relations;
pub(crate) use relations::is_copy;
mod summary;
mod suspects;
mod suspicion;
mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crossfold_network::Task;
use crossfold_study::{ColumnKind, GivenKind, TableFormat};

use crate::column_fault::ColumnFault;
use crate::{Column, DataError, Found, FoundTable, Note, Values, file, parse_table};
pub use json::PROFILE_VERSION;
use summary::Sorted;
pub use summary::{Levels, Numbers, Summary};
pub use suspicion::{Likeness, Suspicion};

/// A table's columns and what is odd about them.
#[derive(Clone, Debug)]
pub struct Profile {
    pub path: PathBuf,
    pub rows: usize,
    pub found: Found,
    /// How it was asked to be read.
    pub format: TableFormat,
    /// In the file's order.
    pub columns: Vec<ColumnProfile>,
    pub target: Option<TargetProfile>,
    pub suspicions: Vec<Suspicion>,
    pub notes: Vec<Note>,
}

/// A column as it is found.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnProfile {
    pub name: String,
    pub kind: ColumnKind,
    /// Rows without a value.
    pub missing: usize,
    /// Different values.
    pub distinct: usize,
    pub summary: Summary,
}

/// The column to predict.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetProfile {
    pub name: String,
    /// Classification, but of more than 20 numbers, of decimal numbers and of dates.
    pub task: Task,
    pub kind: ColumnKind,
    /// Rows without a target.
    pub missing: usize,
    /// Each class and its rows, the largest first; of regression none.
    pub classes: Vec<(String, usize)>,
}

impl Profile {
    /// Reads a table, with `target` as a study of it would be read.
    ///
    /// # Errors
    /// Where the file can't be read or has no column `target`.
    pub fn read(path: &Path, format: &TableFormat, target: Option<&str>) -> Result<Profile, DataError> {
        Profile::parse(path, &file::read_rows(path, format.rows)?, format, target)
    }

    /// The profile of the table in `bytes`, which were read from `path`.
    pub(crate) fn parse(
        path: &Path,
        bytes: &[u8],
        format: &TableFormat,
        target: Option<&str>,
    ) -> Result<Profile, DataError> {
        let wrong = |fault| DataError::Column { path: path.to_owned(), fault };
        let parse = |given: &BTreeMap<String, GivenKind>| {
            parse_table(bytes, format, given).map_err(|mistakes| DataError::Table { path: path.to_owned(), mistakes })
        };
        let found = parse(&BTreeMap::new())?;
        let Some(target) = target else { return Ok(Profile::of(path, format, &found, None)) };
        let no_column = || wrong(ColumnFault::no_column(target, "`--target`", &found.table));
        let column = found.table.column(target).ok_or_else(no_column)?;
        let (task, kind) = task(column);
        if column.kind == kind {
            return Ok(Profile::of(path, format, &found, Some((target, task))));
        }
        let found = parse(&BTreeMap::from([(target.to_owned(), GivenKind::Kind(kind))]))?;
        Ok(Profile::of(path, format, &found, Some((target, task))))
    }

    /// The profile of a table that has been read, where `target` names one of its columns.
    fn of(path: &Path, format: &TableFormat, found: &FoundTable, target: Option<(&str, Task)>) -> Profile {
        let mut suspicions = Vec::new();
        let columns = found.table.columns().iter().map(|column| {
            let sorted = Sorted::new(&column.values);
            let is_target = target.is_some_and(|(name, _)| name == column.name);
            suspicions.extend(suspects::in_column(column, &sorted, is_target));
            ColumnProfile {
                name: column.name.clone(),
                kind: column.kind,
                missing: column.values.missing(),
                distinct: sorted.distinct(),
                summary: Summary::new(column, &sorted),
            }
        });
        let columns: Vec<ColumnProfile> = columns.collect();
        let target = target.and_then(|(name, task)| {
            let column = found.table.column(name)?;
            let copies = relations::copies(&found.table, column);
            let groups = relations::groups_of_a_target(&found.table, column);
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
        suspicions.extend(target.iter().filter_map(suspects::rare_classes));
        suspicions.extend(relations::duplicate_columns(&found.table));
        suspicions.extend(relations::duplicate_rows(found));
        // The worst first, else in the file's order.
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

/// What to learn of a column, and the kind it has then.
fn task(column: &Column) -> (Task, ColumnKind) {
    /// More numbers than this are no classes.
    const MOST_CLASSES: usize = 20;
    match (&column.values, column.kind) {
        (Values::Numbers(_), ColumnKind::Date) => (Task::Regression, ColumnKind::Date),
        (Values::Numbers(numbers), _)
            if numbers.iter().any(|number| number.fract() != 0.0 && !number.is_nan())
                || Sorted::new(&column.values).distinct() > MOST_CLASSES =>
        {
            (Task::Regression, ColumnKind::Numeric)
        }
        (Values::Numbers(_) | Values::Levels { .. }, _) => (Task::Classification, ColumnKind::Categorical),
    }
}

#[cfg(test)]
mod tests;
