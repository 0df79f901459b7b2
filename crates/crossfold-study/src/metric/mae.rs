//! Mean absolute error, in the target's unit.

use super::definition::{Definition, Formula, InfluenceSource, NumberSums, RowLoss};
use super::influence::subtract_mean;
use super::number_rows::NumberRows;
use super::score::Direction;

pub(super) const DEFINITION: Definition = Definition {
    in_words: "mean absolute error",
    label: "MAE",
    documentation: "the mean absolute error, in the target's unit",
    column: "the mean absolute error, in the target's unit",
    direction: Direction::Minimize,
    range: [0.0, f64::INFINITY],
    has_unit: true,
    is_proportion: false,
    is_biased: false,
    requirement: None,
    influence_source: InfluenceSource::Error,
    formula: Formula::Numbers { score, influence, row_loss: RowLoss::AbsoluteError },
};

fn score(&NumberSums { rows, absolute, .. }: &NumberSums) -> Option<f64> {
    Some(absolute / f64::from(rows))
}

fn influence(rows: &NumberRows<'_>) -> Option<Vec<f64>> {
    Some(subtract_mean(rows.errors().map(f64::abs).collect()))
}
