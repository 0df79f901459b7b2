//! The interface between the trainer and a network.

use crossfold_study::Tally;

use crate::checkpoint::{StateReader, StateWriter};
use crate::parameters::Parameters;
use crate::steps::batch::Batch;
use crate::steps::dropout::Masks;

/// What maps rows to outputs.
pub(crate) trait Outputs<E> {
    /// Returns the outputs, rows × width, without dropout: logits, or one standardised number per row. The caller may
    /// overwrite them.
    fn logits(&mut self, batch: &Batch<E>) -> &mut [E];
}

/// A network in training.
pub(crate) trait Network<E>: Outputs<E> {
    /// Takes one optimizer step on `batch`. Returns the batch's scores before the step, with dropout.
    fn train(&mut self, batch: &Batch<E>, masks: &Masks<E>, learning_rate: f64) -> Tally;

    fn parameters(&self) -> Parameters<E>;

    /// Calls a function with every list of values that outputs depend on, always in the same order: parameters, tables,
    /// running statistics.
    fn visit_values(&mut self, take: &mut dyn FnMut(&mut [E]));

    /// Whether all parameters are finite.
    fn is_finite(&self) -> bool;

    /// Writes everything that one step leaves to the next: parameters, the optimizers' states, running statistics.
    fn write(&mut self, state: &mut StateWriter);

    /// Restores the state of a network with the same layers, configuration and device.
    fn read(&mut self, state: &mut StateReader<'_>);
}
