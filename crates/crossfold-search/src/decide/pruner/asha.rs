//! Asynchronous successive halving (Li et al. 2020, "A system for massively parallel hyperparameter tuning").

use std::collections::BTreeSet;

use crossfold_study::TrialNumber;

use super::{Ask, Judged, Prunes, Reason, Seen, Verdict};

/// Lets a trial go on as soon as it is among the best 1/`factor` of those that came to its rung so far; where none is, a
/// new one begins.
pub(super) struct Asha {
    factor: usize,
    /// Of each rung, what came there, the best first, and who went on from it.
    rungs: Vec<Rung>,
    under_way: usize,
    is_exhausted: bool,
    is_over: bool,
    judged: Vec<Judged>,
}

#[derive(Clone, Default)]
struct Rung {
    ranked: Vec<(f64, TrialNumber)>,
    went_on: BTreeSet<TrialNumber>,
}

impl Asha {
    pub(super) fn new(last: usize, factor: usize) -> Asha {
        let rungs = vec![Rung::default(); last + 1];
        Asha { factor, rungs, under_way: 0, is_exhausted: false, is_over: false, judged: Vec::new() }
    }

    /// Whoever may go on, from the highest rung on which there is one.
    fn promotable(&self) -> Option<(usize, TrialNumber, Reason)> {
        (0..self.rungs.len() - 1).rev().find_map(|at| {
            let rung = &self.rungs[at];
            let (of, kept) = (rung.ranked.len(), rung.ranked.len() / self.factor);
            let best = rung.ranked.iter().take(kept).enumerate();
            let mut free = best.filter(|(_, (value, trial))| value.is_finite() && !rung.went_on.contains(trial));
            free.next().map(|(place, (_, trial))| (at, *trial, Reason::Placed { place: place + 1, of, kept }))
        })
    }

    /// Where nobody came to the end and nobody else will: the best of those that came furthest, so that there is a winner.
    fn last_hope(&self) -> Option<(usize, TrialNumber, Reason)> {
        let last = self.rungs.len() - 1;
        if !self.is_exhausted
            || self.under_way > 0
            || self.rungs[last].ranked.iter().any(|(value, _)| value.is_finite())
        {
            return None;
        }
        (0..last).rev().find_map(|at| {
            let rung = &self.rungs[at];
            let mut free = rung.ranked.iter().enumerate();
            let (place, (_, trial)) =
                free.find(|(_, (value, trial))| value.is_finite() && !rung.went_on.contains(trial))?;
            Some((at, *trial, Reason::Placed { place: place + 1, of: rung.ranked.len(), kept: place + 1 }))
        })
    }

    /// Nothing more comes to any rung: who is left there ends.
    fn close(&mut self) {
        let last = self.rungs.len() - 1;
        for (at, rung) in self.rungs[..last].iter().enumerate() {
            let (of, kept) = (rung.ranked.len(), rung.ranked.len() / self.factor);
            for (place, (value, trial)) in (1..).zip(&rung.ranked) {
                if !rung.went_on.contains(trial) {
                    let placed = Reason::Placed { place, of, kept };
                    let verdict = Verdict::Ends(if value.is_finite() { placed } else { Reason::Failed });
                    self.judged.push(Judged { trial: *trial, rung: at, verdict });
                }
            }
        }
        self.is_over = true;
    }
}

impl Prunes for Asha {
    fn ask(&mut self) -> Ask {
        if let Some((at, trial, reason)) = self.promotable().or_else(|| self.last_hope()) {
            self.rungs[at].went_on.insert(trial);
            self.under_way += 1;
            self.judged.push(Judged { trial, rung: at, verdict: Verdict::GoesOn(reason) });
            return Ask::Promote { trial, rung: at + 1 };
        }
        match (self.is_exhausted, self.under_way) {
            (false, _) => Ask::Begin { rung: 0 },
            (true, 0) => {
                if !self.is_over {
                    self.close();
                }
                Ask::Over
            }
            (true, _) => Ask::Wait,
        }
    }

    fn began(&mut self, trial: Option<TrialNumber>) {
        match trial {
            Some(_) => self.under_way += 1,
            None => self.is_exhausted = true,
        }
    }

    fn tell(&mut self, seen: Seen) {
        self.under_way -= 1;
        let entry = (seen.value, seen.trial);
        let ranked = &mut self.rungs[seen.rung].ranked;
        let place = ranked.partition_point(|other| other.0.total_cmp(&entry.0).then(other.1.cmp(&entry.1)).is_lt());
        ranked.insert(place, entry);
    }

    fn judged(&mut self) -> Vec<Judged> {
        std::mem::take(&mut self.judged)
    }
}
