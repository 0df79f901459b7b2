//! `nested.csv`: one row per fold, by repeat, then fold, with the winner of the search on its training rows.

use crossfold_study::Study;

use super::column::{Column, fold_columns, reproducibility_column, write_rows};
use crate::analysis::nested::NestedFold;
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "nested.csv",
    nature: Nature::Result,
    stage: Stage::Report,
    listing: Listing::Line("nested cross-validation (`final.nested`)"),
    condition: Some(|inputs| !inputs.nested.is_empty()),
    write: |out, ReportInputs { board, nested, .. }| write_rows(out, &columns(board.study()), nested.iter().copied()),
    section: Some(|ReportInputs { board, .. }| {
        let rows = "One row per fold: the result of a search on that fold's training rows alone.";
        Section::new(rows, columns(board.study()))
    }),
};

fn columns<'a>(study: &Study) -> Vec<Column<'a, NestedFold>> {
    let metric = study.metric;
    let trial = if study.strategy.learns() {
        "the best trial of that search, by its number there; a sampler that learns numbers trials differently in each search, so it is not a number of `leaderboard.csv`"
    } else {
        "the best trial of that search, by its number in `leaderboard.csv`"
    };
    let mut columns = Vec::from(fold_columns("within the repeat, from 1", NestedFold::fold));
    columns.push(Column::integer("trial", trial, |row: &NestedFold| Some(row.trial().0)));
    columns.push(Column::number(
        "inner_mean",
        format!("its mean `{metric}` in that search, which is optimistic, because it was selected"),
        |row: &NestedFold| Some(row.inner_mean),
    ));
    columns.push(Column::number(
        "score",
        format!("its `{metric}` on the fold's validation rows, which that search never saw"),
        |row: &NestedFold| Some(row.score),
    ));
    columns.extend(reproducibility_column(study));
    columns
}
