//! Training step by step, for benchmarks.

use super::scoring::predict_and_score;
use super::{Generators, Session, batches};

/// Training that the caller times. Rows are in the order of a fit's epochs, but the caller may stop after any step.
pub struct Probe<'a> {
    pub(super) session: Session<'a>,
    /// The rows in the order of the current epoch.
    order: Vec<u32>,
    /// The next step of the epoch.
    step: u32,
    generators: Generators,
    /// 0 before the first.
    epoch: u32,
}

impl<'a> Probe<'a> {
    pub(super) fn new(session: Session<'a>) -> Probe<'a> {
        Probe { order: session.training.clone(), step: 0, generators: session.generators(0), epoch: 0, session }
    }

    /// Trains for `steps` steps and returns the number of rows in them.
    pub fn train(&mut self, steps: u32) -> usize {
        let mut trained = 0;
        for _ in 0..steps {
            if self.epoch == 0 || self.step == self.session.progress(self.epoch, 0).steps {
                self.epoch += 1;
                self.order = self.session.shuffle_rows(self.epoch);
                self.step = 0;
            }
            let mut batches = batches(self.session.configuration, &self.order);
            let rows = batches.nth(self.step as usize).expect("the epoch has another step");
            let progress = self.session.progress(self.epoch, self.step);
            self.session.train_step(rows, progress, &mut self.generators);
            trained += rows.len();
            self.step += 1;
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
