//! Tables of text.
//!
//! Bytes become text ([`text`]), a sample of it tells the field delimiter and whether the first line names the columns
//! ([`dialect`], [`header`]), records become columns ([`columns`]), and what their values mean is inferred ([`kinds`])
//! unless the spec says so. The text is parsed in memory, so that the line of a mistake is known.

mod cells;
mod columns;
mod date;
mod dialect;
mod header;
mod kinds;
mod load;
mod mistake;
mod note;
mod numbers;
mod reader;
mod records;
mod scales;
mod schema;
mod text;
mod words;

use std::collections::BTreeMap;
use std::path::Path;

use crossfold_data::{ReadTable, Remark, Table};
use crossfold_study::{DecimalMark, Delimiter, GivenKind, TableFormat, TextEncoding};
use serde::{Deserialize, Serialize};

use crate::error::SourceError;
use crate::file;
pub(crate) use load::load;
pub use mistake::Mistakes;
pub use note::Note;
pub use reader::TableReader;
use schema::ValueFormat;
pub(crate) use schema::{ColumnSchema, Schema};
pub use text::Compression;

/// A table with the format that was detected.
#[derive(Clone, Debug)]
pub struct ParsedTable {
    /// All columns that weren't dropped, in the file's order.
    pub table: Table,
    pub found: DetectedFormat,
    pub notes: Vec<Note>,
    lines: Vec<u32>,
    /// By column.
    facts: BTreeMap<String, ValueFormat>,
    /// Columns that the spec drops.
    dropped: Vec<String>,
}

/// The format of a table of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectedFormat {
    pub compression: Compression,
    pub encoding: TextEncoding,
    pub delimiter: Delimiter,
    pub header: bool,
    pub decimal: DecimalMark,
}

impl ParsedTable {
    /// The line of the file that a row begins on, counted from 1.
    pub fn line(&self, row: usize) -> usize {
        self.lines[row] as usize
    }

    /// The table with the lines and remarks that roles are assigned by.
    pub(crate) fn into_read_table(self) -> ReadTable {
        let remarks = self.notes.iter().map(|note| Remark::Reading(note.to_string())).collect();
        ReadTable { table: self.table, lines: self.lines, remarks }
    }
}

/// Reads a table, and detects what `format` and `given` leave open. `memory` is how many bytes are available, where that is
/// known.
///
/// # Errors
/// If the file can't be read, isn't a table, doesn't fit into `memory`, or has values that aren't what the spec says.
pub fn read_table(
    path: &Path,
    format: &TableFormat,
    given: &BTreeMap<String, GivenKind>,
    memory: Option<u64>,
) -> Result<ParsedTable, SourceError> {
    let bytes = file::read_rows(path, format.rows, memory)?;
    parse_table(&bytes, format, given, memory)
        .map_err(|mistakes| SourceError::Table { path: path.to_owned(), mistakes })
}

/// Reads a table that is in memory already.
///
/// # Errors
/// As [`read_table`].
pub fn parse_table(
    bytes: &[u8],
    format: &TableFormat,
    given: &BTreeMap<String, GivenKind>,
    memory: Option<u64>,
) -> Result<ParsedTable, Mistakes> {
    columns::parse(bytes, format, given, None, memory)
}
