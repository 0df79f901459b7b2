//! Balanced accuracy: the mean recall over the classes that occur (Brodersen et al. 2010, "The balanced accuracy and
//! its posterior distribution", ICPR).

use super::class_rows::{ClassRows, ScoredClasses};
use super::definition::{ClassFormula, Definition, Formula, InfluenceSource};
use super::score::Direction;

pub(super) const DEFINITION: Definition = Definition {
    in_words: "balanced accuracy",
    label: "balanced accuracy",
    documentation: "the share of a class' rows classified right, the mean over classes",
    column: "the mean over classes of the share of their rows classified right",
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
    Some(scored.mean_ratio(|class| (class.hits, class.rows)))
}

fn influence(rows: &ClassRows<'_>) -> Option<Vec<f64>> {
    Some(rows.influence_on_mean_ratio(|is_actual, is_predicted| {
        [f64::from(u8::from(is_actual && is_predicted)), f64::from(u8::from(is_actual))]
    }))
}
