//! Area under the ROC curve of a class: the probability that the prediction for one of its rows ranks above that for a
//! row of another class, ties counting half (Hanley and McNeil 1982, Radiology 143).
//!
//! With two classes it is that of the second class. With more it is the mean over the classes that occur, each against
//! the rest. Undefined if all rows are of one class.

use super::class_rows::{ClassRows, ScoredClasses};
use super::definition::{ClassFormula, Definition, Formula, InfluenceSource, Requirement};
use super::probability_groups::{Group, mean_influence};
use super::score::Direction;

pub(super) const DEFINITION: Definition = Definition {
    in_words: "area under the ROC curve",
    label: "ROC AUC",
    documentation: "how probable it is that a row of a class gets more probability of it than a row of none, ties \
                    counting half; of two classes the second, of more the mean over classes, each against the rest. \
                    Undefined where all rows are of one class",
    column: "the area under the ROC curve, of more than two classes the mean of one against the rest; empty where all \
             rows are of one class",
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
    let areas: Vec<f64> = scored.rankings.iter().filter_map(|ranking| ranking.roc_area).collect();
    (!areas.is_empty()).then(|| areas.iter().sum::<f64>() / areas.len() as f64)
}

/// The placement values of DeLong, DeLong and Clarke-Pearson (1988, "Comparing the areas under two or more correlated
/// receiver operating characteristic curves", Biometrics 44).
fn influence(rows: &ClassRows<'_>) -> Option<Vec<f64>> {
    mean_influence(rows, class_influence)
}

fn class_influence(groups: &[Group], places: &[(usize, bool)]) -> Option<Vec<f64>> {
    let positives: f64 = groups.iter().map(|group| group.positives).sum();
    let negatives: f64 = groups.iter().map(|group| group.negatives).sum();
    if positives == 0.0 || negatives == 0.0 {
        return None;
    }
    // For each group, the share of negatives below it and the share of positives above it, ties counting half.
    let (mut above, mut below) = (0.0, negatives);
    let shares: Vec<[f64; 2]> = groups
        .iter()
        .map(|group| {
            below -= group.negatives;
            let shares = [(below + group.negatives / 2.0) / negatives, (above + group.positives / 2.0) / positives];
            above += group.positives;
            shares
        })
        .collect();
    let area = groups.iter().zip(&shares).map(|(group, [below, _])| group.positives * below).sum::<f64>() / positives;
    let rows = places.len() as f64;
    let influence = |&(group, is_positive): &(usize, bool)| match (is_positive, shares[group]) {
        (true, [below, _]) => rows * (below - area) / positives,
        (false, [_, above]) => rows * (above - area) / negatives,
    };
    Some(places.iter().map(influence).collect())
}
