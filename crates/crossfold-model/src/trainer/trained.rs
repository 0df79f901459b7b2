//! What a refit leaves behind.

use crossfold_data::{Dataset, Embedding, TargetScaling};
use crossfold_network::{Configuration, Shape, tensors};
use crossfold_study::{Device, Evaluation, Predictions, Scorer};

use super::scoring::assess;
use crate::device::create_network;
use crate::network::Network;
use crate::parameters::{Parameters, WeightsError};

/// What a refit leaves behind.
pub struct TrainedNetwork {
    pub(super) network: Box<dyn Network<f32>>,
    pub(super) scaling: TargetScaling,
}

impl TrainedNetwork {
    /// The network that [`TrainedNetwork::safetensors`] made `weights` of.
    ///
    /// # Errors
    /// Where they are no such file, or not of a `configuration` between such inputs and outputs.
    pub fn load(
        device: Device,
        configuration: &Configuration,
        shape: Shape,
        embeddings: &[Embedding],
        scaling: TargetScaling,
        weights: &[u8],
    ) -> Result<TrainedNetwork, WeightsError> {
        let specs = tensors(&configuration.layers(shape)?);
        let parameters = Parameters::from_safetensors(weights, specs, embeddings)?;
        Ok(TrainedNetwork { network: create_network(device, configuration, shape, parameters), scaling })
    }

    /// Scores all rows of `data`, dropout off, in the target's own unit; and what is predicted of each row: a
    /// probability a class, or a number.
    ///
    /// # Panics
    /// If `data` has another shape than the training rows.
    pub fn predict(&mut self, data: &Dataset) -> (Evaluation, Predictions) {
        assess(&mut *self.network, data, &data.all(), self.scaling, &mut Scorer::default())
    }

    /// The bytes of a safetensors file in `f32`, each tensor as PyTorch's layer of its kind has it:
    /// `layers.0.weight` (outputs × inputs) and `layers.0.bias` of dense layers from the input side;
    /// `convolutions.0.weight` (filters × channels × height × width); `normalizations.0.weight`, `….bias` and, of
    /// batches, `….running_mean` and `….running_var`; `recurrences.0.weight_ih`, `….weight_hh`, `….bias_ih`,
    /// `….bias_hh`, and the same with `_reverse`; `embeddings.0.weight` (levels × width).
    pub fn safetensors(&self) -> Vec<u8> {
        self.network.parameters().safetensors()
    }
}
