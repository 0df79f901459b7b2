//! Tables of text as they are found.
//!
//! Bytes become text ([`text`]), a sample of it tells what stands between fields and whether the first
//! line names the columns ([`dialect`], [`header`]), records become columns ([`columns`]), and what their values
//! mean is inferred ([`kinds`]) unless the spec says so. The text is parsed in memory, so that a mistake's line
//! can be told.

mod cells;
mod columns;
mod dialect;
mod header;
mod kinds;
mod note;
mod numbers;
mod records;
mod scales;
mod schema;
mod text;
mod words;

use std::collections::BTreeMap;
use std::path::Path;

use crossfold_study::{DecimalMark, Delimiter, GivenKind, TableFormat, TextEncoding};
use serde::{Deserialize, Serialize};

use crate::mistake::Mistakes;
use crate::{DataError, Table, file};
pub use note::Note;
use schema::Facts;
pub use schema::{ColumnSchema, Schema};
pub use text::Compression;

/// A table, and how it was found to be written.
#[derive(Clone, Debug)]
pub struct FoundTable {
    /// Every column but those that were dropped, in the file's order.
    pub table: Table,
    pub found: Found,
    pub notes: Vec<Note>,
    lines: Vec<u32>,
    /// By column.
    facts: BTreeMap<String, Facts>,
    /// Columns that the spec drops.
    dropped: Vec<String>,
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub compression: Compression,
    pub encoding: TextEncoding,
    pub delimiter: Delimiter,
    pub header: bool,
    pub decimal: DecimalMark,
}

impl FoundTable {
    /// The line of the file that a row begins on, counted from 1.
    pub fn line(&self, row: usize) -> usize {
        self.lines[row] as usize
    }
}

/// Reads a table, and finds out what `format` and `given` leave open.
///
/// # Errors
/// Where the file can't be read, isn't a table, or has values that aren't what the spec says of them.
pub fn read_table(
    path: &Path,
    format: &TableFormat,
    given: &BTreeMap<String, GivenKind>,
) -> Result<FoundTable, DataError> {
    let bytes = file::read_rows(path, format.rows)?;
    parse_table(&bytes, format, given).map_err(|mistakes| DataError::Table { path: path.to_owned(), mistakes })
}

/// Reads a table that is to be taken as one read before: columns are found by name, and their kinds are
/// those of `schema`. Columns that `need` doesn't ask for may be missing.
///
/// # Errors
/// As [`read_table`].
pub fn read_table_like(
    path: &Path,
    format: &TableFormat,
    schema: &Schema,
    need: impl Fn(&str) -> bool,
) -> Result<FoundTable, DataError> {
    let bytes = file::read_rows(path, None)?;
    let like = header::Like { schema, need: &need };
    columns::parse(&bytes, format, &BTreeMap::new(), Some(&like))
        .map_err(|mistakes| DataError::Table { path: path.to_owned(), mistakes })
}

/// Reads a table that is in memory already.
///
/// # Errors
/// As [`read_table`].
pub fn parse_table(
    bytes: &[u8],
    format: &TableFormat,
    given: &BTreeMap<String, GivenKind>,
) -> Result<FoundTable, Mistakes> {
    columns::parse(bytes, format, given, None)
}
