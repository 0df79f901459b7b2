//! The median rule (Golovin et al. 2017, "Google Vizier: a service for black-box optimization").

use std::collections::{BTreeMap, VecDeque};

use crossfold_study::{PruningDecision, PruningReason, TrialNumber};

use super::{Action, Judgement, RungResult, TrialPruner};

/// Prunes a trial whose best value so far is worse than the median of the values of earlier trials at the same rung.
pub(super) struct Median {
    last: usize,
    /// The trials that must have reached a rung before any is pruned there.
    startup: usize,
    /// The values of trials at each rung.
    values: Vec<Vec<f64>>,
    /// The best value so far of each trial under way.
    best: BTreeMap<TrialNumber, f64>,
    promoted: VecDeque<(TrialNumber, usize)>,
    under_way: usize,
    is_exhausted: bool,
    judgements: Vec<Judgement>,
}

impl Median {
    pub(super) fn new(last: usize, startup: usize) -> Median {
        Median {
            last,
            startup: startup.max(1),
            values: vec![Vec::new(); last + 1],
            best: BTreeMap::new(),
            promoted: VecDeque::new(),
            under_way: 0,
            is_exhausted: false,
            judgements: Vec::new(),
        }
    }
}

impl TrialPruner for Median {
    fn next_action(&mut self) -> Action {
        if let Some((trial, rung)) = self.promoted.pop_front() {
            return Action::Promote { trial, rung };
        }
        match (self.is_exhausted, self.under_way) {
            (false, _) => Action::Begin { rung: 0 },
            (true, 0) => Action::Over,
            (true, _) => Action::Wait,
        }
    }

    fn began(&mut self, trial: Option<TrialNumber>) {
        match trial {
            Some(trial) => {
                self.best.insert(trial, f64::INFINITY);
                self.under_way += 1;
            }
            None => self.is_exhausted = true,
        }
    }

    fn tell(&mut self, result: RungResult) {
        let RungResult { trial, rung, value, .. } = result;
        let others = &self.values[rung];
        let best = self.best.get(&trial).map_or(value, |best| best.min(value));
        let decision = match median(others) {
            _ if value.is_infinite() => PruningDecision::Pruned(PruningReason::Failed),
            Some(median) if others.len() >= self.startup => {
                let reason = PruningReason::Median { median, of: others.len() };
                if best > median { PruningDecision::Pruned(reason) } else { PruningDecision::Promoted(reason) }
            }
            Some(_) | None => PruningDecision::Promoted(PruningReason::TooFew { of: others.len() }),
        };
        if value.is_finite() {
            self.values[rung].push(value);
        }
        let is_promoted = rung < self.last && matches!(decision, PruningDecision::Promoted(_));
        if is_promoted {
            self.best.insert(trial, best);
            self.promoted.push_back((trial, rung + 1));
        } else {
            self.best.remove(&trial);
            self.under_way -= 1;
        }
        if rung < self.last {
            self.judgements.push(Judgement { trial, rung, decision });
        }
    }

    fn take_judgements(&mut self) -> Vec<Judgement> {
        std::mem::take(&mut self.judgements)
    }

    fn prunes_at_once(&self) -> bool {
        true
    }
}

/// The middle value; of an even number of values the mean of the two in the middle.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.get(middle) {
        None => None,
        Some(&upper) if sorted.len() % 2 == 1 => Some(upper),
        Some(&upper) => Some(f64::midpoint(sorted[middle - 1], upper)),
    }
}
