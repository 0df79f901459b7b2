//! The rungs that a trial reached, and why it was promoted or pruned there.

use crate::{Rung, TrialNumber};

/// A rung that a trial reached.
#[derive(Clone, Debug, PartialEq)]
pub struct RungStep {
    pub rung: Rung,
    /// The mean over the rung's folds, in the metric's own sense; `None` where it failed.
    pub score: Option<f64>,
    /// `None` at the last rung, and while it is not decided.
    pub judged: Option<PruningDecision>,
}

/// What happens to a trial at a rung.
#[derive(Clone, Debug, PartialEq)]
pub enum PruningDecision {
    /// It is trained up to the next rung.
    Promoted(PruningReason),
    /// It is trained no further.
    Pruned(PruningReason),
}

/// Why a trial is promoted or pruned. Medians and distances are in the unit of the metric.
#[derive(Clone, Debug, PartialEq)]
pub enum PruningReason {
    /// By comparison with the median of `of` earlier trials, of which smaller is better: negated where the metric is
    /// maximised.
    Median { median: f64, of: usize },
    /// There are too few earlier trials to compare with: `of` of them.
    TooFew { of: usize },
    /// By its rank, from 1, among `of` trials, `kept` of which are promoted.
    Placed { place: usize, of: usize, kept: usize },
    /// By how far its mean trails the leader's, on the same folds. It is pruned above `bound`.
    Trails { leader: TrialNumber, by: f64, bound: f64 },
    /// It has no score.
    Failed,
    /// A budget ended the search, and it was the leader.
    Finished,
}
