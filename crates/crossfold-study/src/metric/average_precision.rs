//! Average precision of a class: the mean, over its rows, of the precision at each row's probability.
//!
//! With two classes it is that of the second class. With more it is the mean over the classes that occur. Undefined if
//! all rows are of one class: the class has no rows, or its average precision is 1 whatever is predicted.

use super::class_rows::{ClassRows, ScoredClasses};
use super::definition::{ClassFormula, Definition, Formula, InfluenceSource, Requirement};
use super::probability_groups::{Group, mean_influence};
use super::score::Direction;

pub(super) const DEFINITION: Definition = Definition {
    in_words: "average precision",
    label: "average precision",
    documentation: "the precision at each row of a class by descending probability, the mean over these rows; of two \
                    classes the second, of more the mean over classes. Undefined where all rows are of one class",
    column: "the mean over a class's rows of the precision at their probability, of more than two classes the mean; \
             empty where all rows are of one class",
    direction: Direction::Maximize,
    range: [0.0, 1.0],
    has_unit: false,
    is_proportion: false,
    is_biased: false,
    requirement: Some(Requirement::TWO_CLASSES),
    influence_source: InfluenceSource::Predictions,
    formula: Formula::Classes { score: ClassFormula::Rows(score), influence },
};

fn score(scored: &ScoredClasses<'_>) -> Option<f64> {
    let rankings = scored.rankings.iter().filter(|ranking| ranking.roc_area.is_some());
    let precisions: Vec<f64> = rankings.map(|ranking| ranking.precision).collect();
    (!precisions.is_empty()).then(|| precisions.iter().sum::<f64>() / precisions.len() as f64)
}

fn influence(rows: &ClassRows<'_>) -> Option<Vec<f64>> {
    mean_influence(rows, class_influence)
}

fn class_influence(groups: &[Group], places: &[(usize, bool)]) -> Option<Vec<f64>> {
    let positives: f64 = groups.iter().map(|group| group.positives).sum();
    if positives == 0.0 || groups.iter().all(|group| group.negatives == 0.0) {
        return None;
    }
    let (mut hits, mut rows) = (0.0, 0.0);
    // Of each group, the precision at its probability, and the partial derivatives of the sum of precisions by the
    // number of positives and, negated, by the number of rows in the group.
    let mut slopes: Vec<[f64; 3]> = groups
        .iter()
        .map(|group| {
            hits += group.positives;
            rows += group.positives + group.negatives;
            [hits / rows, group.positives / rows, group.positives * hits / (rows * rows)]
        })
        .collect();
    for place in (1..slopes.len()).rev() {
        let [_, hit, row] = slopes[place];
        slopes[place - 1][1] += hit;
        slopes[place - 1][2] += row;
    }
    let average = groups.iter().zip(&slopes).map(|(group, [precision, ..])| group.positives * precision).sum::<f64>();
    let average = average / positives;
    let influence = |&(group, is_positive): &(usize, bool)| {
        let [precision, hit, row] = slopes[group];
        let own = if is_positive { precision - average + hit } else { 0.0 };
        places.len() as f64 * (own - row) / positives
    };
    Some(places.iter().map(influence).collect())
}
