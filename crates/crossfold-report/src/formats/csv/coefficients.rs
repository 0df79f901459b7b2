//! `coefficients.csv`: the coefficients of a linear winner, trained on all rows.

use crossfold_network::Task;
use crossfold_study::Study;

use super::column::{Column, reproducibility_column, write_rows};
use crate::analysis::coefficient::Coefficient;
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "coefficients.csv",
    nature: Nature::Result,
    stage: Stage::Refit,
    listing: Listing::Line("the coefficients of the retrained winner, if it is linear"),
    condition: Some(|inputs| inputs.refit.is_some_and(|refit| !refit.coefficients.is_empty())),
    write: |out, ReportInputs { board, refit, .. }| {
        write_rows(out, &columns(board.study()), refit.iter().flat_map(|refit| refit.coefficients))
    },
    section: Some(|ReportInputs { board, .. }| {
        let rows =
            "One row per class and input of a network without hidden layers, trained on all rows; the intercept first.";
        Section::new(rows, columns(board.study()))
    }),
};

fn columns<'a, 'r: 'a>(study: &Study) -> Vec<Column<'a, &'r Coefficient>> {
    let mut columns = Vec::new();
    let (standardised, original) = match study.metric.task() {
        Task::Classification => {
            let meaning = "the class whose logit this is part of; the difference of two classes' coefficients is that of their log odds";
            columns.push(Column::text("class", meaning, |row: &&Coefficient| row.class.clone()));
            (
                "of the input as the network reads it: numbers are scaled, as a rule to standard deviations",
                "per unit of the column, or of ln(1 + x) with `log`; empty where an input is made from ranks",
            )
        }
        Task::Regression => (
            "of the input as the network reads it, in standard deviations of the target: numbers are scaled, as a rule to standard deviations",
            "in the unit of the target, per unit of the column, or of ln(1 + x) with `log`; empty where an input is made from ranks",
        ),
    };
    columns.extend([
        Column::text("column", "the column of the table; empty for the intercept", |row: &&Coefficient| {
            row.column.clone()
        }),
        Column::text(
            "level",
            "the level that the input stands for, a bin such as `bin 1`, or `is missing`; empty for a number",
            |row: &&Coefficient| row.level.clone(),
        ),
        Column::number("standardised", standardised, |row: &&Coefficient| Some(row.standardised)),
        Column::number("coefficient", original, |row: &&Coefficient| row.original),
    ]);
    columns.extend(reproducibility_column(study));
    columns
}
