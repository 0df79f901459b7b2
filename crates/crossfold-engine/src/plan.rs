//! What a study would train, what that costs, and how long it takes: known without training it.

mod cost;
mod listed;
mod open;
mod timing;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use crossfold_report::{PlannedData, PlannedNetwork, PlannedSearch, StudyPlan, TimeForecast};
use crossfold_study::Store;

use crate::error::Error;
use crate::machine::Machine;
use crate::prepared::PreparedStudy;

/// Plans a study on `jobs` threads. Fits that one of the `stores` has need not be trained, where the study's fits can be
/// [listed](PreparedStudy::lists_fits); other studies don't ask them.
///
/// # Errors
/// Where a store can't be read.
pub fn plan<'a>(
    prepared: &'a PreparedStudy,
    stores: &[&dyn Store],
    jobs: NonZeroUsize,
) -> Result<StudyPlan<'a>, Error> {
    let (search, flops) = if prepared.lists_fits() {
        (PlannedSearch::Listed(listed::trials(prepared, stores)?), cost::flops(prepared))
    } else {
        let (trials, flops) = open::trials(prepared);
        (PlannedSearch::Open(trials), flops)
    };
    Ok(StudyPlan {
        study: &prepared.study,
        data: data(prepared),
        folds: prepared.plan.folds.len(),
        jobs,
        search,
        networks: networks(prepared),
        memory: cost::memory(prepared, jobs),
        flops,
    })
}

/// Forecasts how long the study takes that `plan` was made from. Trains some networks on this machine first, for about two
/// and a half seconds.
pub fn forecast(prepared: &PreparedStudy, plan: &StudyPlan<'_>, machine: &dyn Machine) -> TimeForecast {
    match &plan.search {
        PlannedSearch::Listed(trials) => listed::forecast(prepared, trials, plan.jobs, machine),
        PlannedSearch::Open(trials) => open::forecast(prepared, trials, plan, machine),
    }
}

fn data(prepared: &PreparedStudy) -> PlannedData {
    let (data, shape) = (prepared.data(), prepared.shapes().own());
    PlannedData {
        rows: data.rows() as u64,
        test_rows: data.test_rows() as u64,
        longest: data.longest(),
        columns: data.features().len(),
        inputs: shape.inputs,
        outputs: shape.outputs,
    }
}

/// Each network once, smallest first.
fn networks(prepared: &PreparedStudy) -> Vec<PlannedNetwork> {
    let configurations = prepared.plan.configurations.iter().map(|planned| &planned.configuration);
    let networks: BTreeSet<PlannedNetwork> = configurations
        .map(|configuration| {
            let shape = prepared.shape_of(configuration);
            PlannedNetwork { parameters: configuration.parameters(shape), sketch: configuration.sketch(shape) }
        })
        .collect();
    networks.into_iter().collect()
}
