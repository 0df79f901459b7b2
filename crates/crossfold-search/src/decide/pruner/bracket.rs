//! Successive halving of one set of trials (Jamieson and Talwalkar 2016, "Non-stochastic best arm identification and
//! hyperparameter optimization").

use std::collections::{BTreeMap, VecDeque};

use crossfold_study::{PruningDecision, PruningReason, TrialNumber};

use super::{Action, Judgement, RungResult};

/// Trials that begin at the same rung. Once all of them have reached a rung, the best 1/`factor` are promoted.
pub(super) struct Bracket {
    factor: usize,
    last: usize,
    /// The rung at which trials begin.
    first: usize,
    /// The rung at which all of them are, or to which they are on their way.
    rung: usize,
    /// The number of trials still to begin; `None` where it has no limit.
    to_begin: Option<usize>,
    /// The trials at `rung` and on their way to it, with their values there.
    at_rung: BTreeMap<TrialNumber, Option<f64>>,
    promoted: VecDeque<TrialNumber>,
}

impl Bracket {
    pub(super) fn new(factor: usize, last: usize, first: usize, trials: Option<usize>) -> Bracket {
        let (at_rung, promoted) = (BTreeMap::new(), VecDeque::new());
        Bracket { factor, last, first, rung: first, to_begin: trials, at_rung, promoted }
    }

    pub(super) fn next_action(&mut self) -> Action {
        if let Some(trial) = self.promoted.pop_front() {
            return Action::Promote { trial, rung: self.rung };
        }
        if self.to_begin != Some(0) {
            return Action::Begin { rung: self.first };
        }
        if self.at_rung.is_empty() { Action::Over } else { Action::Wait }
    }

    /// Where points are exhausted, the bracket continues with the trials that it has.
    pub(super) fn began(&mut self, trial: Option<TrialNumber>, judgements: &mut Vec<Judgement>) {
        match trial {
            Some(trial) => {
                self.to_begin = self.to_begin.map(|left| left - 1);
                self.at_rung.insert(trial, None);
            }
            None => {
                self.to_begin = Some(0);
                self.judge_full_rung(judgements);
            }
        }
    }

    pub(super) fn holds(&self, trial: TrialNumber) -> bool {
        self.at_rung.contains_key(&trial)
    }

    pub(super) fn tell(&mut self, result: &RungResult, judgements: &mut Vec<Judgement>) {
        self.at_rung.insert(result.trial, Some(result.value));
        self.judge_full_rung(judgements);
    }

    /// Promotes the best once all trials are at the rung.
    fn judge_full_rung(&mut self, judgements: &mut Vec<Judgement>) {
        let values: Option<Vec<(TrialNumber, f64)>> =
            self.at_rung.iter().map(|(&trial, value)| Some((trial, (*value)?))).collect();
        let Some(mut ranked) = values.filter(|_| self.to_begin == Some(0)) else { return };
        if self.rung == self.last || ranked.is_empty() {
            self.at_rung.clear();
            return;
        }
        ranked.sort_by(|(m, a), (n, b)| a.total_cmp(b).then(m.cmp(n)));
        let of = ranked.len();
        let kept = (of / self.factor).max(1);
        let rung = self.rung;
        self.at_rung.clear();
        self.rung += 1;
        for (place, (trial, value)) in (1..).zip(ranked) {
            let reason =
                if value.is_finite() { PruningReason::Placed { place, of, kept } } else { PruningReason::Failed };
            let is_promoted = place <= kept && value.is_finite();
            if is_promoted {
                self.at_rung.insert(trial, None);
                self.promoted.push_back(trial);
            }
            let decision =
                if is_promoted { PruningDecision::Promoted(reason) } else { PruningDecision::Pruned(reason) };
            judgements.push(Judgement { trial, rung, decision });
        }
    }
}
