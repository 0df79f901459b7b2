//! What a metric is made of.

use super::class_rows::{ClassRows, ScoredClasses};
use super::number_rows::NumberRows;
use super::score::Direction;
use crate::Truth;

/// Everything about a metric but its name, which is its file's.
pub(super) struct Definition {
    /// What sentences call it.
    pub(super) in_words: &'static str,
    /// What headings and axes call it.
    pub(super) label: &'static str,
    /// A cell of the table of metrics in `docs/spec.md`.
    pub(super) documentation: &'static str,
    /// What its columns hold, for the description of result files, which adds the direction where less is better.
    pub(super) column: &'static str,
    pub(super) direction: Direction,
    /// The least and the greatest value that it can have.
    pub(super) range: [f64; 2],
    /// Whether it has the target's unit.
    pub(super) has_unit: bool,
    /// Whether it is the share of rows of which something is true.
    pub(super) is_proportion: bool,
    /// Whether it is greater of few rows than of many, so that scores of few are not comparable with others.
    pub(super) is_biased: bool,
    /// On which rows it is defined; `None` of one that any row has.
    pub(super) requirement: Option<Requirement>,
    pub(super) influence_source: InfluenceSource,
    pub(super) formula: Formula,
}

/// On which rows a metric is defined. Only what is true of them counts, so it is the same for all trials.
pub(super) struct Requirement {
    pub(super) is_met: fn(&Truth) -> bool,
    /// Says of validation parts of which none meets it what they lack.
    pub(super) unmet: &'static str,
}

/// How a metric is calculated, and how much each row weighs in it ([`influence`](super::influence)).
pub(super) enum Formula {
    Classes { score: ClassFormula, influence: fn(&ClassRows<'_>) -> Option<Vec<f64>> },
    Numbers { score: NumberFormula, influence: fn(&NumberRows<'_>) -> Option<Vec<f64>>, row_loss: RowLoss },
}

/// A figure of rows of classes; `None` where it is undefined. There is a row.
pub(super) enum ClassFormula {
    /// Of their [`Tally`](super::Tally): known of training rows, too.
    Tally(fn(&ClassSums) -> Option<f64>),
    /// Of the rows themselves.
    Rows(fn(&ScoredClasses<'_>) -> Option<f64>),
}

/// A figure of rows of numbers; `None` where it is undefined. There is a row.
pub(super) enum NumberFormula {
    /// Of their [`Tally`](super::Tally): known of training rows, too.
    Tally(fn(&NumberSums) -> Option<f64>),
    /// Of the rows themselves.
    #[allow(dead_code, reason = "every metric of numbers can be calculated from a tally so far")]
    Rows(fn(&NumberRows<'_>) -> Option<f64>),
}

/// What a [`Tally`](super::Tally) of classes holds.
pub(super) struct ClassSums {
    pub(super) rows: u32,
    /// Rows whose most probable class is the true one.
    pub(super) correct: u32,
    /// −ln p(true class), summed, in nats.
    pub(super) loss: f64,
}

/// What a [`Tally`](super::Tally) of numbers holds.
pub(super) struct NumberSums {
    pub(super) rows: u32,
    /// (prediction − target)², summed.
    pub(super) squared: f64,
    /// |prediction − target|, summed.
    pub(super) absolute: f64,
    /// (target − mean of these rows' targets)², summed.
    pub(super) spread: f64,
}

/// What the influence of a row on a metric is calculated from, and so what has to be kept of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InfluenceSource {
    /// Whether the row's most probable class is the true one.
    Correctness,
    /// The error of the row's predicted number.
    Error,
    /// The whole prediction, and those of the other rows.
    Predictions,
}

/// The loss per row that predictions of numbers are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowLoss {
    AbsoluteError,
    SquaredError,
}
