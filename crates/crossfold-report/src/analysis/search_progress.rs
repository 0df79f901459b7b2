//! How far a search has got: the work done, the best trial so far, and the time left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crossfold_network::{Configuration, Setting};
use crossfold_study::{
    ConfigurationNumber, Event, FitEnd, FoldId, Plan, Results, Score, Study, TrialNumber, TrialState,
};
use serde::{Deserialize, Serialize};

use crate::analysis::remaining_time::{ExpectedTraining, RemainingFits, RemainingTraining};

/// The least time between checks of all open trials: they may be pruned at any time, and there may be thousands.
const CHECK_PAUSE: Duration = Duration::from_secs(1);

/// The work of a run, as far as it is known before its first fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpectedWork {
    /// Number of fits to train that are known already.
    pub missing: usize,
    /// Whether no more fits will be requested.
    pub is_all: bool,
    /// The largest possible number of trials; `None` where it is not limited.
    pub trials: Option<u64>,
    /// Where more fits may be requested: the training of the whole search; `None` where that isn't known.
    pub training: Option<ExpectedTraining>,
    /// The time at which the run ends, on the clock of [`SearchProgress::observe`].
    pub deadline: Option<Duration>,
}

/// The cost of one epoch of a configuration, in any unit.
pub type Price = Box<dyn Fn(&Configuration) -> f64>;

/// Follows a search by its events: in fits where all of them are known beforehand, else in trials.
pub struct SearchProgress {
    study: Study,
    expected: ExpectedWork,
    /// The cost of one epoch of a configuration.
    price: Price,
    work: Work,
    /// The fits that this run completed or that failed.
    fits: BTreeSet<(ConfigurationNumber, FoldId)>,
    /// Number of those that failed.
    failed_fits: u64,
    trials: Trials,
}

/// How far a search has got at some time.
#[derive(Clone, Debug, PartialEq)]
pub struct ProgressSnapshot {
    pub unit: WorkUnit,
    /// The work done, of `total`; `None` where that is not limited.
    pub done: u64,
    pub total: Option<u64>,
    /// Fits that this run completed or that failed.
    pub fits: u64,
    pub pruned: u64,
    pub failed: u64,
    pub best: Option<Arc<BestTrial>>,
    /// Since the first fit began.
    pub elapsed: Duration,
    /// `None` where nothing is done yet and there is no deadline, and where no work remains.
    pub left: Option<Duration>,
}

/// The unit in which work is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkUnit {
    Fits,
    Trials,
}

/// The best of the complete trials.
#[derive(Clone, Debug, PartialEq)]
pub struct BestTrial {
    pub score: Score,
    pub trial: TrialNumber,
    /// Those that the study searches.
    pub settings: Vec<Setting>,
}

enum Work {
    /// All fits that the plan lacked at the beginning; no more are added.
    Fits(RemainingFits),
    /// The trials of the search, of which `before` had ended before this run.
    Trials { before: u64, epochs: Option<RemainingTraining> },
}

/// The trials that have ended, and those that have not.
#[derive(Default)]
struct Trials {
    /// Number of the plan's trials known here; later ones are new.
    known: usize,
    /// The trials that have not ended, by configuration.
    open: BTreeMap<ConfigurationNumber, Vec<TrialNumber>>,
    complete: u64,
    pruned: u64,
    failed: u64,
    best: Option<Arc<BestTrial>>,
    /// The time of the last check of all open trials.
    checked: Duration,
}

impl SearchProgress {
    /// Nothing is done before [`SearchProgress::begin`].
    pub fn new(study: &Study) -> SearchProgress {
        SearchProgress {
            study: study.clone(),
            expected: ExpectedWork { missing: 0, is_all: true, trials: None, training: None, deadline: None },
            price: Box::new(|_| 1.0),
            work: Work::Trials { before: 0, epochs: None },
            fits: BTreeSet::new(),
            failed_fits: 0,
            trials: Trials::default(),
        }
    }

