//! `crossfold plan FILE`: what would be trained, what that costs, and how long it takes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::num::NonZeroUsize;

use crossfold_data::{Dataset, Folds, StudyData};
use crossfold_model::Trainer;
use crossfold_search::Schedule;
use crossfold_study::{Configuration, Plan, Shape, Splits, Strategy, Study};

use crate::args::PlanArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::forecast::Forecast;
use crate::spec_file::SpecFile;
use crate::terminal::Terminal;

/// Networks listed by name; a wider space gets its smallest and largest alone.
const LISTED: usize = 20;

pub(crate) fn plan(args: &PlanArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let file = SpecFile::read(&args.spec.file)?;
    let study = file.check(&args.spec.overrides(), terminal)?;
    let plan = crossfold_search::plan(&study, Folds::ids_for(&study.splits))?;
    let StudyData { train: data, test, .. } =
        crossfold_data::load(&study.data, file.folder(), study.seed, study.finish.test)?;
    let bytes = data.bytes() + test.as_ref().map_or(0, Dataset::bytes);
    let folds = Folds::new(data.labels(), data.classes().len(), &study.splits, study.seed)?;
    let trainer = Trainer::new(&data, &folds, study.seed, study.device);
    let shape = data.shape();
    let schedule = Schedule::dearest_first(&plan, &|planned| planned.configuration.training_flops(shape));
    let jobs = args.jobs.count();

    terminal.data(&describe(&study, &plan, &data, memory(&plan, &data, bytes, jobs)));
    let forecast = Forecast::measure(&study, &plan, &schedule, (&data, &folds), &trainer, jobs);
    terminal.data(&format!(
        "ETA          {} on {jobs} thread{} (a probe of {} network{} on this machine; ±25 %)\n",
        duration(forecast.total),
        plural(jobs.get()),
        forecast.probed,
        plural(forecast.probed),
    ));
    Ok(Exit::Done)
}

fn describe(study: &Study, plan: &Plan, data: &Dataset, memory: u64) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| writeln!(text, "{name:<12} {value}").expect("a string takes any text");
    let points: usize = plan.trials.iter().map(|trial| trial.stands_for.len()).sum();
    let shape = data.shape();
    line("study", study.name.to_string());
    line(
        "data",
        format!("{} rows, {} features, {} classes", thousands(data.rows() as u64), shape.inputs, shape.outputs),
    );
    line("splits", splits(&study.splits));
    line("search", search(study, points));
    line("trials", format!("{} ({} points; equal networks are one trial)", plan.trials.len(), points));
    line(
        "fits",
        format!("{} ({} if trials that differ only in epochs shared none)", plan.fits(), plan.fits_unshared()),
    );
    for (position, network) in networks(plan, shape).into_iter().enumerate() {
        line(if position == 0 { "parameters" } else { "" }, network);
    }
    line("memory", format!("about {} MB", memory.div_ceil(1_000_000)));
    line("price", flops(plan, study, data.rows(), shape));
    text
}

fn splits(splits: &Splits) -> String {
    match *splits {
        Splits::KFold { folds, repeats, stratified, shuffle } => {
            let kind = if stratified { "stratified " } else { "" };
            let order = if shuffle { "" } else { ", rows in file order" };
            let times = if repeats > 1 { format!(", {repeats} times") } else { String::new() };
            format!("{kind}{folds}-fold cross-validation{times}{order}")
        }
        Splits::HoldOut { share, stratified } => {
            let kind = if stratified { "stratified " } else { "" };
            format!("one {kind}hold-out part, {:.0} % of the rows", share * 100.0)
        }
    }
}

fn search(study: &Study, points: usize) -> String {
    let dimensions = study.space.dimensions();
    let names: Vec<&str> = dimensions.iter().map(|dimension| dimension.param.name()).collect();
    match (names.is_empty(), study.strategy) {
        (true, _) => "none: one network".to_owned(),
        (false, Strategy::Grid) => format!("grid over {}", names.join(", ")),
        (false, Strategy::Random { trials }) => {
            format!("{trials} random draws of {} ({points} different)", names.join(", "))
        }
    }
}

/// Each network once, smallest first, with its parameters.
fn networks(plan: &Plan, shape: Shape) -> Vec<String> {
    let networks: BTreeSet<(u64, Vec<usize>)> = plan
        .configurations
        .iter()
        .map(|planned| (planned.configuration.parameters(shape), planned.configuration.widths(shape)))
        .collect();
    let count = networks.len();
    let mut lines: Vec<String> = networks
        .into_iter()
        .map(|(parameters, widths)| {
            let widths: Vec<String> = widths.iter().map(usize::to_string).collect();
            format!("{:>12}  {}", thousands(parameters), widths.join("-"))
        })
        .collect();
    if count > LISTED {
        let largest = lines.pop().expect("there are many");
        lines.truncate(LISTED / 2);
        lines.push(format!("{:>12}  … {} more", "", count - LISTED / 2 - 1));
        lines.push(largest);
    }
    lines
}

/// Bytes at the most: `rows` of data once, and what each thread's fit holds.
fn memory(plan: &Plan, data: &Dataset, rows: u64, jobs: NonZeroUsize) -> u64 {
    /// The program, its libraries and what the allocator keeps, as measured.
    const PROGRAM: u64 = 40_000_000;
    /// A trial, its settings, its row of the leaderboard and its folds' curves.
    const TRIAL: u64 = 2_000;
    let shape = data.shape();
    let fit = |configuration: &Configuration| {
        // Weights, their gradient and two moments of it; a batch's features, and for each layer its
        // output, the slope, the mask and the gradient of it; the order of the rows.
        let values = 4 * configuration.parameters(shape);
        let widths: usize = configuration.widths(shape).iter().sum();
        let batch = u64::from(configuration.batch_size.max(512)) * 4 * widths as u64;
        4 * (values + batch) + 8 * data.rows() as u64
    };
    let largest = plan.configurations.iter().map(|planned| fit(&planned.configuration)).max().unwrap_or(0);
    PROGRAM + rows + jobs.get() as u64 * largest + TRIAL * plan.trials.len() as u64
}

/// What all fits cost; validation costs a third of training a row.
fn flops(plan: &Plan, study: &Study, rows: usize, shape: Shape) -> String {
    let (training, validation) = match study.splits {
        Splits::KFold { folds, .. } => (1.0 - 1.0 / f64::from(folds), 1.0 / f64::from(folds)),
        Splits::HoldOut { share, .. } => (1.0 - share, share),
    };
    let epoch = rows as f64 * (training + validation / 3.0);
    let fits = plan.folds.len() as f64;
    let total: f64 = plan
        .configurations
        .iter()
        .map(|planned| planned.configuration.training_flops(shape) as f64 * f64::from(planned.horizon) * epoch * fits)
        .sum();
    format!("{:.3} TFLOP", total / 1e12)
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
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

fn duration(duration: std::time::Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

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
