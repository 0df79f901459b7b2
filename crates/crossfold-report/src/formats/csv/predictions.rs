//! `predictions.csv`: the winner's out-of-fold predictions, one row per validation row, by repeat, fold and row.

use crossfold_network::Task;
use crossfold_study::{FoldId, Predictions, Study, Truth, ValidationRows, most_probable};

use super::cell;
use super::column::{Column, fold_columns, reproducibility_column, write_rows};
use super::predicted::lists_probabilities;
use crate::analysis::file_rows::RowIds;
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "predictions.csv",
    nature: Nature::Result,
    stage: Stage::Search,
    listing: Listing::Line("out-of-fold predictions of the winner"),
    condition: Some(|inputs| inputs.out_of_fold.is_some()),
    write: |out, ReportInputs { board, classes, out_of_fold, row_ids, .. }| {
        let folds = out_of_fold.unwrap_or_default();
        write_rows(out, &columns(board.study(), classes, count(folds), *row_ids), rows(folds))
    },
    section: Some(|ReportInputs { board, classes, out_of_fold, row_ids, .. }| {
        let rows =
            "One row per validation row and repeat: what the winner predicts for it when it was trained without it.";
        Section::new(rows, columns(board.study(), classes, count(out_of_fold.unwrap_or_default()), *row_ids))
    }),
};

/// The number of rows of the file.
pub(super) fn count(folds: &[(&ValidationRows, &Predictions)]) -> usize {
    folds.iter().map(|(validation, _)| validation.rows.len()).sum()
}

/// A row that a network was not trained on.
pub(super) struct PredictedRow<'a> {
    /// Counted from 0 among the study's rows.
    pub(super) row: u32,
    fold: FoldId,
    prediction: Prediction<'a>,
}

#[derive(Clone, Copy)]
enum Prediction<'a> {
    /// The true class, and the probability of each class.
    Class(u32, &'a [f32]),
    /// The true number, and the predicted one.
    Number(f64, f32),
}

pub(super) fn rows<'a>(folds: &'a [(&'a ValidationRows, &'a Predictions)]) -> impl Iterator<Item = PredictedRow<'a>> {
    folds.iter().flat_map(|(ValidationRows { fold, rows, groups: _, truth }, Predictions(outputs))| {
        let predictions: Vec<Prediction<'a>> = match truth {
            Truth::Labels(labels) => {
                let classes = (outputs.len() / labels.len().max(1)).max(1);
                labels
                    .iter()
                    .zip(outputs.chunks_exact(classes))
                    .map(|(&label, row)| Prediction::Class(label, row))
                    .collect()
            }
            Truth::Numbers(numbers) => {
                numbers.iter().zip(outputs.iter()).map(|(&truth, &output)| Prediction::Number(truth, output)).collect()
            }
        };
        rows.iter().zip(predictions).map(|(&row, prediction)| PredictedRow { row, fold: *fold, prediction })
    })
}

/// The columns of a file of `count` rows.
fn columns<'a, 'r: 'a>(
    study: &Study,
    classes: &'a [String],
    count: usize,
    ids: Option<&'a RowIds>,
) -> Vec<Column<'a, PredictedRow<'r>>> {
    let mut columns = vec![Column::integer(
        "row",
        "the row's number: in a table that of the file below its header, for images the index among the training images, from 0",
        |row: &PredictedRow<'_>| Some(row.row),
    )];
    columns.extend(fold_columns("the fold that the row is in, from 1", |row: &PredictedRow<'_>| row.fold));
    columns.extend(outcome_columns(study, classes, count));
    columns.extend(id_columns(ids));
    columns.extend(reproducibility_column(study));
    columns
}

/// The columns of the truth and the prediction.
pub(super) fn outcome_columns<'a, 'r: 'a>(
    study: &Study,
    classes: &'a [String],
    count: usize,
) -> Vec<Column<'a, PredictedRow<'r>>> {
    let mut columns =
        vec![Column::outcome("truth", "the true class or number", |row: &PredictedRow<'_>| match row.prediction {
            Prediction::Class(label, _) => cell::text(&classes[label as usize]),
            Prediction::Number(truth, _) => cell::number(truth),
        })];
    columns.push(Column::outcome(
        "predicted",
        "the most probable class, or the predicted number",
        |row: &PredictedRow<'_>| match row.prediction {
            Prediction::Class(_, probabilities) => cell::text(&classes[most_probable(probabilities)]),
            Prediction::Number(_, predicted) => cell::number(predicted),
        },
    ));
    match study.metric.task() {
        Task::Classification if !lists_probabilities(count, classes.len()) => {
            let meaning = "probability of the predicted class";
            columns.push(Column::number("probability", meaning, |row: &PredictedRow<'_>| match row.prediction {
                Prediction::Class(_, probabilities) => Some(probabilities[most_probable(probabilities)]),
                Prediction::Number(..) => None,
            }));
        }
        Task::Classification => columns.extend(classes.iter().enumerate().map(|(class, name)| {
            let probability = move |row: &PredictedRow<'_>| match row.prediction {
                Prediction::Class(_, probabilities) => Some(probabilities[class]),
                Prediction::Number(..) => None,
            };
            Column::number(format!("p_{name}"), "probability of the class", probability)
        })),
        Task::Regression => {}
    }
    columns
}

/// The columns of the file that only identify its rows, by which people join it with these.
pub(super) fn id_columns<'a, 'r: 'a>(ids: Option<&'a RowIds>) -> Vec<Column<'a, PredictedRow<'r>>> {
    /// Names that a file of predictions has anyway.
    const TAKEN: [&str; 6] = ["row", "repeat", "fold", "truth", "predicted", "probability"];
    let Some(ids) = ids else { return Vec::new() };
    let column = |(place, name): (usize, &str)| {
        let is_taken = TAKEN.contains(&name) || name.starts_with("p_");
        let name = if is_taken { format!("id_{name}") } else { name.to_owned() };
        let meaning = "the file's column, which only identifies its rows";
        Column::text(name, meaning, move |row: &PredictedRow<'_>| ids.value(place, row.row))
    };
    ids.names().enumerate().map(column).collect()
}
