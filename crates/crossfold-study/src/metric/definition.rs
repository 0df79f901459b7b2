//! The parts of a metric's definition.

use super::class_rows::{ClassRows, ScoredClasses};
use super::number_rows::NumberRows;
use super::score::Direction;
use crate::Truth;

/// Everything about a metric except its name, which is that of its file.
pub(super) struct Definition {
    /// Its name in sentences.
    pub(super) in_words: &'static str,
    /// Its name in headings and axes.
    pub(super) label: &'static str,
    /// A cell of the table of metrics in `docs/spec.md`.
    pub(super) documentation: &'static str,
    /// The content of its columns, for the description of result files, which adds the direction if less is better.
    pub(super) column: &'static str,
    pub(super) direction: Direction,
    /// The least and the greatest value that it can have.
    pub(super) range: [f64; 2],
    /// Whether it has the target's unit.
    pub(super) has_unit: bool,
    /// Whether it is the share of rows of which something is true.
    pub(super) is_proportion: bool,
    /// Whether its estimate from few rows is biased upwards, so that it can't be compared with an estimate from many.
    pub(super) is_biased: bool,
    /// The rows on which it is defined; `None` if it is defined on any rows.
    pub(super) requirement: Option<Requirement>,
    pub(super) influence_source: InfluenceSource,
    pub(super) formula: Formula,
}

/// The rows on which a metric is defined. This depends only on their targets, so it is the same for all trials.
pub(super) struct Requirement {
    pub(super) is_met: fn(&Truth) -> bool,
    /// What is wrong with validation parts of which none meets the requirement, for the error message.
    pub(super) unmet: &'static str,
}

impl Requirement {
    /// Rows of two classes. A metric of one class against the rest says nothing without either.
    pub(super) const TWO_CLASSES: Requirement =
        Requirement { is_met: has_two_classes, unmet: "none has rows of two classes" };
}

fn has_two_classes(truth: &Truth) -> bool {
    match truth {
        Truth::Labels(labels) => labels.windows(2).any(|pair| pair[0] != pair[1]),
        Truth::Numbers(_) => false,
    }
}

/// How a metric is calculated, and the [`influence`](super::influence) of each row on it.
pub(super) enum Formula {
    Classes {
        score: ClassFormula,
        influence: fn(&ClassRows<'_>) -> Option<Vec<f64>>,
    },
    Numbers {
        /// From a [`Tally`](super::Tally) of at least one row, and so for training rows, too; `None` if it is undefined.
        score: fn(&NumberSums) -> Option<f64>,
        influence: fn(&NumberRows<'_>) -> Option<Vec<f64>>,
        row_loss: RowLoss,
    },
}

/// Calculates a classification metric from at least one row; `None` if it is undefined.
pub(super) enum ClassFormula {
    /// From their [`Tally`](super::Tally), and so for training rows, too.
    Tally(fn(&ClassSums) -> Option<f64>),
    /// From the rows themselves.
    Rows(fn(&ScoredClasses<'_>) -> Option<f64>),
}

/// The sums in a [`Tally`](super::Tally) of a classification.
pub(super) struct ClassSums {
    pub(super) rows: u32,
    /// Rows whose most probable class is the true one.
    pub(super) correct: u32,
    /// −ln p(true class), summed, in nats.
    pub(super) loss: f64,
}

/// The sums in a [`Tally`](super::Tally) of a regression.
pub(super) struct NumberSums {
    pub(super) rows: u32,
    /// (prediction − target)², summed.
    pub(super) squared: f64,
    /// |prediction − target|, summed.
    pub(super) absolute: f64,
    /// (target − mean of these rows' targets)², summed.
    pub(super) spread: f64,
}

/// What the influence of a row on a metric is calculated from, and therefore what a baseline has to keep of each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InfluenceSource {
    /// Whether the row's most probable class is the true one.
    Correctness,
    /// The error of the row's predicted number.
    Error,
    /// The predictions of all rows.
    Predictions,
}

/// The loss per row that predictions of numbers are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowLoss {
    AbsoluteError,
    SquaredError,
}
