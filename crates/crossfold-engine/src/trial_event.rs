//! What happens to a trial of a search.

use crossfold_study::{ProposalReason, RungStep, Score, TrialNumber, TrialState};

/// Something that happened to a trial of a study's own search.
#[derive(Clone, Debug)]
pub enum TrialEvent<'a> {
    /// There is a new trial, and why; `None` where all trials are known from the start.
    Proposed(Option<ProposalReason>),
    /// Its first fit begins.
    Started,
    /// It was promoted or pruned at a rung.
    Judged(&'a RungStep),
    /// It is complete, pruned or failed, or the run ends without more of it. A pruned trial may go on after all where a budget
    /// ends the search without a winner; then its last end counts.
    Ended {
        state: TrialState,
        /// The mean over all folds; of a trial that the search ended over those of its rung.
        score: Option<Score>,
        /// The best complete trial so far.
        best: Option<(TrialNumber, Score)>,
    },
}
