//! `test.csv`: one row per metric, with the refitted network's value on the test rows.

use crossfold_study::Study;

use super::column::{Column, reproducibility_column, write_rows};
use crate::analysis::test_score::TestScore;
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "test.csv",
    nature: Nature::Result,
    stage: Stage::Refit,
    listing: Listing::Line("the refitted winner on the test rows"),
    condition: Some(|inputs| !inputs.test.is_empty()),
    write: |out, ReportInputs { board, test, .. }| write_rows(out, &columns(board.study()), test.iter().copied()),
    section: Some(|ReportInputs { board, .. }| {
        let rows = "A row a metric: the network trained on all rows, scored on the test rows, which had no part in the search.";
        Section::new(rows, columns(board.study()))
    }),
};

fn columns<'a>(study: &Study) -> Vec<Column<'a, TestScore>> {
    let mut columns = vec![
        Column::text("metric", "its name", |row: &TestScore| Some(row.metric)),
        Column::number("value", "on the test rows; empty where it is undefined", |row: &TestScore| row.value),
        Column::number(
            "interval_low",
            "where it is on other rows of the kind, with 95 % confidence: from",
            |row: &TestScore| row.interval.map(|[low, _]| low),
        ),
        Column::number("interval_high", "to", |row: &TestScore| row.interval.map(|[_, high]| high)),
    ];
    columns.extend(reproducibility_column(study));
    columns
}
