//! Early stopping and learning rate reduction by the loss on the inner validation part.

use crossfold_network::{Configuration, Schedule};
use crossfold_study::Watched;

use crate::checkpoint::{StateReader, StateWriter};

/// Monitors the losses on the inner validation part.
pub(super) struct LossMonitor {
    /// Epochs without a better loss after which training stops; 0 for never.
    patience: u32,
    /// Epochs without a better loss after which the learning rate is reduced; 0 for never.
    plateau_patience: u32,
    /// Epochs of warm-up, which are no plateau.
    warmup: u32,
    /// The least loss so far and its epoch; `None` before the first loss.
    best: Option<Watched>,
    /// Epochs since the loss improved or the learning rate was reduced.
    waited: u32,
    plateaus: u32,
}

impl LossMonitor {
    pub(super) fn new(configuration: &Configuration) -> LossMonitor {
        let plateau_patience = match configuration.schedule {
            Schedule::Plateau { patience, factor: _ } => patience,
            Schedule::Constant
            | Schedule::Step { .. }
            | Schedule::Exponential { .. }
            | Schedule::Cosine { .. }
            | Schedule::OneCycle { .. } => 0,
        };
        LossMonitor {
            patience: configuration.patience,
            plateau_patience,
            warmup: configuration.warmup,
            best: None,
            waited: 0,
            plateaus: 0,
        }
    }

    /// Records the mean loss after `epoch`. Returns it with the best epoch so far.
    pub(super) fn observe(&mut self, epoch: u32, loss: f64) -> Watched {
        let best = match self.best {
            Some(best) if loss >= best.loss => {
                self.waited += 1;
                best
            }
            Some(_) | None => {
                self.waited = 0;
                Watched { loss, best: epoch }
            }
        };
        self.best = Some(best);
        if epoch <= self.warmup {
            self.waited = 0;
        }
        if self.plateau_patience > 0 && self.waited >= self.plateau_patience {
            self.plateaus += 1;
            self.waited = 0;
        }
        Watched { loss, best: best.best }
    }

    /// Writes the state.
    pub(super) fn write(&self, state: &mut StateWriter) {
        let LossMonitor { patience: _, plateau_patience: _, warmup: _, best, waited, plateaus } = *self;
        state.write_u32(waited);
        state.write_u32(plateaus);
        state.write_u32(best.is_some().into());
        if let Some(Watched { loss, best }) = best {
            state.write_f64(loss);
            state.write_u32(best);
        }
    }

    /// Reads the state of a monitor of the same configuration.
    pub(super) fn read(&mut self, state: &mut StateReader<'_>) {
        self.waited = state.read_u32();
        self.plateaus = state.read_u32();
        self.best = (state.read_u32() == 1).then(|| Watched { loss: state.read_f64(), best: state.read_u32() });
    }

    /// Whether training stops after `epoch`.
    pub(super) fn stops_after(&self, epoch: u32) -> bool {
        self.best.is_some_and(|best| self.patience > 0 && epoch - best.best >= self.patience)
    }

    /// The number of plateaus so far.
    pub(super) fn plateaus(&self) -> u32 {
        self.plateaus
    }
}

#[cfg(test)]
mod tests {
    use crossfold_study::Fingerprint;

    use super::*;

    /// Expected values follow from the rules of Keras' `EarlyStopping` and `ReduceLROnPlateau` with a `min_delta` of 0.
    #[test]
    fn patience_and_plateaus_count_from_the_best_loss() {
        let configuration = Configuration {
            patience: 4,
            schedule: Schedule::Plateau { factor: 0.1, patience: 2 },
            ..Configuration::default()
        };
        let mut monitor = LossMonitor::new(&configuration);
        // After each epoch, a new monitor continues from the state.
        let restored = |monitor: &LossMonitor| {
            let identity = Fingerprint::from_pieces(["a fit"]);
            let mut state = StateWriter::new(identity, 0);
            monitor.write(&mut state);
            let state = state.into_bytes();
            let (mut other, mut state) =
                (LossMonitor::new(&configuration), StateReader::new(&state, identity).unwrap());
            other.read(&mut state);
            assert_eq!(state.finish(), Ok(()));
            other
        };
        let seen = [3.0, 2.0, 2.0, 2.5, 1.0, 1.5, 1.5, 1.5, 1.0];
        let seen = (1..).zip(seen).map(|(epoch, loss)| {
            let watched = monitor.observe(epoch, loss);
            monitor = restored(&monitor);
            (watched.best, monitor.plateaus(), monitor.stops_after(epoch))
        });
        assert_eq!(
            seen.collect::<Vec<_>>(),
            [
                (1, 0, false),
                (2, 0, false),
                (2, 0, false),
                (2, 1, false),
                (5, 1, false),
                (5, 1, false),
                (5, 2, false),
                (5, 2, false),
                (5, 3, true)
            ]
        );
    }

    /// While the learning rate still rises, a loss that doesn't improve is no reason to reduce it.
    #[test]
    fn plateaus_count_after_warmup() {
        let configuration = Configuration {
            warmup: 3,
            schedule: Schedule::Plateau { factor: 0.1, patience: 2 },
            ..Configuration::default()
        };
        let mut monitor = LossMonitor::new(&configuration);
        let plateaus = (1..=7).map(|epoch| {
            monitor.observe(epoch, 1.0);
            monitor.plateaus()
        });
        assert_eq!(plateaus.collect::<Vec<_>>(), [0, 0, 0, 0, 1, 1, 2]);
    }
}
