//! What a search tries: known before any of it starts, or made while it goes on and learns.

use std::fmt;

use crate::{FoldId, Rung};
use crossfold_network::{Configuration, Param, Setting, Settings};

/// A trial's place in its plan, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrialNumber(pub u32);

/// A configuration's place in its plan, from 0.
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
    /// The points of the search space that come to this trial, in the order they were proposed.
    /// More than one where values without effect differ, or where random search drew it twice.
    pub stands_for: Vec<Settings>,
    /// The rung at which the search ended it; `None` where it hasn't.
    pub pruned: Option<Rung>,
}

impl Trial {
    /// The value of a hyperparameter, `configuration` being the trial's own; `None` where it has no effect.
    pub fn setting(&self, configuration: &Configuration, param: Param) -> Option<Setting> {
        if param == Param::Model {
            // Networks that are equal under two names are one trial, of the first.
            return self.stands_for.first()?.get(param).cloned();
        }
        configuration.setting(param, self.epochs)
    }
}

/// A distinct network and training, and when its fits are read.
#[derive(Clone, Debug)]
pub struct PlannedConfiguration {
    pub number: ConfigurationNumber,
    pub configuration: Configuration,
    /// The epochs that its trials ask for, ascending, at least one.
    pub read_at: Vec<u32>,
}

impl PlannedConfiguration {
    /// The most epochs that any of its trials asks for: how long its fits run.
    pub fn horizon(&self) -> u32 {
        *self.read_at.last().expect("a configuration is planned for a trial")
    }
}

/// Trials, and the fits they share: those that differ only in epochs are one fit a fold, read at
/// each epoch asked for.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Indexed by [`ConfigurationNumber`].
    pub configurations: Vec<PlannedConfiguration>,
    /// Indexed by [`TrialNumber`].
    pub trials: Vec<Trial>,
    /// The splits, the same for all trials, so that comparisons are paired.
    pub folds: Vec<FoldId>,
}

impl Plan {
    pub fn configuration(&self, number: ConfigurationNumber) -> &PlannedConfiguration {
        &self.configurations[number.0 as usize]
    }

    /// How many networks are trained: distinct configurations × folds.
    pub fn fits(&self) -> usize {
        self.configurations.len() * self.folds.len()
    }

    /// How many networks would be trained if trials shared nothing.
    pub fn fits_unshared(&self) -> usize {
        self.trials.len() * self.folds.len()
    }
}
