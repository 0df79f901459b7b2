//! Searches before a deadline on a virtual clock: threads and fits are simulated, one event after another.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};

use crossfold_network::{Configuration, Param, Setting, Shape};
use crossfold_store::MemoryStore;
use crossfold_study::{
    Budget, Checkpoint, Domain, EpochRecord, EpochReport, Evaluation, Fit, FoldId, Limits, NoCrashLog, Origin, Pruner,
    PrunerKind, Refit, Rungs, SamplerKind, Seed, Strategy, Stream, Study, Tally, TrialState,
};

use super::*;
use crate::carry_out::recall::{ReusePolicy, replay};
use crate::decide::data_size::DataSize;
use crate::foresee::deadline::Deadline;
use crate::simulation::{Epoch, Simulation, folds, scores, study};

const EPOCHS: u32 = 27;
const TRIALS: u32 = 20;

/// How long epochs take.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cost {
    Equal,
    /// In proportion to the price, up to 1:100.
    ByPrice,
    /// Up to 1:100, and the price does not tell.
    Unforeseen,
    /// Epoch `e` takes `e` times as long as the first.
    Growing,
    /// The first epoch after a start takes 20 times as long as others.
    SlowStart,
    /// All are equal, and a fit stops after two thirds of them.
    StopsEarly,
}

impl Cost {
    const ALL: [Cost; 6] =
        [Cost::Equal, Cost::ByPrice, Cost::Unforeseen, Cost::Growing, Cost::SlowStart, Cost::StopsEarly];

    /// The seconds of an epoch of a fit that started after `from` epochs.
    fn seconds(self, configuration: &Configuration, from: u32, epoch: u32) -> f64 {
        match self {
            Cost::Equal | Cost::StopsEarly => 1.0,
            Cost::ByPrice => price(configuration) as f64,
            Cost::Unforeseen => 100_f64.powf(configuration.learning_rate),
            Cost::Growing => epoch.into(),
            Cost::SlowStart if epoch == from + 1 => 20.0,
            Cost::SlowStart => 1.0,
        }
    }

    /// The last epoch of a fit that is asked for `epochs`.
    fn last_epoch(self, epochs: u32) -> u32 {
        if self == Cost::StopsEarly { epochs.min(EPOCHS * 2 / 3) } else { epochs }
    }
}

/// A search, and the time that it has.
#[derive(Clone, Debug)]
struct Case {
    sampler: SamplerKind,
    pruner: PrunerKind,
    min_folds: Option<u32>,
    cost: Cost,
    jobs: usize,
    folds: u32,
    /// In multiples of the time that the quickest of the first trials needs.
    limit: f64,
    /// The budget of epochs.
    most_epochs: Option<u64>,
}

impl Case {
    fn study(&self) -> Study {
        let space = vec![
            (Param::LearningRate, Domain::Uniform { low: 0.001, high: 1.0 }),
            (Param::Nodes, Domain::LogInt { low: 1, high: 100 }),
        ];
        let mut study = study(Strategy::new(self.sampler, TRIALS), space);
        study.models[0].fixed = study.models[0].fixed.clone().without(Param::Nodes).with(Setting::Epochs(EPOCHS));
        let rungs = Rungs::Growing { factor: 3, epochs: 1, folds: self.min_folds };
        study.pruner = if self.pruner == PrunerKind::None { Pruner::NONE } else { Pruner { kind: self.pruner, rungs } };
        study.budget = Budget { wall: Some(Duration::MAX), epochs: self.most_epochs, ..Budget::default() };
        study
    }

