//! The rows of the leaderboard, and the hyperparameters that they differ in.

use crossfold_network::Param;
use crossfold_study::{Domain, Metric, Rung};
use serde::Serialize;

use super::Page;
use super::rounded::{Exact, Nine, exact};
use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::analysis::reference_score::below_reference_in_words;
use crate::analysis::statistics::mean;
use crate::formats::settings::{equivalent_points, value};
use crate::formats::trial_name::TrialNames;

/// A column of hyperparameter values.
#[derive(Serialize)]
pub(super) struct HyperparameterColumn {
    name: &'static str,
    is_searched: bool,
    /// The scale of its values; `null` where they are listed.
    scale: Option<Scale>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Scale {
    Linear,
    Log,
}

/// The hyperparameters that are searched or differ between trials, without those that merely restate searched ones.
pub(super) fn shown(board: &Leaderboard<'_>) -> Vec<Param> {
    let searched: Vec<Param> = board.searched().collect();
    let varies = |param: Param| {
        let mut values = board.rows().iter().filter_map(|row| row.value(param));
        let first = values.next();
        values.any(|value| Some(value) != first)
    };
    // The model's name says what they say.
    let restating: &[Param] = if searched.contains(&Param::Model) {
        &[Param::Kind, Param::Layers, Param::Nodes, Param::Hidden]
    } else if searched.contains(&Param::Hidden) {
        &[Param::Layers, Param::Nodes]
    } else if searched.iter().any(|param| [Param::Layers, Param::Nodes].contains(param)) {
        &[Param::Hidden]
    } else {
        &[]
    };
    let is_shown = |param: Param| searched.contains(&param) || varies(param) && !restating.contains(&param);
    board.columns().iter().copied().filter(|&param| is_shown(param)).collect()
}

pub(super) fn hyperparameters(board: &Leaderboard<'_>, shown: &[Param]) -> Vec<HyperparameterColumn> {
    let searched: Vec<Param> = board.searched().collect();
    let dimensions = || board.study().models.iter().flat_map(|model| model.space.dimensions());
    let scale = |domain: &Domain| match domain {
        Domain::LogUniform { .. } | Domain::LogInt { .. } => Some(Scale::Log),
        Domain::Uniform { .. } | Domain::Int { .. } => Some(Scale::Linear),
        Domain::Choice(_) => None,
    };
    let view = |param: Param| HyperparameterColumn {
        name: param.name(),
        is_searched: searched.contains(&param),
        // Of several models, the first that draws it.
        scale: dimensions().filter(|dimension| dimension.param == param).find_map(|dimension| scale(&dimension.domain)),
    };
    shown.iter().copied().map(view).collect()
}

/// A trial.
#[derive(Serialize)]
pub(super) struct TrialView {
    rank: Option<u32>,
    trial: u32,
    /// What distinguishes it from other trials.
    name: String,
    configuration: u32,
    epochs: u32,
    state: &'static str,
    error: Option<String>,
    /// One for each of [`hyperparameters`], with four significant digits; `null` where one has no effect.
    values: Vec<Option<String>>,
    /// The mean of the study's metric.
    mean: Option<Exact>,
    /// Not corrected for folds that share rows, as in `leaderboard.csv`; the interval is.
    standard_error: Option<Exact>,
    interval: Option<[Exact; 2]>,
    tied: Option<bool>,
    /// What it scores worse than: the majority class or the mean. If the best is shown to be better than that, it isn't tied.
    below: Option<&'static str>,
    p: Option<Nine>,
    /// Where it was pruned; `null` if it was not.
    rung: Option<RungView>,
    /// The metric on each fold; of a pruned trial on the folds of its rung, at the rung's epochs.
    scores: Vec<Option<Nine>>,
    /// The mean of each of the task's metrics.
    means: Vec<Option<Exact>>,
    parameters: u64,
    /// Floating-point operations of its fits, as far as they were trained.
    price: Option<Nine>,
    /// Wall time of a fit of its configuration, averaged over folds; trials that differ only in epochs share fits.
    seconds: Option<Nine>,
    /// Wall time of all fits of its configuration, as far as they were trained.
    seconds_of_all_fits: Option<Nine>,
    stands_for: String,
}

#[derive(Serialize)]
struct RungView {
    epochs: u32,
    folds: u32,
    /// The mean of the study's metric.
    mean: Option<Exact>,
}

impl TrialView {
    /// `shown` are the parameters that [`shown`] finds and `names` the names of trials, once for all rows.
    pub(super) fn new(page: &Page<'_>, row: &Row<'_>, shown: &[Param], names: &TrialNames) -> TrialView {
        let board = page.board();
        TrialView {
            rank: row.rank,
            trial: row.trial.number.0,
            name: names.name(row),
            configuration: row.trial.configuration.0,
            epochs: row.trial.epochs,
            state: row.state.name(),
            error: board.failure(row),
            values: shown.iter().map(|&param| Some(value(&row.value(param)?))).collect(),
            mean: row.mean.map(|mean| Exact(mean.get())),
            standard_error: row.standard_error.map(Exact),
            interval: row.interval.map(exact),
            tied: row.tied,
            below: row.scores_below_reference.then(|| below_reference_in_words(board.metric().task())),
            p: row.adjusted_p.map(Nine),
            rung: row.rung().map(|Rung { epochs, folds }| RungView {
                epochs,
                folds,
                mean: row.rung_mean.map(|mean| Exact(mean.get())),
            }),
            scores: row.scores.iter().map(|score| score.map(Nine)).collect(),
            means: Metric::all_for(board.metric().task())
                .iter()
                .map(|metric| row.means.get(metric).copied().map(Exact))
                .collect(),
            parameters: row.parameters,
            price: price(page, row),
            seconds: seconds(page, row),
            seconds_of_all_fits: seconds_of_all_fits(page, row),
            stands_for: equivalent_points(board, row),
        }
    }
}

/// The cost of training: operations per row, times the training rows of each fold, times the epochs that the trial reads;
/// of a pruned trial up to its rung.
pub(in crate::formats) fn price(page: &Page<'_>, row: &Row<'_>) -> Option<Nine> {
    let plan = page.board().plan();
    let a_row = (page.inputs.price)(plan.configuration(row.trial.configuration)) as f64;
    let (epochs, folds) = row.rung().map_or((row.trial.epochs, usize::MAX), |at| (at.epochs, at.folds as usize));
    let folds = plan.folds.iter().take(folds).filter_map(|&fold| {
        let report = page.inputs.results.fit(row.trial.configuration, fold)?.read_at(epochs)?;
        Some(f64::from(report.training.rows()) * f64::from(report.epoch))
    });
    let rows: f64 = folds.sum();
    (rows > 0.0).then_some(Nine(a_row * rows))
}

fn seconds(page: &Page<'_>, row: &Row<'_>) -> Option<Nine> {
    let fits = page.board().folds().iter().filter_map(|&fold| page.inputs.results.fit(row.trial.configuration, fold));
    let ended: Vec<f64> = fits.filter(|fit| fit.end.is_some()).map(|fit| fit.elapsed.as_secs_f64()).collect();
    (!ended.is_empty()).then(|| Nine(mean(&ended)))
}

fn seconds_of_all_fits(page: &Page<'_>, row: &Row<'_>) -> Option<Nine> {
    let fits = page.board().folds().iter().filter_map(|&fold| page.inputs.results.fit(row.trial.configuration, fold));
    let seconds: f64 = fits.map(|fit| fit.elapsed.as_secs_f64()).sum();
    (seconds > 0.0).then_some(Nine(seconds))
}
