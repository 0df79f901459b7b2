use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use crossfold_network::{Configuration, Param, Setting, Shape};
use crossfold_store::MemoryStore;
use crossfold_study::{
    ConfigurationNumber, Domain, EpochReport, Failure, Fit, FitEnd, FoldId, Limits, MaxFailures, Metric, NoCrashLog,
    Objective, Origin, Part, Plan, Pruner, PrunerKind, Refit, Results, Rungs, SamplerKind, Seed, Store, StoreError,
    Strategy, Study, Trained, TrialState,
};

use super::*;
use crate::carry_out::recall::{ReusePolicy, replay};
use crate::carry_out::retention::{KeptPredictions, prediction_keys};
use crate::carry_out::worker::panic_message;
use crate::decide::budget::BudgetLimit;
use crate::decide::data_size::DataSize;
use crate::decide::journal::JournalEntry;
use crate::foresee::deadline::Deadline;
use crate::foresee::preview;
use crate::simulation::{Epoch, Simulation, choice, folds, study};

/// Two networks, each read at three epochs, on `fold_count` folds.
fn plan(fold_count: u32) -> Plan {
    let space =
        vec![(Param::Nodes, choice(Setting::Nodes, [100, 200])), (Param::Epochs, choice(Setting::Epochs, [2, 5, 10]))];
    preview::initial_plan(&study(Strategy::GRID, space), folds(fold_count))
}

fn nodes(configuration: &Configuration) -> u64 {
    configuration.hidden[0].nodes.into()
}

fn origin() -> Origin {
    let study = study(Strategy::GRID, Vec::new());
    Origin::new("digest", "none", Seed(1), &study.splits, "simulated\n")
}

/// A search with a stopped clock and a store in memory.
struct TestRun<'a> {
    plan: &'a Plan,
    price: &'a (dyn Fn(&Configuration) -> u64 + Sync),
    clock: &'a (dyn Fn() -> Duration + Sync),
    limits: Limits,
    store: &'a dyn Store,
    predictions: bool,
    threads: usize,
}

/// The outcome of a run.
#[derive(Debug)]
struct TestOutcome {
    results: Results,
    too_many_failures: bool,
}

impl<'a> TestRun<'a> {
    fn new(plan: &'a Plan, store: &'a dyn Store, threads: usize) -> TestRun<'a> {
        let (clock, limits) = (&|| Duration::ZERO, Limits::default());
        TestRun { plan, price: &nodes, clock, limits, store, predictions: false, threads }
    }

    /// Trains what the store lacks.
    fn run(
        &self,
        objective: &dyn Objective,
        stop: &Stop,
        observe: &mut dyn FnMut(&Event, &Results),
    ) -> Result<TestOutcome, RunError> {
        let (origin, study) = (origin(), study(Strategy::GRID, Vec::new()));
        let executor = Executor {
            study: None,
            keeps_journal: false,
            origin: &origin,
            objective,
            store: self.store,
            running: &NoCrashLog,
            limits: self.limits,
            reuse: ReusePolicy::default(),
            suspects: &BTreeSet::new(),
            price: self.price,
            predictions: self.predictions,
            deadline: None,
            jobs: NonZeroUsize::new(self.threads).unwrap(),
            clock: self.clock,
        };
        let plan = Arc::new(self.plan.clone());
        let course = Course::of_plan(&study, &plan, DataSize::new(Shape::dense(4, 2), 100, 20));
        let outcome =
            executor.run(course, stop, &mut |_, _| {}, &mut |event, course| observe(event, course.results()))?;
        let too_many_failures = outcome.too_many_failures;
        Ok(TestOutcome { results: outcome.course.into_parts().1, too_many_failures })
    }
}

/// The results of all of `plan`, without a clock or an observer.
fn results(plan: &Plan, objective: &dyn Objective, threads: usize, stop: &Stop) -> Results {
    let store = MemoryStore::default();
    TestRun::new(plan, &store, threads).run(objective, stop, &mut |_, _| {}).unwrap().results
}

fn states(plan: &Plan, results: &Results) -> Vec<TrialState> {
    plan.trials.iter().map(|trial| results.state(plan, trial)).collect()
}

