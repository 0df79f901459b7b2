//! What a search works with.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use crossfold_study::{Configuration, FitKey, Limits, Objective, Origin, Store, StudyName};

use super::recall::Wanted;
use crate::foresee::deadline::Deadline;

/// What a search works with.
pub struct Search<'a> {
    /// The stored study that refers to the fits, if there is one.
    pub study: Option<&'a StudyName>,
    /// Whether the study's journal is this search's.
    pub keeps_journal: bool,
    pub origin: &'a Origin,
    pub objective: &'a dyn Objective,
    pub store: &'a dyn Store,
    pub limits: Limits,
    pub wanted: Wanted,
    /// Fits that aren't trained again, since they were being trained at each of the last three deaths.
    pub suspects: &'a BTreeSet<FitKey>,
    /// What an epoch of a configuration costs, in any unit.
    pub price: &'a (dyn Fn(&Configuration) -> u64 + Sync),
    /// Whether predictions are asked for at the epochs that trials read.
    pub predictions: bool,
    pub deadline: Option<Deadline>,
    pub jobs: NonZeroUsize,
    /// The time since any fixed moment.
    pub clock: &'a (dyn Fn() -> Duration + Sync),
}
