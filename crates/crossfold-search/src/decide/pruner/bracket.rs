//! Successive halving of one set of trials (Jamieson and Talwalkar 2016, "Non-stochastic best arm identification and
//! hyperparameter optimization").

use std::collections::{BTreeMap, VecDeque};

use crossfold_study::TrialNumber;

use super::{Ask, Judged, Reason, Seen, Verdict};

/// Trials that begin at the same rung; at each, once all are there, the best 1/`factor` go on.
pub(super) struct Bracket {
    factor: usize,
    last: usize,
    /// The rung at which trials begin, and the one at which they all are now.
    first: usize,
    rung: usize,
    /// Trials still to begin; `None` without an end.
    to_begin: Option<usize>,
    /// Trials that are on their way to the rung, or there, with what they came to.
    at_rung: BTreeMap<TrialNumber, Option<f64>>,
    go_on: VecDeque<TrialNumber>,
}

impl Bracket {
    pub(super) fn new(factor: usize, last: usize, first: usize, trials: Option<usize>) -> Bracket {
        Bracket { factor, last, first, rung: first, to_begin: trials, at_rung: BTreeMap::new(), go_on: VecDeque::new() }
    }

    pub(super) fn ask(&mut self) -> Ask {
        if let Some(trial) = self.go_on.pop_front() {
            return Ask::Promote { trial, rung: self.rung };
        }
        if self.to_begin != Some(0) {
            return Ask::Begin { rung: self.first };
        }
        if self.at_rung.is_empty() { Ask::Over } else { Ask::Wait }
    }

    /// Breaks nothing where there are no more trials: those that there are go on among themselves.
    pub(super) fn began(&mut self, trial: Option<TrialNumber>, judged: &mut Vec<Judged>) {
        match trial {
            Some(trial) => {
                self.to_begin = self.to_begin.map(|left| left - 1);
                self.at_rung.insert(trial, None);
            }
            None => {
                self.to_begin = Some(0);
                self.settle(judged);
            }
        }
    }

    pub(super) fn holds(&self, trial: TrialNumber) -> bool {
        self.at_rung.contains_key(&trial)
    }

    pub(super) fn tell(&mut self, seen: &Seen, judged: &mut Vec<Judged>) {
        self.at_rung.insert(seen.trial, Some(seen.value));
        self.settle(judged);
    }

    /// Once all trials are at the rung, lets the best go on.
    fn settle(&mut self, judged: &mut Vec<Judged>) {
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
            let reason = if value.is_finite() { Reason::Placed { place, of, kept } } else { Reason::Failed };
            let goes_on = place <= kept && value.is_finite();
            if goes_on {
                self.at_rung.insert(trial, None);
                self.go_on.push_back(trial);
            }
            let verdict = if goes_on { Verdict::GoesOn(reason) } else { Verdict::Ends(reason) };
            judged.push(Judged { trial, rung, verdict });
        }
    }
}
