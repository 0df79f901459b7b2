//! Delimited text files.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Source;
use crate::rows::TableSpec;

/// A delimited text file, gzipped or not.
#[derive(Clone, Debug, PartialEq)]
pub struct CsvSource {
    pub path: PathBuf,
    pub format: TableFormat,
    pub table: TableSpec,
}

impl CsvSource {
    /// The name used in specs.
    pub const NAME: &str = "csv";
    /// What it is, in the schema of specs.
    pub const DOCUMENTATION: &str = "a table of text, comma-separated or otherwise, gzipped or not";
}

impl Source for CsvSource {
    fn name(&self) -> &'static str {
        CsvSource::NAME
    }

    fn description(&self) -> &'static str {
        "a table"
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
        let CsvSource { path, format: _, table } = self;
        [path].into_iter().chain(table.test_path_mut()).collect()
    }

    fn table(&self) -> Option<&TableSpec> {
        Some(&self.table)
    }
}

/// The format of a delimited text file. Settings that are `None` are detected from the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TableFormat {
    pub delimiter: Option<Delimiter>,
    /// Whether the first line names the columns; otherwise they are `column_1`, `column_2`, ….
    pub header: Option<bool>,
    pub encoding: Option<TextEncoding>,
    pub decimal: Option<DecimalMark>,
    /// Markers of missing values, which replace the default ones. Case is ignored. An empty field is always missing.
    pub missing: Option<Vec<String>>,
    /// The most rows to read from the beginning.
    pub rows: Option<u64>,
}

/// The field delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delimiter {
    Comma,
    Semicolon,
    Tab,
    Pipe,
}

impl Delimiter {
    /// In order of preference for files that can be read with several.
    pub const ALL: [Delimiter; 4] = [Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab, Delimiter::Pipe];

    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Delimiter::Comma => "comma",
            Delimiter::Semicolon => "semicolon",
            Delimiter::Tab => "tab",
            Delimiter::Pipe => "pipe",
        }
    }

    /// The character, which is ASCII.
    pub fn byte(self) -> u8 {
        match self {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
            Delimiter::Pipe => b'|',
        }
    }
}

/// The encoding of a file's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextEncoding {
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows-1252, which has all printable characters of ISO 8859-1.
    #[serde(rename = "latin-1")]
    Latin1,
    /// With the byte order of its byte order mark; little-endian without one.
    #[serde(rename = "utf-16")]
    Utf16,
}

impl TextEncoding {
    pub const ALL: [TextEncoding; 3] = [TextEncoding::Utf8, TextEncoding::Latin1, TextEncoding::Utf16];

    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            TextEncoding::Utf8 => "utf-8",
            TextEncoding::Latin1 => "latin-1",
            TextEncoding::Utf16 => "utf-16",
        }
    }
}

/// The decimal mark of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    Point,
    Comma,
}

impl DecimalMark {
    pub const ALL: [DecimalMark; 2] = [DecimalMark::Point, DecimalMark::Comma];

    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            DecimalMark::Point => "point",
            DecimalMark::Comma => "comma",
        }
    }
}