    /// Begins with the results that are `known` already, whose best trial is the best so far.
    pub fn begin(&mut self, plan: &Plan, known: &Results, price: Price, expected: ExpectedWork) {
        self.expected = expected;
        self.trials = Trials::default();
        self.trials.check_all(&self.study, plan, known);
        self.work = if expected.is_all {
            Work::Fits(RemainingFits::new(plan, known, &price))
        } else {
            let epochs = expected.training.map(|training| RemainingTraining::new(training, known));
            Work::Trials { before: self.trials.ended(), epochs }
        };
        self.price = price;
    }

    /// Records an event that was applied to `results`, `elapsed` after the first fit began. `plan` may have grown
    /// since the last event, and trials of it may have been pruned.
    pub fn observe(&mut self, event: &Event, plan: &Plan, results: &Results, elapsed: Duration) {
        let price = || (self.price)(&plan.configuration(event.fit().0).configuration);
        self.work.record(event, price, elapsed.as_secs_f64());
        if let Event::FitEnded { configuration, fold, end, .. } = event {
            // A fit that goes on ends more than once.
            if !matches!(end, FitEnd::Cancelled) {
                self.fits.insert((*configuration, *fold));
            }
            self.failed_fits += u64::from(matches!(end, FitEnd::Failed(_)));
            self.trials.add_new(plan);
            self.trials.check(*configuration, &self.study, plan, results);
        }
        match self.work {
            Work::Trials { .. } if elapsed.saturating_sub(self.trials.checked) >= CHECK_PAUSE => {
                self.trials.checked = elapsed;
                self.trials.check_all(&self.study, plan, results);
            }
            // With all fits known, trials end with their fits.
            Work::Trials { .. } | Work::Fits(_) => {}
        }
    }

    /// Records decisions made after the last event: a search may prune trials at its end.
    pub fn settle(&mut self, plan: &Plan, results: &Results) {
        self.trials = Trials::default();
        self.trials.check_all(&self.study, plan, results);
    }

    /// Whether there is anything to train.
    pub fn has_work(&self) -> bool {
        self.expected.missing > 0
    }

    /// How far the search has got, `elapsed` after the first fit began.
    pub fn snapshot(&self, elapsed: Duration) -> ProgressSnapshot {
        let [pruned, failed] = match self.work {
            Work::Fits(_) => [0, self.failed_fits],
            Work::Trials { .. } => [self.trials.pruned, self.trials.failed],
        };
        ProgressSnapshot {
            unit: match self.work {
                Work::Fits(_) => WorkUnit::Fits,
                Work::Trials { .. } => WorkUnit::Trials,
            },
            done: self.done(),
            total: self.total(),
            fits: self.fits.len() as u64,
            pruned,
            failed,
            best: self.trials.best.clone(),
            elapsed,
            left: self.time_left(elapsed),
        }
    }

    /// The amount of work done, of [`SearchProgress::total`].
    pub fn done(&self) -> u64 {
        match self.work {
            Work::Fits(_) => self.fits.len() as u64,
            Work::Trials { .. } => self.trials.ended(),
        }
    }

    /// The total amount of work; `None` where it is not limited.
    pub fn total(&self) -> Option<u64> {
        match self.work {
            Work::Fits(_) => Some(self.expected.missing as u64),
            Work::Trials { .. } => self.expected.trials,
        }
    }

    fn time_left(&self, elapsed: Duration) -> Option<Duration> {
        let (done, most) = (self.done(), self.total());
        if most.is_some_and(|most| done >= most) {
            return None;
        }
        let seconds = elapsed.as_secs_f64();
        let at_this_rate = match &self.work {
            Work::Fits(fits) => fits.seconds_left(seconds),
            Work::Trials { before, epochs } => {
                let by_trials = || Some(seconds * (most? - done) as f64 / done.checked_sub(*before)? as f64);
                epochs.as_ref().and_then(|epochs| epochs.seconds_left(seconds)).or_else(by_trials)
            }
        };
        let at_this_rate = at_this_rate.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let until_the_end = self.expected.deadline.map(|deadline| deadline.saturating_sub(elapsed));
        [at_this_rate, until_the_end].into_iter().flatten().min().filter(|left| !left.is_zero())
    }
}

