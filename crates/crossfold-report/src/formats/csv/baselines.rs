//! `baselines.csv`: one row per baseline method.

use crossfold_study::{FoldId, Metric};

use super::column::{Column, metric_columns, reproducibility_column, write_rows};
use crate::analysis::baseline_row::BaselineRow;
use crate::analysis::leaderboard::Leaderboard;
use crate::formats::baselines::best_first;
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "baselines.csv",
    nature: Nature::Result,
    stage: Stage::Search,
    listing: Listing::Line("simpler methods on the same folds, and how far the best network is from them"),
    condition: Some(|inputs| !inputs.board.baselines().is_empty()),
    write: |out, ReportInputs { board, .. }| write_rows(out, &columns(board), best_first(board)),
    section: Some(|ReportInputs { board, .. }| {
        let rows = "One row per method of `baselines` in the spec, the best first. They are no trials, so `leaderboard.csv` doesn't have them.";
        Section::new(rows, columns(board))
    }),
};

fn columns<'a>(board: &'a Leaderboard<'_>) -> Vec<Column<'a, &'a BaselineRow>> {
    let metric = board.metric();
    let mut columns = vec![
        Column::text("method", "the method, as in the spec", |row: &&BaselineRow| Some(row.method.name())),
        Column::integer(
            "place",
            "the rank that its mean would have among the trials, from 1; a trial with the same mean comes first",
            |row: &&BaselineRow| Some(row.trials_before as u64 + 1),
        ),
        Column::number("mean", format!("`{metric}` averaged over folds"), |row: &&BaselineRow| Some(row.mean.get())),
        Column::number(
            "se",
            "standard error of the mean: the standard deviation over folds, divided by the square root of their number",
            |row: &&BaselineRow| row.standard_error,
        ),
        Column::number(
            "difference",
            "how much better the best trial is on the same rows; above 0 where the trial is better, whatever the metric",
            |row: &&BaselineRow| row.gap.map(|gap| gap.difference),
        ),
        Column::number(
            "difference_se",
            "standard error of the difference, from paired rows and folds",
            |row: &&BaselineRow| row.gap.map(|gap| gap.error),
        ),
        Column::number(
            "difference_low",
            "lower end of its 95 % confidence interval; like `p`, it allows for the number of trials if the network is ahead",
            |row: &&BaselineRow| row.gap.map(|gap| gap.interval[0]),
        ),
        Column::number("difference_high", "upper end", |row: &&BaselineRow| row.gap.map(|gap| gap.interval[1])),
        Column::number(
            "p",
            "p-value of the difference. Where the trial is better, it is multiplied by the number of trials that it is the best of (Bonferroni)",
            |row: &&BaselineRow| row.gap.map(|gap| gap.p),
        ),
        Column::boolean(
            "tied_with_best",
            "whether the method is statistically tied with the best trial (5 % level)",
            |row: &&BaselineRow| row.gap.map(|gap| !gap.is_shown()),
        ),
    ];
    columns.extend(fold_columns(board));
    let metrics = Metric::all_for(metric.task());
    columns.extend(metric_columns("mean_", "averaged over folds:", metrics, |row: &&BaselineRow, metric| {
        row.means.get(&metric).copied()
    }));
    columns.extend(reproducibility_column(board.study()));
    columns
}

fn fold_columns<'a>(board: &'a Leaderboard<'_>) -> impl Iterator<Item = Column<'a, &'a BaselineRow>> {
    let meaning = format!("`{}` on each fold; empty where the metric is undefined", board.metric());
    let column = move |(place, &fold): (usize, &FoldId)| {
        let score = move |row: &&BaselineRow| row.scores.get(place).copied().flatten();
        Column::number(board.fold_name(fold), meaning.clone(), score).one_of_many()
    };
    board.folds().iter().enumerate().map(column)
}
