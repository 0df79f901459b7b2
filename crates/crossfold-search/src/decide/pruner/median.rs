//! The median rule (Golovin et al. 2017, "Google Vizier: a service for black-box optimization").

use std::collections::{BTreeMap, VecDeque};

use crossfold_study::TrialNumber;

use super::{Ask, Judged, Prunes, Reason, Seen, Verdict};

/// Ends a trial whose best score so far is worse than the median of what others came to at the same rung.
pub(super) struct Median {
    last: usize,
    /// Trials that must have come to a rung before any ends there.
    startup: usize,
    /// Of each rung, what trials came to.
    values: Vec<Vec<f64>>,
    /// The best so far of trials under way.
    best: BTreeMap<TrialNumber, f64>,
    go_on: VecDeque<(TrialNumber, usize)>,
    under_way: usize,
    is_exhausted: bool,
    judged: Vec<Judged>,
}

impl Median {
    pub(super) fn new(last: usize, startup: usize) -> Median {
        Median {
            last,
            startup: startup.max(1),
            values: vec![Vec::new(); last + 1],
            best: BTreeMap::new(),
            go_on: VecDeque::new(),
            under_way: 0,
            is_exhausted: false,
            judged: Vec::new(),
        }
    }
}

impl Prunes for Median {
    fn ask(&mut self) -> Ask {
        if let Some((trial, rung)) = self.go_on.pop_front() {
            return Ask::Promote { trial, rung };
        }
        match (self.is_exhausted, self.under_way) {
            (false, _) => Ask::Begin { rung: 0 },
            (true, 0) => Ask::Over,
            (true, _) => Ask::Wait,
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

    fn tell(&mut self, seen: Seen) {
        let Seen { trial, rung, value, .. } = seen;
        let others = &self.values[rung];
        let best = self.best.get(&trial).map_or(value, |best| best.min(value));
        let verdict = match median(others) {
            _ if value.is_infinite() => Verdict::Ends(Reason::Failed),
            Some(median) if others.len() >= self.startup => {
                let reason = Reason::Median { median, of: others.len() };
                if best > median { Verdict::Ends(reason) } else { Verdict::GoesOn(reason) }
            }
            Some(_) | None => Verdict::GoesOn(Reason::TooFew { of: others.len() }),
        };
        if value.is_finite() {
            self.values[rung].push(value);
        }
        let goes_on = rung < self.last && matches!(verdict, Verdict::GoesOn(_));
        if goes_on {
            self.best.insert(trial, best);
            self.go_on.push_back((trial, rung + 1));
        } else {
            self.best.remove(&trial);
            self.under_way -= 1;
        }
        if rung < self.last {
            self.judged.push(Judged { trial, rung, verdict });
        }
    }

    fn judged(&mut self) -> Vec<Judged> {
        std::mem::take(&mut self.judged)
    }
}

/// The middle value, of an even number the mean of the two in the middle.
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
