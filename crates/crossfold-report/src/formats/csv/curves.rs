//! `curves.csv`: one row per epoch of each fit, by configuration, fold and epoch.

use crossfold_study::{ConfigurationNumber, EpochReport, Evaluation, FoldId, Metric, Results, Study};

use super::column::{Column, fold_columns, metric_columns, reproducibility_column, write_rows};
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "curves.csv",
    nature: Nature::Result,
    stage: Stage::Search,
    listing: Listing::WithPrevious,
    condition: None,
    write: |out, ReportInputs { board, results, .. }| write_rows(out, &columns(board.study()), rows(results)),
    section: Some(|ReportInputs { board, .. }| {
        let rows = "One row per fit and epoch. Trials that differ only in epochs share a fit.";
        Section::new(rows, columns(board.study()))
    }),
};

/// An epoch of a fit.
struct Epoch {
    configuration: ConfigurationNumber,
    fold: FoldId,
    report: EpochReport,
}

fn rows(results: &Results) -> impl Iterator<Item = Epoch> {
    results
        .fits()
        .flat_map(|(configuration, fold, fit)| fit.reports().map(move |report| Epoch { configuration, fold, report }))
}

/// The columns of early stopping are there in every study, so that programs need not ask, and empty without it.
fn columns<'a>(study: &Study) -> Vec<Column<'a, Epoch>> {
    let task = study.metric.task();
    let mut columns =
        vec![Column::integer("configuration", "as in `leaderboard.csv`", |row: &Epoch| Some(row.configuration.0))];
    columns.extend(fold_columns("within the repeat, from 1", |row: &Epoch| row.fold));
    columns.push(Column::integer("epoch", "from 1", |row: &Epoch| Some(row.report.epoch)));
    columns.extend(metric_columns(
        "training_",
        "on training rows, during the epoch, with dropout:",
        Metric::tallied_for(task),
        |row: &Epoch, metric| Evaluation::from(row.report.training).get(metric),
    ));
    columns.extend(metric_columns(
        "validation_",
        "on validation rows, after the epoch:",
        Metric::all_for(task),
        |row: &Epoch, metric| row.report.validation?.get(metric),
    ));
    columns.push(Column::number(
        "watched_loss",
        "mean loss on the inner validation part, which early stopping monitors",
        |row: &Epoch| row.report.watched.map(|watched| watched.loss),
    ));
    columns.push(Column::integer("best_epoch", "the epoch with the lowest monitored loss so far", |row: &Epoch| {
        row.report.watched.map(|watched| watched.best)
    }));
    columns.extend(reproducibility_column(study));
    columns
}
