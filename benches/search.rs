//! The regrets of samplers on spaces whose values are all known, and the speed of their proposals.
//!
//! Run with `cargo bench -p crossfold-search --bench search --`, then any of
//!
//! - `--samplers tpe,sobol,random`
//! - `--tables FOLDER`, whose `.table` files are searched beside the functions below
//! - `--only TEXT,TEXT`: tables and functions whose names have one of them
//! - `--seeds N` (30)
//! - `--csv FILE`: regrets, as `table,sampler,seed,trial,regret`
//! - `--against FILE`: such a file of another program: the summary says how often a run beats one of its `tpe`, and marks
//!   medians that are worse
//! - `--speed`: proposals per second instead, at 1,000 past trials
//!
//! A regret is the difference between the best value so far and the best possible one. Nothing is trained, so a run takes
//! seconds.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark is a program for its developers")]
#![expect(clippy::disallowed_methods, reason = "it reads tables and a clock, and writes a file")]

use std::collections::{BTreeMap, HashMap};
use std::f64::consts::{E, PI};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::time::Instant;

use crossfold_search::sampler::axes::{Axes, Axis, Cells, Condition, Place, Point, Scale};
use crossfold_search::sampler::gp::Gp;
use crossfold_search::sampler::sobol::Sobol;
use crossfold_search::sampler::tpe::Tpe;
use crossfold_search::sampler::{Observation, Proposal, Sampler, SamplerInput};
use crossfold_study::{Generator, ProposalReason, Seed};
use rayon::prelude::*;

/// Draws independently.
struct Random;

impl Sampler for Random {
    fn propose(&mut self, past: &SamplerInput<'_>, draws: &mut Generator) -> Proposal {
        Proposal { point: past.axes.draw(draws), why: ProposalReason::Drawn }
    }
}

fn sampler(name: &str, seed: u64) -> Box<dyn Sampler> {
    match name {
        "random" => Box::new(Random),
        "sobol" => Box::new(Sobol::new(seed)),
        "gp" => Box::new(Gp::new(10)),
        "tpe" => Box::new(Tpe::new(seed, 8)),
        _ => panic!("no sampler `{name}`"),
    }
}

/// A space whose values are all known.
struct Problem {
    name: String,
    axes: Axes,
    best: f64,
    value: Box<dyn Fn(&Point) -> f64 + Sync + Send>,
}

fn free(scale: Scale) -> Axis {
    Axis { scale, active_where: Vec::new() }
}

/// A function of the unit cube whose least value is 0.
fn real(name: &str, axes: usize, function: fn(&[f64]) -> f64) -> Problem {
    Problem {
        name: name.into(),
        axes: Axes::new((0..axes).map(|_| free(Scale::Real)).collect()),
        best: 0.0,
        value: Box::new(move |point| {
            let cube: Vec<f64> = point.0.iter().map(|place| coordinate(place.unwrap())).collect();
            function(&cube)
        }),
    }
}

/// The same at the middles of a grid's cells.
fn grid(name: &str, axes: u32, steps: u32, function: fn(&[f64]) -> f64) -> Problem {
    let cube = move |values: &mut dyn Iterator<Item = u32>| -> Vec<f64> {
        values.map(|value| (f64::from(value) + 0.5) / f64::from(steps)).collect()
    };
    let all = (0..steps.pow(axes)).map(|index| cube(&mut (0..axes).map(|axis| index / steps.pow(axis) % steps)));
    Problem {
        name: name.into(),
        axes: Axes::new((0..axes).map(|_| free(Scale::Steps(Cells::Even(steps)))).collect()),
        best: all.map(|cube| function(&cube)).fold(f64::INFINITY, f64::min),
        value: Box::new(move |point| function(&cube(&mut point.0.iter().map(|place| value(place.unwrap()))))),
    }
}

fn coordinate(place: Place) -> f64 {
    match place {
        Place::Real(coordinate) => coordinate,
        Place::Value(_) => unreachable!(),
    }
}

fn value(place: Place) -> u32 {
    match place {
        Place::Value(value) => value,
        Place::Real(_) => unreachable!(),
    }
}

