//! `test.csv`: one row per metric, with the refitted network's value on the test rows.

use crossfold_study::Study;

use super::column::{Column, reproducibility_column, write_rows};
use crate::analysis::test_score::TestScore;
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "test.csv",
    nature: Nature::Result,
    stage: Stage::Refit,
    listing: Listing::Line("test scores of the retrained winner"),
    condition: Some(|inputs| !inputs.test.is_empty()),
    write: |out, ReportInputs { board, test, .. }| write_rows(out, &columns(board.study()), test.iter().copied()),
    section: Some(|ReportInputs { board, .. }| {
        let rows =
            "One row per metric: the retrained winner, scored on the test rows, which had no part in the search.";
        Section::new(rows, columns(board.study()))
    }),
};

fn columns<'a>(study: &Study) -> Vec<Column<'a, TestScore>> {
    let mut columns = vec![
        Column::text("metric", "name of the metric", |row: &TestScore| Some(row.metric)),
        Column::number("value", "its value on the test rows; empty where it is undefined", |row: &TestScore| row.value),
        Column::number(
            "interval_low",
            "lower end of the 95 % confidence interval for new rows of the same kind",
            |row: &TestScore| row.interval.map(|[low, _]| low),
        ),
        Column::number("interval_high", "upper end", |row: &TestScore| row.interval.map(|[_, high]| high)),
    ];
    columns.extend(reproducibility_column(study));
    columns
}
