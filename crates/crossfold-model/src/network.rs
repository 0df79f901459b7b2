//! The interface between the trainer and a network.

use crossfold_study::Tally;

use crate::checkpoint::{StateReader, StateWriter};
use crate::parameters::Parameters;
use crate::steps::batch::Batch;
use crate::steps::dropout::Masks;

/// A network in training.
pub(crate) trait Network<E> {
    /// Takes one optimizer step on `batch` and scores it as the step saw it.
    fn train(&mut self, batch: &Batch<E>, masks: &Masks<E>, learning_rate: f64) -> Tally;

    /// Returns outputs of rows × width, without dropout: logits, or one standardised number per row. The caller may
    /// overwrite them.
    fn logits(&mut self, batch: &Batch<E>) -> &mut [E];

    fn parameters(&self) -> Parameters<E>;

    /// Whether all parameters are finite.
    fn is_finite(&self) -> bool;

    /// Writes everything that a step leaves to the next: parameters, the optimizers' states, running statistics.
    fn write(&mut self, state: &mut StateWriter);

    /// Becomes the network that wrote `state`, which must have the same layers, configuration and device.
    fn read(&mut self, state: &mut StateReader<'_>);
}
