//! A network on burn's `flex` backend with its step written out by hand.
//!
//! burn multiplies the matrices. What lies between two products is one pass over memory, in place:
//! bias, activation and dropout forward, one multiplication backward, the optimizer. A graph of
//! single operations spends as long on its nodes as on the arithmetic of a small network.

mod convolution;
mod dense;
mod layer;
mod normalization;
mod pointwise;
mod pooling;
mod product;
mod recurrent;
mod summary;

use burn_flex::FlexTensor;
use crossfold_study::{Configuration, Loss, Shape, Tally, TensorSpec};

use crate::batch::Batch;
use crate::dropout::Masks;
use crate::lookup::Lookup;
use crate::loss::score_and_differentiate;
use crate::network::Network;
use crate::parameters::{Parameters, Tensor};
use crate::real::Real;
use layer::{Layer, Step};

pub(crate) struct FlexNetwork<E> {
    lookup: Option<Lookup<E>>,
    layers: Vec<Box<dyn Layer<E>>>,
    specs: Vec<TensorSpec>,
    outputs: usize,
    loss: Loss,
    clip_norm: f64,
}

impl<E: Real> FlexNetwork<E> {
    pub(crate) fn new(configuration: &Configuration, shape: Shape, initial: Parameters<E>) -> FlexNetwork<E> {
        let Parameters { tensors, tables } = initial;
        let looked_up: usize = tables.iter().map(|table| table.embedding.width).sum();
        let features = shape.inputs - looked_up + tables.len();
        FlexNetwork {
            lookup: Lookup::new(configuration, features, tables),
            specs: tensors.iter().map(|tensor| tensor.spec.clone()).collect(),
            layers: layer::stack(configuration, shape, tensors),
            outputs: shape.outputs,
            loss: configuration.loss,
            clip_norm: configuration.clip_norm,
        }
    }

    /// What the first layer sees.
    fn input(&self, batch: &Batch) -> FlexTensor {
        match &self.lookup {
            None => batch.features(),
            Some(lookup) => lookup.look_up(batch.features_slice()),
        }
    }

    /// Scales the gradient of all parameters together to the greatest length it may have.
    fn clip(&mut self) {
        let mut square = 0.0;
        self.each_gradient(&mut |gradient| square += gradient.iter().map(|g| g.to_f64() * g.to_f64()).sum::<f64>());
        let length = square.sqrt();
        if length > self.clip_norm {
            // As PyTorch's `clip_grad_norm_` has it.
            let factor = E::from_elem(self.clip_norm / (length + 1e-6));
            self.each_gradient(&mut |gradient| gradient.iter_mut().for_each(|g| *g *= factor));
        }
    }

    fn each_gradient(&mut self, take: &mut dyn FnMut(&mut [E])) {
        for layer in &mut self.layers {
            layer.parameters(&mut |parameter| take(E::slice_mut(&mut parameter.gradient)));
        }
        self.lookup.iter_mut().for_each(|lookup| lookup.gradients(take));
    }
}

impl<E: Real> Network<E> for FlexNetwork<E> {
    fn train(&mut self, batch: &Batch, masks: &Masks<E>, learning_rate: f64) -> Tally {
        let step = Step { masks, lengths: batch.lengths() };
        let mut inputs = Vec::with_capacity(self.layers.len() + 1);
        inputs.push(self.input(batch));
        for (number, layer) in self.layers.iter_mut().enumerate() {
            inputs.push(layer.forward(&inputs[number], &step));
        }
        let mut delta = inputs.pop().expect("a network has an output layer");
        let tally = score_and_differentiate(E::slice_mut(&mut delta), batch, self.outputs, self.loss);
        let is_looked_up = self.lookup.is_some();
        for (number, (layer, input)) in self.layers.iter_mut().zip(&inputs).enumerate().rev() {
            match layer.backward(input, delta, &step, number > 0 || is_looked_up) {
                Some(below) => delta = below,
                None => break,
            }
            if let (0, Some(lookup)) = (number, &mut self.lookup) {
                lookup.differentiate(batch.features_slice(), E::slice(&delta));
                break;
            }
        }
        if self.clip_norm > 0.0 {
            self.clip();
        }
        for layer in &mut self.layers {
            layer.parameters(&mut |parameter| parameter.step(learning_rate));
        }
        self.lookup.iter_mut().for_each(|lookup| lookup.step(learning_rate));
        tally
    }

    fn logits(&self, batch: &Batch) -> Vec<E> {
        let mut values = self.input(batch);
        for layer in &self.layers {
            values = layer.infer(&values, batch.lengths());
        }
        E::slice(&values).to_vec()
    }

    fn parameters(&self) -> Parameters<E> {
        let values = self.layers.iter().flat_map(|layer| layer.export());
        let tensors = self.specs.iter().cloned().zip(values).map(|(spec, values)| Tensor { spec, values });
        let tables = self.lookup.as_ref().map_or_else(Vec::new, Lookup::tables);
        Parameters { tensors: tensors.collect(), tables }
    }

    fn is_finite(&self) -> bool {
        self.layers.iter().all(|layer| layer.is_finite()) && self.lookup.as_ref().is_none_or(Lookup::is_finite)
    }
}
