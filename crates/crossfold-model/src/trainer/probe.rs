//! Training step by step, for benchmarks.

use super::scoring::predict_and_score;
use super::{Generators, Session};

/// Training that the caller times. Rows are in the order of a fit's epochs, but the caller may stop after any step.
pub struct Probe<'a> {
    pub(super) session: Session<'a>,
    /// The rows in the order of the current epoch.
    order: Vec<u32>,
    /// Index in `order` of the next row to train on.
    next: usize,
    generators: Generators,
    epoch: u32,
}

impl<'a> Probe<'a> {
    pub(super) fn new(session: Session<'a>) -> Probe<'a> {
        let order = session.training.clone();
        Probe { next: order.len(), order, generators: session.generators(0), epoch: 0, session }
    }

    /// Trains for `steps` steps and returns the number of rows in them.
    pub fn train(&mut self, steps: u32) -> usize {
        let batch_size = self.session.configuration.batch_size as usize;
        let mut trained = 0;
        for _ in 0..steps {
            if self.next == self.order.len() {
                self.epoch += 1;
                self.order = self.session.shuffle_rows(self.epoch);
                self.next = 0;
            }
            let end = self.order.len().min(self.next + batch_size);
            let progress = self.session.progress(self.epoch, (self.next / batch_size) as u32);
            self.session.train_step(&self.order[self.next..end], progress, &mut self.generators);
            trained += end - self.next;
            self.next = end;
        }
        trained
    }

    /// Scores `rows` rows, or all if there are fewer, as validation does.
    pub fn validate(&mut self, rows: usize) {
        if rows > 0 {
            let Session { network, data, scorer, .. } = &mut self.session;
            predict_and_score(
                &mut **network,
                &data.rows,
                &self.order[..rows.min(self.order.len())],
                data.scaling,
                scorer,
            );
        }
    }
}
