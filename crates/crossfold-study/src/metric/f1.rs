//! Macro F1: the mean of 2·TP / (2·TP + FP + FN) over the classes that occur or are predicted.

use super::class_rows::{ClassRows, ScoredClasses};
use super::definition::{ClassFormula, Definition, Formula, InfluenceSource};
use super::score::Direction;

pub(super) const DEFINITION: Definition = Definition {
    in_words: "F1",
    label: "F1",
    documentation: "2·TP / (2·TP + FP + FN) of a class, the mean over classes (macro F1)",
    column: "macro F1: the mean over classes of 2·TP / (2·TP + FP + FN)",
    direction: Direction::Maximize,
    range: [0.0, 1.0],
    has_unit: false,
    is_proportion: false,
    is_biased: false,
    requirement: None,
    influence_source: InfluenceSource::Predictions,
    formula: Formula::Classes { score: ClassFormula::Rows(score), influence },
};

fn score(scored: &ScoredClasses<'_>) -> Option<f64> {
    Some(scored.mean_ratio(|class| (2 * class.hits, class.rows + class.predicted)))
}

fn influence(rows: &ClassRows<'_>) -> Option<Vec<f64>> {
    Some(rows.influence_on_mean_ratio(|is_actual, is_predicted| {
        let [actual, predicted] = [is_actual, is_predicted].map(|is| f64::from(u8::from(is)));
        [2.0 * actual * predicted, actual + predicted]
    }))
}
