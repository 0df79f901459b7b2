//! `timings.csv`: one row per fit that has ended, by configuration, then fold.

use crossfold_study::{ConfigurationNumber, FitResult, FoldId, Results, Study};

use super::column::{Column, fold_columns, reproducibility_column, write_rows};
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "timings.csv",
    nature: Nature::Record,
    stage: Stage::Search,
    listing: Listing::WithPrevious,
    condition: None,
    write: |out, ReportInputs { board, results, .. }| write_rows(out, &columns(board.study()), rows(results)),
    section: Some(|ReportInputs { board, .. }| {
        Section::new("One row per fit. Times differ from run to run.", columns(board.study()))
    }),
};

type EndedFit<'a> = (ConfigurationNumber, FoldId, &'a FitResult);

fn rows(results: &Results) -> impl Iterator<Item = EndedFit<'_>> {
    results.fits().filter(|(_, _, fit)| fit.end.is_some())
}

fn columns<'a, 'r: 'a>(study: &Study) -> Vec<Column<'a, EndedFit<'r>>> {
    let mut columns =
        vec![Column::integer("configuration", "as in `leaderboard.csv`", |row: &EndedFit<'_>| Some(row.0.0))];
    columns.extend(fold_columns("within the repeat, from 1", |row: &EndedFit<'_>| row.1));
    columns.push(Column::integer("epochs", "number of epochs trained", |row: &EndedFit<'_>| Some(row.2.epochs())));
    columns.push(Column::number("seconds", "wall time", |row: &EndedFit<'_>| Some(row.2.elapsed.as_secs_f64())));
    columns.extend(reproducibility_column(study));
    columns
}
