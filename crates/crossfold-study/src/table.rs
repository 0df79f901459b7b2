//! What a study wants of a table: how its text is read, what its columns are, and how they become
//! a network's inputs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How a table's text is read. What is `None` is found from the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TableFormat {
    pub delimiter: Option<Delimiter>,
    /// Whether the first line names the columns; where none does they are `column_1`, `column_2`, ….
    pub header: Option<bool>,
    pub encoding: Option<TextEncoding>,
    pub decimal: Option<DecimalMark>,
    /// What stands for a missing value, as nothing does, compared without case; in place of the usual markers.
    pub missing: Option<Vec<String>>,
    /// Read so many rows from the beginning and no more.
    pub rows: Option<u64>,
}

/// What stands between two fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delimiter {
    Comma,
    Semicolon,
    Tab,
    Pipe,
}

impl Delimiter {
    /// In the order of preference where a file could be read with several.
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

    pub fn byte(self) -> u8 {
        match self {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
            Delimiter::Pipe => b'|',
        }
    }
}

/// How a file's bytes stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextEncoding {
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows-1252, which agrees with ISO 8859-1 on all that is printed.
    #[serde(rename = "latin-1")]
    Latin1,
    /// In the byte order of its mark; little-endian without one.
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

/// What stands before a number's decimal places.
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

/// What a column's values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Numbers whose differences mean something.
    Numeric,
    /// Names without an order.
    Categorical,
    /// Names with an order.
    Ordinal,
    /// Yes or no, seen as 1 or 0.
    Boolean,
    /// A day, with or without a time, seen as days since 1970-01-01.
    Date,
    /// Names a row or its subject; no feature.
    Id,
    /// Free text; no feature.
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

    /// Whether its values are numbers, and not names.
    pub fn is_numbers(self) -> bool {
        match self {
            ColumnKind::Numeric | ColumnKind::Boolean | ColumnKind::Date => true,
            ColumnKind::Categorical | ColumnKind::Ordinal | ColumnKind::Id | ColumnKind::Text => false,
        }
    }

    /// Whether networks are shown such a column unless told otherwise.
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

/// What a spec says of a column, in place of what is found.
#[derive(Clone, Debug, PartialEq)]
pub enum GivenKind {
    Kind(ColumnKind),
    /// From the lowest level to the highest.
    Ordinal(Vec<String>),
    /// As if the file didn't have it.
    Drop,
}

/// How columns become a network's inputs. Everything that is learnt from rows is learnt from the
/// training rows of each fold alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Preprocessing {
    pub numeric: NumericSteps,
    /// Seen as ranks 0, 1, 2, ….
    pub ordinal: NumericSteps,
    pub boolean: NumericSteps,
    pub date: NumericSteps,
    pub categorical: CategoricalSteps,
    /// For single columns, in place of those for their kind.
    pub columns: BTreeMap<String, ColumnSteps>,
    /// Keep so many inputs, those most related to the target among the training rows: by the F
    /// statistic of an analysis of variance for classes, of a simple regression for numbers.
    pub select: Option<u32>,
}

/// Steps for a column of either sort.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ColumnSteps {
    Numeric(NumericSteps),
    Categorical(CategoricalSteps),
}

/// In this order: fill in, take the logarithm, scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumericSteps {
    pub impute: NumericImpute,
    /// Adds an input that is 1 where the value was missing, for columns in which any is.
    pub indicator: bool,
    /// ln(1 + x) before scaling; a value of −1 or less counts as missing.
    pub log: bool,
    pub scale: Scale,
}

impl Default for NumericSteps {
    fn default() -> NumericSteps {
        NumericSteps { impute: NumericImpute::Median, indicator: false, log: false, scale: Scale::Standard }
    }
}

/// What takes the place of a missing number; 0 where every training value is missing and no constant is given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum NumericImpute {
    Mean,
    Median,
    /// The most frequent value, the smallest of several.
    Mode,
    Constant(f64),
}

/// How a column is brought to a common range; a column without spread is only shifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scale {
    None,
    /// Mean 0, (population) standard deviation 1.
    Standard,
    /// Least 0, greatest 1.
    MinMax,
    /// Median 0, distance between the quartiles 1.
    Robust,
    /// Ranks among the training rows, as a uniform distribution on [0, 1].
    Quantile,
}

impl Scale {
    pub const ALL: [Scale; 5] = [Scale::None, Scale::Standard, Scale::MinMax, Scale::Robust, Scale::Quantile];

    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Scale::None => "none",
            Scale::Standard => "standard",
            Scale::MinMax => "min_max",
            Scale::Robust => "robust",
            Scale::Quantile => "quantile",
        }
    }
}

/// In this order: fill in, group rare levels, encode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CategoricalSteps {
    pub impute: CategoricalImpute,
    /// Adds an input that is 1 where the value was missing, for columns in which any is.
    pub indicator: bool,
    /// Levels of fewer training rows than this are one level, the same that unseen ones become.
    pub rare: Rare,
    pub encode: Encode,
}

impl Default for CategoricalSteps {
    fn default() -> CategoricalSteps {
        CategoricalSteps {
            impute: CategoricalImpute::Level,
            indicator: false,
            rare: Rare::Rows(1),
            encode: Encode::OneHot,
        }
    }
}

/// What takes the place of a missing name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CategoricalImpute {
    /// Missing is a level of its own.
    Level,
    /// The most frequent level, the first of several.
    Mode,
    Constant(String),
}

/// How few training rows make a level rare.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Rare {
    /// Fewer than so many.
    Rows(u32),
    /// Fewer than this share of them, in (0, 1).
    Share(f64),
}

/// How levels become numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Encode {
    /// An input a level, and one for rare and unseen ones together.
    OneHot,
    /// Places 0, 1, 2, … in the order of levels, standardised; rare and unseen ones are −1 before that.
    Ordinal,
    /// The target's mean among the level's training rows, shrunk towards that of all (Micci-Barreca
    /// 2001), an input a class where there are more than two; standardised. A training row's own
    /// target has no part in its encoding.
    Target(Smoothing),
    /// A vector a level that the network learns (Guo and Berkhahn 2016), of so many numbers; of
    /// min(50, ⌈levels / 2⌉) where it is `None`, rare and unseen ones together being a level.
    Embedding(Option<u32>),
}

/// How much a level's mean is drawn to that of all rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Smoothing {
    /// As much as the spread within and between levels suggests (empirical Bayes).
    Auto,
    /// As if so many more rows had the mean of all.
    Rows(f64),
}
