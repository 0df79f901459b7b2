//! Schemas, by which other tables are read like the training table.

use crossfold_data::Values;
use crossfold_study::{ColumnKind, DecimalMark};
use serde::{Deserialize, Serialize};

use super::date::DateForm;
use super::{DetectedFormat, ParsedTable};

/// The names, kinds and levels of a table's columns, in its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Schema {
    /// The decimal mark of the file.
    pub(crate) decimal: DecimalMark,
    /// Whether the file's first line names the columns.
    pub(crate) header: bool,
    /// Columns of the file that the spec drops.
    pub(crate) dropped: Vec<String>,
    pub(crate) columns: Vec<ColumnSchema>,
}

/// A column's name, kind and levels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ColumnSchema {
    pub(crate) name: String,
    pub(crate) kind: ColumnKind,
    pub(crate) facts: ValueFormat,
    /// Empty for numbers, and for ids and text because their values differ between tables.
    pub(crate) levels: Vec<String>,
}

/// The format of a column's values, which can't always be detected from a few rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ValueFormat {
    /// The unit of all numbers, such as `%`.
    pub(crate) unit: Option<char>,
    pub(crate) date: Option<DateForm>,
    /// Whether dates have an offset from UTC.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) zoned: bool,
}

impl Schema {
    /// The schema of a table that was read.
    pub(crate) fn new(found: &ParsedTable) -> Schema {
        let columns = found.table.columns().iter().map(|column| ColumnSchema {
            name: column.name.clone(),
            kind: column.kind,
            facts: found.facts.get(&column.name).copied().unwrap_or_default(),
            levels: match (&column.values, column.kind.is_feature()) {
                (Values::Levels { levels, .. }, true) => levels.clone(),
                (Values::Levels { .. } | Values::Numbers(_), _) => Vec::new(),
            },
        });
        let DetectedFormat { decimal, header, .. } = found.found;
        Schema { decimal, header, dropped: found.dropped.clone(), columns: columns.collect() }
    }

    pub(crate) fn column(&self, name: &str) -> Option<&ColumnSchema> {
        self.columns.iter().find(|column| column.name == name)
    }
}
