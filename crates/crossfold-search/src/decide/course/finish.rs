//! How a search that a budget ends early gets a winner.
//!
//! A budget or a deadline may end a search before any trial has reached the last rung. The leader, the best of the trials
//! that came furthest, is then trained to its end. Until a trial has reached the last rung, a reserve is kept for that:
//!
//! - of work, before a trial begins ([`Finish::reserve_to_begin`]) and before one is promoted
//!   ([`Finish::reserve_to_promote`]);
//! - of time, by the deadline. Once only that time is left, the first of the [candidates](Course::candidates) for which it
//!   suffices is trained to its end before all else ([`Course::secure`]).
//!
//! If no budget ends the search early, the pruner ensures that it has a winner.

use std::sync::Arc;

use crossfold_study::{
    FitEnd, FitResult, Plan, PruningDecision, PruningReason, Rung, Trial, TrialNumber, TrialState, best_first,
};

use super::{BudgetLimit, Course, FitRequest, Judgement};
use crate::decide::budget::Work;
use crate::decide::ranking::{Standing, in_order, leader};
use crate::decide::rungs::Ladder;

/// Whether a search is certain to have a winner.
#[derive(Debug, Default)]
pub(super) struct Finish {
    /// A trial has reached the last rung.
    has_winner: bool,
    /// The leader is on its way there, past the budget.
    sent_leader: bool,
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
    /// Whether a trial is complete, such as one that was secured, even if the pruner has ended it since.
    pub(crate) fn has_winner(&self) -> bool {
        let Plan { trials, .. } = &*self.planner.plan;
        let mean = |trial: &Trial| self.results.mean(&self.planner.plan, trial, self.study.metric);
        let mut secured = self.journal.secured().filter_map(|trial| trials.get(trial as usize));
        self.finish.has_winner
            || trials.iter().any(|trial| mean(trial).is_some())
            || secured.any(|trial| mean(&reopened(trial)).is_some())
    }

    /// The trials that would be complete if they were trained to their end, the most promising first: as they stand at
    /// their rungs, and then those that have reached none, by how far they were trained.
    pub(crate) fn candidates(&self) -> impl Iterator<Item = &Trial> {
        let mut standings: Vec<Standing<Rung>> = self.standings().collect();
        standings.sort_by(in_order);
        let others = || {
            let trials = self.planner.plan.trials.iter();
            let mut others: Vec<&Trial> = trials.filter(|trial| self.standing(trial).is_none()).collect();
            others.sort_by_cached_key(|trial| self.epochs_left(trial).into_iter().map(u64::from).sum::<u64>());
            others
        };
        let ranked = standings.into_iter().map(|standing| self.trial(standing.trial));
        ranked.chain(std::iter::once_with(others).flatten()).filter(|trial| self.is_open(trial))
    }

    /// The epochs that each fold of a trial has to be trained until the trial is complete; not of those that are.
    pub(crate) fn epochs_left(&self, trial: &Trial) -> Vec<u32> {
        let left = |fold| match self.results.fit(trial.configuration, fold) {
            Some(fit) if fit.end == Some(FitEnd::Stopped) => 0,
            fit => trial.epochs.saturating_sub(fit.map_or(0, FitResult::epochs)),
        };
        self.planner.plan.folds.iter().map(|&fold| left(fold)).filter(|&epochs| epochs > 0).collect()
    }

    /// Before time is over: the fits that train a trial to its end, so that there is a winner.
    ///
    /// No decision depends on it: the search goes on if there is time.
    pub(crate) fn secure(&mut self, trial: TrialNumber) -> Vec<FitRequest> {
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
        matches!(self.results.state(&self.planner.plan, &reopened(trial)), TrialState::Cancelled { .. })
    }

    /// Sends the leader to its end where a limit of work ended the search without a winner. Returns whether it did.
    pub(super) fn finish_leader(&mut self, requests: &mut Vec<FitRequest>) -> bool {
        if self.finish.has_winner || self.finish.sent_leader || !self.ended_by.is_some_and(BudgetLimit::limits_work) {
            return false;
        }
        let Some(trial) = self.leader() else { return false };
        self.reopen(trial);
        if let Some(step) = self.histories[trial.0 as usize].steps.last_mut() {
            step.judged = Some(PruningDecision::Promoted(PruningReason::Finished));
            self.changed.push(trial);
        }
        self.finish.sent_leader = true;
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

    /// The best `count` of the complete trials, one of which will win.
    pub(crate) fn possible_winners(&self, count: usize) -> Vec<&Trial> {
        let mut best = best_first(&self.planner.plan, &self.results, self.study.metric, &self.data_size.shapes);
        best.truncate(count);
        best
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
        leader(self.standings().filter(|standing| self.is_open(self.trial(standing.trial)))).map(|leader| leader.trial)
    }

    fn standings(&self) -> impl Iterator<Item = Standing<Rung>> {
        self.planner.plan.trials.iter().filter_map(|trial| self.standing(trial))
    }

    /// How a trial stands at the highest rung that it has reached with a score.
    fn standing(&self, trial: &Trial) -> Option<Standing<Rung>> {
        let step = self.histories.get(trial.number.0 as usize)?.steps.last()?;
        Some(Standing { rung: step.rung, value: self.less_is_better(step.score?), trial: trial.number })
    }
}

/// The trial as if the pruner had not ended it.
fn reopened(trial: &Trial) -> Trial {
    Trial { pruned: None, ..trial.clone() }
}
