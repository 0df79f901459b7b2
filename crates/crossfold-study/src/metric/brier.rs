//! Brier score: the mean over rows of (p − y)², for the second of two classes, or summed over more than two (Brier
//! 1950, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78).

use super::class_rows::{ClassRows, ScoredClasses};
use super::definition::{ClassFormula, Definition, Formula, InfluenceSource};
use super::influence::subtract_mean;
use super::score::Direction;

pub(super) const DEFINITION: Definition = Definition {
    in_words: "Brier score",
    label: "Brier score",
    documentation: "the mean of (p − y)² of the second of two classes, of its sum over more",
    column: "the mean of (p − y)² of the second of two classes, or of its sum over more",
    direction: Direction::Minimize,
    // At most 1 with two classes, and 2 with more.
    range: [0.0, 2.0],
    has_unit: false,
    is_proportion: false,
    is_biased: false,
    requirement: None,
    influence_source: InfluenceSource::Predictions,
    formula: Formula::Classes { score: ClassFormula::Rows(score), influence },
};

fn score(scored: &ScoredClasses<'_>) -> Option<f64> {
    Some(scored.rows.iter().map(squared_error).sum::<f64>() / scored.rows.labels.len() as f64)
}

fn influence(rows: &ClassRows<'_>) -> Option<Vec<f64>> {
    Some(subtract_mean(rows.iter().map(squared_error).collect()))
}

fn squared_error((label, row): (usize, &[f32])) -> f64 {
    let error = |class: usize| (f64::from(row[class]) - f64::from(u8::from(class == label))).powi(2);
    if row.len() == 2 { error(1) } else { (0..row.len()).map(error).sum() }
}
