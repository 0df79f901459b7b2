//! What the trainer asks of a network, whatever computes it.

use crossfold_network::{Configuration, Shape};
use crossfold_study::{Device, Tally};

use crate::autodiff::AutodiffNetwork;
use crate::batch::Batch;
use crate::checkpoint::{StateReader, StateWriter};
use crate::dropout::Masks;
use crate::flex::FlexNetwork;
use crate::parameters::Parameters;
use crate::real::Real;

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

/// The network that `device` computes.
pub(crate) fn on_device<E: Real>(
    device: Device,
    configuration: &Configuration,
    shape: Shape,
    initial: Parameters<E>,
) -> Box<dyn Network<E>> {
    match device {
        Device::Flex => Box::new(FlexNetwork::new(configuration, shape, initial)),
        Device::Ndarray => {
            #[expect(deprecated, reason = "asked for by name, and pinned to the last release that has it")]
            let cpu = burn_ndarray::NdArrayDevice::Cpu;
            Box::new(AutodiffNetwork::new(cpu.into(), configuration, shape, initial))
        }
    }
}

#[cfg(test)]
mod tests;