fn branin(at: &[f64]) -> f64 {
    let (x, y) = (15.0 * at[0] - 5.0, 15.0 * at[1]);
    let arc = y - 5.1 / (4.0 * PI * PI) * x * x + 5.0 / PI * x - 6.0;
    arc * arc + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * x.cos() + 10.0 - 0.397_887_357_729_738_16
}

fn hartmann(at: &[f64]) -> f64 {
    const HEIGHTS: [f64; 4] = [1.0, 1.2, 3.0, 3.2];
    const SLOPES: [[f64; 6]; 4] = [
        [10.0, 3.0, 17.0, 3.5, 1.7, 8.0],
        [0.05, 10.0, 17.0, 0.1, 8.0, 14.0],
        [3.0, 3.5, 1.7, 10.0, 17.0, 8.0],
        [17.0, 8.0, 0.05, 10.0, 0.1, 14.0],
    ];
    const CENTRES: [[f64; 6]; 4] = [
        [1312.0, 1696.0, 5569.0, 124.0, 8283.0, 5886.0],
        [2329.0, 4135.0, 8307.0, 3736.0, 1004.0, 9991.0],
        [2348.0, 1451.0, 3522.0, 2883.0, 3047.0, 6650.0],
        [4047.0, 8828.0, 8732.0, 5743.0, 1091.0, 381.0],
    ];
    let hill = |index: usize| {
        let square: f64 =
            (0..6).map(|axis| SLOPES[index][axis] * (at[axis] - 1e-4 * CENTRES[index][axis]).powi(2)).sum();
        HEIGHTS[index] * (-square).exp()
    };
    3.322_368_011_391_339 - (0..4).map(hill).sum::<f64>()
}

/// From -32.768 to 32.768, with the best point in the middle.
fn ackley(at: &[f64]) -> f64 {
    ackley_between(-32.768, 32.768, at)
}

/// From -15 to 30, so that the best point isn't in the middle.
fn ackley_aside(at: &[f64]) -> f64 {
    ackley_between(-15.0, 30.0, at)
}

fn ackley_between(low: f64, high: f64, at: &[f64]) -> f64 {
    let n = at.len() as f64;
    let x = || at.iter().map(|at| (high - low) * at + low);
    let squares = x().map(|x| x * x).sum::<f64>() / n;
    let waves = x().map(|x| (2.0 * PI * x).cos()).sum::<f64>() / n;
    20.0 + E - 20.0 * (-0.2 * squares.sqrt()).exp() - waves.exp()
}

/// From -5 to 10.
fn rosenbrock(at: &[f64]) -> f64 {
    let x: Vec<f64> = at.iter().map(|at| 15.0 * at - 5.0).collect();
    x.windows(2).map(|pair| 100.0 * (pair[1] - pair[0] * pair[0]).powi(2) + (1.0 - pair[0]).powi(2)).sum()
}

/// A choice between three bowls.
fn conditional() -> Problem {
    let only = |scale, kind: usize| {
        let allowed = (0..3).map(|each| each == kind).collect();
        Axis { scale, active_where: vec![Condition { axis: 0, allowed }] }
    };
    let axes = Axes::new(vec![
        free(Scale::Choice(Cells::Even(3))),
        only(Scale::Real, 0),
        only(Scale::Real, 1),
        only(Scale::Real, 1),
        only(Scale::Steps(Cells::Even(20)), 2),
    ]);
    let square = |place: Option<Place>, best: f64| (coordinate(place.unwrap()) - best).powi(2);
    let function = move |point: &Point| match value(point.0[0].unwrap()) {
        0 => square(point.0[1], 0.7) + 0.05,
        1 => square(point.0[2], 0.2) + square(point.0[3], 0.9),
        _ => (f64::from(value(point.0[4].unwrap())) - 12.0).abs() / 20.0 + 0.02,
    };
    Problem { name: "conditional".into(), axes, best: 0.0, value: Box::new(function) }
}

