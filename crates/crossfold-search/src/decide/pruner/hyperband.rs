//! Hyperband (Li et al. 2018, "Hyperband: a novel bandit-based approach to hyperparameter optimization", JMLR 18).

use crossfold_study::TrialNumber;

use super::bracket::Bracket;
use super::{Action, Judgement, RungResult, TrialPruner};

/// Brackets that begin at different rungs, again and again: many trials at the lowest rung, few at the highest.
///
/// While a bracket waits for its rung to fill, the next one begins.
pub(super) struct Hyperband {
    last: usize,
    factor: usize,
    brackets: Vec<Bracket>,
    /// The bracket that took the last action.
    active: usize,
    is_exhausted: bool,
    judgements: Vec<Judgement>,
}

impl Hyperband {
    pub(super) fn new(last: usize, factor: usize) -> Hyperband {
        Hyperband { last, factor, brackets: Vec::new(), active: 0, is_exhausted: false, judgements: Vec::new() }
    }

    /// The next bracket; the first of each round begins at the lowest rung.
    fn next_bracket(&self) -> Bracket {
        let first = self.brackets.len() % (self.last + 1);
        Bracket::new(self.factor, self.last, first, Some(bracket_size(self.factor, self.last, first)))
    }
}

/// The number of trials that begin at rung `first`: with s = last − first halvings, ⌈(s_max + 1) / (s + 1) · factor^s⌉.
pub(super) fn bracket_size(factor: usize, last: usize, first: usize) -> usize {
    let halvings = last - first;
    (last + 1).saturating_mul(factor.saturating_pow(halvings as u32)).div_ceil(halvings + 1)
}

impl TrialPruner for Hyperband {
    fn next_action(&mut self) -> Action {
        let mut waits = false;
        // Promotions come first, those of older brackets before those of younger ones.
        for (number, bracket) in self.brackets.iter_mut().enumerate() {
            match bracket.next_action() {
                action @ (Action::Promote { .. } | Action::Begin { .. }) => {
                    self.active = number;
                    return action;
                }
                Action::Wait => waits = true,
                Action::Over => {}
            }
        }
        if self.is_exhausted {
            return if waits { Action::Wait } else { Action::Over };
        }
        self.brackets.push(self.next_bracket());
        self.active = self.brackets.len() - 1;
        self.brackets[self.active].next_action()
    }

    fn began(&mut self, trial: Option<TrialNumber>) {
        self.is_exhausted |= trial.is_none();
        self.brackets[self.active].began(trial, &mut self.judgements);
    }

    fn tell(&mut self, result: RungResult) {
        if let Some(bracket) = self.brackets.iter_mut().find(|bracket| bracket.holds(result.trial)) {
            bracket.tell(&result, &mut self.judgements);
        }
    }

    fn take_judgements(&mut self) -> Vec<Judgement> {
        std::mem::take(&mut self.judgements)
    }

    fn promoted_share(&self) -> Option<f64> {
        Some(1.0 / self.factor as f64)
    }
}
