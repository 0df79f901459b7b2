//! A gate whose network could not be trained.

use crossfold_study::Metric;
use serde::Serialize;

use crate::analysis::leaderboard::Leaderboard;

/// The outcome of a gate whose network could not be trained, so that there is nothing to compare.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UntrainedGate {
    /// The study's name.
    pub name: String,
    /// Always `untrained`.
    pub verdict: &'static str,
    pub metric: Metric,
    /// Why the network could not be trained.
    pub error: String,
}

impl UntrainedGate {
    /// The outcome for a study none of whose trials has a score; `name` is the baseline's.
    pub fn new(board: &Leaderboard<'_>, name: &str) -> UntrainedGate {
        let failure = board.rows().iter().find_map(|row| board.failure(row));
        let error = failure.unwrap_or_else(|| "stopped before it was scored".to_owned());
        UntrainedGate { name: name.to_owned(), verdict: "untrained", metric: board.metric(), error }
    }
}
