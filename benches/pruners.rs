//! The regrets and epochs of searches with pruners, on a table of fits that were trained once, and the share of time that workers
//! are busy while decisions wait for results.
//!
//! Run with `cargo bench -p crossfold-search --bench pruners`; `-- --seeds N` sets the number of seeds, by default 30. Each search
//! is a whole one of the table's spec with another strategy and pruner; only training is replaced by the table.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark is a program for its developers")]
#![expect(clippy::disallowed_methods, reason = "it reads a table and a spec")]

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::time::Duration;

use crossfold_network::{Activation, Configuration, Optimizer, Shape};
use crossfold_search::{Course, DataSize, FitRequest};
use crossfold_study::Override;
use crossfold_study::{EpochRecord, EpochReport, Evaluation, FitEnd, FoldId, Order, Seed, StoredFit, Study, Tally};

const FOLDS: usize = 5;
const EPOCHS: usize = 50;

/// Correct rows by configuration, fold and epoch.
struct Table {
    correct: Vec<u16>,
    rows: Vec<u32>,
}

impl Table {
    fn read() -> Table {
        let path = folder().join("mnist-mlp.table");
        let mut reader = BufReader::new(flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()));
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let header: serde_json::Value = serde_json::from_str(&line).unwrap();
        let names: Vec<&str> =
            header["axes"].as_array().unwrap().iter().map(|axis| axis["name"].as_str().unwrap()).collect();
        let expected = ["layers", "nodes", "learning_rate", "dropout", "batch_size", "activation", "optimizer"];
        assert_eq!(names, expected, "the table's axes");
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        let rows = header["rows"].as_array().unwrap().iter().map(|rows| rows.as_u64().unwrap() as u32).collect();
        Table { correct: bytes.as_chunks().0.iter().map(|&bytes| u16::from_le_bytes(bytes)).collect(), rows }
    }

    fn index(configuration: &Configuration) -> usize {
        let place = |values: &[f64], value: f64| values.iter().position(|other| *other == value).unwrap();
        let first = configuration.hidden[0];
        let steps = [
            (3, configuration.hidden.len() - 1),
            (4, place(&[8.0, 16.0, 32.0, 64.0], first.nodes.into())),
            (6, place(&[1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2], configuration.learning_rate)),
            (3, place(&[0.0, 0.2, 0.4], first.dropout)),
            (3, place(&[64.0, 128.0, 256.0], configuration.batch_size.into())),
            (2, usize::from(configuration.activation != Some(Activation::Relu))),
            (2, usize::from(configuration.optimizer != Optimizer::Adam)),
        ];
        steps.into_iter().fold(0, |index, (count, step)| index * count + step)
    }

    fn correct(&self, index: usize, fold: usize, epoch: usize) -> u16 {
        self.correct[(index * FOLDS + fold) * EPOCHS + epoch - 1]
    }

    /// The accuracy after all epochs in percent, averaged over folds.
    fn whole(&self, index: usize) -> f64 {
        let of = |fold| 100.0 * f64::from(self.correct(index, fold, EPOCHS)) / f64::from(self.rows[fold]);
        (0..FOLDS).map(of).sum::<f64>() / FOLDS as f64
    }

    fn best(&self) -> f64 {
        (0..self.correct.len() / (FOLDS * EPOCHS)).map(|index| self.whole(index)).fold(0.0, f64::max)
    }

    fn fit(&self, configuration: &Configuration, fold: FoldId, epochs: u32) -> StoredFit {
        let (index, fold) = (Table::index(configuration), fold.fold as usize);
        let record = |epoch: u32| {
            let correct = self.correct(index, fold, epoch as usize).into();
            let tally = Tally::Classes { rows: self.rows[fold], correct, loss: 0.0 };
            let validation = Some(Evaluation::from(tally));
            let report = EpochReport { epoch, training: tally, validation, watched: None, predictions: None };
            EpochRecord { report, elapsed: Duration::ZERO }
        };
        StoredFit { end: FitEnd::Complete, epochs: (1..=epochs).map(record).collect() }
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../benches/search")
}

/// The spec that the table was made from, with this search.
fn study(seed: u64, strategy: &str, more: &[(&str, &str)]) -> Study {
    let text = std::fs::read(folder().join("mnist-mlp.yaml")).unwrap();
    let set = |path: &str, value: &str| Override { path: path.to_owned(), value: value.to_owned() };
    let mut overrides = vec![set("search.strategy", strategy)];
    overrides.extend(more.iter().map(|(path, value)| set(path, value)));
    let mut study = crossfold_spec::read(&text, &overrides).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    study.seed = Seed(seed);
    study
}

/// The outcome of a search.
struct Found {
    /// The accuracy of the best complete trial in percent.
    best: f64,
    /// The accuracy of the best of all its trials, if each had been trained in full.
    best_of_its_own: f64,
    epochs: f64,
    /// If each trial had been trained in full.
    whole_epochs: f64,
    trials: usize,
    /// The training time of all fits together, and the duration of the search, in epochs of the mean configuration.
    work: f64,
    makespan: f64,
}

