//! What every use case works with.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use crossfold_search::MOST_THREADS;
use crossfold_study::{FitKey, Stop, Store, StoreError, StudyName};

use crate::clock::Clock;

/// Where fits are remembered, how many are trained at once, when to stop, and what time it is.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    pub store: &'a dyn Store,
    /// Fits that are trained at the same time. Results don't depend on it.
    pub jobs: NonZeroUsize,
    /// Once it is requested, fits end at their next batch, and what is known is written.
    pub stop: &'a Stop,
    pub clock: &'a dyn Clock,
}

impl<'a> Engine<'a> {
    /// Tells the store that a run begins. Returns a guard that ends it, and the fits not to try again: those that were
    /// running during each of the last three crashes, none with `retry`.
    pub(crate) fn begin_run(
        &self,
        study: &StudyName,
        retry: bool,
    ) -> Result<(RunGuard<'a>, BTreeSet<FitKey>), StoreError> {
        let suspects = self.store.begin(study, self.jobs.get().min(MOST_THREADS))?;
        let guard = RunGuard(self.store);
        Ok((guard, if retry { BTreeSet::new() } else { suspects.into_iter().collect() }))
    }
}

/// A run that the store knows to be under way, until this is dropped.
pub(crate) struct RunGuard<'a>(&'a dyn Store);

impl Drop for RunGuard<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}
