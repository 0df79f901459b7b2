//! The result of reading a table.

use std::collections::BTreeMap;

use crossfold_study::MissingMarkers;

use crate::column::Table;
use crate::column_fault::ColumnFault;
use crate::remark::Remark;

/// A table, where its rows are in its file, and how it was read.
#[derive(Clone, Debug)]
pub struct ReadTable {
    pub table: Table,
    /// The line of the file that each row begins on, counted from 1.
    pub lines: Vec<u32>,
    /// Notes about how the file was read.
    pub remarks: Vec<Remark>,
    /// Texts that were read as missing values.
    pub markers: Vec<Marker>,
    /// The markers of missing values that the spec gives.
    pub missing: MissingMarkers,
    /// The columns of names most of which are decimal numbers, and the first of these.
    pub decimals: BTreeMap<String, String>,
    /// The columns of dates of which some have an offset from UTC and others have none: a row with one, and one without.
    pub mixed_offsets: BTreeMap<String, [u32; 2]>,
}

/// A text that was read as a missing value in a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    pub column: String,
    pub text: String,
    /// The number of its rows.
    pub rows: usize,
}

impl ReadTable {
    /// The line of the file that a row begins on, counted from 1.
    pub fn line(&self, row: usize) -> usize {
        self.lines[row] as usize
    }

    /// Refuses to order rows by times of which only some have an offset from UTC.
    ///
    /// # Errors
    /// If `column` has such times.
    pub(crate) fn refuse_mixed_offsets(&self, column: &str) -> Result<(), ColumnFault> {
        match self.mixed_offsets.get(column) {
            None => Ok(()),
            Some(rows) => {
                let lines = rows.map(|row| self.line(row as usize));
                Err(ColumnFault::MixedOffsets { column: column.to_owned(), lines })
            }
        }
    }
}
