//! Log loss: the mean of −ln p(true class), in nats. It is the loss that networks minimise.

use super::class_rows::ClassRows;
use super::definition::{ClassFormula, ClassSums, Definition, Formula, InfluenceSource};
use super::influence::subtract_mean;
use super::score::Direction;

pub(super) const DEFINITION: Definition = Definition {
    in_words: "log loss",
    label: "log loss",
    documentation: "the mean of −ln p(true class)",
    column: "the mean of −ln p(true class), in nats",
    direction: Direction::Minimize,
    range: [0.0, f64::INFINITY],
    has_unit: false,
    is_proportion: false,
    is_biased: false,
    requirement: None,
    influence_source: InfluenceSource::Predictions,
    formula: Formula::Classes { score: ClassFormula::Tally(score), influence },
};

fn score(&ClassSums { rows, loss, .. }: &ClassSums) -> Option<f64> {
    Some(loss / f64::from(rows))
}

fn influence(rows: &ClassRows<'_>) -> Option<Vec<f64>> {
    // A probability of 0 may have underflowed in 32 bits.
    let loss = |(label, row): (usize, &[f32])| -libm::log(f64::from(row[label].max(f32::MIN_POSITIVE)));
    Some(subtract_mean(rows.iter().map(loss).collect()))
}
