//! How a search ended.

use std::time::Duration;

use crossfold_study::StoreError;
use rayon::ThreadPoolBuildError;

use crate::decide::budget::BudgetLimit;
use crate::decide::course::Course;

/// How a search ended.
pub struct Outcome<'c> {
    /// The search with all results, stored and trained.
    pub course: Course<'c>,
    /// Fits that were trained.
    pub trained: usize,
    /// Fits found in the store.
    pub stored: usize,
    /// Whether more trials failed than the limits allow, so that the rest were not trained.
    pub too_many_failures: bool,
    /// The limit that ended it before its points were exhausted.
    pub ended_by: Option<BudgetLimit>,
    /// Where time ended it before any trial was complete: how much more the quickest one needs, if that can be estimated.
    pub time_missing: Option<Duration>,
}

/// Why a search ended without results.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The operating system gave fewer threads than asked for.
    #[error("{threads} threads can't be started: {reason}")]
    Threads { threads: usize, reason: ThreadPoolBuildError },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RunError {
    /// How to fix it.
    pub fn hint(&self) -> Option<String> {
        match self {
            RunError::Threads { .. } => Some("ask for fewer with `--jobs`".to_owned()),
            RunError::Store(error) => error.hint(),
        }
    }
}
