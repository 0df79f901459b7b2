//! Delimited text files.
//!
//! Bytes are decoded ([`text`]). A sample determines the [`dialect`]: the [`delimiter`], the [`quoting`], the [`decimal`]
//! mark, and whether the [`first_line`] names the columns. [`records`] become [`columns`] under a [`header`], and their
//! kinds are inferred ([`kinds`]) unless the spec gives them. The text is parsed in memory, so that the line of a mistake
//! is known.

mod ambiguity;
mod cells;
mod column_names;
mod columns;
mod date;
mod dates;
mod decimal;
mod delimiter;
mod dialect;
mod first_line;
mod header;
mod kinds;
mod markers;
mod mistake;
mod names;
mod note;
mod numbers;
mod quoting;
mod reader;
mod records;
mod scales;
mod schema;
mod text;
mod trailing_zeros;
mod unread;
mod words;

use std::collections::BTreeMap;
use std::path::Path;

use crossfold_data::{Marker, ReadTable, Remark, Table};
use crossfold_study::{DecimalMark, Delimiter, GivenKind, MissingMarkers, TableFormat, TextEncoding};
use serde::{Deserialize, Serialize};

use crate::error::SourceError;
use crate::file;
pub(crate) use column_names::{name_words, names_subjects, names_time};
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
    /// Texts that were read as missing values.
    pub markers: Vec<Marker>,
    /// The markers that the spec gives.
    missing: MissingMarkers,
    lines: Vec<u32>,
    /// The columns of names most of which are decimal numbers, and the first of these.
    decimals: BTreeMap<String, String>,
    /// For each column of dates of which only some have an offset from UTC: a row with one, and one without.
    mixed_offsets: BTreeMap<String, [u32; 2]>,
    /// The format of values, by column.
    facts: BTreeMap<String, ValueFormat>,
    /// Columns that the spec drops.
    dropped: Vec<String>,
}

/// The format of a delimited text file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectedFormat {
    pub compression: Compression,
    pub encoding: TextEncoding,
    pub delimiter: Delimiter,
    pub header: bool,
    pub decimal: DecimalMark,
}

impl ParsedTable {
    /// The line of the file on which a row begins, counted from 1.
    pub fn line(&self, row: usize) -> usize {
        self.lines[row] as usize
    }

    /// The table with the lines and remarks that the assignment of roles needs.
    pub(crate) fn into_read_table(self) -> ReadTable {
        let remarks = self.notes.iter().map(|note| Remark::Reading(note.to_string())).collect();
        let ParsedTable { table, lines, markers, missing, decimals, mixed_offsets, .. } = self;
        ReadTable { table, lines, remarks, markers, missing, decimals, mixed_offsets }
    }
}

/// Reads a table, and detects what `format` and `given` leave open. `memory` is the number of available bytes, if
/// known.
///
/// # Errors
/// If the file can't be read, isn't a table, doesn't fit into `memory`, or has values that contradict the spec.
pub fn read_table(
    path: &Path,
    format: &TableFormat,
    given: &BTreeMap<String, GivenKind>,
    memory: Option<u64>,
) -> Result<ParsedTable, SourceError> {
    let bytes = read_rows(path, format, memory, &|bytes| parse_table(bytes, format, given, memory))?;
    parse_table(&bytes, format, given, memory)
        .map_err(|mistakes| SourceError::Table { path: path.to_owned(), mistakes })
}

/// Reads a file, or as much of it as `parse` needs for the rows that `format` asks for.
pub(crate) fn read_rows(
    path: &Path,
    format: &TableFormat,
    memory: Option<u64>,
    parse: &dyn Fn(&[u8]) -> Result<ParsedTable, Mistakes>,
) -> Result<Vec<u8>, SourceError> {
    let Some(rows) = format.rows else { return file::read_rows(path, memory, None) };
    let is_enough = |bytes: &[u8]| match parse(bytes) {
        Ok(found) => found.table.rows() as u64 >= rows,
        Err(mistakes) => !mistakes.may_be_cut_off(),
    };
    file::read_rows(path, memory, Some(&is_enough))
}

/// Parses the bytes of a file as [`read_table`] does.
///
/// # Errors
/// The same as those of [`read_table`], except for files that can't be read.
pub fn parse_table(
    bytes: &[u8],
    format: &TableFormat,
    given: &BTreeMap<String, GivenKind>,
    memory: Option<u64>,
) -> Result<ParsedTable, Mistakes> {
    columns::parse(bytes, format, given, None, memory)
}
