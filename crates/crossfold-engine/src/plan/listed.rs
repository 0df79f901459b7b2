//! The plan of a study whose fits are all known before it runs.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use crossfold_report::{ListedTrials, TimeForecast};
use crossfold_search::{KeptPredictions, ReusePolicy};
use crossfold_study::{ConfigurationNumber, FoldId, PlannedConfiguration, Store};

use super::cost;
use super::timing::Measurement;
use crate::error::Error;
use crate::machine::Machine;
use crate::prepared::PreparedStudy;

pub(super) fn trials(prepared: &PreparedStudy, stores: &[&dyn Store]) -> Result<ListedTrials, Error> {
    let plan = &prepared.plan;
    let schedules = plan.configurations.iter().map(|planned| planned.configuration.schedule);
    Ok(ListedTrials {
        trials: plan.trials.len(),
        points: plan.trials.iter().map(|trial| trial.stands_for.len()).sum(),
        fits: plan.fits(),
        unshared_fits: plan.fits_unshared(),
        missing: missing(prepared, stores)?,
        schedule_with_horizon: schedules
            .filter(|schedule| schedule.horizon().is_some())
            .map(|schedule| schedule.word())
            .next(),
        keep_predictions: match prepared.kept() {
            KeptPredictions::All => None,
            KeptPredictions::Best(best) => Some(best.min(plan.trials.len())),
        },
        prediction_bytes: prepared.prediction_bytes(),
    })
}

/// The fits that none of the stores has.
fn missing(prepared: &PreparedStudy, stores: &[&dyn Store]) -> Result<BTreeSet<(ConfigurationNumber, FoldId)>, Error> {
    let PreparedStudy { plan, origin, .. } = prepared;
    let fits = |planned: &PlannedConfiguration| {
        let number = planned.number;
        plan.folds.iter().map(move |&fold| (number, fold))
    };
    let mut missing: BTreeSet<_> = plan.configurations.iter().flat_map(fits).collect();
    for &store in stores {
        let missing_there = crossfold_search::missing_fits(plan, origin, store, ReusePolicy::default())?;
        missing.retain(|fit| missing_there.contains(fit));
    }
    Ok(missing)
}

pub(super) fn forecast(
    prepared: &PreparedStudy,
    trials: &ListedTrials,
    jobs: NonZeroUsize,
    machine: &dyn Machine,
) -> TimeForecast {
    if trials.missing.is_empty() {
        return TimeForecast::NothingToTrain;
    }
    let schedule = prepared.schedule(&|configuration, fold| trials.missing.contains(&(configuration, fold)));
    let Measurement { total, measured } = Measurement::take(prepared, &schedule, jobs, machine);
    TimeForecast::Measured { total: total.mul_f64(1.0 + cost::nested_share(prepared)), measured }
}
