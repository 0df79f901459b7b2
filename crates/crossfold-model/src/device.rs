//! Which network trains on which device.

use burn::tensor::Element;
use crossfold_kernels::Real;
use crossfold_network::{Configuration, Shape};
use crossfold_study::Device;

use crate::flex::FlexNetwork;
use crate::network::Network;
use crate::parameters::Parameters;
use crate::reference::ReferenceNetwork;

/// Creates the network that trains on `device`.
pub(crate) fn create_network<E: Real + Element>(
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
            Box::new(ReferenceNetwork::new(cpu.into(), configuration, shape, initial))
        }
    }
}

#[cfg(test)]
mod tests;
