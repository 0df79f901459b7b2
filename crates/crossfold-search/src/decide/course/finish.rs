//! How a search that a budget ends early gets a winner.
//!
//! A budget or a deadline may end a search before any trial has reached the last rung. The leader, the best of the trials
//! that came furthest, is then trained to its end. Until a trial has reached the last rung, a reserve is kept for that:
//!
//! - of work, before a trial begins ([`Finish::reserve_to_begin`]) and before one is promoted
//!   ([`Finish::reserve_to_promote`]);
//! - of time, by the deadline, which asks for [`Course::possible_winners`] and [`Course::rounds_to_finish`]. Once only that
//!   time is left, the leader is trained to its end before all else ([`Course::secure_winner`]).
//!
//! If no budget ends the search early, the pruner ensures that it has a winner.

use std::cmp::Reverse;
use std::sync::Arc;

use crossfold_study::{PruningDecision, PruningReason, Rung, Trial, TrialNumber, TrialState, best_first};

use super::{BudgetLimit, Course, FitRequest, Judgement};
use crate::decide::budget::Work;
use crate::decide::ranking::{Standing, leader};
use crate::decide::rungs::Ladder;

/// Whether a search is certain to have a winner.
#[derive(Debug, Default)]
pub(super) struct Finish {
    /// A trial has reached the last rung, or the leader is on its way there.
    has_winner: bool,
}

impl Finish {
    /// A trial has reached the last rung with this value; infinite where it has failed.
    pub(super) fn reached_last_rung(&mut self, value: f64) {
        self.has_winner |= value.is_finite();
    }

    /// The rung up to which there must be budget before a trial begins at `rung`.
    pub(super) fn reserve_to_begin(ladder: &Ladder, rung: usize, epochs: u32) -> Rung {
        if ladder.last() > 0 { ladder.whole(epochs) } else { ladder.rung(rung, epochs) }
    }

    /// The work for which there must be budget beside that of a promotion to `rung`: the rest of any trial that has begun.
    pub(super) fn reserve_to_promote(&self, ladder: &Ladder, rung: usize, epochs: u32) -> Work {
        let is_needed = rung != ladder.last() && !self.has_winner;
        if is_needed { Work::between(ladder.rung(0, epochs), ladder.whole(epochs)) } else { Work::default() }
    }
}

