//! The parts that carry out a search.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use crossfold_network::Configuration;
use crossfold_study::{FitKey, Limits, Objective, Origin, RunningFits, Store, StudyName};

use super::recall::ReusePolicy;
use crate::foresee::deadline::Deadline;

/// The parts that carry out a search: what trains, where results are stored, how many threads there are.
pub struct Executor<'a> {
    /// The stored study that refers to the fits, if any.
    pub study: Option<&'a StudyName>,
    /// Whether the decisions of this search are recorded in the study's journal.
    pub keeps_journal: bool,
    pub origin: &'a Origin,
    pub objective: &'a dyn Objective,
    pub store: &'a dyn Store,
    /// Marks the fits that are being trained, in case the process dies.
    pub running: &'a dyn RunningFits,
    pub limits: Limits,
    pub reuse: ReusePolicy,
    /// Fits that are not retrained, because they were in training during each of the last three crashes.
    pub suspects: &'a BTreeSet<FitKey>,
    /// The cost of an epoch of a configuration, in any unit.
    pub price: &'a (dyn Fn(&Configuration) -> u64 + Sync),
    /// Whether fits predict at the epochs that trials read.
    pub predictions: bool,
    pub deadline: Option<Deadline>,
    pub jobs: NonZeroUsize,
    /// The time since a fixed moment.
    pub clock: &'a (dyn Fn() -> Duration + Sync),
}