/// An invented function: three kinds of networks with their own settings, the best of which needs the right learning rate.
fn networks() -> Problem {
    let only = |scale, axis, allowed: &[bool]| Axis {
        scale,
        active_where: vec![Condition { axis, allowed: allowed.to_vec() }],
    };
    let (mlp, cnn, linear) = ([true, false, false], [false, true, false], [false, false, true]);
    let axes = Axes::new(vec![
        free(Scale::Choice(Cells::Even(3))),
        free(Scale::Real),
        only(Scale::Steps(Cells::Even(4)), 0, &mlp),
        only(Scale::Real, 0, &mlp),
        only(Scale::Steps(Cells::Even(6)), 0, &cnn),
        only(Scale::Choice(Cells::Even(3)), 0, &cnn),
        only(Scale::Real, 0, &cnn),
        only(Scale::Real, 0, &linear),
        free(Scale::Choice(Cells::Even(2))),
        only(Scale::Real, 8, &[false, true]),
    ]);
    let square = |place: Option<Place>, best: f64| (coordinate(place.unwrap()) - best).powi(2);
    let function = move |point: &Point| {
        let at = &point.0;
        let network = match value(at[0].unwrap()) {
            0 => {
                let layers = f64::from(value(at[2].unwrap())) - 2.0;
                0.05 + 0.5 * square(at[1], 0.6) + 0.0125 * layers * layers + 0.3 * square(at[3], 0.7)
            }
            1 => {
                let filters = (f64::from(value(at[4].unwrap())) - 4.0).abs();
                let kernel = [0.06, 0.0, 0.03][value(at[5].unwrap()) as usize];
                2.0 * square(at[1], 0.35) + 0.02 * filters + kernel + 0.4 * square(at[6], 0.25)
            }
            _ => 0.1 + 0.3 * square(at[1], 0.8) + 0.2 * square(at[7], 0.3),
        };
        network + if value(at[8].unwrap()) == 0 { 0.02 } else { 0.3 * square(at[9], 0.85) }
    };
    Problem { name: "networks".into(), axes, best: 0.0, value: Box::new(function) }
}

/// Reads a table that `benches/search/table.py` wrote.
fn table(path: &std::path::Path) -> Problem {
    let mut reader = BufReader::new(flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()));
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let header: serde_json::Value = serde_json::from_str(&line).unwrap();
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).unwrap();
    let numbers: Vec<f64> = match header["type"].as_str().unwrap() {
        "u16" => bytes.as_chunks().0.iter().map(|bytes| f64::from(u16::from_le_bytes(*bytes))).collect(),
        "f32" => bytes.as_chunks().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect(),
        other => panic!("no type `{other}`"),
    };
    let [folds, epochs] = ["folds", "epochs"].map(|key| header[key].as_u64().unwrap() as usize);
    let sign = if header["better"] == "greater" { -1.0 } else { 1.0 };
    let rows = |fold: usize| header["rows"][fold].as_f64().unwrap_or(1.0);
    let values: Vec<f64> = numbers
        .chunks(folds * epochs)
        .map(|all| {
            let mean = (0..folds).map(|fold| all[(fold + 1) * epochs - 1] / rows(fold)).sum::<f64>() / folds as f64;
            if mean.is_nan() { f64::INFINITY } else { sign * mean }
        })
        .collect();
    let axes = header["axes"].as_array().unwrap();
    let counts: Vec<u32> = axes.iter().map(|axis| axis["values"].as_array().unwrap().len() as u32).collect();
    let scale = |axis: &serde_json::Value, count| match axis["kind"].as_str().unwrap() {
        "ordered" => Scale::Steps(Cells::Even(count)),
        "choice" => Scale::Choice(Cells::Even(count)),
        other => panic!("no kind `{other}`"),
    };
    assert_eq!(values.len() as u32, counts.iter().product::<u32>());
    Problem {
        name: header["name"].as_str().unwrap().into(),
        axes: Axes::new(axes.iter().zip(&counts).map(|(axis, count)| free(scale(axis, *count))).collect()),
        best: values.iter().copied().fold(f64::INFINITY, f64::min),
        value: Box::new(move |point| {
            let places = point.0.iter().zip(&counts);
            values[places.fold(0, |index, (place, count)| index * *count as usize + value(place.unwrap()) as usize)]
        }),
    }
}

