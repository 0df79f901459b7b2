//! The result of reading a table.

use crate::column::Table;
use crate::remark::Remark;

/// A table, where its rows are in its file, and how it was read.
#[derive(Clone, Debug)]
pub struct ReadTable {
    pub table: Table,
    /// The line of the file that each row begins on, counted from 1.
    pub lines: Vec<u32>,
    /// Notes about how the file was read.
    pub remarks: Vec<Remark>,
}

impl ReadTable {
    /// The line of the file that a row begins on, counted from 1.
    pub fn line(&self, row: usize) -> usize {
        self.lines[row] as usize
    }
}
