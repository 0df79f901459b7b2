//! Delimited text files.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Source;
use crate::rows::{MissingMarkers, TableSpec};

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
    pub missing: MissingMarkers,
    /// The most rows to read from the beginning.
    pub rows: Option<u64>,
}

/// The field delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Delimiter {
    Comma,
    Semicolon,
    Tab,
    Pipe,
    /// Any number of spaces and tabs. Those at both ends of a line delimit nothing.
    Space,
    /// One other character.
    Character(char),
}

impl Delimiter {
    /// The delimiters that have names. The first name of each is used in specs that are written.
    pub const NAMED: [(&str, Delimiter); 6] = [
        ("comma", Delimiter::Comma),
        ("semicolon", Delimiter::Semicolon),
        ("tab", Delimiter::Tab),
        ("pipe", Delimiter::Pipe),
        ("space", Delimiter::Space),
        ("\\t", Delimiter::Tab),
    ];

    /// What [`Delimiter::parse`] expects.
    pub const EXPECTED: &str = "`comma`, `semicolon`, `tab`, `pipe`, `space` (any amount of white space) or one character that is no letter or digit";

    /// Parses a name, or the character itself. `space` is any amount of white space, `" "` exactly one space.
    pub fn parse(text: &str) -> Option<Delimiter> {
        if let Some((_, delimiter)) = Delimiter::NAMED.iter().find(|(name, _)| *name == text) {
            return Some(*delimiter);
        }
        let mut characters = text.chars();
        match (characters.next()?, characters.next()) {
            (',', None) => Some(Delimiter::Comma),
            (';', None) => Some(Delimiter::Semicolon),
            ('\t', None) => Some(Delimiter::Tab),
            ('|', None) => Some(Delimiter::Pipe),
            ('"' | '\n' | '\r' | '\0', None) => None,
            (character, None) if !character.is_alphanumeric() => Some(Delimiter::Character(character)),
            (_, None | Some(_)) => None,
        }
    }

    /// The text that [`Delimiter::parse`] parses.
    pub fn name(self) -> String {
        match self {
            Delimiter::Character(character) => character.to_string(),
            Delimiter::Comma | Delimiter::Semicolon | Delimiter::Tab | Delimiter::Pipe | Delimiter::Space => {
                let name = Delimiter::NAMED.iter().find(|(_, delimiter)| *delimiter == self);
                name.expect("all others have names").0.to_owned()
            }
        }
    }
}

impl From<Delimiter> for String {
    fn from(delimiter: Delimiter) -> String {
        delimiter.name()
    }
}

impl TryFrom<String> for Delimiter {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Delimiter, &'static str> {
        Delimiter::parse(&text).ok_or(Delimiter::EXPECTED)
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
    /// UTF-8, in which bytes that are no UTF-8 are Windows-1252.
    #[serde(rename = "mixed")]
    Mixed,
}

impl TextEncoding {
    pub const ALL: [TextEncoding; 4] =
        [TextEncoding::Utf8, TextEncoding::Latin1, TextEncoding::Utf16, TextEncoding::Mixed];

    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            TextEncoding::Utf8 => "utf-8",
            TextEncoding::Latin1 => "latin-1",
            TextEncoding::Utf16 => "utf-16",
            TextEncoding::Mixed => "mixed",
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

    pub fn character(self) -> char {
        match self {
            DecimalMark::Point => '.',
            DecimalMark::Comma => ',',
        }
    }

    pub fn other(self) -> DecimalMark {
        match self {
            DecimalMark::Point => DecimalMark::Comma,
            DecimalMark::Comma => DecimalMark::Point,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_parsed_by_name_or_character() {
        for (text, expected) in [
            ("semicolon", Some(Delimiter::Semicolon)),
            (";", Some(Delimiter::Semicolon)),
            ("\t", Some(Delimiter::Tab)),
            ("\\t", Some(Delimiter::Tab)),
            ("space", Some(Delimiter::Space)),
            (" ", Some(Delimiter::Character(' '))),
            ("¦", Some(Delimiter::Character('¦'))),
            ("\"", None),
            ("\n", None),
            ("::", None),
            ("", None),
        ] {
            let found = Delimiter::parse(text);
            assert_eq!(found, expected, "{text:?}");
            assert!(found.is_none_or(|found| Delimiter::parse(&found.name()) == Some(found)), "{text:?}");
        }
    }
}
