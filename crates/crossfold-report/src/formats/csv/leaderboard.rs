//! `leaderboard.csv`: one row per trial, in the leaderboard's order.

use crossfold_network::Param;
use crossfold_study::{FoldId, Metric};

use super::column::{Column, metric_columns, reproducibility_column, write_rows};
use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};
use crate::formats::settings::equivalent_points;

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "leaderboard.csv",
    nature: Nature::Result,
    stage: Stage::Search,
    listing: Listing::Line("every trial and what its scores support"),
    condition: None,
    write: |out, ReportInputs { board, .. }| write_rows(out, &columns(board), board.rows()),
    section: Some(|ReportInputs { board, .. }| {
        let rows = if board.prunes() {
            "A row a trial, the best first; without a rank those that were pruned, those that came furthest first, then those that failed, then those that were stopped."
        } else {
            "A row a trial, the best first; without a score those that failed, then those that were stopped."
        };
        Section::new(rows, columns(board))
    }),
};

/// The columns of a leaderboard.
pub(in crate::formats) fn columns<'a>(board: &'a Leaderboard<'_>) -> Vec<Column<'a, &'a Row<'a>>> {
    let mut columns = identity_columns(board);
    columns.extend(board.columns().iter().map(hyperparameter_column));
    columns.extend(score_columns(board));
    columns.extend(rung_columns(board));
    columns.extend(fold_score_columns(board));
    columns.push(Column::integer("parameters", "weights and biases of the network", |row: &&Row<'_>| {
        Some(row.parameters)
    }));
    columns.push(Column::text(
        "stands_for",
        "the searched combinations that come to this trial, where there are several",
        |row: &&Row<'_>| Some(equivalent_points(board, row)),
    ));
    columns.push(Column::text("error", "why it failed, and on which fold", |row: &&Row<'_>| board.failure(row)));
    // All of the task's metrics, so that columns do not depend on the objective.
    let metrics = Metric::all_for(board.metric().task());
    columns.extend(metric_columns("mean_", "mean over folds of", metrics, |row: &&Row<'_>, metric| {
        row.means.get(&metric).copied()
    }));
    columns.extend(reproducibility_column(board.study()));
    columns
}

fn identity_columns<'a>(board: &Leaderboard<'_>) -> Vec<Column<'a, &'a Row<'a>>> {
    let state = if board.prunes() {
        "`complete`, `pruned` (ended by the search before that, and not ranked), `failed` or `cancelled` (stopped before all folds were scored, by a budget or with the run)"
    } else {
        "`complete`, `failed` or `cancelled` (stopped before all folds were scored, by a budget or with the run)"
    };
    vec![
        Column::integer(
            "rank",
            "place by the mean, from 1; equal means by fewer parameters, then by the next metric",
            |row: &&Row<'_>| row.rank,
        ),
        Column::integer("trial", "the trial's number in the plan, from 0", |row: &&Row<'_>| Some(row.trial.number.0)),
        Column::integer(
            "configuration",
            "number of the network and its training; trials of other epochs share it",
            |row: &&Row<'_>| Some(row.trial.configuration.0),
        ),
        Column::text("state", state, |row: &&Row<'_>| Some(row.state.name())),
    ]
}

fn hyperparameter_column<'a>(&param: &Param) -> Column<'a, &'a Row<'a>> {
    Column::hyperparameter(param, move |row: &&Row<'_>| row.value(param))
}

/// The mean and what it supports.
fn score_columns<'a>(board: &'a Leaderboard<'_>) -> Vec<Column<'a, &'a Row<'a>>> {
    let metric = board.metric();
    vec![
        Column::number(
            "mean",
            format!("`{metric}` in the mean over folds: what trials are ranked by"),
            |row: &&Row<'_>| row.mean.map(|mean| mean.get()),
        ),
        Column::number(
            "se",
            "standard error of the mean: the folds' standard deviation by the root of their number",
            |row: &&Row<'_>| row.standard_error,
        ),
        Column::number(
            "se_corrected",
            "the standard error that the interval is made with: from rows, with an allowance for folds that share training rows; where predictions are not stored from folds (Nadeau and Bengio 2003)",
            |row: &&Row<'_>| row.corrected_error,
        ),
        Column::number(
            "interval_low",
            "where the expected score of a network trained on as many rows is, with 95 % confidence: from",
            |row: &&Row<'_>| row.interval.map(|[low, _]| low),
        ),
        Column::number(
            "interval_high",
            "to; of `rmse`, `mae` and `r2` about the score of all validation rows together",
            |row: &&Row<'_>| row.interval.map(|[_, high]| high),
        ),
        Column::boolean(
            "tied_with_best",
            "whether the trial is statistically tied with the best, at 5 % over all trials at once; also false for one below the majority class or worse than predicting the mean, where the first is shown at 5 % to be better than that; empty beyond the first 1,000, which are not compared",
            |row: &&Row<'_>| row.tied,
        ),
        Column::number(
            "adjusted_p",
            "the p-value of its gap to the best, adjusted for comparing all trials; empty for the first",
            |row: &&Row<'_>| row.adjusted_p,
        ),
        Column::number(
            "p",
            "the p-value of the difference to the first alone, as `crossfold compare` has it, but with noise pooled over trials",
            |row: &&Row<'_>| row.p,
        ),
        Column::number(
            "corrected",
            "of the first its mean without what it owes to having been selected (Tsamardinos et al. 2018); empty where too few trials keep their predictions, and of the calibration error",
            |row: &&Row<'_>| board.findings().filter(|_| row.rank == Some(1)).and_then(|findings| findings.corrected),
        ),
    ]
}

/// How far pruned trials were trained; no columns where nothing is pruned.
fn rung_columns<'a>(board: &Leaderboard<'_>) -> Vec<Column<'a, &'a Row<'a>>> {
    if !board.prunes() {
        return Vec::new();
    }
    let metric = board.metric();
    vec![
        Column::integer(
            "rung_epochs",
            "of a trial that the search ended the epochs at which its fits were read then",
            |row: &&Row<'_>| row.rung().map(|rung| rung.epochs),
        ),
        Column::integer(
            "rung_folds",
            "the number of folds on which they were, counted from the first",
            |row: &&Row<'_>| row.rung().map(|rung| rung.folds),
        ),
        Column::number("rung_mean", format!("its mean `{metric}` there, by which it was judged"), |row: &&Row<'_>| {
            row.rung_mean.map(|mean| mean.get())
        }),
    ]
}

fn fold_score_columns<'a>(board: &'a Leaderboard<'_>) -> impl Iterator<Item = Column<'a, &'a Row<'a>>> {
    let pruned = if board.prunes() { "; of a pruned trial what `rung_mean` is the mean of" } else { "" };
    let meaning = format!("`{}` on each fold; empty where it failed or is undefined{pruned}", board.metric());
    let column = move |(place, &fold): (usize, &FoldId)| {
        let score = move |row: &&Row<'_>| row.scores.get(place).copied().flatten();
        Column::number(board.fold_name(fold), meaning.clone(), score).one_of_many()
    };
    board.folds().iter().enumerate().map(column)
}