#[test]
fn trials_that_differ_only_in_epochs_share_a_fit() {
    let plan = plan(5);
    let asked = AtomicUsize::new(0);
    let objective = Simulation(|fit: &Fit<'_>, _, epoch| {
        assert_eq!(fit.epochs, 10);
        asked.fetch_add(usize::from(epoch == 1), Ordering::Relaxed);
        Epoch::Trained
    });
    let results = results(&plan, &objective, 2, &Stop::new());
    assert_eq!(asked.into_inner(), 10);
    let means = plan.trials.iter().map(|trial| results.mean(&plan, trial, Metric::Accuracy).unwrap().get());
    // epoch / 100 + 2 / 1,000 + nodes / 100,000: the mean fold is 2.
    for (mean, by_hand) in means.zip([0.023, 0.053, 0.103, 0.024, 0.054, 0.104]) {
        assert!((mean - by_hand).abs() < 1e-12, "{mean} {by_hand}");
    }
}

#[test]
fn results_do_not_depend_on_jobs_or_arrival() {
    let plan = plan(8);
    let outcome = |threads: usize, price: &(dyn Fn(&Configuration) -> u64 + Sync)| {
        // Every epoch waits until `threads` fits are in it: as many run at once, in lockstep.
        let together = Barrier::new(threads);
        let objective = Simulation(|_: &Fit<'_>, _, epoch| {
            together.wait();
            if epoch == 7 { Epoch::Diverged } else { Epoch::Trained }
        });
        let store = MemoryStore::default();
        let test = TestRun { price, ..TestRun::new(&plan, &store, threads) };
        test.run(&objective, &Stop::new(), &mut |_, _| {}).unwrap().results
    };
    let serial = format!("{:?}", outcome(1, &nodes));
    assert!(serial.contains("NotFinite { epoch: 7 }"));
    for threads in [1, 2, 8] {
        assert_eq!(format!("{:?}", outcome(threads, &nodes)), serial, "{threads} jobs");
        assert_eq!(
            format!("{:?}", outcome(threads, &|configuration| 1_000 - nodes(configuration))),
            serial,
            "{threads} jobs"
        );
    }
}

/// Means as above: trials 5, 2, 4, 1, 3, 0 from the best.
#[test]
fn the_best_trials_keep_their_predictions() {
    let plan = plan(5);
    let results = results(&plan, &Simulation(|_: &Fit<'_>, _, _| Epoch::Trained), 2, &Stop::new());
    let split = |kept: KeptPredictions, metric| {
        let (kept, dropped) = kept.split(&plan, &results, metric, &Shape::dense(4, 2).into());
        [kept, dropped].map(|trials| trials.iter().map(|trial| trial.number.0).collect::<Vec<_>>())
    };
    assert_eq!(split(KeptPredictions::Best(2), Metric::Accuracy), [vec![5, 2], vec![4, 1, 3, 0]]);
    assert_eq!(split(KeptPredictions::Best(9), Metric::Accuracy), [vec![5, 2, 4, 1, 3, 0], vec![]]);
    assert_eq!(split(KeptPredictions::All, Metric::Accuracy)[1].len(), 0);
    let origin = origin();
    let found = prediction_keys(&plan, &origin, &results, &[&plan.trials[1]]);
    let key = |fold| origin.key(&plan.configurations[0].configuration, Part::Fold(plan.folds[fold]));
    assert_eq!(found, (0..5).map(|fold| (key(fold), 5)).collect::<Vec<_>>());
}

#[test]
fn a_panic_fails_only_its_fit() {
    let plan = plan(3);
    let objective = Simulation(|fit: &Fit<'_>, fold: FoldId, epoch| {
        let unlucky = fit.configuration.hidden[0].nodes == 200 && fold.fold == 1 && epoch == 3;
        if unlucky { Epoch::Panicked("index out of bounds") } else { Epoch::Trained }
    });
    let results = results(&plan, &objective, 2, &Stop::new());
    let failed = TrialState::Failed {
        fold: FoldId { repeat: 0, fold: 1 },
        failure: Failure::Panic("index out of bounds".to_owned()),
    };
    let complete = TrialState::Complete;
    assert_eq!(
        states(&plan, &results),
        [complete.clone(), complete.clone(), complete.clone(), complete, failed.clone(), failed]
    );
}

#[test]
fn a_failure_keeps_earlier_epochs_and_other_folds() {
    let plan = plan(3);
    let objective = Simulation(
        |_: &Fit<'_>, fold: FoldId, epoch| {
            if fold.fold == 0 && epoch == 4 { Epoch::Diverged } else { Epoch::Trained }
        },
    );
    let results = results(&plan, &objective, 1, &Stop::new());
    let failed = TrialState::Failed { fold: plan.folds[0], failure: Failure::NotFinite { epoch: 4 } };
    assert_eq!(states(&plan, &results)[..3], [TrialState::Complete, failed.clone(), failed]);
    let epochs: Vec<u32> = results.fits().map(|(_, _, fit)| fit.epochs()).collect();
    assert_eq!(epochs, [3, 10, 10, 3, 10, 10]);
}

