//! `importance.csv`: how much of the variance of scores each hyperparameter and each pair explains, and the effects of
//! values.

use crossfold_network::{Param, Setting};
use crossfold_study::Study;

use super::column::{Column, reproducibility_column, write_rows};
use crate::analysis::importance::{Effect, ForestEstimate, Importance, Interaction, MainEffect};
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Section, Stage};

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    path: "importance.csv",
    nature: Nature::Result,
    stage: Stage::Report,
    listing: Listing::Line("which hyperparameters matter"),
    condition: Some(|inputs| inputs.importance.is_some()),
    write: |out, ReportInputs { board, importance, .. }| {
        write_rows(out, &columns(board.study()), importance.iter().flat_map(|importance| rows(importance)))
    },
    section: Some(|ReportInputs { board, .. }| {
        let rows = "The share of the variance of scores over the search space that each hyperparameter explains (functional ANOVA). From complete trials; the file exists from ten of them on.";
        Section::new(rows, columns(board.study()))
    }),
};

/// A share of the variance, or an effect. Shares are from 0 to 1 and add up to 1 but for rounding.
struct Finding<'a> {
    kind: &'static str,
    param: Option<Param>,
    with: Option<Param>,
    value: Option<&'a Setting>,
    mean: f64,
    /// The standard deviation over the trees of the forest.
    sd: Option<f64>,
    /// The number of trials that all rows are made from.
    trials: u32,
}

/// The rows: of each kind the most important first; effects by hyperparameter, then value.
fn rows<'a>(importance: &'a Importance) -> Vec<Finding<'a>> {
    let finding = |kind, param, ForestEstimate { mean, sd }: ForestEstimate| Finding {
        kind,
        param: Some(param),
        with: None,
        value: None,
        mean,
        sd: Some(sd),
        trials: importance.trials as u32,
    };
    let mut rows: Vec<Finding<'a>> = Vec::new();
    rows.extend(importance.main_effects.iter().map(|&MainEffect { param, share, .. }| finding("alone", param, share)));
    rows.extend(importance.interactions.iter().map(|&Interaction { params: [one, other], share }| Finding {
        with: Some(other),
        ..finding("together", one, share)
    }));
    let trials = importance.trials as u32;
    rows.push(Finding { kind: "rest", param: None, with: None, value: None, mean: importance.rest, sd: None, trials });
    for MainEffect { param, effects, .. } in &importance.main_effects {
        let effect =
            |Effect { value, score }: &'a Effect| Finding { value: Some(value), ..finding("effect", *param, *score) };
        rows.extend(effects.iter().map(effect));
    }
    rows
}

fn columns<'a, 'r: 'a>(study: &Study) -> Vec<Column<'a, Finding<'r>>> {
    let metric = study.metric;
    let mut columns = vec![
        Column::text(
            "kind",
            "`alone`: the main effect of a hyperparameter; `together`: the interaction of two; `rest`: all else; `effect`: the score at a value",
            |row: &Finding<'_>| Some(row.kind),
        ),
        Column::text("hyperparameter", "the column of `leaderboard.csv`", |row: &Finding<'_>| row.param),
        Column::text("with", "for `together`: the other hyperparameter", |row: &Finding<'_>| row.with),
        Column::text("value", "for `effect`: the value", |row: &Finding<'_>| row.value.cloned()),
        Column::number(
            "mean",
            format!(
                "share of the variance, 0 to 1; for `effect` the mean `{metric}` over all values of the other hyperparameters"
            ),
            |row: &Finding<'_>| Some(row.mean),
        ),
        Column::number("sd", "its standard deviation over the forest's trees", |row: &Finding<'_>| row.sd),
    ];
    if study.pruner.prunes() {
        columns.push(Column::integer(
            "from_complete_trials",
            "the number of complete trials that everything here is computed from; pruned trials are left out",
            |row: &Finding<'_>| Some(row.trials),
        ));
    }
    columns.extend(reproducibility_column(study));
    columns
}
