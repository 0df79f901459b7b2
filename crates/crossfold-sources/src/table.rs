//! Loading a study's rows from a delimited text file.

use std::path::Path;

use crossfold_data::{ColumnFault, StudyTable, given_kinds};
use crossfold_study::{CsvSource, GivenKind, TableFormat, TableSpec, TestRows};

use crate::csv::{Schema, TableReader, read_table};
use crate::error::SourceError;
use crate::profile::{find_groups, find_weights};
use crate::{Loaded, Request};

/// Reads a study's table, and its test table if there is one.
pub(crate) fn load(
    source: &CsvSource,
    train_rows: Option<usize>,
    request: &Request<'_>,
) -> Result<Loaded, SourceError> {
    let &Request { splits, seed, test, memory, .. } = request;
    let path = request.locate(&source.path);
    let found = read_table(&path, &source.format, &given_kinds(&source.table, splits), memory)?;
    let format = TableFormat { rows: None, ..source.format.clone() };
    let reader = TableReader { format, schema: Schema::new(&found) };
    let groups = find_groups(&found.table, &source.table.target)
        .into_iter()
        .filter(|groups| !is_said_to_be_no_feature(&source.table, &groups.column))
        .collect();
    let weights = find_weights(&found.table);
    let mut table =
        StudyTable::new(found.into_read_table(), &source.table, splits).map_err(|fault| at(&path, fault))?;
    table.remark_weights(weights);
    match &source.table.test {
        TestRows::Share(share) => table = table.set_aside_test(*share, seed, test)?,
        TestRows::File(file) if test => {
            let path = request.locate(file);
            let found = reader.read(&path, &TableFormat::default(), |name| table.needs(name), memory)?;
            table.add_test(found.into_read_table()).map_err(|fault| at(&path, fault))?;
        }
        TestRows::None if test => return Err(SourceError::NoTest),
        TestRows::File(_) => table.ignore_test_file(),
        TestRows::None => {}
    }
    Ok(Loaded { data: table.into_study_data(train_rows, seed)?, reader: Some(reader), groups })
}

/// Whether the spec gives a column a kind that isn't a feature.
fn is_said_to_be_no_feature(table: &TableSpec, column: &str) -> bool {
    matches!(table.kinds.get(column), Some(GivenKind::Kind(kind)) if !kind.is_feature())
}

fn at(path: &Path, fault: ColumnFault) -> SourceError {
    SourceError::Column { path: path.to_owned(), fault }
}