#[test]
fn after_a_stop_no_fit_begins_and_results_are_kept() {
    let plan = plan(3);
    let stop = Stop::new();
    let objective = Simulation(|_: &Fit<'_>, fold: FoldId, epoch| {
        if fold.fold == 1 && epoch == 4 {
            stop.request();
        }
        Epoch::Trained
    });
    let results = results(&plan, &objective, 1, &stop);
    let fits: Vec<_> = results.fits().map(|(_, fold, fit)| (fold.fold, fit.epochs(), fit.end.clone())).collect();
    assert_eq!(fits, [(0, 10, Some(FitEnd::Complete)), (1, 3, Some(FitEnd::Cancelled))]);
    assert_eq!(states(&plan, &results), vec![TrialState::Cancelled { at: None }; 6]);
}

#[test]
fn a_stop_before_the_run_starts_no_fit() {
    let stop = Stop::new();
    stop.request();
    let objective = Simulation(|_: &Fit<'_>, _, _| unreachable!());
    assert_eq!(results(&plan(3), &objective, 2, &stop).fits().count(), 0);
}

#[test]
fn events_are_observed_in_order_after_they_are_applied() {
    let plan = plan(2);
    let objective = Simulation(|_: &Fit<'_>, _, _| Epoch::Trained);
    // A clock on which each look takes a second.
    let looks = AtomicUsize::new(0);
    let clock = || Duration::from_secs(looks.fetch_add(1, Ordering::Relaxed) as u64);
    let caller = std::thread::current().id();
    let mut seen = Vec::new();
    let mut observe = |event: &Event, results: &Results| {
        assert_eq!(std::thread::current().id(), caller);
        let known = |configuration, fold| results.fit(configuration, fold).unwrap();
        match event.clone() {
            Event::FitStarted { configuration, fold } => {
                assert_eq!(known(configuration, fold).epochs(), 0);
                seen.push((configuration, fold.fold, 0));
            }
            Event::EpochDone { configuration, fold, report } => {
                assert_eq!(known(configuration, fold).reports().last(), Some(report.clone()));
                seen.push((configuration, fold.fold, report.epoch));
            }
            Event::FitEnded { configuration, fold, ref end, elapsed } => {
                assert_eq!(known(configuration, fold).end.as_ref(), Some(end));
                // One look for each of ten epochs, of which the last is the end.
                assert_eq!(elapsed, Duration::from_secs(10));
                seen.push((configuration, fold.fold, 11));
            }
        }
    };
    let store = MemoryStore::default();
    let test = TestRun { clock: &clock, ..TestRun::new(&plan, &store, 1) };
    test.run(&objective, &Stop::new(), &mut observe).unwrap();
    let longest_first = [(1, 0), (1, 1), (0, 0), (0, 1)];
    let expected: Vec<_> = longest_first
        .into_iter()
        .flat_map(|(number, fold)| (0..=11).map(move |step| (ConfigurationNumber(number), fold, step)))
        .collect();
    assert_eq!(seen, expected);
}

/// Without a listener the fits would train for four thousand million epochs.
#[test]
fn an_observer_that_panics_ends_the_run() {
    let mut plan = plan(3);
    plan.configurations.iter_mut().for_each(|planned| planned.read_at = vec![u32::MAX]);
    let objective = Simulation(|_: &Fit<'_>, _, _| Epoch::Trained);
    let store = MemoryStore::default();
    let mut observe = |event: &Event, _: &Results| {
        if matches!(event, Event::EpochDone { .. }) {
            std::panic::resume_unwind(Box::new("the terminal is gone"));
        }
    };
    let panic =
        catch_unwind(AssertUnwindSafe(|| TestRun::new(&plan, &store, 2).run(&objective, &Stop::new(), &mut observe)));
    assert_eq!(panic_message(&*panic.unwrap_err()), "the terminal is gone");
}

#[test]
fn a_plan_without_folds_trains_nothing() {
    let objective = Simulation(|_: &Fit<'_>, _, _| unreachable!());
    assert_eq!(results(&plan(0), &objective, 2, &Stop::new()).fits().count(), 0);
}

/// A search that was stopped and is run again trains what is missing, with the same results.
#[test]
fn a_second_run_trains_only_missing_fits() {
    let plan = plan(3);
    let whole = format!("{:?}", results(&plan, &Simulation(|_: &Fit<'_>, _, _| Epoch::Trained), 1, &Stop::new()));
    let store = MemoryStore::default();
    let begun = AtomicUsize::new(0);
    for expected in [3, 4, 0] {
        let stop = Stop::new();
        let objective = Simulation(|_: &Fit<'_>, _, epoch| {
            if epoch == 1 && begun.fetch_add(1, Ordering::Relaxed) == 2 {
                stop.request();
            }
            Epoch::Trained
        });
        let before = begun.load(Ordering::Relaxed);
        let outcome = TestRun::new(&plan, &store, 1).run(&objective, &stop, &mut |_, _| {}).unwrap();
        assert_eq!(begun.load(Ordering::Relaxed) - before, expected);
        assert_eq!(format!("{:?}", outcome.results) == whole, expected != 3);
    }
}

#[test]
fn more_epochs_retrain_a_fit_and_fewer_do_not() {
    let store = MemoryStore::default();
    let objective = Simulation(|_: &Fit<'_>, _, _| Epoch::Trained);
    for (read_at, trains) in [(vec![2, 5], 2), (vec![5], 0), (vec![1], 0), (vec![6], 2), (vec![2, 6], 0)] {
        let mut plan = plan(1);
        plan.configurations.iter_mut().for_each(|planned| planned.read_at = read_at.clone());
        let mut ended = 0;
        let observe = &mut |event: &Event, _: &Results| ended += usize::from(matches!(event, Event::FitEnded { .. }));
        let outcome = TestRun::new(&plan, &store, 2).run(&objective, &Stop::new(), observe).unwrap();
        assert_eq!(ended, trains, "{read_at:?}");
        let epochs: Vec<u32> = outcome.results.fits().map(|(_, _, fit)| fit.epochs()).collect();
        assert_eq!(epochs, [*read_at.last().unwrap(); 2]);
    }
}

/// Two networks that stop at 4 epochs, and are read at 2, 5 and 10.
#[test]
fn an_early_stopped_fit_is_complete_at_every_horizon() {
    let (mut plan, store) = (plan(1), MemoryStore::default());
    let begun = AtomicUsize::new(0);
    let objective = Simulation(|_: &Fit<'_>, _, epoch| {
        begun.fetch_add(usize::from(epoch == 1), Ordering::Relaxed);
        if epoch == 4 { Epoch::Stopped } else { Epoch::Trained }
    });
    for (read_at, trains) in [([2, 5, 10], 2), ([2, 5, 20], 0), ([1, 2, 3], 0)] {
        plan.configurations.iter_mut().for_each(|planned| planned.read_at = read_at.to_vec());
        for (trial, epochs) in plan.trials.iter_mut().zip(read_at.into_iter().cycle()) {
            trial.epochs = epochs;
        }
        let test = TestRun { predictions: true, ..TestRun::new(&plan, &store, 1) };
        let results = test.run(&objective, &Stop::new(), &mut |_, _| {}).unwrap().results;
        assert_eq!(begun.swap(0, Ordering::Relaxed), trains, "{read_at:?}");
        assert_eq!(states(&plan, &results), vec![TrialState::Complete; 6]);
        let read = prediction_keys(&plan, &origin(), &results, &plan.trials.iter().collect::<Vec<_>>());
        let epochs: Vec<u32> = read.iter().map(|(_, epoch)| *epoch).collect();
        assert_eq!(epochs, read_at.map(|epoch| epoch.min(4)).repeat(2));
        let is_stored = |(key, epoch): &(_, u32)| store.predictions(key, *epoch).unwrap().is_some();
        assert_eq!(read.iter().all(is_stored), read_at[2] > 3, "{read_at:?}");
    }
}

#[test]
fn a_result_that_is_not_reproduced_ends_the_run() {
    let store = MemoryStore::default();
    let mut short = plan(1);
    short.configurations.iter_mut().for_each(|planned| planned.read_at = vec![2]);
    let observe = &mut |_: &Event, _: &Results| {};
    let objective = Simulation(|_: &Fit<'_>, _, _| Epoch::Trained);
    TestRun::new(&short, &store, 1).run(&objective, &Stop::new(), observe).unwrap();
    // Another number of nodes gives another score: not the same function of the same fit.
    struct DriftingObjective<F>(Simulation<F>);
    impl<F: Fn(&Fit<'_>, FoldId, u32) -> Epoch + Sync> Objective for DriftingObjective<F> {
        fn fit(&self, fit: &Fit<'_>, stop: &Stop, report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>) -> Trained {
            let mut configuration = fit.configuration.clone();
            configuration.hidden[0].nodes += 1;
            self.0.fit(&Fit { configuration: &configuration, ..fit.clone() }, stop, report)
        }
    }
    let refused = TestRun::new(&plan(1), &store, 1).run(&DriftingObjective(objective), &Stop::new(), observe);
    assert!(matches!(refused, Err(RunError::Store(StoreError::Differs { epoch: 1, .. }))), "{refused:?}");
}

/// Deterministic failures are remembered, panics are retried.
#[test]
fn panics_are_retried_and_deterministic_failures_are_not() {
    let plan = plan(2);
    let store = MemoryStore::default();
    let begun = AtomicUsize::new(0);
    let objective = Simulation(|_: &Fit<'_>, fold: FoldId, epoch| {
        begun.fetch_add(usize::from(epoch == 1), Ordering::Relaxed);
        match (fold.fold, epoch) {
            (0, 3) => Epoch::Diverged,
            (1, 3) => Epoch::Panicked("by chance"),
            _ => Epoch::Trained,
        }
    });
    let mut fits = Vec::new();
    for _ in 0..2 {
        TestRun::new(&plan, &store, 1).run(&objective, &Stop::new(), &mut |_, _| {}).unwrap();
        fits.push(begun.swap(0, Ordering::Relaxed));
    }
    assert_eq!(fits, [4, 2]);
}

#[test]
fn a_search_with_too_many_failures_is_stopped() {
    let plan = plan(1);
    let begun = AtomicUsize::new(0);
    let objective = Simulation(|_: &Fit<'_>, _, epoch| {
        begun.fetch_add(usize::from(epoch == 1), Ordering::Relaxed);
        if epoch == 3 { Epoch::Diverged } else { Epoch::Trained }
    });
    // Each network's fit completes its trial at 2 epochs, and fails those at 5 and 10.
    for (max_failures, trained, stopped) in [
        (MaxFailures::Trials(1), 1, true),
        (MaxFailures::Trials(2), 2, true),
        (MaxFailures::Trials(4), 2, false),
        (MaxFailures::Percent(20.0), 1, true),
        (MaxFailures::Percent(67.0), 2, false),
    ] {
        let store = MemoryStore::default();
        let limits = Limits { max_failures: Some(max_failures), ..Limits::default() };
        let test = TestRun { limits, ..TestRun::new(&plan, &store, 1) };
        let outcome = test.run(&objective, &Stop::new(), &mut |_, _| {}).unwrap();
        assert_eq!(outcome.too_many_failures, stopped, "{max_failures:?}");
        let begun = begun.swap(0, Ordering::Relaxed);
        // The worker may have begun the next before the dispatcher knew.
        assert!(begun >= trained && begun <= 2, "{max_failures:?}: {begun}");
    }
}

/// The clock jumps past the limit in the third epoch, which waits for its stop.
#[test]
fn a_fit_past_its_time_limit_is_stopped_and_incomplete() {
    let plan = plan(1);
    let store = MemoryStore::default();
    let seconds = AtomicUsize::new(0);
    let clock = || Duration::from_secs(seconds.load(Ordering::Relaxed) as u64);
    struct EndlessObjective<'a>(&'a AtomicUsize);
    impl Objective for EndlessObjective<'_> {
        fn fit(&self, fit: &Fit<'_>, stop: &Stop, report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>) -> Trained {
            let trained = Simulation(|_: &Fit<'_>, _, _| Epoch::Trained);
            assert_eq!(trained.fit(&Fit { epochs: 2, ..fit.clone() }, stop, report).end, FitEnd::Complete);
            self.0.fetch_add(60, Ordering::Relaxed);
            while !stop.is_requested() {
                std::hint::spin_loop();
            }
            FitEnd::Cancelled.into()
        }
    }
    let limits = Limits { fit_seconds: Some(60), ..Limits::default() };
    let test = TestRun { clock: &clock, limits, ..TestRun::new(&plan, &store, 1) };
    let outcome = test.run(&EndlessObjective(&seconds), &Stop::new(), &mut |_, _| {}).unwrap();
    let ends: Vec<_> = outcome.results.fits().map(|(_, _, fit)| (fit.epochs(), fit.end.clone().unwrap())).collect();
    assert_eq!(ends, vec![(2, FitEnd::Failed(Failure::TimedOut(60))); 2]);
    // It is retried: without the limit it is complete.
    let objective = Simulation(|_: &Fit<'_>, _, _| Epoch::Trained);
    let outcome = TestRun::new(&plan, &store, 1).run(&objective, &Stop::new(), &mut |_, _| {}).unwrap();
    assert_eq!(states(&plan, &outcome.results), vec![TrialState::Complete; 6]);
}

/// Runs a search one fit at a time, on a clock of `seconds`.
fn run_until<'s>(
    study: &'s Study,
    store: &MemoryStore,
    deadline: Deadline,
    objective: &dyn Objective,
    seconds: &AtomicUsize,
    observe: &mut dyn FnMut(&Event, &Course<'_>),
) -> Outcome<'s> {
    let executor = Executor {
        study: None,
        keeps_journal: false,
        origin: &origin(),
        objective,
        store,
        running: &NoCrashLog,
        limits: Limits::default(),
        reuse: ReusePolicy::default(),
        suspects: &BTreeSet::new(),
        price: &nodes,
        predictions: false,
        deadline: Some(deadline),
        jobs: NonZeroUsize::MIN,
        clock: &|| Duration::from_secs(seconds.load(Ordering::Relaxed) as u64),
    };
    let course = Course::new(study, folds(3), DataSize::new(Shape::dense(4, 2), 100, 20));
    executor.run(course, &Stop::new(), &mut |_, _| {}, observe).unwrap()
}

/// Fits take 30 s of the search's clock. The last one ends early enough for a refit and for reports.
#[test]
fn a_deadline_is_kept() {
    let rates = Domain::Uniform { low: 0.001, high: 0.1 };
    let study = study(Strategy::new(SamplerKind::Random, 1_000), vec![(Param::LearningRate, rates)]);
    let seconds = AtomicUsize::new(0);
    // Simulated fits take no real time, so each waits until the search knows how long the ones before it took.
    let (started, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let objective = Simulation(|_: &Fit<'_>, _, epoch| {
        if epoch == 1 {
            let earlier = started.fetch_add(1, Ordering::Relaxed);
            while ended.load(Ordering::Relaxed) < earlier {
                std::thread::yield_now();
            }
        }
        seconds.fetch_add(10, Ordering::Relaxed);
        Epoch::Trained
    });
    let mut observe = |event: &Event, _: &Course<'_>| {
        if let Event::FitEnded { .. } = event {
            ended.fetch_add(1, Ordering::Relaxed);
        }
    };
    let deadline = Deadline {
        at: Duration::from_secs(3600),
        refit: Refit::Best,
        variables: false,
        reports: Duration::from_secs(60),
    };
    let outcome = run_until(&study, &MemoryStore::default(), deadline, &objective, &seconds, &mut observe);
    assert_eq!(outcome.ended_by, Some(BudgetLimit::Wall));
    assert!(states(outcome.course.plan(), outcome.course.results()).contains(&TrialState::Complete));
    // At most 47 s are kept for the refit. A worker that has not seen the first fit's time yet ignores them, but it
    // starts no fit once only the time for reports is left.
    let took = seconds.load(Ordering::Relaxed);
    assert!((3_400..=3_570).contains(&took), "{took}");
}

/// The start of a fit takes 20 s of the search's clock, and its epochs next to nothing. As long as only fits of one epoch are
/// known, 81 epochs on 3 folds seem to take longer than there is. The leader is trained to its end, and the search goes on.
#[test]
fn slow_starts_do_not_end_a_search() {
    let rates = Domain::Uniform { low: 0.001, high: 0.1 };
    let mut study = study(Strategy::new(SamplerKind::Random, 12), vec![(Param::LearningRate, rates)]);
    study.models[0].fixed = study.models[0].fixed.clone().with(Setting::Epochs(81));
    study.pruner = Pruner { kind: PrunerKind::Halving, rungs: Rungs::Growing { factor: 3, epochs: 1, folds: None } };
    let deadline = Deadline {
        at: Duration::from_secs(3600),
        refit: Refit::None,
        variables: false,
        reports: Duration::from_secs(60),
    };
    study.budget.wall = Some(deadline.at);
    let seconds = AtomicUsize::new(0);
    let objective = Simulation(|fit: &Fit<'_>, _, epoch| {
        let is_first = epoch == 1 + fit.from.map_or(0, |from| from.epochs);
        seconds.fetch_add(if is_first { 20 } else { 0 }, Ordering::Relaxed);
        Epoch::Trained
    });
    let outcome = run_until(&study, &MemoryStore::default(), deadline, &objective, &seconds, &mut |_, _| {});
    assert_eq!(outcome.ended_by, None);
    let states = states(outcome.course.plan(), outcome.course.results());
    let are = |is: fn(&TrialState) -> bool| states.iter().filter(|state| is(state)).count();
    let ended = [are(|state| *state == TrialState::Complete), are(|state| matches!(state, TrialState::Pruned { .. }))];
    assert_eq!(ended, [1, 11], "{states:?}");
}

/// An epoch takes 100 s. Without a pruner no trial is a leader, and all would be cut if none were trained to its end.
#[test]
fn a_deadline_leaves_a_winner_of_trials_without_rungs() {
    let rates = Domain::Uniform { low: 0.001, high: 0.1 };
    let study = study(Strategy::new(SamplerKind::Random, 12), vec![(Param::LearningRate, rates)]);
    let deadline = Deadline {
        at: Duration::from_secs(1000),
        refit: Refit::None,
        variables: false,
        reports: Duration::from_secs(60),
    };
    let seconds = AtomicUsize::new(0);
    let objective = Simulation(|_: &Fit<'_>, _, _| {
        seconds.fetch_add(100, Ordering::Relaxed);
        Epoch::Trained
    });
    let outcome = run_until(&study, &MemoryStore::default(), deadline, &objective, &seconds, &mut |_, _| {});
    assert!(states(outcome.course.plan(), outcome.course.results()).contains(&TrialState::Complete));
}

/// Of the whole trials in a store, a search that was out of time has completed only the one of which its journal says so.
#[test]
fn a_search_out_of_time_is_repeated_without_trials_of_others() {
    let space = || vec![(Param::LearningRate, Domain::Uniform { low: 0.001, high: 0.1 })];
    let complete = |course: &Course<'_>| {
        let states = states(course.plan(), course.results());
        states.iter().filter(|state| **state == TrialState::Complete).count()
    };
    let other = study(Strategy::new(SamplerKind::Random, 5), space());
    let store = MemoryStore::default();
    let deadline =
        Deadline { at: Duration::from_secs(1 << 30), refit: Refit::None, variables: false, reports: Duration::ZERO };
    let objective = Simulation(|_: &Fit<'_>, _, _| Epoch::Trained);
    let outcome = run_until(&other, &store, deadline, &objective, &AtomicUsize::new(0), &mut |_, _| {});
    assert_eq!(complete(&outcome.course), 5);
    let mut cut = study(Strategy::new(SamplerKind::Random, 12), space());
    cut.pruner = Pruner { kind: PrunerKind::Halving, rungs: Rungs::Growing { factor: 3, epochs: 1, folds: None } };
    cut.budget.wall = Some(Duration::from_secs(3600));
    for (journal, expected) in [(Vec::new(), 0), (vec![JournalEntry::Secured(1)], 1)] {
        let mut course = Course::new(&cut, folds(3), DataSize::new(Shape::dense(4, 2), 100, 20));
        course.repeat(journal);
        replay(&mut course, &origin(), &store).unwrap();
        assert_eq!(complete(&course), expected);
    }
}