    fn course<'s>(&self, study: &'s Study) -> Course<'s> {
        Course::new(study, folds(self.folds), DataSize::new(Shape::dense(4, 2), 100, 20))
    }

    /// The seconds that there are. The first trials are those that begin before there is any result.
    fn seconds(&self, study: &Study) -> f64 {
        let mut course = self.course(study);
        course.ask();
        let fit = |configuration: &Configuration| -> f64 {
            (1..=self.cost.last_epoch(EPOCHS)).map(|epoch| self.cost.seconds(configuration, 0, epoch)).sum()
        };
        let fits = course.plan().configurations.iter().map(|planned| fit(&planned.configuration));
        self.limit * (self.folds as usize).div_ceil(self.jobs) as f64 * fits.fold(f64::INFINITY, f64::min)
    }

    /// Whether the search has a winner, both for itself and for a report.
    fn has_winner(&self) -> bool {
        let study = self.study();
        let seconds = self.seconds(&study);
        let micros = AtomicU64::new(0);
        let (store, origin) =
            (MemoryStore::default(), Origin::new("digest", "none", Seed(1), &study.splits, "virtual\n"));
        let deadline = Deadline {
            at: Duration::from_secs_f64(seconds),
            refit: Refit::None,
            variables: false,
            reports: Duration::ZERO,
        };
        let executor = Executor {
            study: None,
            keeps_journal: false,
            origin: &origin,
            objective: &Simulation(|_: &Fit<'_>, _, _| Epoch::Trained),
            store: &store,
            running: &NoCrashLog,
            limits: Limits::default(),
            reuse: ReusePolicy::default(),
            suspects: &BTreeSet::new(),
            price: &price,
            predictions: false,
            deadline: Some(deadline),
            jobs: NonZeroUsize::new(self.jobs).unwrap(),
            clock: &|| Duration::from_micros(micros.load(Ordering::Relaxed)),
        };
        let (queue, time) = (Queue::default(), RwLock::new(TimeBudget::new(executor.deadline)));
        let mut dispatcher = Dispatcher::new(&executor, self.course(&study), &queue, &time).unwrap();
        let stop = dispatcher.stop_with(&Stop::new());
        let mut threads = Vec::from_iter((0..self.jobs).map(|_| VirtualThread { cost: self.cost, fit: None }));
        let mut now = 0.0;
        while !(queue.is_closed() && threads.iter().all(|thread| thread.fit.is_none())) {
            micros.store((now * 1e6) as u64, Ordering::Relaxed);
            let mut messages = Vec::new();
            threads.iter_mut().for_each(|thread| thread.work(now, &dispatcher, &stop, &mut messages));
            let is_quiet = messages.is_empty();
            dispatcher.take_in(messages.into_iter(), &mut |_, _| {});
            dispatcher.stop_overdue();
            if stop.is_requested() {
                queue.clear();
            } else if is_quiet {
                now = threads.iter().filter_map(VirtualThread::next_end).fold(now + seconds / 200.0, f64::min);
                assert!(now < 1.1 * seconds, "{self:?} does not end");
            }
        }
        let course = dispatcher.outcome().unwrap().course;
        let mut reported = self.course(&study);
        reported.repeat(course.journal().to_vec());
        replay(&mut reported, &origin, &store).unwrap();
        let (plan, results) = reported.into_parts();
        let is_complete = |trial| results.state(&plan, trial) == TrialState::Complete;
        assert_eq!(plan.trials.iter().any(is_complete), course.has_winner(), "{self:?}");
        course.has_winner()
    }
}

fn price(configuration: &Configuration) -> u64 {
    configuration.hidden[0].nodes.into()
}

/// The scores of a fit are by chance.
fn report(configuration: &Configuration, fold: FoldId, epoch: u32) -> EpochReport {
    const ROWS: u32 = 100_000;
    let mut chance = Seed(7).fit(Part::Fold(fold), configuration, Stream::Init, epoch);
    let correct = (chance.unit() * f64::from(ROWS)) as u32;
    let tally = Tally::Classes { rows: ROWS, correct, loss: f64::from(ROWS - correct) };
    EpochReport {
        epoch,
        training: tally,
        validation: Some(Evaluation { tally, scores: scores() }),
        watched: None,
        predictions: None,
    }
}

/// A thread that trains nothing, but takes the time for it.
struct VirtualThread {
    cost: Cost,
    fit: Option<VirtualFit>,
}

struct VirtualFit {
    queued: QueuedFit,
    began: f64,
    before: Duration,
    /// The epochs to come, with the time at which each ends.
    ends: VecDeque<(f64, u32)>,
    epochs: Vec<EpochRecord>,
    stop: Stop,
}

impl VirtualThread {
    fn next_end(&self) -> Option<f64> {
        Some(self.fit.as_ref()?.ends.front()?.0)
    }

    /// What a thread does until `now`. Like a worker it begins a fit before the dispatcher knows that the last one has ended.
    fn work(&mut self, now: f64, dispatcher: &Dispatcher<'_, '_>, stop: &Stop, messages: &mut Vec<Message>) {
        if let Some(fit) = &mut self.fit {
            fit.report(now, messages);
            if fit.ends.is_empty() || fit.stop.is_requested() {
                let ended = self.fit.take().expect("it is a fit");
                messages.push(ended.end(now, dispatcher.executor.origin));
            }
        }
        let (queue, clock) = (dispatcher.queue, dispatcher.executor.clock);
        while self.fit.is_none() && queue.len() > 0 {
            let Some(fit) = queue.pop() else { return };
            let (configuration, fold) = fit.id();
            if stop.is_requested() || !fit.may_begin(&dispatcher.time.read().unwrap(), clock()) {
                messages.push(Message::PassedOver { configuration, fold, epochs: fit.epochs });
            } else {
                let begun = VirtualFit::begin(fit, self.cost, now, stop.child());
                let (before, stop) = (begun.before, begun.stop.clone());
                messages.push(Message::Started { configuration, fold, began: clock(), before, stop });
                self.fit = Some(begun);
            }
        }
    }
}

