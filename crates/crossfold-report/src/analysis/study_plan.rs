//! What a study would train, what that costs, and how long it takes, as far as that is known before anything is trained.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use crossfold_network::ScheduleName;
use crossfold_study::{ConfigurationNumber, FoldId, Rung, Study};

/// What a study would train, and what that costs.
#[derive(Clone, Debug)]
pub struct StudyPlan<'a> {
    pub study: &'a Study,
    pub data: PlannedData,
    /// The number of folds of all repeats.
    pub folds: usize,
    /// The number of fits that are trained at the same time.
    pub jobs: NonZeroUsize,
    pub search: PlannedSearch,
    /// Each network once, by number of parameters.
    pub networks: Vec<PlannedNetwork>,
    /// An upper bound of the memory in bytes: the rows once, `jobs` fits, and the results.
    pub memory: u64,
    /// Floating-point operations: of the training of all fits and, where these are listed, of their validation, of nested
    /// searches and of the refit.
    pub flops: f64,
}

/// The rows that a study searches on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedData {
    /// The number of rows, or of sequences.
    pub rows: u64,
    /// The number of rows that the refitted winner is scored on; 0 for none.
    pub test_rows: u64,
    /// The number of steps of the longest sequence; `None` where rows are no sequences.
    pub longest: Option<u32>,
    /// The number of columns that features are made from; 0 for images.
    pub columns: usize,
    /// The number of inputs of the networks.
    pub inputs: usize,
    /// The number of outputs of the networks: one per class, or one for a number.
    pub outputs: usize,
}

/// A network that a study would train.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlannedNetwork {
    pub parameters: u64,
    /// The sizes of its layers, such as `784-128-10`.
    pub sketch: String,
}

/// The trials of a study.
#[derive(Clone, Debug)]
pub enum PlannedSearch {
    /// All are known beforehand.
    Listed(ListedTrials),
    /// They depend on results or on a budget.
    Open(OpenTrials),
}

/// Trials that are known before the first is trained.
#[derive(Clone, Debug)]
pub struct ListedTrials {
    pub trials: usize,
    /// The number of points of the search space; those with equal networks are one trial.
    pub points: usize,
    /// The number of fits: networks, each on every fold.
    pub fits: usize,
    /// The number of fits if trials that differ only in epochs shared none.
    pub unshared_fits: usize,
    /// The fits that are not stored.
    pub missing: BTreeSet<(ConfigurationNumber, FoldId)>,
    /// The first schedule of learning rates that depends on the number of epochs, so that its trials share no fits.
    pub schedule_with_horizon: Option<ScheduleName>,
    /// The number of trials whose out-of-fold predictions are stored; `None` for all.
    pub keep_predictions: Option<usize>,
    /// The size in bytes of the out-of-fold predictions of one trial.
    pub prediction_bytes: u64,
}

/// Trials that depend on results or on a budget.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenTrials {
    /// The largest possible number of trials; `None` where only a budget ends the search.
    pub most: Option<u64>,
    /// The rungs at which trials are judged, from the lowest; the last is a whole trial.
    pub ladder: Vec<Rung>,
    /// The work if scores fell at random: exact for pruners that promote by rank, a guess for others. Of a search without
    /// an end, the work of its first trials.
    pub rehearsed: RehearsedWork,
}

/// The work of a search whose scores are random.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RehearsedWork {
    pub trials: u64,
    pub fits: u64,
    /// The epochs of all fits together.
    pub epochs: u64,
    /// The epochs if every trial were trained to its end on every fold, and none shared fits.
    pub unshared_epochs: u64,
}

/// How long a run takes. Times are wall time, with the refit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeForecast {
    /// All fits are stored. The refit and nested searches may still have to be trained.
    NothingToTrain,
    /// The whole run takes `total`, within 25 %. `measured` networks were trained for a moment on this machine.
    Measured { total: Duration, measured: usize },
    /// The study's budget ends the run.
    Budget(Duration),
    /// The search has no end; its first `trials` trials take `total`.
    Endless { total: Duration, trials: u64 },
}
