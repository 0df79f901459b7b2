//! The work that a search has asked for, and the budget that limits it.

use std::collections::HashMap;

use crossfold_study::{Budget, ConfigurationNumber, FoldId, Rung};

use super::fit_request::FitRequest;

/// The part of a budget that ended a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetLimit {
    Trials,
    Fits,
    Epochs,
    Flops,
    Wall,
    WithoutImprovement,
}

impl BudgetLimit {
    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            BudgetLimit::Trials => "trials",
            BudgetLimit::Fits => "fits",
            BudgetLimit::Epochs => "epochs",
            BudgetLimit::Flops => "flops",
            BudgetLimit::Wall => "wall",
            BudgetLimit::WithoutImprovement => "without_improvement",
        }
    }

    /// Whether it is a limit of work, which can end a search while trials are between two rungs.
    pub(super) fn limits_work(self) -> bool {
        match self {
            BudgetLimit::Fits | BudgetLimit::Epochs | BudgetLimit::Flops => true,
            BudgetLimit::Trials | BudgetLimit::Wall | BudgetLimit::WithoutImprovement => false,
        }
    }
}

/// A trial that has not begun, as a budget sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// The rung at which it begins.
    pub(super) first: Rung,
    /// The rung up to which there must be budget for it.
    pub(super) reserve: Rung,
    /// Floating-point operations of an epoch of a fit.
    pub(super) epoch_flops: f64,
}

/// An amount of training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Work {
    /// Fits that begin; one that continues is not counted again.
    pub(super) fits: u64,
    /// Epochs of all fits together.
    pub(super) epochs: u64,
}

impl Work {
    /// The work of a trial up to a rung.
    fn up_to(rung: Rung) -> Work {
        Work { fits: rung.folds.into(), epochs: u64::from(rung.folds) * u64::from(rung.epochs) }
    }

    /// What takes a trial from a rung to a higher one.
    pub(super) fn between(rung: Rung, higher: Rung) -> Work {
        let (done, whole) = (Work::up_to(rung), Work::up_to(higher));
        Work { fits: whole.fits.saturating_sub(done.fits), epochs: whole.epochs.saturating_sub(done.epochs) }
    }
}

/// The work that was asked for so far, whether stored or not: what is stored depends on other runs.
#[derive(Debug)]
pub(super) struct SpentWork {
    /// Epochs of each fit, where a budget counts them.
    epochs_by_fit: HashMap<(ConfigurationNumber, FoldId), u32>,
    epochs: u64,
    flops: f64,
    /// The work of the first rungs of all trials.
    first_rung_epochs: f64,
    first_rung_flops: f64,
    /// Smaller is better.
    best: f64,
    /// The number of trials in a row that were no better than the best.
    since_best: u32,
}

impl Default for SpentWork {
    fn default() -> SpentWork {
        SpentWork {
            epochs_by_fit: HashMap::new(),
            epochs: 0,
            flops: 0.0,
            first_rung_epochs: 0.0,
            first_rung_flops: 0.0,
            best: f64::INFINITY,
            since_best: 0,
        }
    }
}

impl SpentWork {
    /// Counts a trial that has ended with this value; infinity where it was pruned or has failed.
    pub(super) fn count_end(&mut self, value: f64) {
        if value < self.best {
            (self.best, self.since_best) = (value, 0);
        } else {
            self.since_best += 1;
        }
    }

    /// The limit that forbids any further trial after `trials` of them.
    pub(super) fn trial_limit(&self, budget: &Budget, trials: usize) -> Option<BudgetLimit> {
        if budget.trials.is_some_and(|most| trials >= most as usize) {
            return Some(BudgetLimit::Trials);
        }
        budget.without_improvement.filter(|&most| self.since_best >= most).map(|_| BudgetLimit::WithoutImprovement)
    }

    /// The limit that forbids a new trial to begin. There must be budget for its reserve, and for what all trials that
    /// have begun will ask for: `work_ratio` times the work of their first rungs.
    pub(super) fn limit_to_begin(&self, candidate: Candidate, work_ratio: f64, budget: &Budget) -> Option<BudgetLimit> {
        let Candidate { first, reserve, epoch_flops } = candidate;
        if let Some(limit) = self.exceeded(Work::up_to(reserve), epoch_flops, budget) {
            return Some(limit);
        }
        let first = Work::up_to(first).epochs as f64;
        let first_epochs = self.first_rung_epochs + first;
        if budget.epochs.is_some_and(|most| first_epochs * work_ratio > most as f64) {
            return Some(BudgetLimit::Epochs);
        }
        let first_flops = self.first_rung_flops + first * epoch_flops;
        budget.flops.filter(|&most| first_flops * work_ratio > most).map(|_| BudgetLimit::Flops)
    }

    /// Counts a trial that begins at this rung.
    pub(super) fn count_first_rung(&mut self, first: Rung, epoch_flops: f64) {
        let epochs = Work::up_to(first).epochs as f64;
        self.first_rung_epochs += epochs;
        self.first_rung_flops += epochs * epoch_flops;
    }

    /// Counts the work that `requests` ask for. Counts nothing and returns the limit where that work and the `reserve`
    /// exceed the budget.
    pub(super) fn take(
        &mut self,
        requests: &[FitRequest],
        reserve: Work,
        epoch_flops: f64,
        budget: &Budget,
    ) -> Option<BudgetLimit> {
        if budget.fits.is_none() && budget.epochs.is_none() && budget.flops.is_none() {
            return None;
        }
        let mut new = Work::default();
        for request in requests {
            let before = self.epochs_by_fit.get(&(request.configuration, request.fold));
            new.fits += u64::from(before.is_none());
            new.epochs += u64::from(request.epochs.saturating_sub(before.copied().unwrap_or(0)));
        }
        let with_reserve = Work { fits: new.fits + reserve.fits, epochs: new.epochs + reserve.epochs };
        let limit = self.exceeded(with_reserve, epoch_flops, budget);
        if limit.is_none() {
            self.epochs += new.epochs;
            self.flops += new.epochs as f64 * epoch_flops;
            for request in requests {
                let trained = self.epochs_by_fit.entry((request.configuration, request.fold)).or_default();
                *trained = request.epochs.max(*trained);
            }
        }
        limit
    }

    /// The limit that this much more work would exceed.
    fn exceeded(&self, more: Work, epoch_flops: f64, budget: &Budget) -> Option<BudgetLimit> {
        let flops = more.epochs as f64 * epoch_flops;
        if budget.fits.is_some_and(|most| self.epochs_by_fit.len() as u64 + more.fits > most) {
            return Some(BudgetLimit::Fits);
        }
        if budget.epochs.is_some_and(|most| self.epochs + more.epochs > most) {
            return Some(BudgetLimit::Epochs);
        }
        budget.flops.filter(|&most| self.flops + flops > most).map(|_| BudgetLimit::Flops)
    }
}
