//! The worst out-of-fold predictions of a trial.

use crossfold_study::{Predictions, Truth, ValidationRows, most_probable};
use serde::Serialize;

use super::rounded::{Exact, Nine};
use crate::analysis::exhibits::Pictures;

/// The number of mistakes on a page: the `count` to pass to [`worst_mistakes`] for their pictures.
pub const MISTAKES_SHOWN: usize = 48;

/// A row whose predicted class is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mistake {
    /// The row's number, as in [`ValidationRows::rows`].
    pub row: u32,
    /// The numbers of the true and the predicted class.
    pub truth: u32,
    pub predicted: u32,
    /// The probability of the predicted class.
    #[serde(serialize_with = "rounded")]
    pub probability: f64,
    /// The probability of the true class.
    #[serde(serialize_with = "rounded")]
    pub truth_probability: f64,
}

fn rounded<S: serde::Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    Nine(*value).serialize(serializer)
}

/// Up to `count` rows that are classified wrong, by the probability of the true class, least first, then by row. A
/// row that validates in several repeats counts once, by its worst prediction. Empty for regression.
pub fn worst_mistakes(classes: &[String], folds: &[(&ValidationRows, &Predictions)], count: usize) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (validation, Predictions(probabilities)) in folds {
        let Truth::Labels(labels) = &validation.truth else { continue };
        for ((&row, &truth), probabilities_of_row) in
            validation.rows.iter().zip(labels).zip(probabilities.chunks_exact(classes.len().max(1)))
        {
            let predicted = most_probable(probabilities_of_row);
            if predicted != truth as usize {
                mistakes.push(Mistake {
                    row,
                    truth,
                    predicted: predicted as u32,
                    probability: probabilities_of_row[predicted].into(),
                    truth_probability: probabilities_of_row[truth as usize].into(),
                });
            }
        }
    }
    mistakes.sort_by(|a, b| a.truth_probability.total_cmp(&b.truth_probability).then(a.row.cmp(&b.row)));
    first_of_each(mistakes, count, |mistake| mistake.row)
}

/// The rows of the `count` worst predictions, of classes or of numbers.
pub fn worst_rows(classes: &[String], folds: &[(&ValidationRows, &Predictions)], count: usize) -> Vec<u32> {
    let mistakes = worst_mistakes(classes, folds, count).into_iter().map(|mistake| mistake.row);
    mistakes.chain(worst_numbers(folds, count).into_iter().map(|worst| worst.row)).collect()
}

/// A row whose predicted number is far off.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct WorstPrediction {
    row: u32,
    truth: Exact,
    predicted: Nine,
    /// The truth minus the prediction.
    residual: Nine,
}

/// The rows with the largest residuals, largest first; as [`worst_mistakes`] for regression.
pub(super) fn worst_numbers(folds: &[(&ValidationRows, &Predictions)], count: usize) -> Vec<WorstPrediction> {
    let mut mistakes = Vec::new();
    for (validation, Predictions(predictions)) in folds {
        let Truth::Numbers(numbers) = &validation.truth else { continue };
        for ((&row, &truth), &predicted) in validation.rows.iter().zip(numbers).zip(predictions.iter()) {
            let predicted = f64::from(predicted);
            let residual = Nine(truth - predicted);
            mistakes.push(WorstPrediction { row, truth: Exact(truth), predicted: Nine(predicted), residual });
        }
    }
    mistakes.sort_by(|a, b| b.residual.0.abs().total_cmp(&a.residual.0.abs()).then(a.row.cmp(&b.row)));
    first_of_each(mistakes, count, |mistake| mistake.row)
}

/// The first `count` mistakes of distinct rows.
fn first_of_each<T>(sorted: Vec<T>, count: usize, row: impl Fn(&T) -> u32) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for mistake in sorted {
        if kept.len() == count {
            break;
        }
        if kept.iter().all(|other| row(other) != row(&mistake)) {
            kept.push(mistake);
        }
    }
    kept
}

/// The images of the mistakes.
#[derive(Serialize)]
pub(super) struct Pixels {
    width: u32,
    height: u32,
    /// The grey levels of each mistake; empty without an image.
    pixels: Vec<Vec<u8>>,
}

impl Pixels {
    /// The images of `mistakes`, in their order; images of the wrong size are left out.
    pub(super) fn select(pictures: &Pictures, mistakes: &[Mistake]) -> Pixels {
        let Pictures { width, height, ref images } = *pictures;
        let size = width as usize * height as usize;
        let pixels = |mistake: &Mistake| {
            let picture = images.iter().find(|picture| picture.row == mistake.row);
            picture.map(|picture| picture.pixels.clone()).filter(|pixels| pixels.len() == size).unwrap_or_default()
        };
        Pixels { width, height, pixels: mistakes.iter().map(pixels).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::FoldId;

    #[test]
    fn the_most_confident_mistake_comes_first_and_a_row_once() {
        let classes = ["a", "b"].map(str::to_owned);
        let fold = |repeat, labels: &[u32]| ValidationRows {
            fold: FoldId { repeat, fold: 0 },
            rows: vec![3, 5, 7],
            groups: None,
            truth: Truth::Labels(labels.to_vec()),
        };
        let folds = [0, 1].map(|repeat| fold(repeat, &[0, 0, 1]));
        let first = Predictions([0.25, 0.75, 0.125, 0.875, 0.0, 1.0].into());
        let second = Predictions([0.0, 1.0, 1.0, 0.0, 0.0, 1.0].into());
        let worst = worst_mistakes(&classes, &[(&folds[0], &first), (&folds[1], &second)], 5);
        let rows: Vec<(u32, f64)> = worst.iter().map(|mistake| (mistake.row, mistake.truth_probability)).collect();
        assert_eq!(rows, [(3, 0.0), (5, 0.125)]);
        assert_eq!((worst[0].truth, worst[0].predicted, worst[0].probability), (0, 1, 1.0));
    }

    #[test]
    fn the_largest_residual_comes_first() {
        let truth = Truth::Numbers(vec![1.0, 2.0, 3.0]);
        let rows = ValidationRows { fold: FoldId { repeat: 0, fold: 0 }, rows: vec![1, 2, 3], groups: None, truth };
        let worst = worst_numbers(&[(&rows, &Predictions([1.5, -2.0, 4.0].into()))], 2);
        assert_eq!(
            worst.iter().map(|mistake| (mistake.row, mistake.residual.0)).collect::<Vec<_>>(),
            [(2, 4.0), (3, -1.0)]
        );
    }
}
