//! Trials per second of a search whose training takes no time: the cost of the dispatcher and the store. Run with
//! `cargo bench -p crossfold --bench store`.
//!
//! Every fit is durable before it is announced (WAL, `synchronous=FULL`: it survives a kill and a power cut), and fits that
//! end while one transaction is written are the next one.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark is a program for its developers")]

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::time::Instant;

use crossfold_network::Shape;
use crossfold_search::{Course, DataSize, Executor, ReusePolicy};
use crossfold_store::{MemoryStore, SqliteStore};
use crossfold_study::{
    CrashLog, EpochReport, Evaluation, Fit, FitEnd, FoldId, Limits, NoCrashLog, Objective, Origin, Stop, Store, Tally,
    Trained,
};

/// Reports made-up scores at once.
struct Instantly;

impl Objective for Instantly {
    fn fit(&self, fit: &Fit<'_>, _: &Stop, report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>) -> Trained {
        for epoch in 1..=fit.epochs {
            let tally = Tally::Classes { rows: 1000, correct: epoch, loss: 1.0 / f64::from(epoch) };
            let validation = Some(Evaluation::from(tally));
            let done = EpochReport { epoch, training: tally, validation, watched: None, predictions: None };
            if report(done).is_break() {
                return FitEnd::Cancelled.into();
            }
        }
        FitEnd::Complete.into()
    }
}

const TRIALS: u32 = 1000;

/// Seconds for 1,000 trials.
fn seconds(store: &dyn Store, log: &dyn CrashLog, folds: u32, epochs: u32) -> f64 {
    let text = format!(
        "version: 1\nname: bench\ndata: {{source: mnist, path: x}}\nmodel: {{kind: mlp, hidden: [8]}}\n\
         training: {{epochs: {epochs}}}\nsearch: {{strategy: {{random: {{trials: {TRIALS}}}}}, \
         space: {{learning_rate: {{log_uniform: {{low: 1e-5, high: 1e-1}}}}}}}}\n"
    );
    let study = crossfold_spec::read(text.as_bytes(), &[]).unwrap_or_else(|_| panic!("the spec is sound"));
    let origin = Origin::new("bench", "none", study.seed, &study.splits, "bench\n");
    let began = Instant::now();
    let folds_of_all = (0..folds).map(|fold| FoldId { repeat: 0, fold }).collect();
    let course = Course::new(&study, folds_of_all, DataSize::new(Shape::dense(784, 10), 1000, 200));
    let run = log.begin_run(&study.name, 2).unwrap();
    let executor = Executor {
        study: None,
        keeps_journal: false,
        origin: &origin,
        objective: &Instantly,
        store,
        running: &*run.running,
        limits: Limits::default(),
        reuse: ReusePolicy::default(),
        suspects: &BTreeSet::new(),
        price: &|_| 1,
        deadline: None,
        predictions: false,
        jobs: NonZeroUsize::new(2).unwrap(),
        clock: &|| began.elapsed(),
    };
    let outcome = executor.run(course, &Stop::new(), &mut |_, _| {}, &mut |_, _| {}).unwrap();
    drop(run);
    assert_eq!(outcome.course.results().fits().count(), (TRIALS * folds) as usize);
    began.elapsed().as_secs_f64()
}

fn main() {
    let median = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    for (folds, epochs) in [(1, 1), (5, 20)] {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..5 {
            let folder = tempfile::tempdir_in(".").unwrap();
            let sqlite = SqliteStore::open(folder.path(), "").unwrap();
            times[0].push(seconds(&sqlite, &sqlite, folds, epochs));
            times[1].push(seconds(&MemoryStore::default(), &NoCrashLog, folds, epochs));
        }
        let [sqlite, memory] = times.map(|times| f64::from(TRIALS) / median(times));
        println!(
            "{TRIALS} trials × {folds} folds × {epochs} epochs: {sqlite:.0} trials/s stored, {memory:.0} in memory"
        );
    }
}