impl VirtualFit {
    fn begin(queued: QueuedFit, cost: Cost, now: f64, stop: Stop) -> VirtualFit {
        let epochs = queued.from.as_deref().map(|(_, epochs)| epochs.clone()).unwrap_or_default();
        let before = epochs.last().map_or(Duration::ZERO, |epoch| epoch.elapsed);
        let (from, mut at) = (epochs.len() as u32, now);
        let ends = (from + 1..=cost.last_epoch(queued.epochs)).map(|epoch| {
            at += cost.seconds(&queued.configuration, from, epoch);
            (at, epoch)
        });
        VirtualFit { ends: ends.collect(), queued, began: now, before, epochs, stop }
    }

    fn report(&mut self, now: f64, messages: &mut Vec<Message>) {
        while let Some((at, epoch)) = self.ends.pop_front_if(|(at, _)| *at <= now) {
            let (configuration, fold) = self.queued.id();
            let report = report(&self.queued.configuration, fold, epoch);
            let elapsed = self.before + Duration::from_secs_f64(at - self.began);
            self.epochs.push(EpochRecord { report: report.clone(), elapsed });
            messages.push(Message::EpochDone { configuration, fold, report });
        }
    }

    fn end(self, now: f64, origin: &Origin) -> Message {
        let VirtualFit { queued, began, ends, epochs, .. } = self;
        let last = epochs.len() as u32;
        let end = if !ends.is_empty() {
            FitEnd::Cancelled
        } else if last < queued.epochs {
            FitEnd::Stopped
        } else {
            FitEnd::Complete
        };
        let keeps = queued.keep && end == FitEnd::Complete;
        let checkpoint = keeps.then(|| Checkpoint { epochs: last, state: vec![0].into() });
        let ((configuration, fold), part) = (queued.id(), Part::Fold(queued.fold));
        let trained = queued.epochs_left() - (queued.epochs - last);
        let (key, canonical) =
            (origin.key(&queued.configuration, part), queued.configuration.canonical_without_steps());
        let record = Box::new(FitRecord { key, configuration: canonical, part, end, epochs, checkpoint });
        Message::Ended { configuration, fold, record, spent: Duration::from_secs_f64(now - began), epochs: trained }
    }
}

const PRUNERS: [(PrunerKind, Option<u32>); 9] = [
    (PrunerKind::None, None),
    (PrunerKind::Median { startup: 2 }, None),
    (PrunerKind::Halving, None),
    (PrunerKind::Halving, Some(1)),
    (PrunerKind::Hyperband, None),
    (PrunerKind::Bohb, Some(2)),
    (PrunerKind::Asha, None),
    (PrunerKind::Asha, Some(1)),
    (PrunerKind::Racing { level: 0.05 }, Some(2)),
];

/// A winner is possible where time suffices for two of the first trials. Where nothing tells how long fits take, the slowest may
/// have to be trained first.
#[test]
fn a_deadline_leaves_a_winner_whatever_prunes_and_whatever_epochs_cost() {
    let samplers = [SamplerKind::Random, SamplerKind::Sobol, SamplerKind::Tpe { startup: 5 }];
    for (pruner, min_folds) in PRUNERS {
        for cost in Cost::ALL {
            let limit = if cost == Cost::Unforeseen { 200.0 } else { 2.0 };
            for (sampler, (jobs, folds)) in samplers.into_iter().zip([(1, 3), (2, 1), (8, 10)]) {
                let case = Case { sampler, pruner, min_folds, cost, jobs, folds, limit, most_epochs: None };
                assert!(case.has_winner(), "{case:?}");
            }
        }
    }
}

/// The leader that is sent on because work is used up is no winner yet.
#[test]
fn a_deadline_beside_a_budget_of_work_leaves_a_winner() {
    for (pruner, min_folds) in PRUNERS {
        for (jobs, folds) in [(1, 3), (2, 1), (8, 10)] {
            let most_epochs = Some(u64::from(2 * folds * EPOCHS));
            let (sampler, cost) = (SamplerKind::Random, Cost::Equal);
            let case = Case { sampler, pruner, min_folds, cost, jobs, folds, limit: 2.0, most_epochs };
            assert!(case.has_winner(), "{case:?}");
        }
    }
}
