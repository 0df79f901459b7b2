//! Accuracy: the share of rows whose most probable class is the true one.

use super::class_rows::{ClassRows, most_probable};
use super::definition::{ClassFormula, ClassSums, Definition, Formula, InfluenceSource};
use super::influence::subtract_mean;
use super::score::Direction;

pub(super) const DEFINITION: Definition = Definition {
    in_words: "accuracy",
    label: "accuracy",
    documentation: "the share of rows whose most probable class is the true one",
    column: "the share of rows whose most probable class is the true one",
    direction: Direction::Maximize,
    range: [0.0, 1.0],
    has_unit: false,
    is_proportion: true,
    is_biased: false,
    requirement: None,
    influence_source: InfluenceSource::Correctness,
    formula: Formula::Classes { score: ClassFormula::Tally(score), influence },
};

fn score(&ClassSums { rows, correct, .. }: &ClassSums) -> Option<f64> {
    Some(f64::from(correct) / f64::from(rows))
}

fn influence(rows: &ClassRows<'_>) -> Option<Vec<f64>> {
    let is_correct = |(label, row): (usize, &[f32])| f64::from(u8::from(label == most_probable(row)));
    Some(subtract_mean(rows.iter().map(is_correct).collect()))
}