/// Carries a search out on simulated workers, on which an epoch takes as long as its arithmetic.
fn search(table: &Table, study: &Study, workers: usize) -> Found {
    let folds: Vec<FoldId> = (0..FOLDS as u32).map(|fold| FoldId { repeat: 0, fold }).collect();
    let data_size = DataSize::new(Shape::dense(784, 10), 1500, 300);
    let mut course = Course::new(study, folds.clone(), data_size.clone());
    let mut trained: BTreeMap<_, u32> = BTreeMap::new();
    let mut waiting: Vec<FitRequest> = Vec::new();
    // By their end, in billionths of the unit.
    let mut running: BinaryHeap<(Reverse<u128>, usize)> = BinaryHeap::new();
    let (mut tasks, mut now, mut work): (Vec<FitRequest>, u128, u128) = (Vec::new(), 0, 0);
    loop {
        loop {
            for request in course.ask() {
                let done = trained.entry((request.configuration, request.fold)).or_default();
                if *done < request.epochs {
                    waiting.push(request);
                }
            }
            if !course.tell_next() {
                break;
            }
        }
        while running.len() < workers && !waiting.is_empty() {
            let request = waiting.remove(0);
            let planned = &course.plan().configurations[request.configuration.0 as usize];
            let done = trained[&(request.configuration, request.fold)];
            let cost = u128::from(request.epochs - done)
                * u128::from(planned.configuration.training_flops(data_size.shapes.of(&planned.configuration)));
            work += cost;
            tasks.push(request);
            running.push((Reverse(now + cost), tasks.len() - 1));
        }
        let Some((Reverse(ended), task)) = running.pop() else { break };
        now = ended;
        let request = tasks[task];
        trained.insert((request.configuration, request.fold), request.epochs);
        let configuration = course.plan().configurations[request.configuration.0 as usize].configuration.clone();
        course.recall(&request, &table.fit(&configuration, request.fold, request.epochs));
    }
    let (plan, results) = course.into_parts();
    let index = |trial: &crossfold_study::Trial| Table::index(&plan.configuration(trial.configuration).configuration);
    let complete = plan.trials.iter().filter(|trial| results.mean(&plan, trial, study.metric).is_some());
    let best = complete.map(|trial| table.whole(index(trial))).fold(0.0, f64::max);
    let best_of_its_own = plan.trials.iter().map(|trial| table.whole(index(trial))).fold(0.0, f64::max);
    Found {
        best,
        best_of_its_own,
        epochs: trained.values().map(|&epochs| f64::from(epochs)).sum(),
        whole_epochs: (plan.trials.len() * FOLDS * EPOCHS) as f64,
        trials: plan.trials.len(),
        work: work as f64,
        makespan: now as f64,
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let at = arguments.iter().position(|argument| argument == "--seeds");
    let seeds: u64 = at.map_or(30, |at| arguments[at + 1].parse().unwrap());
    let table = Table::read();
    let best = table.best();
    println!("the best of the table: {best:.2} %; {seeds} seeds; regrets are medians, in points\n");

    println!(
        "| strategy | pruner | trials | epochs | regret | of its own trials | within 0.2 of them | cost of all in full |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let cases: [(&str, &str); 14] = [
        ("{random: {trials: 50}}", "none"),
        ("{tpe: {trials: 100}}", "none"),
        ("{gp: {trials: 60}}", "none"),
        ("{random: {trials: 50}}", "median"),
        ("{random: {trials: 60}}", "halving"),
        ("{random: {trials: 60}}", "{halving: {min_folds: 1}}"),
        ("{random: {trials: 240}}", "{hyperband: {min_folds: 1}}"),
        ("{random: {trials: 120}}", "{asha: {min_folds: 1}}"),
        ("{tpe: {trials: 160}}", "{bohb: {min_folds: 1}}"),
        ("{tpe: {trials: 240}}", "{asha: {min_folds: 1}}"),
        ("{random: {trials: 30}}", "racing"),
        ("{random: {trials: 50}}", "racing"),
        ("{random: {trials: 100}}", "racing"),
        ("{tpe: {trials: 100}}", "racing"),
    ];
    for (strategy, pruner) in cases {
        let found: Vec<Found> =
            (0..seeds).map(|seed| search(&table, &study(seed, strategy, &[("search.pruner", pruner)]), 4)).collect();
        let near = found.iter().filter(|found| found.best_of_its_own - found.best < 0.2 + 1e-9).count();
        println!(
            "| {strategy} | {pruner} | {:.0} | {:.0} | {:.2} | {:.2} | {near} of {seeds} | {:.2} |",
            median(found.iter().map(|found| found.trials as f64)),
            median(found.iter().map(|found| found.epochs)),
            median(found.iter().map(|found| best - found.best)),
            median(found.iter().map(|found| found.best_of_its_own - found.best)),
            median(found.iter().map(|found| found.epochs / found.whole_epochs)),
        );
    }

    println!("\n| search | order | workers | share of the time that they are busy |");
    println!("|---|---|---|---|");
    for (strategy, pruner) in [
        ("{tpe: {trials: 60}}", "none"),
        ("{tpe: {trials: 100}}", "{asha: {min_folds: 1}}"),
        ("{random: {trials: 50}}", "racing"),
    ] {
        for order in [Order::Logical, Order::Free] {
            for workers in [1, 2, 8] {
                let busy = (0..seeds.min(10)).map(|seed| {
                    let more = [("search.pruner", pruner), ("search.order", order.name())];
                    let found = search(&table, &study(seed, strategy, &more), workers);
                    found.work / found.makespan / workers as f64
                });
                println!("| {strategy}, {pruner} | {} | {workers} | {:.0} % |", order.name(), 100.0 * median(busy));
            }
        }
    }
}
