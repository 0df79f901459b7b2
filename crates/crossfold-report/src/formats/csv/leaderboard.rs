//! `leaderboard.csv`: one row per trial, in the leaderboard's order.

use crossfold_network::{Param, Task};
use crossfold_study::{Direction, FoldId, Metric};

use super::column::{Column, metric_columns, reproducibility_column, write_rows};
use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};
use crate::formats::settings::equivalent_points;

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "leaderboard.csv",
    nature: Nature::Result,
    stage: Stage::Search,
    listing: Listing::Line("all trials, ranked"),
    condition: None,
    write: |out, ReportInputs { board, .. }| write_rows(out, &columns(board), board.rows()),
    section: Some(|ReportInputs { board, .. }| {
        let rows = if board.prunes() {
            "One row per trial, the best first. Trials without a rank follow: pruned ones (the longest trained first), failed ones, cancelled ones."
        } else {
            "One row per trial, the best first. Trials without a score follow: failed ones, then cancelled ones."
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
        "the combinations of searched values that are this trial, where there are several",
        |row: &&Row<'_>| Some(equivalent_points(board, row)),
    ));
    columns.push(Column::text("error", "the reason of a failure, and its fold", |row: &&Row<'_>| board.failure(row)));
    // All of the task's metrics, so that columns do not depend on the objective.
    let metrics = Metric::all_for(board.metric().task());
    columns.extend(metric_columns("mean_", "averaged over folds:", metrics, |row: &&Row<'_>, metric| {
        row.means.get(&metric).copied()
    }));
    columns.push(reference_column(board));
    columns.extend(reproducibility_column(board.study()));
    columns
}

/// The score without inputs, in every row: a row of its own would be one without a trial, which is what readers join and count by.
fn reference_column<'a>(board: &'a Leaderboard<'_>) -> Column<'a, &'a Row<'a>> {
    let answer = match (board.metric().task(), board.metric().direction()) {
        (Task::Regression, _) => "the mean",
        (Task::Classification, Direction::Maximize) => "the majority class",
        (Task::Classification, Direction::Minimize) => "each class's share of the rows",
    };
    let meaning =
        format!("`{}` of always predicting {answer}, on the same folds; the same in every row", board.metric());
    let score = move |_: &&Row<'_>| board.findings()?.reference.as_ref().ok().map(|reference| reference.score);
    Column::number("reference", meaning, score)
}

fn identity_columns<'a>(board: &Leaderboard<'_>) -> Vec<Column<'a, &'a Row<'a>>> {
    let state = if board.prunes() {
        "`complete`, `pruned` (stopped early by the search, not ranked), `failed` or `cancelled` (not trained on all folds when the run ended)"
    } else {
        "`complete`, `failed` or `cancelled` (not trained on all folds when the run ended)"
    };
    vec![
        Column::integer(
            "rank",
            "rank by the mean, from 1; ties are broken by fewer parameters, then by the next metric",
            |row: &&Row<'_>| row.rank,
        ),
        Column::integer("trial", "the trial's number in the plan, from 0", |row: &&Row<'_>| Some(row.trial.number.0)),
        Column::integer(
            "configuration",
            "number of the configuration: network and training without epochs; trials that differ only in epochs share it",
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
            format!("`{metric}` averaged over folds, by which trials are ranked"),
            |row: &&Row<'_>| row.mean.map(|mean| mean.get()),
        ),
        Column::number(
            "se",
            "standard error of the mean: the standard deviation over folds, divided by the square root of their number",
            |row: &&Row<'_>| row.standard_error,
        ),
        Column::number(
            "se_corrected",
            "the standard error used for the interval: from rows, with an allowance for training rows that folds share; from folds (Nadeau and Bengio 2003) where predictions are not stored",
            |row: &&Row<'_>| row.corrected_error,
        ),
        Column::number(
            "interval_low",
            "lower end of the 95 % confidence interval of the expected score of a network trained on as many rows",
            |row: &&Row<'_>| row.interval.map(|[low, _]| low),
        ),
        Column::number(
            "interval_high",
            "upper end; for `rmse`, `mae` and `r2` the interval is around the score of all validation rows together",
            |row: &&Row<'_>| row.interval.map(|[_, high]| high),
        ),
        Column::boolean(
            "tied_with_best",
            "whether the trial is statistically tied with the best (5 % level, for all trials at once). A trial that scores worse than `reference` is not tied if the best is significantly better than that. Empty beyond the first 1,000 trials, which are not compared",
            |row: &&Row<'_>| row.tied,
        ),
        Column::number(
            "adjusted_p",
            "p-value of the difference to the best, adjusted for comparing all trials; empty for the first",
            |row: &&Row<'_>| row.adjusted_p,
        ),
        Column::number(
            "p",
            "p-value of the difference to the best, unadjusted: as in `crossfold compare`, but with noise pooled over trials",
            |row: &&Row<'_>| row.p,
        ),
        Column::number(
            "corrected",
            "the best trial's mean, corrected for selection bias (Tsamardinos et al. 2018); empty for other trials, where too few trials keep their predictions, and for the calibration error",
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
        Column::integer("rung_epochs", "of a pruned trial: the epochs after which it was pruned", |row: &&Row<'_>| {
            row.rung().map(|rung| rung.epochs)
        }),
        Column::integer(
            "rung_folds",
            "of a pruned trial: the number of folds that it was scored on, from the first",
            |row: &&Row<'_>| row.rung().map(|rung| rung.folds),
        ),
        Column::number(
            "rung_mean",
            format!("of a pruned trial: its mean `{metric}` on these folds after these epochs"),
            |row: &&Row<'_>| row.rung_mean.map(|mean| mean.get()),
        ),
    ]
}

fn fold_score_columns<'a>(board: &'a Leaderboard<'_>) -> impl Iterator<Item = Column<'a, &'a Row<'a>>> {
    let pruned = if board.prunes() { "; of a pruned trial the scores averaged in `rung_mean`" } else { "" };
    let meaning =
        format!("`{}` on each fold; empty where the fit failed or the metric is undefined{pruned}", board.metric());
    let column = move |(place, &fold): (usize, &FoldId)| {
        let score = move |row: &&Row<'_>| row.scores.get(place).copied().flatten();
        Column::number(board.fold_name(fold), meaning.clone(), score).one_of_many()
    };
    board.folds().iter().enumerate().map(column)
}
