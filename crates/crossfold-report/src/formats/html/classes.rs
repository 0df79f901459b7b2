//! Predicted classes beside the true ones, out of fold.

pub(in crate::formats) mod calibration;
pub(in crate::formats) mod roc;

use crossfold_study::{Predictions, Truth, most_probable};
use serde::Serialize;

use super::OutOfFold;
use super::rounded::Nine;
use calibration::Calibration;
use roc::Roc;

/// The most classes of a confusion matrix.
pub(in crate::formats) const MOST_IN_MATRIX: usize = 30;

/// The most confusions listed.
const MOST_LISTED: usize = 40;

/// A row's label and predicted probabilities. A row that validates in several repeats counts once in each.
type ClassifiedRow<'a> = (u32, &'a [f32]);

#[derive(Serialize)]
pub(in crate::formats) struct Classes<'a> {
    pub(in crate::formats) names: &'a [String],
    pub(in crate::formats) rows: usize,
    /// Numbers of rows by true class, then predicted class; `null` for many classes.
    pub(in crate::formats) confusion: Option<Vec<Vec<u32>>>,
    /// The most frequent confusions: true class, predicted class, number of rows.
    confusions: Vec<(u32, u32, u32)>,
    /// For each class: numbers of rows, of predictions, and of correct predictions.
    pub(in crate::formats) counts: Vec<(u32, u32, u32)>,
    pub(in crate::formats) calibration: Calibration,
    pub(in crate::formats) roc: Vec<Roc>,
    /// Areas under the ROC curves, by class; of two classes of the second alone. `null` where all rows or none are of the
    /// class.
    pub(in crate::formats) areas: Vec<Option<Nine>>,
}

impl<'a> Classes<'a> {
    pub(in crate::formats) fn new(view: OutOfFold<'a>) -> Classes<'a> {
        let classes = view.classes.len();
        let mut rows: Vec<ClassifiedRow<'_>> = Vec::new();
        for (validation, Predictions(probabilities)) in view.folds {
            let Truth::Labels(labels) = &validation.truth else { continue };
            rows.extend(labels.iter().copied().zip(probabilities.chunks_exact(classes.max(1))));
        }
        let mut confusion = vec![vec![0_u32; classes]; classes];
        for (label, probabilities) in &rows {
            confusion[*label as usize][most_probable(probabilities)] += 1;
        }
        let count = |class: usize| {
            let predicted = confusion.iter().map(|row| row[class]).sum();
            (confusion[class].iter().sum(), predicted, confusion[class][class])
        };
        let (roc, areas) = roc::curves(&rows, classes);
        Classes {
            names: view.classes,
            rows: rows.len(),
            confusions: most_frequent(&confusion),
            counts: (0..classes).map(count).collect(),
            confusion: (classes <= MOST_IN_MATRIX).then_some(confusion),
            calibration: Calibration::new(&rows),
            roc,
            areas,
        }
    }
}

/// The most frequent confusions, by number of rows, then class.
fn most_frequent(confusion: &[Vec<u32>]) -> Vec<(u32, u32, u32)> {
    let mut cells: Vec<(u32, u32, u32)> = Vec::new();
    for (truth, row) in (0..).zip(confusion) {
        let wrong = (0..).zip(row).filter(|&(predicted, &rows)| predicted != truth && rows > 0);
        cells.extend(wrong.map(|(predicted, &rows)| (truth, predicted, rows)));
    }
    cells.sort_by_key(|&(truth, predicted, rows)| (std::cmp::Reverse(rows), truth, predicted));
    cells.truncate(MOST_LISTED);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::{FoldId, ValidationRows};

    #[test]
    fn rows_are_counted_by_true_and_predicted_class() {
        let names = ["a", "b", "c"].map(str::to_owned);
        let validation = ValidationRows {
            fold: FoldId { repeat: 0, fold: 0 },
            rows: vec![0, 1, 2, 3],
            groups: None,
            truth: Truth::Labels(vec![0, 1, 1, 2]),
        };
        let predictions = Predictions([0.5, 0.25, 0.25, 0.5, 0.5, 0.0, 0.25, 0.5, 0.25, 0.75, 0.25, 0.0].into());
        let folds = [(&validation, &predictions)];
        let classes = Classes::new(OutOfFold { classes: &names, folds: &folds });
        assert_eq!(classes.confusion.unwrap(), [[1, 0, 0], [1, 1, 0], [1, 0, 0]]);
        assert_eq!(classes.confusions, [(1, 0, 1), (2, 0, 1)]);
        assert_eq!(classes.counts, [(1, 3, 1), (2, 1, 1), (1, 0, 0)]);
    }
}
