//! The plan of a search that depends on its results or on a budget: what it amounts to if scores fall at random.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::time::Duration;

use crossfold_search::{Course, Rehearsal};
use crossfold_study::{Budget, MAX_TRIALS, Order, Rung, Study};

use super::cost;
use super::study_text::{data, networks, search, splits};
use super::timing::Forecast;
use crate::machine::Machine;
use crate::prepared::PreparedStudy;
use crate::wording::{counted, rounded, thousands};

/// Trials of a search without an end that are rehearsed.
const REHEARSED: u32 = 1_000;
/// The most networks that are listed.
const LISTED: usize = 8;

pub(super) struct OpenPlan<'a> {
    prepared: &'a PreparedStudy,
    course: Course<'a>,
    rehearsal: Rehearsal,
}

impl<'a> OpenPlan<'a> {
    pub(super) fn new(prepared: &'a PreparedStudy) -> OpenPlan<'a> {
        let PreparedStudy { study, plan, .. } = prepared;
        let rehearsal = Rehearsal::run(study, plan.folds.clone(), prepared.data_size(), REHEARSED);
        OpenPlan { prepared, course: prepared.course(), rehearsal }
    }

    pub(super) fn time(&self, jobs: NonZeroUsize, machine: &dyn Machine) -> String {
        let OpenPlan { prepared, course, rehearsal } = self;
        let PreparedStudy { study, plan, .. } = prepared;
        let most = course.most_trials();
        let schedule = prepared.schedule(&|_, _| true);
        let forecast = Forecast::measure(prepared, &schedule, jobs, machine);
        // The probe measures all trials that were drawn, in full; those that are trained are of the same kind.
        let data_size = prepared.data_size();
        let drawn = plan.configurations.iter().map(|planned| {
            data_size.epoch_flops(&planned.configuration) * f64::from(planned.horizon()) * plan.folds.len() as f64
        });
        let total = forecast.total.mul_f64(rehearsal.flops / drawn.sum::<f64>());
        let probed = counted(forecast.probed, "configuration");
        let wall = study.budget.wall.filter(|wall| *wall < total || most >= MAX_TRIALS);
        match wall {
            Some(wall) => format!("{} at the most, by `budget.wall`", rounded(wall)),
            None if most >= MAX_TRIALS && rehearsal.trials >= u64::from(REHEARSED) => {
                format!("{} for each {} trials, with --jobs {jobs}", rounded(total), thousands(rehearsal.trials))
            }
            None => format!("{} with --jobs {jobs} (from a probe of {probed} on this machine; ±25 %)", rounded(total)),
        }
    }

    pub(super) fn text(&self, jobs: NonZeroUsize) -> String {
        let OpenPlan { prepared, course, rehearsal } = self;
        let PreparedStudy { study, plan, .. } = prepared;
        let mut text = String::new();
        let mut line =
            |name: &str, value: String| writeln!(text, "{name:<12} {value}").expect("a string takes any text");
        line("study", study.name.to_string());
        line("data", data(prepared));
        line("splits", splits(&study.splits, plan.folds.len()));
        line("search", search(study));
        if !study.enqueued.is_empty() {
            line("", format!("{} first, as the spec has them", counted(study.enqueued.len(), "point")));
        }
        line("pruner", study.pruner.name().to_owned());
        for (position, rung) in course.ladder().iter().enumerate().filter(|_| study.pruner.prunes()) {
            line(if position == 0 { "rungs" } else { "" }, rung_text(*rung));
        }
        line("decisions", pace(study));
        line("budget", budget(&study.budget));
        let trials = course.most_trials();
        line(
            "trials",
            if trials < MAX_TRIALS {
                format!("at most {}", thousands(trials))
            } else {
                "until the budget ends".to_owned()
            },
        );
        let Rehearsal { trials, fits, epochs, unshared_epochs, flops } = *rehearsal;
        let spared = 100.0 * (1.0 - epochs as f64 / unshared_epochs.max(1) as f64);
        line("if scores", format!("fell at random: {} trials, {} fits", thousands(trials), thousands(fits)));
        line(
            "epochs",
            format!(
                "{} of {} that all trials took in full: {spared:.0} % spared",
                thousands(epochs),
                thousands(unshared_epochs)
            ),
        );
        let all = networks(prepared);
        let shown: Vec<String> = if all.len() <= LISTED {
            all
        } else {
            let between = format!("{:>12}  {} between, of those that were drawn", "…", all.len() - 2);
            vec![all[0].clone(), between, all[all.len() - 1].clone()]
        };
        for (position, network) in shown.into_iter().enumerate() {
            line(if position == 0 { "parameters" } else { "" }, network);
        }
        line("memory", format!("about {} MB", cost::memory(prepared, jobs).div_ceil(1_000_000)));
        line("price", format!("{:.3} TFLOP", flops / 1e12));
        text
    }
}

fn rung_text(rung: Rung) -> String {
    let Rung { epochs, folds } = rung;
    format!("{} on {}", counted(epochs as usize, "epoch"), counted(folds as usize, "fold"))
}

fn pace(study: &Study) -> String {
    let batch = study.pace.batch;
    match study.pace.order {
        Order::Logical => format!("in the order of trials, up to {batch} ahead: the same at any number of jobs"),
        Order::Free => format!("as results come, up to {batch} ahead: no two runs need be alike"),
    }
}

fn budget(budget: &Budget) -> String {
    let Budget { trials, fits, epochs, flops, wall, without_improvement } = budget;
    let parts: Vec<String> = [
        trials.map(|most| format!("{} trials", thousands(most.into()))),
        fits.map(|most| format!("{} fits", thousands(most))),
        epochs.map(|most| format!("{} epochs", thousands(most))),
        flops.map(|most| format!("{:.3} TFLOP", most / 1e12)),
        wall.map(|most: Duration| format!("{} of wall time, refit and reports included", rounded(most))),
        without_improvement.map(|most| format!("{most} trials in a row without an improvement")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}
