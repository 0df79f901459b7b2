//! The scheduler: workers that train, and one dispatcher that owns all they report.

use std::any::Any;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use crossfold_study::{
    EpochReport, Event, Failure, Fit, FitEnd, FoldId, Objective, Part, PlannedConfiguration, Results, Stop,
};
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};

use crate::Schedule;

/// How far workers may run ahead of a slow observer, in events: memory stays bounded.
const BACKLOG: usize = 1024;

/// The operating system gave fewer threads than asked for.
#[derive(Debug, thiserror::Error)]
#[error("{threads} threads can't be started: {reason}")]
pub struct ThreadsError {
    threads: usize,
    reason: ThreadPoolBuildError,
}

impl ThreadsError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some("ask for fewer with `--jobs`".to_owned())
    }
}

/// Trains the schedule's fits on `jobs` threads, each fit on one.
///
/// Events are handed to `observe` on the calling thread as they arrive, each after the results have
/// taken it in. Arrival differs from run to run; the results returned don't, but for the records of
/// elapsed time.
///
/// A fit that panics has failed; the others go on, its configuration's other folds among them,
/// since trials with fewer epochs may still be complete. Once `stop` is requested no fit is begun,
/// and those under way end when the objective next looks. `clock` is the time since any fixed
/// moment.
///
/// # Errors
/// Where the threads can't be started.
///
/// # Panics
/// Where `observe` does, once the fits under way have come to the end of their epoch.
pub fn run(
    schedule: &Schedule<'_>,
    objective: &dyn Objective,
    jobs: NonZeroUsize,
    stop: &Stop,
    clock: &(dyn Fn() -> Duration + Sync),
    observe: &mut dyn FnMut(&Event, &Results),
) -> Result<Results, ThreadsError> {
    let mut results = Results::default();
    let threads = jobs.get().min(schedule.fits());
    if threads == 0 {
        return Ok(results);
    }
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("fit-{index}"))
        .build()
        .map_err(|reason| ThreadsError { threads, reason })?;

    // Tasks of a pool are begun in no promised order. So each thread has one task, which takes fit
    // after fit from the schedule.
    let next = AtomicUsize::new(0);
    let (sender, receiver) = sync_channel(BACKLOG);
    pool.in_place_scope(|scope| {
        for _ in 0..threads {
            let worker = Worker { schedule, next: &next, objective, stop, clock, events: sender.clone() };
            scope.spawn(move |_| worker.work());
        }
        // The loop ends when the last worker has dropped its sender. Should `observe` panic, the
        // receiver is dropped, and workers end at their next event.
        drop(sender);
        for event in receiver {
            results.apply(&event);
            observe(&event, &results);
        }
    });
    Ok(results)
}

/// A thread's share of a run. It changes nothing but its place in the schedule: the rest is told to
/// the dispatcher.
struct Worker<'a> {
    schedule: &'a Schedule<'a>,
    next: &'a AtomicUsize,
    objective: &'a dyn Objective,
    stop: &'a Stop,
    clock: &'a (dyn Fn() -> Duration + Sync),
    events: SyncSender<Event>,
}

