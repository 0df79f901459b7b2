//! How far each trial is trained, decided from the results so far.

mod asha;
mod bracket;
mod halving;
mod hyperband;
mod median;
mod racing;
#[cfg(test)]
mod tests;

use crossfold_study::{PrunerKind, PruningDecision, Study, TrialNumber};

use super::rungs::Ladder;
use asha::Asha;
use halving::Halving;
use hyperband::Hyperband;
use median::Median;
use racing::Racing;

/// What to do next. A rung is given by its position in the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Begin a new trial, and train it up to a rung.
    Begin { rung: usize },
    /// Train a trial up to its next rung.
    Promote { trial: TrialNumber, rung: usize },
    /// Wait for results.
    Wait,
    /// Nothing is left to do.
    Over,
}

/// The result of a trial at a rung.
#[derive(Clone, Debug)]
pub(crate) struct RungResult {
    pub(crate) trial: TrialNumber,
    pub(crate) rung: usize,
    /// Smaller is better; infinite where the trial has failed.
    pub(crate) value: f64,
    /// The value on each of the rung's folds; `None` where it has none.
    pub(crate) folds: Vec<Option<f64>>,
}

/// A decision on a trial at a rung.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judgement {
    pub(crate) trial: TrialNumber,
    pub(crate) rung: usize,
    pub(crate) decision: PruningDecision,
}

/// Decides how far trials are trained.
///
/// It receives results in an order that depends only on its earlier decisions. So its decisions do not depend on where
/// trials are trained, or how long that takes.
pub(crate) trait TrialPruner {
    /// What to do next. [`TrialPruner::began`] must follow [`Action::Begin`].
    fn next_action(&mut self) -> Action;

    /// The trial that was begun; `None` where points or budget are exhausted.
    fn began(&mut self, trial: Option<TrialNumber>);

    /// The result of a trial at the rung that it was sent to.
    fn tell(&mut self, result: RungResult);

    /// The judgements since the last call, in their order.
    fn take_judgements(&mut self) -> Vec<Judgement>;

    /// Nothing more is begun or promoted: prunes the waiting trials that would not be promoted as results stand.
    fn close(&mut self) {}

    /// Whether a trial is judged as soon as its result is in, so that it is better to wait for results than to begin
    /// many trials.
    fn prunes_at_once(&self) -> bool {
        false
    }

    /// The share of trials that is promoted at each rung, where all begin before any is promoted; an estimate for
    /// budgets. `None` where trials are promoted as their results come in.
    fn promoted_share(&self) -> Option<f64> {
        None
    }
}

/// The pruning rule of a study. `ratio` is that of validation rows to training rows.
pub(super) fn trial_pruner(study: &Study, ladder: &Ladder, ratio: f64) -> Box<dyn TrialPruner> {
    let (last, factor) = (ladder.last(), study.pruner.factor() as usize);
    match study.pruner.kind {
        PrunerKind::None => Box::new(NoPruning::new(last)),
        PrunerKind::Median { startup } => Box::new(Median::new(last, startup as usize)),
        PrunerKind::Halving => Box::new(Halving::new(last, factor)),
        PrunerKind::Hyperband | PrunerKind::Bohb => Box::new(Hyperband::new(last, factor)),
        PrunerKind::Asha => Box::new(Asha::new(last, factor)),
        PrunerKind::Racing { level } => {
            let waits_for_all = study.pruner.kind.begins_all_trials_first(study.strategy.learns());
            Box::new(Racing::new(last, level, ratio, waits_for_all))
        }
    }
}

/// Trains every trial to its end.
struct NoPruning {
    last: usize,
    is_over: bool,
}

impl NoPruning {
    fn new(last: usize) -> NoPruning {
        NoPruning { last, is_over: false }
    }
}

impl TrialPruner for NoPruning {
    fn next_action(&mut self) -> Action {
        if self.is_over { Action::Over } else { Action::Begin { rung: self.last } }
    }

    fn began(&mut self, trial: Option<TrialNumber>) {
        self.is_over = trial.is_none();
    }

    fn tell(&mut self, _: RungResult) {}

    fn take_judgements(&mut self) -> Vec<Judgement> {
        Vec::new()
    }
}