impl Course<'_> {
    /// Whether a trial is complete.
    pub(crate) fn has_winner(&self) -> bool {
        let mean = |trial| self.results.mean(&self.planner.plan, trial, self.study.metric);
        self.finish.has_winner || self.planner.plan.trials.iter().any(|trial| mean(trial).is_some())
    }

    /// Before time is over: the fits that train a trial to its end, so that there is a winner. It is the leader or, where no
    /// trial has reached a rung, the one that was trained furthest. Empty where no trial can be completed.
    ///
    /// No decision depends on it: the search goes on if there is time.
    pub(crate) fn secure_winner(&mut self) -> Vec<FitRequest> {
        let furthest = || {
            let open = self.planner.plan.trials.iter().filter(|trial| self.is_open(trial));
            let epochs = |trial: &Trial| -> u64 {
                let fits =
                    self.planner.plan.folds.iter().filter_map(|&fold| self.results.fit(trial.configuration, fold));
                fits.map(|fit| u64::from(fit.epochs())).sum()
            };
            open.max_by_key(|trial| (epochs(trial), Reverse(trial.number))).map(|trial| trial.number)
        };
        let Some(trial) = self.leader().or_else(furthest) else { return Vec::new() };
        self.reopen(trial);
        self.journal.record_secured(trial.0);
        self.all_fits(trial)
    }

    /// Lets a trial be complete that the pruner has ended.
    pub(crate) fn reopen(&mut self, trial: TrialNumber) {
        Arc::make_mut(&mut self.planner.plan).trials[trial.0 as usize].pruned = None;
    }

    /// Whether a trial would be complete if it was trained further.
    fn is_open(&self, trial: &Trial) -> bool {
        let reopened = Trial { pruned: None, ..trial.clone() };
        matches!(self.results.state(&self.planner.plan, &reopened), TrialState::Cancelled { .. })
    }

    /// Sends the leader to its end where a limit of work ended the search without a winner. Returns whether it did.
    pub(super) fn finish_leader(&mut self, requests: &mut Vec<FitRequest>) -> bool {
        if self.finish.has_winner || !self.ended_by.is_some_and(BudgetLimit::limits_work) {
            return false;
        }
        let Some(trial) = self.leader() else { return false };
        self.reopen(trial);
        if let Some(step) = self.histories[trial.0 as usize].steps.last_mut() {
            step.judged = Some(PruningDecision::Promoted(PruningReason::Finished));
        }
        self.finish.has_winner = true;
        let fits = self.all_fits(trial);
        self.send(trial, self.ladder.last(), fits, requests);
        true
    }

    /// Once nothing more is asked for: the pruner prunes what it would not promote. The other trials that wait at a rung are
    /// cut by the budget.
    pub(super) fn close(&mut self) {
        self.pruner.close();
        for Judgement { trial, rung, decision } in self.pruner.take_judgements() {
            let at = self.rung_for(trial, rung);
            // The leader may have gone on.
            if self.histories[trial.0 as usize].steps.last().is_some_and(|step| step.rung == at) {
                self.judge(trial, rung, decision);
            }
        }
        for (number, history) in self.histories.iter_mut().enumerate() {
            let Some(step) = history.steps.last_mut() else { continue };
            let trial = &self.planner.plan.trials[number];
            let waits = step.rung != self.ladder.whole(trial.epochs) && trial.pruned.is_none() && step.score.is_some();
            if waits {
                Arc::make_mut(&mut self.planner.plan).trials[number].cut = Some(step.rung);
                step.judged = None;
            }
        }
    }

    /// The trials one of which will win: the best `count` of the complete ones. Before any is complete it is the leader,
    /// and before there is a leader it may be any trial.
    pub(crate) fn possible_winners(&self, count: usize) -> Vec<&Trial> {
        let mut best = best_first(&self.planner.plan, &self.results, self.study.metric, self.data_size.shape);
        best.truncate(count);
        if best.is_empty() {
            let leader = self.leader().map(|leader| self.trial(leader));
            best = leader.map_or_else(|| self.planner.plan.trials.iter().collect(), |leader| vec![leader]);
        }
        best
    }

    /// How many fits one after another it takes on `jobs` threads to train the leader to its end; 0 where there is a
    /// winner.
    pub(crate) fn rounds_to_finish(&self, jobs: usize) -> usize {
        let folds = self.planner.plan.folds.len();
        if self.has_winner() { 0 } else { folds.div_ceil(jobs.min(folds).max(1)) }
    }

    /// The fits of each trial that an earlier run of the search trained to its end before time was over, although its
    /// decisions do not tell.
    pub(crate) fn secured_fits(&self) -> Vec<(TrialNumber, Vec<FitRequest>)> {
        if self.finish.has_winner {
            return Vec::new();
        }
        let trials = self.journal.secured().filter(|&trial| (trial as usize) < self.planner.plan.trials.len());
        trials.map(|trial| (TrialNumber(trial), self.all_fits(TrialNumber(trial)))).collect()
    }

    fn all_fits(&self, trial: TrialNumber) -> Vec<FitRequest> {
        self.requests(trial, self.rung_for(trial, self.ladder.last()))
    }

    fn leader(&self) -> Option<TrialNumber> {
        let standings = self.histories.iter().zip(&self.planner.plan.trials).filter_map(|(history, trial)| {
            let step = history.steps.last()?;
            if !self.is_open(trial) {
                return None;
            }
            Some(Standing { rung: step.rung, value: self.less_is_better(step.score?), trial: trial.number })
        });
        leader(standings).map(|leader| leader.trial)
    }
}
