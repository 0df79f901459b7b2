//! `ensemble.csv`: one row per trial of the ensemble that is retrained.

use super::column::{Column, reproducibility_column, write_rows};
use crate::analysis::ensemble::{EnsembleEstimate, EnsembleMember};
use crate::analysis::leaderboard::Leaderboard;
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "ensemble.csv",
    nature: Nature::Result,
    stage: Stage::Search,
    listing: Listing::Line(
        "the trials that predict together, and their score beside that of a single one (`final.ensemble`)",
    ),
    condition: Some(|inputs| inputs.board.ensemble().is_some()),
    write: |out, ReportInputs { board, .. }| {
        write_rows(out, &columns(board), board.ensemble().into_iter().flat_map(|ensemble| &ensemble.members))
    },
    section: Some(|ReportInputs { board, .. }| {
        let rows = "One row per trial of the ensemble, the greatest weight first. Columns from `ensemble_mean` on are those of the whole \
                    ensemble, the same in every row.";
        Section::new(rows, columns(board))
    }),
};

fn columns<'a>(board: &'a Leaderboard<'_>) -> Vec<Column<'a, &'a EnsembleMember>> {
    let metric = board.metric();
    let estimate = board.ensemble().and_then(|ensemble| ensemble.estimate.as_ref());
    let gap = estimate.and_then(|estimate| estimate.gap);
    let of_all =
        |name, meaning: String, value: Option<f64>| Column::number(name, meaning, move |_: &&EnsembleMember| value);
    let mut columns = vec![
        Column::integer("trial", "the trial's number, as in `leaderboard.csv`", |row: &&EnsembleMember| Some(row.trial)),
        Column::integer("weight", "how often it was picked; predictions are averaged with these weights", |row: &&EnsembleMember| {
            Some(row.weight)
        }),
        Column::integer("networks", "the number of networks that it is retrained as", |row: &&EnsembleMember| {
            Some(row.networks)
        }),
        Column::integer("epochs", "the number of epochs on all rows", |row: &&EnsembleMember| Some(row.epochs)),
        Column::number("mean", format!("its own `{metric}` averaged over folds"), |row: &&EnsembleMember| Some(row.score)),
        of_all(
            "ensemble_mean",
            format!(
                "`{metric}` of ensembles on rows that had no part in picking them, averaged over folds: each fold is predicted by what is picked on \
                 the other folds of its repeat; a single validation part fifth by fifth"
            ),
            estimate.map(|estimate| estimate.mean),
        ),
        of_all(
            "ensemble_se",
            "standard error of that mean: the standard deviation over folds, divided by the square root of their number".to_owned(),
            estimate.and_then(|estimate: &EnsembleEstimate| estimate.standard_error),
        ),
        of_all(
            "single_mean",
            format!("`{metric}` of the best single trial, selected and scored in the same way"),
            estimate.map(|estimate| estimate.single),
        ),
        of_all(
            "difference",
            "how much better the ensemble is; above 0 where it is better, whatever the metric".to_owned(),
            gap.map(|gap| gap.difference),
        ),
        of_all(
            "difference_se",
            "standard error of the difference, from paired rows and folds".to_owned(),
            gap.map(|gap| gap.error),
        ),
        of_all("difference_low", "lower end of its 95 % confidence interval".to_owned(), gap.map(|gap| gap.interval[0])),
        of_all("difference_high", "upper end".to_owned(), gap.map(|gap| gap.interval[1])),
        of_all("p", "p-value of the difference".to_owned(), gap.map(|gap| gap.p)),
        of_all(
            "picked_mean",
            format!("`{metric}` of the ensemble on the rows that it was picked by, which is optimistic"),
            board.ensemble().map(|ensemble| ensemble.picked_score),
        ),
    ];
    columns.extend(reproducibility_column(board.study()));
    columns
}
