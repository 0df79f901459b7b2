//! A training to be timed.

use super::scoring::assess;
use super::{Draws, Session};

/// A training to be timed: epoch after epoch as in a fit, but stopping anywhere.
pub struct Probe<'a> {
    pub(super) session: Session<'a>,
    /// The rows in the order of the epoch under way.
    order: Vec<u32>,
    /// The first row in `order` that is still to be trained on.
    next: usize,
    draws: Draws,
    epoch: u32,
}

impl<'a> Probe<'a> {
    pub(super) fn new(session: Session<'a>) -> Probe<'a> {
        let order = session.training.clone();
        Probe { next: order.len(), order, draws: session.draws(0), epoch: 0, session }
    }

    /// Trains `steps` steps and returns how many rows they held.
    pub fn train(&mut self, steps: u32) -> usize {
        let batch_size = self.session.configuration.batch_size as usize;
        let mut trained = 0;
        for _ in 0..steps {
            if self.next == self.order.len() {
                self.epoch += 1;
                self.order = self.session.shuffled(self.epoch);
                self.next = 0;
            }
            let end = self.order.len().min(self.next + batch_size);
            let progress = self.session.progress(self.epoch, (self.next / batch_size) as u32);
            self.session.train(&self.order[self.next..end], progress, &mut self.draws);
            trained += end - self.next;
            self.next = end;
        }
        trained
    }

    /// Scores `rows` rows, or all where there are fewer, as a validation would.
    pub fn validate(&mut self, rows: usize) {
        if rows > 0 {
            let Session { network, data, scorer, .. } = &mut self.session;
            assess(&mut **network, &data.rows, &self.order[..rows.min(self.order.len())], data.scaling, scorer);
        }
    }
}