impl Work {
    fn record(&mut self, event: &Event, price: impl Fn() -> f64, now: f64) {
        match (self, event) {
            (Work::Fits(fits), &Event::FitStarted { configuration, fold }) => fits.started((configuration, fold), now),
            (Work::Fits(fits), &Event::EpochDone { configuration, fold, .. }) => {
                fits.epoch_done((configuration, fold), now);
            }
            (Work::Fits(fits), &Event::FitEnded { configuration, fold, elapsed, .. }) => {
                fits.ended((configuration, fold), elapsed.as_secs_f64(), now);
            }
            (Work::Trials { epochs: Some(epochs), .. }, &Event::FitStarted { configuration, fold }) => {
                epochs.started((configuration, fold), price());
            }
            (Work::Trials { epochs: Some(epochs), .. }, &Event::EpochDone { configuration, fold, .. }) => {
                epochs.epoch_done((configuration, fold), now);
            }
            (Work::Trials { epochs: Some(epochs), .. }, &Event::FitEnded { configuration, fold, elapsed, .. }) => {
                epochs.ended((configuration, fold), elapsed.as_secs_f64());
            }
            (Work::Trials { epochs: None, .. }, _) => {}
        }
    }
}

impl Trials {
    fn ended(&self) -> u64 {
        self.complete + self.pruned + self.failed
    }

    /// Adds the plan's new trials.
    fn add_new(&mut self, plan: &Plan) {
        for trial in &plan.trials[self.known..] {
            self.open.entry(trial.configuration).or_default().push(trial.number);
        }
        self.known = plan.trials.len();
    }

    /// Checks which of all trials have ended.
    fn check_all(&mut self, study: &Study, plan: &Plan, results: &Results) {
        self.add_new(plan);
        let open: Vec<ConfigurationNumber> = self.open.keys().copied().collect();
        open.into_iter().for_each(|configuration| self.check(configuration, study, plan, results));
    }

    /// Checks which of a configuration's trials have ended.
    fn check(&mut self, configuration: ConfigurationNumber, study: &Study, plan: &Plan, results: &Results) {
        let Some(numbers) = self.open.remove(&configuration) else { return };
        let mut open = Vec::new();
        for number in numbers {
            match results.state(plan, &plan.trials[number.0 as usize]) {
                TrialState::Complete => {
                    self.complete += 1;
                    self.consider(number, study, plan, results);
                }
                TrialState::Pruned { .. } => self.pruned += 1,
                TrialState::Failed { .. } => self.failed += 1,
                // Stopped early, or not finished yet.
                TrialState::Cancelled { .. } => open.push(number),
            }
        }
        if !open.is_empty() {
            self.open.insert(configuration, open);
        }
    }

    /// Makes a complete trial the best, if it is better.
    fn consider(&mut self, number: TrialNumber, study: &Study, plan: &Plan, results: &Results) {
        let trial = &plan.trials[number.0 as usize];
        let Some(score) = results.mean(plan, trial, study.metric) else { return };
        let is_better = |best: &Arc<BestTrial>| {
            score.better_first(best.score, study.metric.direction()).then(number.cmp(&best.trial)).is_lt()
        };
        if self.best.as_ref().is_none_or(is_better) {
            let configuration = &plan.configuration(trial.configuration).configuration;
            let settings = study.searched().into_iter().filter_map(|param| trial.setting(configuration, param));
            self.best = Some(Arc::new(BestTrial { score, trial: number, settings: settings.collect() }));
        }
    }
}
