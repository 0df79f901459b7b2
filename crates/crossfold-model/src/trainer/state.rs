//! The state of a fit between two epochs, from which another process can continue it.
//!
//! It has no state of random generators, because each epoch has generators of its own, and no memory that each step
//! overwrites.

use crossfold_network::{Configuration, Shape, Task, tensors};
use crossfold_study::{Checkpoint, Evaluation, Fingerprint, Metric, Predictions, Scores, Tally};

use super::{Session, state_per_weight};
use crate::checkpoint::{StateReader, StateWriter, Unreadable};
use crate::identity::trainer_identity;

/// The maximum number of bytes of a tensor's lengths and number of steps.
const OVERHEAD_PER_TENSOR: u64 = 40;
/// The maximum number of bytes of the header, the state of early stopping and the best epoch's scores.
const OVERHEAD: u64 = 256;

impl Session<'_> {
    /// Returns the fit's state after its last epoch.
    pub(super) fn checkpoint(&mut self) -> Checkpoint {
        let shape = self.data.rows.shape();
        let predictions = self.best.as_ref().map_or(0, |(_, Predictions(values))| size_of_val(&**values));
        let capacity = checkpoint_bytes(self.configuration, shape) as usize + predictions;
        let mut state = StateWriter::new(self.identity(), capacity);
        state.write_u32(self.epochs);
        self.network.write(&mut state);
        self.average.iter().for_each(|average| average.write(&mut state));
        self.monitor.write(&mut state);
        state.write_u32(self.best.is_some().into());
        if let Some(best) = &self.best {
            write_scored(best, &mut state);
        }
        Checkpoint { epochs: self.epochs, state: state.into_bytes().into() }
    }

    /// Restores the state `from`.
    ///
    /// # Errors
    /// If `from` is damaged or of another fit. The session must then be dropped.
    pub(super) fn restore(&mut self, from: &Checkpoint) -> Result<(), Unreadable> {
        let mut state = StateReader::new(&from.state, self.identity())?;
        self.epochs = state.read_u32();
        if self.epochs != from.epochs {
            return Err(Unreadable);
        }
        self.network.read(&mut state);
        self.average.iter_mut().for_each(|average| average.read(&mut state));
        self.monitor.read(&mut state);
        let (rows, task) = (self.data.validation.len(), self.data.rows.targets().task());
        let values = rows * self.data.rows.shape().outputs;
        self.best = (state.read_u32() == 1).then(|| read_scored(task, values, &mut state));
        state.finish()
    }

    /// The digest of everything that may change the fit's bits, so that the state of another fit isn't used.
    fn identity(&self) -> Fingerprint {
        let Session { trainer, configuration, part, data, .. } = self;
        let views = &trainer.views;
        let rows = |rows: &[u32]| rows.iter().flat_map(|row| row.to_le_bytes()).collect();
        let pieces: [Vec<u8>; 9] = [
            trainer_identity(trainer.device).into_bytes(),
            views.data().digest.clone().into_bytes(),
            format!("{:?}", data.rows.shape()).into_bytes(),
            views.preprocessing_with(&configuration.steps).into_bytes(),
            views.seed().0.to_le_bytes().to_vec(),
            part.to_string().into_bytes(),
            configuration.canonical_without_steps().into_bytes(),
            rows(&data.training),
            rows(&data.validation),
        ];
        // The length distinguishes ["ab", "c"] from ["a", "bc"].
        Fingerprint::from_pieces(
            pieces.into_iter().flat_map(|piece| [(piece.len() as u64).to_le_bytes().to_vec(), piece]),
        )
    }
}

/// Returns the estimated size of a fit's [`Checkpoint`] in bytes: weights, averages and the optimizer's state. With early
/// stopping, the caller has to add the predictions of the fit's validation rows ([`Predictions::bytes_per_row`]).
pub(crate) fn checkpoint_bytes(configuration: &Configuration, shape: Shape) -> u64 {
    let layers = configuration.fitting_layers(shape);
    let specs = tensors(&layers);
    let running: usize = specs.iter().filter(|spec| !spec.is_trained()).map(|spec| spec.len()).sum();
    let running = running as u64 * if configuration.ema > 0.0 { 2 } else { 1 };
    let values = (1 + state_per_weight(configuration)) * configuration.parameters(shape) + running;
    size_of::<f32>() as u64 * values + OVERHEAD_PER_TENSOR * specs.len() as u64 + OVERHEAD
}

/// Writes scores and predictions.
fn write_scored((scored, Predictions(values)): &(Evaluation, Predictions), state: &mut StateWriter) {
    let Evaluation { tally, scores } = *scored;
    match tally {
        Tally::Classes { rows, correct, loss } => {
            state.write_u32(rows);
            state.write_u32(correct);
            state.write_f64(loss);
        }
        Tally::Numbers { rows, squared, absolute, spread } => {
            state.write_u32(rows);
            [squared, absolute, spread].into_iter().for_each(|sum| state.write_f64(sum));
        }
    }
    for &metric in Metric::scored_for(tally.task()) {
        let score = scores.get(metric);
        state.write_u32(score.is_some().into());
        if let Some(score) = score {
            state.write_u32(score.is_some().into());
            score.into_iter().for_each(|score| state.write_f64(score));
        }
    }
    state.write_values(values);
}

/// Reads what [`write_scored`] writes, with `values` predicted values.
fn read_scored(task: Task, values: usize, state: &mut StateReader<'_>) -> (Evaluation, Predictions) {
    let tally = match task {
        Task::Classification => {
            Tally::Classes { rows: state.read_u32(), correct: state.read_u32(), loss: state.read_f64() }
        }
        Task::Regression => {
            let rows = state.read_u32();
            let [squared, absolute, spread] = [(); 3].map(|()| state.read_f64());
            Tally::Numbers { rows, squared, absolute, spread }
        }
    };
    let mut scores = Scores::default();
    for &metric in Metric::scored_for(task) {
        if state.read_u32() == 1 {
            scores.set(metric, (state.read_u32() == 1).then(|| state.read_f64()));
        }
    }
    let mut predictions = vec![0.0_f32; values];
    state.read_values(&mut predictions);
    (Evaluation { tally, scores }, Predictions(predictions.into()))
}
