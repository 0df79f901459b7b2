//! How a search that a budget ends early gets a winner.
//!
//! A budget or a deadline may end a search before any trial has reached the last rung. The leader, the best of the trials
//! that came furthest, is then trained to its end. Until a trial has reached the last rung, a reserve is kept for that:
//!
//! - of work, before a trial begins ([`Finish::reserve_to_begin`]) and before one is promoted
//!   ([`Finish::reserve_to_promote`]);
//! - of time, by the deadline, which asks for [`Course::possible_winners`] and [`Course::rounds_to_finish`].
//!
//! If no budget ends the search early, the pruner ensures that it has a winner.

use crossfold_study::{PruningDecision, PruningReason, Rung, Trial, TrialNumber};

use super::{BudgetLimit, Course, FitRequest};
use crate::decide::ranking::{Standing, best_first, leader};
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

    /// The work for which there must be budget beside that of a promotion to `rung`.
    pub(super) fn reserve_to_promote(&self, ladder: &Ladder, rung: usize, epochs: u32) -> Option<Rung> {
        (rung != ladder.last() && !self.has_winner).then(|| ladder.whole(epochs))
    }
}

impl Course<'_> {
    /// Whether a trial has reached the last rung, or the leader is on its way there.
    pub(crate) fn has_winner(&self) -> bool {
        self.finish.has_winner
    }

    /// Ends the search because its time is over. Returns the fits that train the leader to its end, where there is no
    /// winner yet.
    pub(crate) fn end_by_time(&mut self) -> Vec<FitRequest> {
        self.end(BudgetLimit::Wall);
        let mut requests = Vec::new();
        self.finish_leader(&mut requests);
        requests
    }

    /// Sends the leader to its end where a limit of work ended the search without a winner. Returns whether it did.
    pub(super) fn finish_leader(&mut self, requests: &mut Vec<FitRequest>) -> bool {
        if self.finish.has_winner || !self.ended_by.is_some_and(BudgetLimit::limits_work) {
            return false;
        }
        let Some(trial) = self.leader() else { return false };
        self.planner.plan.trials[trial.0 as usize].pruned = None;
        if let Some(step) = self.histories[trial.0 as usize].steps.last_mut() {
            step.judged = Some(PruningDecision::Promoted(PruningReason::Finished));
        }
        self.finish.has_winner = true;
        let fits = self.all_fits(trial);
        self.send(trial, self.ladder.last(), fits, requests);
        true
    }

    /// Prunes the trials that still wait at a rung, once nothing more is asked for.
    pub(super) fn close(&mut self) {
        for (history, trial) in self.histories.iter_mut().zip(&mut self.planner.plan.trials) {
            let Some(step) = history.steps.last_mut() else { continue };
            let waits = step.rung != self.ladder.whole(trial.epochs) && trial.pruned.is_none() && step.score.is_some();
            if waits {
                trial.pruned = Some(step.rung);
                step.judged = Some(PruningDecision::Pruned(PruningReason::Unfinished));
            }
        }
    }

    /// The trials one of which will win: the best `count` of the complete ones. Before any is complete it is the leader,
    /// and before there is a leader it may be any trial.
    pub(crate) fn possible_winners(&self, count: usize) -> Vec<&Trial> {
        let mut best = best_first(&self.planner.plan, &self.results, self.study.metric);
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
        // A search that does not depend on results is not told which trials are complete.
        let has_winner = || !best_first(&self.planner.plan, &self.results, self.study.metric).is_empty();
        let folds = self.planner.plan.folds.len();
        if self.finish.has_winner || has_winner() { 0 } else { folds.div_ceil(jobs.min(folds).max(1)) }
    }

    /// The fits of each trial, for a search whose leader a deadline may have had trained to its end, although the results
    /// so far do not tell; empty for any other search.
    pub(crate) fn fits_if_cut_short(&self) -> Vec<Vec<FitRequest>> {
        if self.study.budget.wall.is_none() || self.finish.has_winner {
            return Vec::new();
        }
        self.planner.plan.trials.iter().map(|trial| self.all_fits(trial.number)).collect()
    }

    fn all_fits(&self, trial: TrialNumber) -> Vec<FitRequest> {
        self.requests(trial, self.rung_for(trial, self.ladder.last()))
    }

    fn leader(&self) -> Option<TrialNumber> {
        let standings = self.histories.iter().zip(&self.planner.plan.trials).filter_map(|(history, trial)| {
            let step = history.steps.last()?;
            Some(Standing { rung: step.rung, value: self.less_is_better(step.score?), trial: trial.number })
        });
        leader(standings).map(|leader| leader.trial)
    }
}