impl Worker<'_> {
    fn work(&self) {
        while !self.stop.is_requested() {
            let position = self.next.fetch_add(1, Ordering::Relaxed);
            let Some((planned, fold)) = self.schedule.get(position) else { return };
            if self.fit(planned, fold).is_break() {
                return;
            }
        }
    }

    /// Breaks where nobody listens any more.
    fn fit(&self, planned: &PlannedConfiguration, fold: FoldId) -> ControlFlow<()> {
        let configuration = planned.number;
        let began = (self.clock)();
        self.tell(Event::FitStarted { configuration, fold })?;

        let fit = Fit {
            configuration: &planned.configuration,
            part: Part::Fold(fold),
            epochs: planned.horizon(),
            predict_at: &[],
        };
        let mut report = |report: EpochReport| self.tell(Event::EpochDone { configuration, fold, report });
        let end = catch(|| self.objective.fit(&fit, self.stop, &mut report)).unwrap_or_else(FitEnd::Failed);

        let elapsed = (self.clock)().saturating_sub(began);
        self.tell(Event::FitEnded { configuration, fold, end, elapsed })
    }

    fn tell(&self, event: Event) -> ControlFlow<()> {
        match self.events.send(event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// Runs a training, and turns its panic into a failure: one network is no reason to lose the others.
///
/// Of a training that panicked nothing may be looked at again but what it has reported.
///
/// # Errors
/// [`Failure::Panic`], with the panic's message.
pub fn catch<T>(training: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(training)).map_err(|panic| Failure::Panic(message(&*panic)))
}

/// What `panic!` was given, which is text unless somebody went out of their way.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use crossfold_study::{ConfigurationNumber, Metric, Param, Plan, Setting, Strategy, TrialState};

    use super::*;
    use crate::simulation::{Epoch, Simulation, choice, folds, study};

    /// Two networks, each read at three epochs, on `fold_count` folds.
    fn plan(fold_count: u32) -> Plan {
        let space = vec![
            (Param::Nodes, choice(Setting::Nodes, [100, 200])),
            (Param::Epochs, choice(Setting::Epochs, [2, 5, 10])),
        ];
        crate::plan(&study(Strategy::Grid, space), folds(fold_count))
    }

    fn jobs(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    fn nodes(planned: &PlannedConfiguration) -> u64 {
        planned.configuration.hidden[0].nodes.into()
    }

    /// The whole of `plan`, dearest first, without a clock or an observer.
    fn results(plan: &Plan, objective: &dyn Objective, threads: usize, stop: &Stop) -> Results {
        let schedule = Schedule::dearest_first(plan, &nodes);
        run(&schedule, objective, jobs(threads), stop, &|| Duration::ZERO, &mut |_, _| {}).unwrap()
    }

    fn states(plan: &Plan, results: &Results) -> Vec<TrialState> {
        plan.trials.iter().map(|trial| results.state(plan, trial)).collect()
    }

    #[test]
    fn trials_that_differ_in_epochs_read_one_fit() {
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
    fn the_number_of_jobs_and_the_order_of_arrival_leave_no_trace() {
        let plan = plan(8);
        let outcome = |threads: usize, price: &dyn Fn(&PlannedConfiguration) -> u64| {
            // Every epoch waits until `threads` fits are in it: so many run at once, in lockstep.
            let together = Barrier::new(threads);
            let objective = Simulation(|_: &Fit<'_>, _, epoch| {
                together.wait();
                if epoch == 7 { Epoch::Diverged } else { Epoch::Trained }
            });
            let schedule = Schedule::dearest_first(&plan, price);
            let observe = &mut |_: &Event, _: &Results| {};
            run(&schedule, &objective, jobs(threads), &Stop::new(), &|| Duration::ZERO, observe).unwrap()
        };
        let serial = format!("{:?}", outcome(1, &nodes));
        assert!(serial.contains("NotFinite { epoch: 7 }"));
        for threads in [1, 2, 8] {
            assert_eq!(format!("{:?}", outcome(threads, &nodes)), serial, "{threads} jobs");
            assert_eq!(format!("{:?}", outcome(threads, &|planned| 1_000 - nodes(planned))), serial, "{threads} jobs");
        }
    }

    #[test]
    fn a_panic_fails_its_fit_alone() {
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
    fn epochs_before_a_failure_stand_and_other_folds_go_on() {
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
    fn after_a_stop_no_fit_is_begun_and_what_is_known_is_kept() {
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
        assert_eq!(states(&plan, &results), vec![TrialState::Cancelled; 6]);
    }

    #[test]
    fn a_stop_beforehand_begins_nothing() {
        let stop = Stop::new();
        stop.request();
        let objective = Simulation(|_: &Fit<'_>, _, _| unreachable!());
        assert_eq!(results(&plan(3), &objective, 2, &stop).fits().count(), 0);
    }

    #[test]
    fn events_are_observed_in_their_order_after_they_were_applied() {
        let plan = plan(2);
        let objective = Simulation(|_: &Fit<'_>, _, _| Epoch::Trained);
        let schedule = Schedule::dearest_first(&plan, &nodes);
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
                    assert_eq!(elapsed, Duration::from_secs(1));
                    seen.push((configuration, fold.fold, 11));
                }
            }
        };
        run(&schedule, &objective, jobs(1), &Stop::new(), &clock, &mut observe).unwrap();
        let dearest_first = [(1, 0), (1, 1), (0, 0), (0, 1)];
        let expected: Vec<_> = dearest_first
            .into_iter()
            .flat_map(|(number, fold)| (0..=11).map(move |step| (ConfigurationNumber(number), fold, step)))
            .collect();
        assert_eq!(seen, expected);
    }

    /// The fits would go on for four thousand million epochs if anybody listened.
    #[test]
    fn an_observer_that_panics_ends_the_run() {
        let mut plan = plan(3);
        plan.configurations.iter_mut().for_each(|planned| planned.read_at = vec![u32::MAX]);
        let schedule = Schedule::dearest_first(&plan, &nodes);
        let objective = Simulation(|_: &Fit<'_>, _, _| Epoch::Trained);
        let mut observe = |event: &Event, _: &Results| {
            if matches!(event, Event::EpochDone { .. }) {
                std::panic::resume_unwind(Box::new("the terminal is gone"));
            }
        };
        let panic = catch_unwind(AssertUnwindSafe(|| {
            run(&schedule, &objective, jobs(2), &Stop::new(), &|| Duration::ZERO, &mut observe)
        }));
        assert_eq!(message(&*panic.unwrap_err()), "the terminal is gone");
    }

    #[test]
    fn without_folds_there_is_nothing_to_do() {
        let objective = Simulation(|_: &Fit<'_>, _, _| unreachable!());
        assert_eq!(results(&plan(0), &objective, 2, &Stop::new()).fits().count(), 0);
    }
}
