//! `crossfold plan FILE`: what would be trained, what that costs, and how long it takes.

mod open_search;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::time::Duration;

use crossfold_search::{Course, Kept, Wanted};
use crossfold_store::SqliteStore;
use crossfold_study::{
    Budget, ConfigurationNumber, FitResult, FoldId, Param, PlannedConfiguration, Splits, Strategy, Study, Task, Trial,
};

use crate::args::{PlanArgs, ResultsArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::terminal::Terminal;
use crossfold_engine::Forecast;
use crossfold_engine::Prepared;
use crossfold_engine::SpecFile;

pub(crate) fn plan(args: &PlanArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let prepared = Prepared::new(SpecFile::read(&args.spec.file)?, args.spec.overrides.all())?;
    let jobs = args.jobs.count();
    if is_open(&prepared.study) {
        return open_search::plan(&prepared, jobs, terminal);
    }
    let missing = missing(&prepared, &args.results)?;
    terminal.remark(&prepared);
    terminal.data(&describe(&prepared, jobs, missing.len()))?;
    let eta = if missing.is_empty() {
        let and_nested = if prepared.study.finish.nested { " and nested searches" } else { "" };
        format!("nothing to train but the refit{and_nested}, if that isn't stored either")
    } else {
        let schedule = prepared.schedule(&|configuration, fold| missing.contains(&(configuration, fold)));
        let forecast = Forecast::measure(&prepared, &schedule, jobs);
        let probed = counted(forecast.probed, "configuration");
        let total = duration(forecast.total.mul_f64(1.0 + nested(&prepared)));
        format!("{total} with --jobs {jobs} (from a probe of {probed} on this machine; ±25 %)")
    };
    terminal.data(&format!("ETA          {eta}\n"))?;
    Ok(Exit::Done)
}

/// Whether what is trained hangs on results or on a budget, so that it can't be listed.
fn is_open(study: &Study) -> bool {
    Course::listens(study) || study.budget != Budget::default()
}

/// How many times the work of the search its nested searches are: one a fold, on the fold's training rows.
fn nested(prepared: &Prepared) -> f64 {
    let folds = prepared.folds();
    let share = |&fold: &FoldId| folds.training(fold).len() as f64 / prepared.data().rows() as f64;
    if prepared.study.finish.nested { prepared.plan.folds.iter().map(share).sum() } else { 0.0 }
}

/// The fits that are not stored yet.
fn missing(prepared: &Prepared, results: &ResultsArgs) -> Result<BTreeSet<(ConfigurationNumber, FoldId)>, Error> {
    let Prepared { plan, origin, .. } = prepared;
    Ok(match SqliteStore::open_existing(&results.folder)? {
        Some(store) => crossfold_search::missing(plan, origin, &store, Wanted::default())?,
        None => plan
            .configurations
            .iter()
            .flat_map(|planned| plan.folds.iter().map(|&fold| (planned.number, fold)))
            .collect(),
    })
}

fn describe(prepared: &Prepared, jobs: NonZeroUsize, missing: usize) -> String {
    let Prepared { study, plan, .. } = prepared;
    let mut text = String::new();
    let mut line = |name: &str, value: String| writeln!(text, "{name:<12} {value}").expect("a string takes any text");
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
        line("", format!("`schedule: {schedule}` follows the number of epochs: trials of others share no fit with it"));
    }
    line("stored", format!("{} of {}, {missing} to train", thousands((fits - missing) as u64), counted(fits, "fit")));
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
    line("memory", format!("about {} MB", memory(prepared, jobs).div_ceil(1_000_000)));
    line("price", format!("{:.3} TFLOP", flops(prepared) / 1e12));
    text
}

fn data(prepared: &Prepared) -> String {
    let (data, shape) = (prepared.data(), prepared.shape());
    let what = match prepared.study.data.task() {
        Task::Classification => format!("{} classes", shape.outputs),
        Task::Regression => "a number to predict".to_owned(),
    };
    let rows = match data.longest() {
        None => format!("{} rows", thousands(data.rows() as u64)),
        Some(longest) => format!("{} sequences of up to {longest} steps", thousands(data.rows() as u64)),
    };
    let columns = match data.features().len() {
        0 => format!("{} features", shape.inputs),
        columns => format!("{} make {}", counted(columns, "column"), counted(shape.inputs, "input")),
    };
    format!("{rows}, {columns}, {what}")
}

fn splits(splits: &Splits, folds: usize) -> String {
    let by =
        |groups: &Option<String>| groups.as_ref().map_or_else(String::new, |column| format!(", groups by `{column}`"));
    match splits {
        Splits::KFold { folds, repeats, stratified, shuffle, groups } => {
            let kind = if *stratified { "stratified " } else { "" };
            let order = if *shuffle { "" } else { ", rows in file order" };
            let times = if *repeats > 1 { format!(", {repeats} times") } else { String::new() };
            format!("{kind}{folds}-fold cross-validation{times}{order}{}", by(groups))
        }
        Splits::HoldOut { share, stratified, groups } => {
            let kind = if *stratified { "stratified " } else { "" };
            format!("one {kind}hold-out part, {:.0} % of the rows{}", share * 100.0, by(groups))
        }
        Splits::LatestHoldOut { share, time, gap } => {
            format!("the latest {:.0} % of `{time}` held out{}", share * 100.0, after(*gap))
        }
        Splits::LeaveOneGroupOut { groups } => format!("each of the {folds} groups of `{groups}` left out once"),
        Splits::TimeSeries { folds, time, gap, window } => {
            let window = window.map_or_else(|| "all periods".to_owned(), |window| format!("{} periods", window));
            format!("{folds} folds by `{time}`, each trained on {window} before it{}", after(*gap))
        }
        Splits::Predefined { column, .. } => format!("{} by `{column}`", counted(folds, "fold")),
    }
}

