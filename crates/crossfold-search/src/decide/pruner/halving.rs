//! Successive halving of all trials, and Hyperband.

use crossfold_study::TrialNumber;

use super::bracket::Bracket;
use super::{Ask, Judged, Prunes, Seen};

/// One bracket of all trials.
pub(super) struct Halving {
    bracket: Bracket,
    judged: Vec<Judged>,
}

impl Halving {
    pub(super) fn new(last: usize, factor: usize) -> Halving {
        Halving { bracket: Bracket::new(factor, last, 0, None), judged: Vec::new() }
    }
}

impl Prunes for Halving {
    fn ask(&mut self) -> Ask {
        self.bracket.ask()
    }

    fn began(&mut self, trial: Option<TrialNumber>) {
        self.bracket.began(trial, &mut self.judged);
    }

    fn tell(&mut self, seen: Seen) {
        self.bracket.tell(&seen, &mut self.judged);
    }

    fn judged(&mut self) -> Vec<Judged> {
        std::mem::take(&mut self.judged)
    }
}

/// Brackets that begin at different rungs, over and over (Li et al. 2018, "Hyperband: a novel bandit-based approach to
/// hyperparameter optimization", JMLR 18): many trials from the lowest, few from the highest.
///
/// While a bracket waits for its rung to fill, the next one begins.
pub(super) struct Hyperband {
    last: usize,
    factor: usize,
    brackets: Vec<Bracket>,
    /// Which bracket asked last.
    asked: usize,
    is_exhausted: bool,
    judged: Vec<Judged>,
}

impl Hyperband {
    pub(super) fn new(last: usize, factor: usize) -> Hyperband {
        Hyperband { last, factor, brackets: Vec::new(), asked: 0, is_exhausted: false, judged: Vec::new() }
    }

    /// The next bracket: of those that begin at the lowest rung first.
    fn next(&self) -> Bracket {
        let first = self.brackets.len() % (self.last + 1);
        Bracket::new(self.factor, self.last, first, Some(size(self.factor, self.last, first)))
    }
}

/// How many trials begin at rung `first`: s = last − first halvings, ⌈(s_max + 1) / (s + 1) · factor^s⌉.
pub(super) fn size(factor: usize, last: usize, first: usize) -> usize {
    let halvings = last - first;
    (last + 1).saturating_mul(factor.saturating_pow(halvings as u32)).div_ceil(halvings + 1)
}

impl Prunes for Hyperband {
    fn ask(&mut self) -> Ask {
        let mut waits = false;
        // Promotions come first, the older bracket's before the younger's.
        for (number, bracket) in self.brackets.iter_mut().enumerate() {
            match bracket.ask() {
                ask @ (Ask::Promote { .. } | Ask::Begin { .. }) => {
                    self.asked = number;
                    return ask;
                }
                Ask::Wait => waits = true,
                Ask::Over => {}
            }
        }
        if self.is_exhausted {
            return if waits { Ask::Wait } else { Ask::Over };
        }
        self.brackets.push(self.next());
        self.asked = self.brackets.len() - 1;
        self.brackets[self.asked].ask()
    }

    fn began(&mut self, trial: Option<TrialNumber>) {
        self.is_exhausted |= trial.is_none();
        self.brackets[self.asked].began(trial, &mut self.judged);
    }

    fn tell(&mut self, seen: Seen) {
        if let Some(bracket) = self.brackets.iter_mut().find(|bracket| bracket.holds(seen.trial)) {
            bracket.tell(&seen, &mut self.judged);
        }
    }

    fn judged(&mut self) -> Vec<Judged> {
        std::mem::take(&mut self.judged)
    }
}