fn problems(tables: Option<&str>) -> Vec<Problem> {
    let mut problems = vec![
        real("branin", 2, branin),
        real("hartmann6", 6, hartmann),
        real("ackley5", 5, ackley),
        real("ackley5-aside", 5, ackley_aside),
        real("rosenbrock4", 4, rosenbrock),
        grid("branin-grid", 2, 24, branin),
        grid("hartmann6-grid", 6, 5, hartmann),
        conditional(),
        networks(),
    ];
    if let Some(folder) = tables {
        let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "table"));
        paths.sort();
        problems.extend(paths.iter().map(|path| table(path)));
    }
    problems
}

/// A key that differs between points.
fn key(point: &Point) -> Vec<u64> {
    let number = |place: &Option<Place>| match place {
        None => u64::MAX,
        Some(Place::Real(at)) => at.to_bits(),
        Some(Place::Value(value)) => u64::from(*value),
    };
    point.0.iter().map(number).collect()
}

/// The regret after each trial.
fn search(problem: &Problem, name: &str, seed: u64, trials: u64) -> Vec<f64> {
    let mut sampler = sampler(name, seed);
    let mut observed: Vec<Observation> = Vec::new();
    let mut taken = std::collections::HashSet::new();
    let mut best = f64::INFINITY;
    (0..trials)
        .map(|trial| {
            let is_taken = |point: &Point| taken.contains(&key(point));
            let past = SamplerInput { axes: &problem.axes, observed: &observed, pending: &[], is_taken: &is_taken };
            let point = sampler.propose(&past, &mut Seed(seed).search(trial)).point;
            let value = (problem.value)(&point);
            taken.insert(key(&point));
            observed.push(Observation { point, value, variance: None });
            best = value.min(best);
            best - problem.best
        })
        .collect()
}

/// The numbers of trials after which regrets are reported.
const MARKS: [u64; 3] = [25, 50, 100];

/// Regrets by table and sampler, then seed and trial.
type Regrets = BTreeMap<(String, String), Vec<Vec<f64>>>;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.is_empty() {
        return f64::NAN;
    }
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

/// The prefix of the names of another program's samplers.
const RIVAL: &str = "rival ";

fn read(path: &str) -> Regrets {
    let mut regrets = Regrets::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let cells: Vec<&str> = line.split(',').collect();
        let Ok(seed) = cells[2].parse::<usize>() else { continue };
        let seeds = regrets.entry((cells[0].into(), format!("{RIVAL}{}", cells[1]))).or_default();
        seeds.resize_with(seeds.len().max(seed + 1), Vec::new);
        let trial: usize = cells[3].parse().unwrap();
        let length = seeds[seed].len().max(trial);
        seeds[seed].resize(length, f64::NAN);
        seeds[seed][trial - 1] = cells[4].parse().unwrap();
    }
    regrets
}

/// The probability that a run of the first beats one of the second; a tie counts half.
fn superiority(ours: &[Vec<f64>], theirs: &[Vec<f64>], trial: usize) -> f64 {
    let mut sum = 0.0;
    let theirs: Vec<&Vec<f64>> = theirs.iter().filter(|run| run.get(trial).is_some_and(|at| !at.is_nan())).collect();
    for a in ours {
        for b in &theirs {
            sum += match a[trial].total_cmp(&b[trial]) {
                std::cmp::Ordering::Less => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Greater => 0.0,
            };
        }
    }
    sum / (ours.len() * theirs.len()) as f64
}

