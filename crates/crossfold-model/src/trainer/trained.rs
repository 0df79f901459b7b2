//! Trained networks.

use std::borrow::Cow;

use crossfold_data::{Dataset, TargetScaling};
use crossfold_network::{Configuration, Shape, tensors};
use crossfold_study::{Device, Evaluation, Predictions, Scorer};

use super::averaged::Averaged;
use super::scoring::predict_and_score;
use crate::device::create_network;
use crate::member_weights;
use crate::network::Network;
use crate::parameters::{Parameters, Tensor, WeightsError, current_weights};

/// A trained network, the result of a refit, or several whose predictions are averaged.
pub struct TrainedNetwork {
    networks: Averaged,
    scaling: TargetScaling,
}

/// Networks of one configuration, which differ in their seeds, in what predicts together.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    pub configuration: &'a Configuration,
    /// The number of networks, at least 1, which share the weight.
    pub networks: u32,
    /// Beside those of other members, at least 1.
    pub weight: u32,
}

impl<'a> Member<'a> {
    /// `networks` networks of a configuration on their own.
    pub fn alone(configuration: &'a Configuration, networks: u32) -> Member<'a> {
        Member { configuration, networks, weight: 1 }
    }
}

impl TrainedNetwork {
    pub(super) fn new(network: Box<dyn Network<f32>>, scaling: TargetScaling) -> TrainedNetwork {
        TrainedNetwork { networks: Averaged::new(vec![(network, 1.0)]), scaling }
    }

    /// Loads what [`TrainedNetwork::safetensors`] wrote as `weights`, or [`TrainedNetwork::join_weights`] of all networks of
    /// the `members`, at least one, in their order, to be used on rows like `rows`.
    ///
    /// # Errors
    /// If `weights` aren't a safetensors file, or don't fit the configurations and `rows`.
    pub fn load(
        device: Device,
        members: &[Member<'_>],
        rows: &Dataset,
        scaling: TargetScaling,
        weights: &[u8],
    ) -> Result<TrainedNetwork, WeightsError> {
        let most = members.iter().map(|member| member.networks).max().unwrap_or(1);
        let mut files = member_weights::split(weights, members.iter().map(|member| member.networks).sum())?.into_iter();
        let mut networks = Vec::new();
        for member in members {
            let layers = rows.layers(member.configuration)?;
            // Networks of equal weight have the weight 1, so that a mean is no more than a sum and a division.
            let weight = f64::from(member.weight) * (f64::from(most) / f64::from(member.networks));
            for weights in files.by_ref().take(member.networks as usize) {
                let parameters = Parameters::from_safetensors(&weights, tensors(&layers), rows.embeddings())?;
                let network = create_network(device, member.configuration, rows.shape(), &layers, parameters);
                networks.push((network, weight));
            }
        }
        Ok(TrainedNetwork { networks: Averaged::new(networks), scaling })
    }

    /// The same with class probabilities at a temperature: softmax(ln(p) / temperature). With 1 they are those of the networks.
    /// It must not be set for a regression.
    #[must_use]
    pub fn at_temperature(mut self, temperature: f64) -> TrainedNetwork {
        self.networks.temperature = temperature;
        self
    }

    /// The weights of several networks in one file, in which the tensors of the first are named `members.0.layers.0.weight`
    /// and so on. A single network keeps its file.
    ///
    /// # Errors
    /// If one of them isn't a safetensors file.
    pub fn join_weights(networks: Vec<Vec<u8>>) -> Result<Vec<u8>, WeightsError> {
        member_weights::join(networks)
    }

    /// The files that [`TrainedNetwork::join_weights`] made a file of this many `networks` from.
    ///
    /// # Errors
    /// If `weights` isn't a safetensors file. A tensor that is missing is noticed when the network is loaded.
    pub fn split_weights(weights: &[u8], networks: u32) -> Result<Vec<Cow<'_, [u8]>>, WeightsError> {
        member_weights::split(weights, networks)
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
    /// probability per class, or a number. Those of several networks are averaged.
    ///
    /// # Panics
    /// If the shape of `data` isn't that of the training rows.
    pub fn predict(&mut self, data: &Dataset) -> (Evaluation, Predictions) {
        predict_and_score(&mut self.networks, data, &data.all(), self.scaling, &mut Scorer::default())
    }

    /// Returns the bytes of a safetensors file of a single network in `f32`. Each tensor is that of PyTorch's layer:
    /// `layers.0.weight` (outputs × inputs) and `layers.0.bias` of dense layers from the input side;
    /// `convolutions.0.weight` (filters × channels × height × width); `normalizations.0.weight`, `….bias` and, of
    /// batches, `….running_mean` and `….running_var`; `recurrences.0.weight_ih`, `….weight_hh`, `….bias_ih`,
    /// `….bias_hh`, and the same with `_reverse`; `embeddings.0.weight` (levels × width); `numbers.0.frequencies`
    /// (numbers × frequencies), `….weight` (a stack of size × features) and `….bias` (numbers × size, as a list).
    pub fn safetensors(&self) -> Vec<u8> {
        let (network, _) = &self.networks.members[0];
        network.parameters().safetensors()
    }
}
