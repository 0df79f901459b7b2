//! How a study's space is searched: what picks trials, what ends them early, and when enough is enough.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crossfold_network::Settings;

/// How the search picks configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Every combination; in the order of a spec, or in random order.
    Grid { shuffled: bool },
    /// So many independent draws of each model's space; equal ones are one trial.
    Random { trials: u32 },
    /// So many points of each model's space that fill it evenly.
    Sobol { trials: u32 },
    /// So many trials, each where good ones are dense and others are not; the first `startup` of them spread evenly.
    Tpe { trials: u32, startup: u32 },
    /// So many trials, each where a Gaussian process expects most; the first `startup` of them spread evenly.
    Gp { trials: u32, startup: u32 },
}

impl Strategy {
    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::Grid { .. } => "grid",
            Strategy::Random { .. } => "random",
            Strategy::Sobol { .. } => "sobol",
            Strategy::Tpe { .. } => "tpe",
            Strategy::Gp { .. } => "gp",
        }
    }

    /// Whether what it picks hangs on what came of earlier picks.
    pub fn learns(self) -> bool {
        match self {
            Strategy::Grid { .. } | Strategy::Random { .. } | Strategy::Sobol { .. } => false,
            Strategy::Tpe { .. } | Strategy::Gp { .. } => true,
        }
    }
}

/// What becomes of trials that look bad before their end. Trials go from [`Rung`] to rung, of more epochs or more folds.
#[derive(Clone, Debug, PartialEq)]
pub enum Pruner {
    /// They come to their end like all others.
    None,
    /// A trial whose score is worse than the median of earlier ones at the same rung ends there.
    Median {
        rungs: Rungs,
        /// Trials that must have come to a rung before any ends there.
        startup: u32,
    },
    /// Of all trials at a rung, the best 1/`factor` go on.
    Halving { rungs: Rungs },
    /// Successive halvings side by side, which begin at different rungs.
    Hyperband { rungs: Rungs },
    /// As halving, but a trial goes on as soon as it is among the best 1/`factor` of those that came to its rung so far.
    Asha { rungs: Rungs },
    /// Hyperband, whose trials are proposed from what is known at the highest rung that says enough.
    Bohb { rungs: Rungs },
    /// A trial that a corrected paired test over finished folds says can't win ends.
    Racing {
        rungs: Rungs,
        /// Of the test, at each rung, whether a trial trails the leader by more than chance explains; in (0, 1).
        level: f64,
    },
}

impl Pruner {
    /// The name used in specs.
    pub fn name(&self) -> &'static str {
        match self {
            Pruner::None => "none",
            Pruner::Median { .. } => "median",
            Pruner::Halving { .. } => "halving",
            Pruner::Hyperband { .. } => "hyperband",
            Pruner::Asha { .. } => "asha",
            Pruner::Bohb { .. } => "bohb",
            Pruner::Racing { .. } => "racing",
        }
    }

    /// `None` where nothing is pruned.
    pub fn rungs(&self) -> Option<&Rungs> {
        match self {
            Pruner::None => None,
            Pruner::Median { rungs, .. }
            | Pruner::Halving { rungs }
            | Pruner::Hyperband { rungs }
            | Pruner::Asha { rungs }
            | Pruner::Bohb { rungs }
            | Pruner::Racing { rungs, .. } => Some(rungs),
        }
    }
}

/// How far a trial is trained before it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rung {
    pub epochs: u32,
    /// The first so many of the study's folds.
    pub folds: u32,
}

/// The rungs of a trial, below its last, which is all its epochs on all folds.
#[derive(Clone, Debug, PartialEq)]
pub enum Rungs {
    /// The first is of so many epochs on so many folds (`None`: on all); each next has `factor` times the work, at
    /// first by more epochs, then by more folds.
    Growing { factor: u32, epochs: u32, folds: Option<u32> },
    /// As written, each with at least the epochs and the folds of the one before, and more of one. None has more epochs
    /// than the model trained longest, and folds are those of a trial at most, where the spec says how many these are.
    Given(Vec<Rung>),
}

/// A point that is tried before all others.
#[derive(Clone, Debug, PartialEq)]
pub struct Enqueued {
    /// Of [`Study::models`](crate::Study::models).
    pub model: usize,
    /// Of hyperparameters that the model searches, within their domains and at the high end of a range, too; the others
    /// are drawn. What each layer has a value of has one for all layers here, or as many as there are: what
    /// [`Setting::per_layer`](crossfold_network::Setting::per_layer) makes, so that nodes are `hidden`.
    pub settings: Settings,
}

/// How decisions follow from results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many trials, at least 1, are under way before one that learns from results waits for the oldest of them. The
    /// number of jobs never is part of a decision.
    pub batch: u32,
    pub order: Order,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { batch: 4, order: Order::Logical }
    }
}

/// The order in which results are learnt from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// That in which they were asked for: the same decisions at any number of jobs.
    #[default]
    Logical,
    /// That in which they come: no thread ever waits, and no two runs need be alike.
    Free,
}

impl Order {
    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Order::Logical => "logical",
            Order::Free => "free",
        }
    }
}

/// When a search ends though there is more to try.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Budget {
    pub trials: Option<u32>,
    pub fits: Option<u64>,
    /// Epochs of all fits together.
    pub epochs: Option<u64>,
    /// Floating-point operations of all fits together, as [`Configuration::training_flops`](crossfold_network::Configuration::training_flops)
    /// counts them.
    pub flops: Option<f64>,
    /// Wall time from a run's begin to its end, refit and reports included.
    pub wall: Option<Duration>,
    /// Trials in a row that are no better than the best before them.
    pub without_improvement: Option<u32>,
}
