//! Trained networks.

use std::borrow::Cow;

use crossfold_data::{Dataset, Embedding, TargetScaling};
use crossfold_network::{Configuration, Shape, tensors};
use crossfold_study::{Device, Evaluation, Predictions, Scorer};

use super::scoring::predict_and_score;
use crate::device::create_network;
use crate::network::Network;
use crate::parameters::{Parameters, Tensor, WeightsError, current_weights};

/// A trained network, the result of a refit.
pub struct TrainedNetwork {
    pub(super) network: Box<dyn Network<f32>>,
    pub(super) scaling: TargetScaling,
}

impl TrainedNetwork {
    /// Loads the network that [`TrainedNetwork::safetensors`] wrote as `weights`.
    ///
    /// # Errors
    /// If `weights` aren't a safetensors file, or don't fit `configuration` and `shape`.
    pub fn load(
        device: Device,
        configuration: &Configuration,
        shape: Shape,
        embeddings: &[Embedding],
        scaling: TargetScaling,
        weights: &[u8],
    ) -> Result<TrainedNetwork, WeightsError> {
        let layers = configuration.layers(shape)?;
        let parameters = Parameters::from_safetensors(weights, tensors(&layers), embeddings)?;
        Ok(TrainedNetwork { network: create_network(device, configuration, shape, &layers, parameters), scaling })
    }

    /// The bytes of stored `weights` as this version writes them, so that its programs in Python fit them. Bytes that it
    /// can't read are left as they are.
    pub fn current_weights<'b>(configuration: &Configuration, shape: Shape, weights: &'b [u8]) -> Cow<'b, [u8]> {
        let layers = configuration.layers(shape).ok();
        let current = layers.and_then(|layers| current_weights(weights, &tensors(&layers)).ok());
        current.unwrap_or(Cow::Borrowed(weights))
    }

    /// The weights, outputs × inputs, and biases of a network that is one linear layer on its inputs, as [`Self::safetensors`]
    /// wrote it; `None` of other networks, and of bytes that can't be read.
    pub fn linear_weights(configuration: &Configuration, shape: Shape, weights: &[u8]) -> Option<[Vec<f32>; 2]> {
        let layers = configuration.layers(shape).ok()?;
        if layers.len() != 1 || shape.looked_up > 0 {
            return None;
        }
        let Parameters { tensors, .. } = Parameters::from_safetensors(weights, tensors(&layers), &[]).ok()?;
        let [weights, biases] = <[Tensor<f32>; 2]>::try_from(tensors).ok()?;
        let fits = weights.spec.shape == [shape.outputs, shape.inputs] && biases.spec.shape == [shape.outputs];
        fits.then_some([weights.values, biases.values])
    }

    /// Scores all rows of `data` in the target's unit, without dropout. Also returns the predictions of each row: one
    /// probability per class, or a number.
    ///
    /// # Panics
    /// If the shape of `data` isn't that of the training rows.
    pub fn predict(&mut self, data: &Dataset) -> (Evaluation, Predictions) {
        predict_and_score(&mut *self.network, data, &data.all(), self.scaling, &mut Scorer::default())
    }

    /// Returns the bytes of a safetensors file in `f32`. Each tensor is that of PyTorch's layer:
    /// `layers.0.weight` (outputs × inputs) and `layers.0.bias` of dense layers from the input side;
    /// `convolutions.0.weight` (filters × channels × height × width); `normalizations.0.weight`, `….bias` and, of
    /// batches, `….running_mean` and `….running_var`; `recurrences.0.weight_ih`, `….weight_hh`, `….bias_ih`,
    /// `….bias_hh`, and the same with `_reverse`; `embeddings.0.weight` (levels × width).
    pub fn safetensors(&self) -> Vec<u8> {
        self.network.parameters().safetensors()
    }
}
