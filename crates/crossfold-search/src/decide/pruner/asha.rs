//! Asynchronous successive halving (Li et al. 2020, "A system for massively parallel hyperparameter tuning").

use std::collections::BTreeSet;

use crossfold_study::{PruningDecision, PruningReason, TrialNumber};

use super::{Action, Judgement, RungResult, TrialPruner};
use crate::decide::ranking::{Standing, leader};

/// Promotes a trial as soon as it is among the best 1/`factor` of those that have reached its rung. Where there is none, a
/// new trial begins.
pub(super) struct Asha {
    factor: usize,
    rungs: Vec<Rung>,
    under_way: usize,
    is_exhausted: bool,
    judgements: Vec<Judgement>,
}

#[derive(Clone, Default)]
struct Rung {
    /// The trials that have reached the rung, the best first.
    ranked: Vec<(f64, TrialNumber)>,
    promoted: BTreeSet<TrialNumber>,
}

impl Rung {
    fn may_promote(&self, value: f64, trial: TrialNumber) -> bool {
        value.is_finite() && !self.promoted.contains(&trial)
    }
}

impl Asha {
    pub(super) fn new(last: usize, factor: usize) -> Asha {
        let rungs = vec![Rung::default(); last + 1];
        Asha { factor, rungs, under_way: 0, is_exhausted: false, judgements: Vec::new() }
    }

    /// A trial that may be promoted, on the highest rung that has one, with that rung.
    fn promotable(&self) -> Option<(usize, TrialNumber, PruningReason)> {
        (0..self.rungs.len() - 1).rev().find_map(|at| {
            let rung = &self.rungs[at];
            let (of, kept) = (rung.ranked.len(), rung.ranked.len() / self.factor);
            let mut best = rung.ranked.iter().take(kept).enumerate();
            let (place, (_, trial)) = best.find(|(_, (value, trial))| rung.may_promote(*value, *trial))?;
            Some((at, *trial, PruningReason::Placed { place: place + 1, of, kept }))
        })
    }

    /// The leader, where no trial has reached the last rung and none is on its way to any, so that there is a winner.
    fn leader(&self) -> Option<(usize, TrialNumber, PruningReason)> {
        let (last, below) = self.rungs.split_last()?;
        if !self.is_exhausted || self.under_way > 0 || last.ranked.iter().any(|(value, _)| value.is_finite()) {
            return None;
        }
        let standings = below.iter().enumerate().flat_map(|(at, rung)| {
            let waiting = rung.ranked.iter().filter(|(value, trial)| rung.may_promote(*value, *trial));
            waiting.map(move |&(value, trial)| Standing { rung: at, value, trial })
        });
        let Standing { rung: at, trial, .. } = leader(standings)?;
        let ranked = &self.rungs[at].ranked;
        let place = 1 + ranked.iter().position(|(_, other)| *other == trial)?;
        Some((at, trial, PruningReason::Placed { place, of: ranked.len(), kept: place }))
    }
}

impl TrialPruner for Asha {
    fn next_action(&mut self) -> Action {
        if let Some((at, trial, reason)) = self.promotable().or_else(|| self.leader()) {
            self.rungs[at].promoted.insert(trial);
            self.under_way += 1;
            self.judgements.push(Judgement { trial, rung: at, decision: PruningDecision::Promoted(reason) });
            return Action::Promote { trial, rung: at + 1 };
        }
        match (self.is_exhausted, self.under_way) {
            (false, _) => Action::Begin { rung: 0 },
            (true, 0) => Action::Over,
            (true, _) => Action::Wait,
        }
    }

    fn began(&mut self, trial: Option<TrialNumber>) {
        match trial {
            Some(_) => self.under_way += 1,
            None => self.is_exhausted = true,
        }
    }

    fn tell(&mut self, result: RungResult) {
        self.under_way -= 1;
        let entry = (result.value, result.trial);
        let ranked = &mut self.rungs[result.rung].ranked;
        let place = ranked.partition_point(|other| other.0.total_cmp(&entry.0).then(other.1.cmp(&entry.1)).is_lt());
        ranked.insert(place, entry);
    }

    fn take_judgements(&mut self) -> Vec<Judgement> {
        std::mem::take(&mut self.judgements)
    }

    /// Prunes the trials that are not among the best of their rung.
    fn close(&mut self) {
        let last = self.rungs.len() - 1;
        for (at, rung) in self.rungs[..last].iter().enumerate() {
            let (of, kept) = (rung.ranked.len(), rung.ranked.len() / self.factor);
            for (place, (value, trial)) in (1..).zip(&rung.ranked) {
                let reason =
                    if value.is_finite() { PruningReason::Placed { place, of, kept } } else { PruningReason::Failed };
                let is_kept = place <= kept && value.is_finite();
                if !is_kept && !rung.promoted.contains(trial) {
                    let decision = PruningDecision::Pruned(reason);
                    self.judgements.push(Judgement { trial: *trial, rung: at, decision });
                }
            }
        }
    }

    fn prunes_at_once(&self) -> bool {
        true
    }
}
