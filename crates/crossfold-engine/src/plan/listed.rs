//! The plan of a study whose fits are all known before it runs.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::num::NonZeroUsize;

use crossfold_search::{KeptPredictions, ReusePolicy};
use crossfold_study::{ConfigurationNumber, FoldId, PlannedConfiguration, Store};

use super::cost;
use super::study_text::{data, networks, search, splits};
use super::timing::Forecast;
use crate::error::Error;
use crate::machine::Machine;
use crate::prepared::PreparedStudy;
use crate::wording::{counted, rounded, thousands};

pub(super) struct ListedPlan<'a> {
    prepared: &'a PreparedStudy,
    /// The fits that are not stored.
    missing: BTreeSet<(ConfigurationNumber, FoldId)>,
}

impl<'a> ListedPlan<'a> {
    pub(super) fn new(prepared: &'a PreparedStudy, store: Option<&dyn Store>) -> Result<ListedPlan<'a>, Error> {
        let PreparedStudy { plan, origin, .. } = prepared;
        let missing = match store {
            Some(store) => crossfold_search::missing_fits(plan, origin, store, ReusePolicy::default())?,
            None => {
                let fits = |planned: &PlannedConfiguration| {
                    let number = planned.number;
                    plan.folds.iter().map(move |&fold| (number, fold))
                };
                plan.configurations.iter().flat_map(fits).collect()
            }
        };
        Ok(ListedPlan { prepared, missing })
    }

    pub(super) fn time(&self, jobs: NonZeroUsize, machine: &dyn Machine) -> String {
        let ListedPlan { prepared, missing } = self;
        if missing.is_empty() {
            let and_nested = if prepared.study.finish.nested { " and nested searches" } else { "" };
            return format!("nothing to train but the refit{and_nested}, if that isn't stored either");
        }
        let schedule = prepared.schedule(&|configuration, fold| missing.contains(&(configuration, fold)));
        let forecast = Forecast::measure(prepared, &schedule, jobs, machine);
        let probed = counted(forecast.probed, "configuration");
        let total = rounded(forecast.total.mul_f64(1.0 + cost::nested_share(prepared)));
        format!("{total} with --jobs {jobs} (from a probe of {probed} on this machine; ±25 %)")
    }

    pub(super) fn text(&self, jobs: NonZeroUsize) -> String {
        let prepared = self.prepared;
        let (PreparedStudy { study, plan, .. }, missing) = (prepared, self.missing.len());
        let mut text = String::new();
        let mut line =
            |name: &str, value: String| writeln!(text, "{name:<12} {value}").expect("a string takes any text");
        let points: usize = plan.trials.iter().map(|trial| trial.stands_for.len()).sum();
        line("study", study.name.to_string());
        line("data", data(prepared));
        line("splits", splits(&study.splits, plan.folds.len()));
        line("search", search(study));
        line("trials", format!("{} of {} (equal networks are one trial)", plan.trials.len(), counted(points, "point")));
        let [fits, unshared] = [plan.fits(), plan.fits_unshared()];
        line("fits", format!("{fits} ({unshared} if trials that differ only in epochs shared none)"));
        let follows_epochs = |planned: &&PlannedConfiguration| planned.configuration.schedule.horizon().is_some();
        if let Some(planned) = plan.configurations.iter().find(follows_epochs) {
            let schedule = planned.configuration.schedule.word();
            line(
                "",
                format!("`schedule: {schedule}` follows the number of epochs: trials of others share no fit with it"),
            );
        }
        line(
            "stored",
            format!("{} of {}, {missing} to train", thousands((fits - missing) as u64), counted(fits, "fit")),
        );
        if study.finish.nested {
            let searches = plan.folds.len();
            line(
                "nested",
                format!(
                    "the search again on each of {searches} folds' training rows, about {} fits more",
                    thousands((fits * searches) as u64)
                ),
            );
        }
        line("predictions", predictions(prepared));
        for (position, network) in networks(prepared).into_iter().enumerate() {
            line(if position == 0 { "parameters" } else { "" }, network);
        }
        line("memory", format!("about {} MB", cost::memory(prepared, jobs).div_ceil(1_000_000)));
        line("price", format!("{:.3} TFLOP", cost::flops(prepared) / 1e12));
        text
    }
}

/// Which out-of-fold predictions stay in the store.
fn predictions(prepared: &PreparedStudy) -> String {
    let trials = prepared.plan.trials.len();
    let megabytes = |trials: usize| (prepared.prediction_bytes() * trials as u64).div_ceil(1_000_000);
    match prepared.kept() {
        KeptPredictions::All => format!("all kept, about {} MB", megabytes(trials)),
        KeptPredictions::Best(best) => {
            let (all, kept) = (megabytes(trials), best.min(trials));
            format!("the best {kept} trials' kept, about {} MB ({all} MB for all)", megabytes(kept))
        }
    }
}
