//! `folds.csv`: one row per trial and fold, by trial, then fold, with the metrics of the study's task.

use crossfold_study::{FoldScore, Metric, Plan, Results, Study, Trial};

use super::column::{Column, fold_columns, metric_columns, reproducibility_column, write_rows};
use crate::analysis::fold_scores::{fold_scores, fold_state};
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "folds.csv",
    nature: Nature::Result,
    stage: Stage::Search,
    listing: Listing::Line("each trial on each fold; learning curves of each fit"),
    condition: None,
    write: |out, ReportInputs { board, results, .. }| {
        write_rows(out, &columns(board.study()), rows(board.plan(), results))
    },
    section: Some(|ReportInputs { board, .. }| Section::new("One row per trial and fold.", columns(board.study()))),
};

/// A trial on a fold. Folds that a pruned trial was not trained on are `pruned` and without scores.
struct TrialFold<'a> {
    trial: &'a Trial,
    score: FoldScore,
    state: &'static str,
}

fn rows<'a>(plan: &'a Plan, results: &'a Results) -> impl Iterator<Item = TrialFold<'a>> {
    plan.trials.iter().flat_map(move |trial| {
        fold_scores(plan, trial, results).into_iter().map(move |score| {
            let state = fold_state(trial, &score, results);
            TrialFold { trial, score, state }
        })
    })
}

fn columns<'a, 'r: 'a>(study: &Study) -> Vec<Column<'a, TrialFold<'r>>> {
    let prunes = study.pruner.prunes();
    let epoch = if prunes { "; for a pruned trial that of its rung" } else { "" };
    let epoch = format!(
        "the epoch whose scores count, as in `curves.csv`: the trial's last one, or the last one of a fit that stopped early{epoch}"
    );
    let state = if prunes { "; `pruned` where the trial was pruned before its last epoch on this fold" } else { "" };
    let mut columns = vec![
        Column::integer("trial", "as in `leaderboard.csv`", |row: &TrialFold<'_>| Some(row.trial.number.0)),
        Column::integer("configuration", "as in `leaderboard.csv`", |row: &TrialFold<'_>| {
            Some(row.trial.configuration.0)
        }),
    ];
    columns.extend(fold_columns("within the repeat, from 1", |row: &TrialFold<'_>| row.score.fold));
    columns.push(Column::integer("epoch", epoch, |row: &TrialFold<'_>| Some(row.score.epoch)));
    let state = format!("of the fold, with the same values as for trials{state}");
    columns.push(Column::text("state", state, |row: &TrialFold<'_>| Some(row.state)));
    let metrics = Metric::all_for(study.metric.task());
    columns.extend(metric_columns(
        "validation_",
        "on the fold's validation rows:",
        metrics,
        |row: &TrialFold<'_>, metric| row.score.evaluation?.get(metric),
    ));
    columns.push(Column::integer(
        "best_epoch",
        "with early stopping: the epoch whose weights are scored",
        |row: &TrialFold<'_>| row.score.best,
    ));
    columns.extend(reproducibility_column(study));
    columns
}
