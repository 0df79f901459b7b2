//! What a study's results say: which trials are best, what their differences are worth, and what they depend on.
//!
//! Numbers alone: nothing here writes a file or a sentence, and nothing names a format.

pub(crate) mod against;
pub(crate) mod baseline;
pub(crate) mod compare;
pub(crate) mod exhibits;
pub(crate) mod findings;
pub(crate) mod gate;
pub(crate) mod importance;
pub(crate) mod leaderboard;
pub(crate) mod nested;
pub(crate) mod out_of_fold;
pub(crate) mod reached;
pub(crate) mod statistics;
pub(crate) mod test_score;
pub(crate) mod trace;
