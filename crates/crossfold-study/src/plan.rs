//! The trials of a search and the fits that they share.

use std::fmt;
use std::sync::Arc;

use crate::{FoldId, Rung};
use crossfold_network::{Configuration, Param, Setting, Settings};

/// The index of a trial in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrialNumber(pub u32);

/// The index of a configuration in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigurationNumber(pub u32);

impl fmt::Display for TrialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ConfigurationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A configuration trained for a number of epochs, scored on every fold: a row of the leaderboard.
#[derive(Clone, Debug)]
pub struct Trial {
    pub number: TrialNumber,
    pub configuration: ConfigurationNumber,
    /// The epoch at which the configuration's fits are read.
    pub epochs: u32,
    /// The points of the search space that the trial stands for, in the order in which they were proposed. There are
    /// several if they differ only in values without effect, or if a point was drawn twice.
    pub stands_for: Vec<Settings>,
    /// The rung at which it was pruned; `None` if it wasn't.
    pub pruned: Option<Rung>,
    /// The rung at which it waited when a budget ended the search; `None` if it didn't.
    pub cut: Option<Rung>,
}

impl Trial {
    /// The rung at which the search ended it: where it was pruned, or waited when a budget ran out.
    pub fn ended_at(&self) -> Option<Rung> {
        self.pruned.or(self.cut)
    }

    /// The value of a hyperparameter, given the trial's `configuration`; `None` if it has no effect.
    pub fn setting(&self, configuration: &Configuration, param: Param) -> Option<Setting> {
        if param == Param::Model {
            // Equal models with different names are one trial, which has the first name.
            return self.stands_for.first()?.get(param).cloned();
        }
        configuration.setting(param, self.epochs)
    }
}

/// A configuration of a plan, and the epochs at which its fits are read.
#[derive(Clone, Debug)]
pub struct PlannedConfiguration {
    pub number: ConfigurationNumber,
    /// Shared with the fits that wait for a thread: there may be hundreds of thousands.
    pub configuration: Arc<Configuration>,
    /// The numbers of epochs of its trials, ascending; at least one.
    pub read_at: Vec<u32>,
}

impl PlannedConfiguration {
    /// The number of epochs that its fits are trained for: the maximum over its trials.
    pub fn horizon(&self) -> u32 {
        *self.read_at.last().expect("a planned configuration has a trial")
    }
}

/// Trials, and the fits that they share: trials that differ only in epochs share one fit per fold, which is read at
/// several epochs.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Indexed by [`ConfigurationNumber`].
    pub configurations: Vec<PlannedConfiguration>,
    /// Indexed by [`TrialNumber`].
    pub trials: Vec<Trial>,
    /// The folds, the same for all trials, so that comparisons are paired.
    pub folds: Vec<FoldId>,
}

impl Plan {
    /// The configuration with this number, which must be one of the plan's.
    pub fn configuration(&self, number: ConfigurationNumber) -> &PlannedConfiguration {
        &self.configurations[number.0 as usize]
    }

    /// The number of networks to train: configurations × folds.
    pub fn fits(&self) -> usize {
        self.configurations.len() * self.folds.len()
    }

    /// The number of networks to train if no trials shared fits.
    pub fn fits_unshared(&self) -> usize {
        self.trials.len() * self.folds.len()
    }
}
