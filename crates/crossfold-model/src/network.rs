//! What the trainer asks of a network, whatever computes it.

use crossfold_study::Tally;

use crate::checkpoint::{StateReader, StateWriter};
use crate::parameters::Parameters;
use crate::steps::batch::Batch;
use crate::steps::dropout::Masks;

/// A network in training.
pub(crate) trait Network<E> {
    /// Takes one optimizer step on `batch` and scores it as the step saw it.
    fn train(&mut self, batch: &Batch<E>, masks: &Masks<E>, learning_rate: f64) -> Tally;

    /// Outputs of rows × width, without dropout: logits, or a number each in the scale that is learnt. The caller
    /// may do with them what it likes.
    fn logits(&mut self, batch: &Batch<E>) -> &mut [E];

    fn parameters(&self) -> Parameters<E>;

    /// Whether every parameter is.
    fn is_finite(&self) -> bool;

    /// Writes all that a step leaves to the next: what is trained, what optimizers remember, running statistics. Of
    /// one network as of another only where `configuration`, shape and device are the same.
    fn write(&mut self, state: &mut StateWriter);

    /// Becomes the network that wrote `state`.
    fn read(&mut self, state: &mut StateReader<'_>);
}
