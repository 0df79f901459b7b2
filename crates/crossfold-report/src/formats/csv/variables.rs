//! `variables.csv`: how much worse the winner's scores are with each column of the table shuffled.

use crossfold_study::Metric;

use super::column::{Column, reproducibility_column, write_rows};
use crate::analysis::leaderboard::Leaderboard;
use crate::analysis::variables::{Loss, Variable, Variables};
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "variables.csv",
    nature: Nature::Result,
    stage: Stage::Report,
    listing: Listing::Line("which columns of the table matter"),
    condition: Some(|inputs| inputs.variables.is_some()),
    write: |out, ReportInputs { board, variables, .. }| {
        let Some(variables) = variables else { return Ok(()) };
        write_rows(out, &columns(board), variables.ranked())
    },
    section: Some(|ReportInputs { board, .. }| {
        let rows = "One row per feature, the most important first (permutation importance): its values are shuffled among the validation rows of a fold, and the fold's network of the winner is scored again.";
        Section::new(rows, columns(board))
    }),
};

fn columns<'a, 'r: 'a>(board: &Leaderboard<'_>) -> Vec<Column<'a, Variable<'r>>> {
    let mut columns = vec![
        Column::integer("rank", "from 1, by `importance`", |row: &Variable<'_>| Some(row.rank)),
        Column::text("column", "its name in the table", |row: &Variable<'_>| Some(row.column.to_owned())),
    ];
    for (place, metric) in Variables::metrics_for(board.metric()).into_iter().enumerate() {
        columns.extend(loss_columns(metric, if place == 0 { "" } else { metric.name() }, move |row| row.losses[place]));
    }
    for (place, &fold) in board.folds().iter().enumerate() {
        let meaning = "the importance on the fold";
        let column = Column::number(board.fold_name(fold), meaning, move |row: &Variable<'_>| row.folds[place]);
        columns.push(column.one_of_many());
    }
    columns.extend(reproducibility_column(board.study()));
    columns
}

/// The mean loss of a metric, its standard error and interval; names begin with `prefix`, unless it is empty.
fn loss_columns<'a, 'r: 'a>(
    metric: Metric,
    prefix: &str,
    loss: impl Fn(&Variable<'r>) -> Loss + Copy + 'a,
) -> [Column<'a, Variable<'r>>; 4] {
    let name = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}_{name}") };
    let importance = format!("how much worse `{metric}` is with the column shuffled, as a mean over folds");
    [
        Column::number(name("importance"), importance, move |row| loss(row).mean),
        Column::number(name("se"), "its standard error; allows for folds that share training rows", move |row| {
            loss(row).error
        }),
        Column::number(name("interval_low"), "its 95 % confidence interval: from", move |row| {
            loss(row).interval.map(|[low, _]| low)
        }),
        Column::number(name("interval_high"), "to", move |row| loss(row).interval.map(|[_, high]| high)),
    ]
}
