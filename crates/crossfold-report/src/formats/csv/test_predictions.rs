//! `test_predictions.csv`: the retrained winner's predictions of the test rows.

use crossfold_study::Study;

use super::column::{Column, reproducibility_column, write_rows};
use super::predictions::{PredictedRow, count, id_columns, outcome_columns, rows};
use crate::analysis::file_rows::RowIds;
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "test_predictions.csv",
    nature: Nature::Result,
    stage: Stage::Refit,
    listing: Listing::Line("the retrained winner on each test row"),
    condition: Some(|inputs| inputs.test_rows.is_some_and(|rows| rows.predicted().is_some())),
    write: |out, ReportInputs { board, classes, test_rows, .. }| {
        let Some((validation, predictions)) = test_rows.and_then(|rows| rows.predicted()) else { return Ok(()) };
        let (folds, ids) = ([(&validation, &predictions)], test_rows.and_then(|rows| rows.ids.as_ref()));
        write_rows(out, &columns(board.study(), classes, validation.rows.len(), ids), rows(&folds))
    },
    section: Some(|ReportInputs { board, classes, out_of_fold, row_ids, .. }| {
        let rows = "One row per test row: what the retrained winner predicts of it.";
        // How many test rows there are is known later; the probabilities of a class are described as those of the other file.
        let count = count(out_of_fold.unwrap_or_default());
        Section::new(rows, columns(board.study(), classes, count, *row_ids))
    }),
};

fn columns<'a, 'r: 'a>(
    study: &Study,
    classes: &'a [String],
    count: usize,
    ids: Option<&'a RowIds>,
) -> Vec<Column<'a, PredictedRow<'r>>> {
    let meaning = "the row's number: in a table that of the file below its header, for images the index among the test images, from 0";
    let mut columns = vec![Column::integer("row", meaning, |row: &PredictedRow<'_>| Some(row.row))];
    columns.extend(outcome_columns(study, classes, count));
    columns.extend(id_columns(ids));
    columns.extend(reproducibility_column(study));
    columns
}
