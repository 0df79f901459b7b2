//! Crash logs: which fits were running when a process died.

use std::collections::BTreeSet;

use super::StoreError;
use crate::key::FitKey;
use crate::study::StudyName;

/// Records which fits are running, so that the next run can leave out a fit that keeps killing the process.
///
/// [`conformance::check_crash_log`](crate::conformance::check_crash_log) checks implementations against this contract.
pub trait CrashLog: Sync {
    /// Begins a run of `study` on `threads` threads. A study has at most one run at a time.
    ///
    /// If the previous run of the study did not end, it crashed: each fit that was running then has one crash more, and
    /// the count of the study's other fits starts again at 0. The count of a fit also starts again once the fit is
    /// committed to the store, unless as [suspect](crate::Failure::Suspect).
    ///
    /// # Errors
    /// If the log can't be read or written.
    fn begin_run(&self, study: &StudyName, threads: usize) -> Result<LoggedRun, StoreError>;
}

/// A run that has begun.
pub struct LoggedRun {
    /// Fits that were running at each of the last [`SUSPECT_AFTER`] crashes.
    pub suspects: BTreeSet<FitKey>,
    /// Dropping it ends the run.
    pub running: Box<dyn RunningFits>,
}

/// The number of consecutive crashes during which a fit must be running to be suspected of causing them.
pub const SUSPECT_AFTER: u32 = 3;

/// The fits that a run is training. The run ends when this is dropped. The marks of a process that dies before that
/// remain.
pub trait RunningFits: Send + Sync {
    /// Marks that `thread`, counted from 0, is about to train a fit, or that it has none.
    ///
    /// The mark outlives the process, but not necessarily a power cut. Setting one costs no more than a write to
    /// memory.
    fn mark(&self, thread: usize, fit: Option<&FitKey>);
}

/// A log that keeps nothing, for gates, benchmarks and tests: no fit is ever suspect.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCrashLog;

impl CrashLog for NoCrashLog {
    fn begin_run(&self, _: &StudyName, _: usize) -> Result<LoggedRun, StoreError> {
        Ok(LoggedRun { suspects: BTreeSet::new(), running: Box::new(NoCrashLog) })
    }
}

impl RunningFits for NoCrashLog {
    fn mark(&self, _: usize, _: Option<&FitKey>) {}
}
