//! How columns become a network's inputs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How columns become a network's inputs. Everything that is learnt from rows is learnt only from the training rows of
/// each fold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Preprocessing {
    pub numeric: NumericSteps,
    /// Applied to ranks 0, 1, 2, ….
    pub ordinal: NumericSteps,
    pub boolean: NumericSteps,
    pub date: NumericSteps,
    pub categorical: CategoricalSteps,
    /// Steps for single columns, in place of those for their kind.
    pub columns: BTreeMap<String, ColumnSteps>,
    /// The number of inputs to keep: those with the highest F statistics on the training rows, from an analysis of
    /// variance for a classification, from a simple linear regression for a regression.
    pub select: Option<u32>,
}

/// The steps for a single column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ColumnSteps {
    Numeric(NumericSteps),
    Categorical(CategoricalSteps),
}

/// Steps for a numeric column, in this order: impute, take the logarithm, scale, clip,
/// encode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumericSteps {
    pub impute: NumericImpute,
    /// Adds an input that is 1 where the value was missing, if any value of the column is missing.
    pub indicator: bool,
    /// ln(1 + x) before scaling; a value of −1 or less counts as missing.
    pub log: bool,
    pub scale: Scale,
    /// Smooth clipping of scaled values to ± this positive number. Left out of JSON where it is none, so that keys of fits
    /// without it stay the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<f64>,
    /// Left out of JSON where it is the value, as `clip`.
    #[serde(default, skip_serializing_if = "NumericEncode::is_value")]
    pub encode: NumericEncode,
}

impl Default for NumericSteps {
    fn default() -> NumericSteps {
        NumericSteps {
            impute: NumericImpute::Median,
            indicator: false,
            log: false,
            scale: Scale::Standard,
            clip: None,
            encode: NumericEncode::Value,
        }
    }
}

/// What a number becomes in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum NumericEncode {
    /// One input, its value.
    #[default]
    Value,
    /// An input per bin between quantiles of the training rows: the share of the bin that is below the number (Gorishniy,
    /// Rubachev and Babenko 2022).
    Piecewise { bins: u32 },
}

impl NumericEncode {
    fn is_value(&self) -> bool {
        *self == NumericEncode::Value
    }
}

/// What missing numbers become; 0 if all training values are missing, unless a constant is given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum NumericImpute {
    Mean,
    Median,
    /// The most frequent value, the smallest of ties.
    Mode,
    Constant(f64),
}

/// How a column is scaled. A column of equal values is only shifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scale {
    None,
    /// Mean 0, population standard deviation 1.
    Standard,
    /// Least 0, greatest 1.
    MinMax,
    /// Median 0, interquartile range 1.
    Robust,
    /// Ranks among the training rows, as a uniform distribution on [0, 1].
    Quantile,
    /// Normal scores: ranks among the training rows, as a standard normal distribution.
    Normal,
}

impl Scale {
    pub const ALL: [Scale; 6] =
        [Scale::None, Scale::Standard, Scale::MinMax, Scale::Robust, Scale::Quantile, Scale::Normal];

    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Scale::None => "none",
            Scale::Standard => "standard",
            Scale::MinMax => "min_max",
            Scale::Robust => "robust",
            Scale::Quantile => "quantile",
            Scale::Normal => "normal",
        }
    }
}

/// Steps for a categorical column, in this order: impute, group rare levels, encode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CategoricalSteps {
    pub impute: CategoricalImpute,
    /// Adds an input that is 1 where the value was missing, if any value of the column is missing.
    pub indicator: bool,
    /// Which levels are rare. They are grouped into one level, together with unseen ones.
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

/// What missing levels become.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CategoricalImpute {
    /// A separate level.
    Level,
    /// The most frequent level, the first of ties.
    Mode,
    Constant(String),
}

/// The number of training rows below which a level is rare.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Rare {
    /// A number of rows.
    Rows(u32),
    /// A share of the training rows, in (0, 1).
    Share(f64),
}

/// The encoding of levels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Encode {
    /// One input per level, and one for rare and unseen levels together.
    OneHot,
    /// Indices 0, 1, 2, … in the order of levels, and −1 for rare and unseen levels; standardised.
    Ordinal,
    /// The mean target of the level's training rows, shrunk towards that of all rows (Micci-Barreca 2001); one input
    /// per class if there are more than two; standardised. A training row is encoded without its own target.
    Target(Smoothing),
    /// One learnt vector per level (Guo and Berkhahn 2016) with this many numbers; min(50, ⌈levels / 2⌉) for `None`,
    /// where rare and unseen levels count as one.
    Embedding(Option<u32>),
}

/// How far a level's mean is shrunk towards that of all rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Smoothing {
    /// Estimated from the spread within and between levels (empirical Bayes).
    Auto,
    /// As if the level had this many more rows with the mean of all rows.
    Rows(f64),
}
