//! The plan of a search that depends on its results or on a budget: what it amounts to if scores fall at random.

use crossfold_report::{OpenTrials, RehearsedWork, StudyPlan, TimeForecast};
use crossfold_search::Rehearsal;
use crossfold_study::MAX_TRIALS;

use super::timing::Measurement;
use crate::machine::Machine;
use crate::prepared::PreparedStudy;

/// Trials of a search without an end that are rehearsed.
const REHEARSED: u32 = 1_000;

/// The trials, and the floating-point operations of their training.
pub(super) fn trials(prepared: &PreparedStudy) -> (OpenTrials, f64) {
    let PreparedStudy { study, plan, .. } = prepared;
    let Rehearsal { trials, fits, epochs, unshared_epochs, flops, .. } =
        Rehearsal::run(study, plan.folds.clone(), prepared.data_size(), REHEARSED);
    let course = prepared.course();
    let open = OpenTrials {
        most: Some(course.most_trials()).filter(|&most| most < MAX_TRIALS),
        ladder: course.ladder().to_vec(),
        rehearsed: RehearsedWork { trials, fits, epochs, unshared_epochs },
    };
    (open, flops)
}

pub(super) fn forecast(
    prepared: &PreparedStudy,
    trials: &OpenTrials,
    plan: &StudyPlan<'_>,
    machine: &dyn Machine,
) -> TimeForecast {
    let schedule = prepared.schedule(&|_, _| true);
    let Measurement { total, measured } = Measurement::take(prepared, &schedule, plan.jobs, machine);
    // The measurement is of all trials that were drawn, in full; those that are trained are of the same kind.
    let data_size = prepared.data_size();
    let drawn = prepared.plan.configurations.iter().map(|planned| {
        data_size.epoch_flops(&planned.configuration) * f64::from(planned.horizon()) * plan.folds as f64
    });
    let total = total.mul_f64(plan.flops / drawn.sum::<f64>());
    let rehearsed = trials.rehearsed.trials;
    match (prepared.study.budget.wall, trials.most) {
        (Some(wall), None) => TimeForecast::Budget(wall),
        (Some(wall), Some(_)) if wall < total => TimeForecast::Budget(wall),
        (None, None) if rehearsed >= u64::from(REHEARSED) => TimeForecast::Endless { total, trials: rehearsed },
        (Some(_) | None, _) => TimeForecast::Measured { total, measured },
    }
}
