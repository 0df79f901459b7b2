//! The kinds and roles of a table's columns, for any file format.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crossfold_network::Task;
use serde::{Deserialize, Serialize};

use super::preprocessing::Preprocessing;

/// The roles of a table's columns, and how they become a network's inputs, for any file format.
#[derive(Clone, Debug, PartialEq)]
pub struct TableSpec {
    /// The column to predict.
    pub target: String,
    pub task: Task,
    /// Whether rows without a target are left out; otherwise they are a mistake.
    pub drop_missing_target: bool,
    pub test: TestRows,
    /// The columns' kinds that the spec gives.
    pub kinds: BTreeMap<String, GivenKind>,
    /// The columns that group rows into sequences; `None` if rows aren't steps.
    pub sequence: Option<SequenceColumns>,
    pub preprocessing: Preprocessing,
}

impl TableSpec {
    /// The path of the test file, if there is one.
    pub(crate) fn test_path_mut(&mut self) -> Option<&mut PathBuf> {
        match &mut self.test {
            TestRows::File(path) => Some(path),
            TestRows::None | TestRows::Share(_) => None,
        }
    }
}

/// Where a table's test rows come from.
#[derive(Clone, Debug, PartialEq)]
pub enum TestRows {
    None,
    /// A file of their own.
    File(PathBuf),
    /// A share of the file's rows, in (0, 1), drawn once from the seed, with the same stratification, groups or time as
    /// the study's splits.
    Share(f64),
}

/// The columns that group rows into sequences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceColumns {
    /// The column that identifies the sequence of a row.
    pub id: String,
    /// The column that orders the steps of a sequence; `None` if rows are in order.
    pub step: Option<String>,
}

impl SequenceColumns {
    /// The names of the columns, which aren't features.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [Some(self.id.as_str()), self.step.as_deref()].into_iter().flatten()
    }
}

/// The kind of a column: the scale of its values, or the reason why it isn't a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Numbers whose differences mean something.
    Numeric,
    /// Names without an order.
    Categorical,
    /// Names with an order.
    Ordinal,
    /// Yes or no, read as 1 or 0.
    Boolean,
    /// A date, with or without a time, read as days since 1970-01-01.
    Date,
    /// Identifies a row or its subject; not a feature.
    Id,
    /// Free text; not a feature.
    Text,
}

impl ColumnKind {
    pub const ALL: [ColumnKind; 7] = [
        ColumnKind::Numeric,
        ColumnKind::Categorical,
        ColumnKind::Ordinal,
        ColumnKind::Boolean,
        ColumnKind::Date,
        ColumnKind::Id,
        ColumnKind::Text,
    ];

    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            ColumnKind::Numeric => "numeric",
            ColumnKind::Categorical => "categorical",
            ColumnKind::Ordinal => "ordinal",
            ColumnKind::Boolean => "boolean",
            ColumnKind::Date => "date",
            ColumnKind::Id => "id",
            ColumnKind::Text => "text",
        }
    }

    /// Whether its values are numbers rather than levels.
    pub fn holds_numbers(self) -> bool {
        match self {
            ColumnKind::Numeric | ColumnKind::Boolean | ColumnKind::Date => true,
            ColumnKind::Categorical | ColumnKind::Ordinal | ColumnKind::Id | ColumnKind::Text => false,
        }
    }

    /// Whether such a column is a feature by default.
    pub fn is_feature(self) -> bool {
        match self {
            ColumnKind::Numeric
            | ColumnKind::Categorical
            | ColumnKind::Ordinal
            | ColumnKind::Boolean
            | ColumnKind::Date => true,
            ColumnKind::Id | ColumnKind::Text => false,
        }
    }
}

/// The order of day, month and year in dates such as `1/2/2026` and `26-01-02`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
    /// Year, month, day.
    YearFirst,
}

impl DateOrder {
    pub const ALL: [DateOrder; 3] = [DateOrder::DayFirst, DateOrder::MonthFirst, DateOrder::YearFirst];

    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            DateOrder::DayFirst => "day_first",
            DateOrder::MonthFirst => "month_first",
            DateOrder::YearFirst => "year_first",
        }
    }
}

/// The kind that a spec gives a column, in place of the detected one.
#[derive(Clone, Debug, PartialEq)]
pub enum GivenKind {
    Kind(ColumnKind),
    /// Dates in this order.
    Date(DateOrder),
    /// From the lowest level to the highest.
    Ordinal(Vec<String>),
    /// Ignore the column.
    Drop,
}
