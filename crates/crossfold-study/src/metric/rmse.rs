//! Root mean squared error, in the target's unit.

use super::definition::{Definition, Formula, InfluenceSource, NumberSums, RowLoss};
use super::influence::subtract_mean;
use super::number_rows::NumberRows;
use super::score::Direction;

pub(super) const DEFINITION: Definition = Definition {
    in_words: "root mean squared error",
    label: "RMSE",
    documentation: "the root of the mean squared error, in the target's unit",
    column: "the root of the mean squared error, in the target's unit",
    direction: Direction::Minimize,
    range: [0.0, f64::INFINITY],
    has_unit: true,
    is_proportion: false,
    is_biased: false,
    requirement: None,
    influence_source: InfluenceSource::Error,
    formula: Formula::Numbers { score, influence, row_loss: RowLoss::SquaredError },
};

fn score(&NumberSums { rows, squared, .. }: &NumberSums) -> Option<f64> {
    Some((squared / f64::from(rows)).sqrt())
}

fn influence(rows: &NumberRows<'_>) -> Option<Vec<f64>> {
    let squares: Vec<f64> = rows.errors().map(|error| error * error).collect();
    let rmse = (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
    // If all errors are 0, no row changes the metric to first order.
    let slope = if rmse > 0.0 { 0.5 / rmse } else { 0.0 };
    Some(subtract_mean(squares.into_iter().map(|square| square * slope).collect()))
}
