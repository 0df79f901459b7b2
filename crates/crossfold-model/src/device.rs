//! The implementation of networks for each device.

use burn::tensor::Element;
use crossfold_kernels::Real;
use crossfold_network::{Configuration, Layer, Shape};
use crossfold_study::Device;

use crate::flex::FlexNetwork;
use crate::network::Network;
use crate::parameters::Parameters;
use crate::reference::ReferenceNetwork;

/// Creates a network of `layers` on `device` with the parameters `initial`.
pub(crate) fn create_network<E: Real + Element>(
    device: Device,
    configuration: &Configuration,
    shape: Shape,
    layers: &[Layer],
    initial: Parameters<E>,
) -> Box<dyn Network<E>> {
    match device {
        Device::Flex => Box::new(FlexNetwork::new(configuration, shape, layers, initial)),
        Device::Ndarray => {
            #[expect(
                deprecated,
                reason = "`device: ndarray` asks for it, and burn is pinned to the last release that has it"
            )]
            let cpu = burn_ndarray::NdArrayDevice::Cpu;
            Box::new(ReferenceNetwork::new(cpu.into(), configuration, shape, layers, initial))
        }
    }
}

#[cfg(test)]
mod tests;
