//! Successive halving of all trials.

use crossfold_study::TrialNumber;

use super::bracket::Bracket;
use super::{Action, Judgement, RungResult, TrialPruner};

/// One bracket of all trials.
pub(super) struct Halving {
    factor: usize,
    bracket: Bracket,
    judgements: Vec<Judgement>,
}

impl Halving {
    pub(super) fn new(last: usize, factor: usize) -> Halving {
        Halving { factor, bracket: Bracket::new(factor, last, 0, None), judgements: Vec::new() }
    }
}

impl TrialPruner for Halving {
    fn next_action(&mut self) -> Action {
        self.bracket.next_action()
    }

    fn began(&mut self, trial: Option<TrialNumber>) {
        self.bracket.began(trial, &mut self.judgements);
    }

    fn tell(&mut self, result: RungResult) {
        self.bracket.tell(&result, &mut self.judgements);
    }

    fn take_judgements(&mut self) -> Vec<Judgement> {
        std::mem::take(&mut self.judgements)
    }

    fn promoted_share(&self) -> Option<f64> {
        Some(1.0 / self.factor as f64)
    }
}
