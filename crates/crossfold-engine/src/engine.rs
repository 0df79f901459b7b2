//! The parts that every use case needs.

use std::num::NonZeroUsize;

use crossfold_search::MAX_THREADS;
use crossfold_study::{CrashLog, LoggedRun, Stop, Store, StoreError, StudyName};

use crate::machine::Machine;

/// Where fits are remembered, how many are trained at once, when to stop, and the machine.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    pub store: &'a dyn Store,
    /// Where running fits are logged, so that one that crashes the process again and again is not retried.
    pub crash_log: &'a dyn CrashLog,
    /// Fits that are trained at the same time. Results don't depend on it.
    pub jobs: NonZeroUsize,
    /// Once it is requested, fits end at their next batch, and what is known is written.
    pub stop: &'a Stop,
    pub machine: &'a dyn Machine,
}

impl Engine<'_> {
    /// Begins a run of a study in the crash log. With `retries_all` no fit is suspect.
    pub(crate) fn begin_run(&self, study: &StudyName, retries_all: bool) -> Result<LoggedRun, StoreError> {
        let mut run = self.crash_log.begin_run(study, self.jobs.get().min(MAX_THREADS))?;
        if retries_all {
            run.suspects.clear();
        }
        Ok(run)
    }
}
