//! What decides how far each trial is trained, from what trials came to so far.

mod asha;
mod bracket;
mod halving;
mod median;
mod racing;
#[cfg(test)]
mod tests;

use crossfold_study::{Pruner, TrialNumber};

use asha::Asha;
use halving::{Halving, Hyperband};
use median::Median;
use racing::Racing;

/// What to do next. A rung is its place in the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// A new trial is to begin, and to be trained up to a rung.
    Begin { rung: usize },
    /// A trial goes on to a rung.
    Promote { trial: TrialNumber, rung: usize },
    /// Nothing, until more is told.
    Wait,
    /// Nothing any more.
    Over,
}

/// A trial at a rung, to be judged.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) trial: TrialNumber,
    pub(crate) rung: usize,
    /// Smaller is better; infinite where it failed.
    pub(crate) value: f64,
    /// Of each of the rung's folds, smaller is better; `None` where there is none.
    pub(crate) folds: Vec<Option<f64>>,
}

/// What became of a trial at a rung.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judged {
    pub(crate) trial: TrialNumber,
    pub(crate) rung: usize,
    pub(crate) verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It goes on, for this reason.
    GoesOn(Reason),
    /// It ends here.
    Ends(Reason),
}

/// Why a trial goes on or ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// Against the median of so many earlier trials.
    Median { median: f64, of: usize },
    /// Too few earlier trials to compare with.
    TooFew { of: usize },
    /// So placed, from 1, among so many, of whom so many go on.
    Placed { place: usize, of: usize, kept: usize },
    /// It trails the leader by so much on the mean of their folds; what it takes to be out is `bound`.
    Trails { leader: TrialNumber, by: f64, bound: f64 },
    /// It has no score.
    Failed,
    /// A budget ended the search, and it was the best of those that came furthest.
    Finished,
    /// The search was over before its turn came.
    Unfinished,
}

/// Decides how far trials go. It hears of results in an order that hangs on nothing but earlier decisions, so that its
/// decisions are the same whatever trains the trials, and in whatever time.
pub(crate) trait Prunes {
    /// What to do next. After [`Ask::Begin`] comes [`Prunes::began`].
    fn ask(&mut self) -> Ask;

    /// The trial that was begun; `None` where there are no more.
    fn began(&mut self, trial: Option<TrialNumber>);

    /// A trial has come to a rung that was asked for.
    fn tell(&mut self, seen: Seen);

    /// What has been judged since the last call, in its order.
    fn judged(&mut self) -> Vec<Judged>;
}

/// The pruner of a study whose ladder has so many rungs; `learns` where what is proposed hangs on what is known, so that it
/// is better to finish trials than to begin many.
pub(crate) fn pruner(pruner: &Pruner, rungs: usize, learns: bool, ratio: f64) -> Box<dyn Prunes> {
    let last = rungs - 1;
    let factor = match pruner.rungs() {
        Some(crossfold_study::Rungs::Growing { factor, .. }) => *factor as usize,
        Some(crossfold_study::Rungs::Given(_)) | None => 3,
    };
    match pruner {
        Pruner::None => Box::new(All::new(last)),
        Pruner::Median { startup, .. } => Box::new(Median::new(last, *startup as usize)),
        Pruner::Halving { .. } => Box::new(Halving::new(last, factor)),
        Pruner::Hyperband { .. } | Pruner::Bohb { .. } => Box::new(Hyperband::new(last, factor)),
        Pruner::Asha { .. } => Box::new(Asha::new(last, factor)),
        Pruner::Racing { level, .. } => Box::new(Racing::new(last, *level, ratio, learns)),
    }
}

/// Trains every trial to its end.
struct All {
    last: usize,
    is_over: bool,
}

impl All {
    fn new(last: usize) -> All {
        All { last, is_over: false }
    }
}

impl Prunes for All {
    fn ask(&mut self) -> Ask {
        if self.is_over { Ask::Over } else { Ask::Begin { rung: self.last } }
    }

    fn began(&mut self, trial: Option<TrialNumber>) {
        self.is_over = trial.is_none();
    }

    fn tell(&mut self, _: Seen) {}

    fn judged(&mut self) -> Vec<Judged> {
        Vec::new()
    }
}