/// What lies between training and validation.
fn after(gap: u32) -> String {
    if gap == 0 { String::new() } else { format!(", after a gap of {}", counted(gap as usize, "period")) }
}

fn search(study: &Study) -> String {
    let names: Vec<&str> = study.searched().into_iter().map(Param::name).collect();
    match (names.is_empty(), study.strategy) {
        (true, _) => "none: one network".to_owned(),
        (false, Strategy::Grid { .. }) => format!("grid over {}", names.join(", ")),
        (false, Strategy::Random { trials }) => format!("{trials} random draws of {}", names.join(", ")),
        (false, Strategy::Sobol { trials }) => format!("{trials} points of a Sobol sequence over {}", names.join(", ")),
        (false, Strategy::Tpe { trials, .. }) => format!("{trials} proposals of TPE for {}", names.join(", ")),
        (false, Strategy::Gp { trials, .. }) => {
            format!("{trials} proposals of a Gaussian process for {}", names.join(", "))
        }
    }
}

/// Which out-of-fold predictions stay in the store.
fn predictions(prepared: &Prepared) -> String {
    let trials = prepared.plan.trials.len();
    let megabytes = |trials: usize| (prepared.prediction_bytes() * trials as u64).div_ceil(1_000_000);
    match prepared.kept() {
        Kept::All => format!("all kept, about {} MB", megabytes(trials)),
        Kept::Best(best) => {
            let (all, kept) = (megabytes(trials), best.min(trials));
            format!("the best {kept} trials' kept, about {} MB ({all} MB for all)", megabytes(kept))
        }
    }
}

/// Each network once, smallest first, with its parameters.
fn networks(prepared: &Prepared) -> Vec<String> {
    let shape = prepared.shape();
    let configurations = prepared.plan.configurations.iter().map(|planned| &planned.configuration);
    let networks: BTreeSet<(u64, String)> = configurations
        .map(|configuration| (configuration.parameters(shape), crossfold_engine::name(configuration, shape)))
        .collect();
    networks.into_iter().map(|(parameters, name)| format!("{:>12}  {name}", thousands(parameters))).collect()
}

/// Bytes at the most: the rows once, what each thread's fit holds, and what the results come to.
fn memory(prepared: &Prepared, jobs: NonZeroUsize) -> u64 {
    /// The program, its libraries and what the allocator keeps, as measured.
    const PROGRAM: u64 = 40_000_000;
    /// A trial, its settings and its row of the leaderboard, as measured.
    const TRIAL: u64 = 2_000;
    let plan = &prepared.plan;
    let rows = prepared.data().rows();
    let fit_bytes = plan
        .configurations
        .iter()
        .map(|planned| crossfold_model::fit_bytes(&planned.configuration, prepared.shape(), rows));
    let fits = jobs.get().min(plan.fits()) as u64 * fit_bytes.max().unwrap_or(0);
    let task = prepared.study.data.task();
    let curve = |planned: &PlannedConfiguration| {
        u64::from(planned.horizon()) * FitResult::bytes_per_epoch(task, planned.configuration.watches()) as u64
    };
    let curves = plan.configurations.iter().map(curve).sum::<u64>() * plan.folds.len() as u64;
    PROGRAM + prepared.data_bytes() + fits + curves + TRIAL * plan.trials.len() as u64
}

/// Floating-point operations of all fits, their validation and the refit.
fn flops(prepared: &Prepared) -> f64 {
    let plan = &prepared.plan;
    let folds = prepared.folds();
    let shape = prepared.shape();
    let fold = plan.folds[0];
    let (training, validation) = (folds.training(fold).len() as f64, folds.validation(fold).len() as f64);
    let fits = plan.configurations.iter().map(|planned| {
        let configuration = &planned.configuration;
        let epoch = training * configuration.training_flops(shape) as f64
            + validation * configuration.inference_flops(shape) as f64;
        epoch * f64::from(planned.horizon()) * plan.folds.len() as f64
    });
    let refit = |trial: &Trial| {
        let epoch = prepared.data().rows() as f64
            * prepared.price(&plan.configuration(trial.configuration).configuration) as f64;
        epoch * f64::from(trial.epochs)
    };
    fits.sum::<f64>() * (1.0 + nested(prepared)) + prepared.average_refit(refit)
}

/// `1 network`, `2 networks`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `235146` as `235,146`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn duration(duration: Duration) -> String {
    match duration.as_secs_f64() {
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let grouped = [7, 999, 1000, 235_146, 1_000_000].map(thousands);
        assert_eq!(grouped, ["7", "999", "1,000", "235,146", "1,000,000"]);
    }

    #[test]
    fn durations_have_two_figures() {
        let shown = [0.04, 9.0, 61.0, 600.0, 9000.0].map(|s| duration(Duration::from_secs_f64(s)));
        assert_eq!(shown, ["0.0 s", "9.0 s", "61 s", "10 min", "2.5 h"]);
    }
}