fn summary(regrets: &Regrets, against: &Regrets, samplers: &[&str], names: &[&str]) {
    let marks = MARKS.map(|trial| trial as usize - 1);
    let rivals: Vec<&str> = {
        let mut rivals: Vec<&str> = against.keys().map(|(_, sampler)| sampler.as_str()).collect();
        rivals.sort_unstable();
        rivals.dedup();
        rivals
    };
    let mut totals: HashMap<&str, Vec<[f64; 3]>> = HashMap::new();
    let mut worse: HashMap<&str, u32> = HashMap::new();
    for name in names {
        println!("{name}");
        for sampler in rivals.iter().chain(samplers) {
            let key = (name.to_string(), sampler.to_string());
            let Some(runs) = regrets.get(&key).or(against.get(&key)) else { continue };
            let at = |trial: usize| median(runs.iter().filter_map(|run| run.get(trial).copied()).collect());
            let medians = marks.map(at);
            let mut line = format!("  {sampler:50}");
            for median in medians {
                write!(line, " {median:11.4e}").unwrap();
            }
            let rival = against.get(&(name.to_string(), format!("{RIVAL}tpe")));
            if let (Some(rival), true) = (rival, regrets.contains_key(&key)) {
                let wins = marks.map(|trial| superiority(runs, rival, trial));
                totals.entry(sampler).or_default().push(wins);
                for (index, mark) in marks.into_iter().enumerate() {
                    let theirs = median(rival.iter().filter_map(|run| run.get(mark).copied()).collect());
                    let is_worse = medians[index] > theirs * (1.0 + 1e-6) + 1e-12;
                    *worse.entry(sampler).or_default() += u32::from(is_worse);
                    write!(line, "  {:4.2}{}", wins[index], if is_worse { '-' } else { ' ' }).unwrap();
                }
            }
            println!("{line}");
        }
    }
    for sampler in samplers {
        let Some(wins) = totals.get(sampler) else { continue };
        let means = [0, 1, 2].map(|mark| wins.iter().map(|wins| wins[mark]).sum::<f64>() / wins.len() as f64);
        let [a, b, c] = means;
        let mean = (a + b + c) / 3.0;
        let worse = worse[sampler];
        println!("{sampler:60} beats {a:.3} {b:.3} {c:.3} mean {mean:.3}, worse medians {worse} of {}", 3 * wins.len());
    }
}

fn speed(names: &[&str]) {
    let scales = || [Scale::Real, Scale::Steps(Cells::Even(8)), Scale::Choice(Cells::Even(4))].into_iter().cycle();
    let axes = Axes::new(scales().take(8).map(free).collect());
    for name in names {
        let mut draws = Seed(1).search(0);
        let mut observed: Vec<Observation> = (0..1000)
            .map(|_| Observation { point: axes.draw(&mut draws), value: draws.unit(), variance: None })
            .collect();
        let mut sampler = sampler(name, 1);
        let mut rates = Vec::new();
        for _ in 0..11 {
            observed.truncate(1000);
            let began = Instant::now();
            for _ in 0..100 {
                let past = SamplerInput { axes: &axes, observed: &observed, pending: &[], is_taken: &|_| false };
                let point = sampler.propose(&past, &mut draws).point;
                let value = draws.unit();
                observed.push(Observation { point, value, variance: None });
            }
            rates.push(100.0 / began.elapsed().as_secs_f64());
        }
        println!("{name:40} {:8.0} proposals a second at 1,000 to 1,100 past trials of 8 axes", median(rates));
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let option = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).map(String::as_str)
    };
    let samplers: Vec<&str> = option("--samplers").unwrap_or("tpe,sobol,random").split(',').collect();
    if arguments.iter().any(|argument| argument == "--speed") {
        return speed(&samplers);
    }
    let seeds: u64 = option("--seeds").map_or(30, |seeds| seeds.parse().unwrap());
    let trials = MARKS[2];
    let mut problems = problems(option("--tables"));
    if let Some(only) = option("--only") {
        problems.retain(|problem| only.split(',').any(|text| problem.name.contains(text)));
    }
    let runs: Vec<(&Problem, &str, u64)> = problems
        .iter()
        .flat_map(|problem| samplers.iter().flat_map(move |name| (0..seeds).map(move |seed| (problem, *name, seed))))
        .collect();
    let results: Vec<Vec<f64>> =
        runs.par_iter().map(|(problem, name, seed)| search(problem, name, *seed, trials)).collect();
    let mut csv = String::from("table,sampler,seed,trial,regret\n");
    let mut regrets = Regrets::new();
    for ((problem, name, seed), result) in runs.into_iter().zip(results) {
        for (trial, regret) in (1..).zip(&result).filter(|(trial, _)| MARKS.contains(trial)) {
            writeln!(csv, "{},{name},{seed},{trial},{regret}", problem.name).unwrap();
        }
        regrets.entry((problem.name.clone(), name.into())).or_default().push(result);
    }
    if let Some(path) = option("--csv") {
        std::fs::write(path, csv).unwrap();
    }
    let against = option("--against").map(read).unwrap_or_default();
    let names: Vec<&str> = problems.iter().map(|problem| problem.name.as_str()).collect();
    summary(&regrets, &against, &samplers, &names);
}
