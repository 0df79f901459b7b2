//! What a study's fits cost, in memory and arithmetic.

use std::num::NonZeroUsize;

use crossfold_search::KeptPredictions;
use crossfold_study::{FitResult, FoldId, PlannedConfiguration, Trial};

use crate::prepared::PreparedStudy;

/// The work of the nested searches, as a multiple of the search's own: one per fold, on its training rows.
pub(super) fn nested_share(prepared: &PreparedStudy) -> f64 {
    let folds = prepared.folds();
    let share = |&fold: &FoldId| folds.training(fold).len() as f64 / prepared.data().rows() as f64;
    if prepared.study.finish.nested { prepared.plan.folds.iter().map(share).sum() } else { 0.0 }
}

/// An upper bound in bytes: the rows once, a fit per thread, and the results.
pub(super) fn memory(prepared: &PreparedStudy, jobs: NonZeroUsize) -> u64 {
    /// The program, its libraries and what the allocator keeps, as measured.
    const PROGRAM: u64 = 40_000_000;
    /// A trial, its settings and its row of the leaderboard, as measured.
    const TRIAL: u64 = 2_000;
    let plan = &prepared.plan;
    let rows = prepared.data().rows();
    let fit_bytes = plan.configurations.iter().map(|planned| {
        let shape = prepared.shape_of(&planned.configuration);
        crossfold_model::fit_bytes(&planned.configuration, shape, rows)
    });
    let at_once = plan.fits().max((prepared.study.finish.refits * prepared.study.finish.ensemble) as usize);
    let fits = jobs.get().min(at_once) as u64 * fit_bytes.max().unwrap_or(0);
    let task = prepared.study.data.task();
    let curve = |planned: &PlannedConfiguration| {
        u64::from(planned.horizon()) * FitResult::bytes_per_epoch(task, planned.configuration.has_inner_part()) as u64
    };
    let curves = plan.configurations.iter().map(curve).sum::<u64>() * plan.folds.len() as u64;
    // An ensemble is picked from the predictions of all trials that keep theirs.
    let picking = match (prepared.study.finish.ensemble, prepared.kept()) {
        (1, _) => 0,
        (_, KeptPredictions::All) => prepared.prediction_bytes() * plan.trials.len() as u64,
        (_, KeptPredictions::Best(best)) => prepared.prediction_bytes() * best.min(plan.trials.len()) as u64,
    };
    PROGRAM + prepared.data_bytes() + fits + curves + picking + TRIAL * plan.trials.len() as u64
}

/// Floating-point operations of all fits with their validation, and of the refit.
pub(super) fn flops(prepared: &PreparedStudy) -> f64 {
    let plan = &prepared.plan;
    let folds = prepared.folds();
    let fold = plan.folds[0];
    let (training, validation) = (folds.training(fold).len() as f64, folds.validation(fold).len() as f64);
    let fits = plan.configurations.iter().map(|planned| {
        let configuration = &planned.configuration;
        let shape = prepared.shape_of(configuration);
        let epoch = training * configuration.training_flops(shape) as f64
            + validation * configuration.inference_flops(shape) as f64;
        epoch * f64::from(planned.horizon()) * plan.folds.len() as f64
    });
    let refit = |trial: &Trial| {
        let epoch = prepared.refit_rows() as f64
            * prepared.price(&plan.configuration(trial.configuration).configuration) as f64;
        let configuration = &plan.configuration(trial.configuration).configuration;
        let networks = prepared.study.finish.most_networks(configuration, plan.folds.len());
        epoch * f64::from(trial.epochs) * f64::from(networks)
    };
    fits.sum::<f64>() * (1.0 + nested_share(prepared)) + prepared.average_refit(refit)
}
