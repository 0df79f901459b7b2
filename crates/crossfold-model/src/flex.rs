//! A network whose training step is written by hand.
//!
//! A step consists of matrix products and, between two of them, one pass over memory in place: bias, activation and
//! dropout in the forward pass, one multiplication in the backward pass, the optimizer. Memory is reused from step to
//! step, except for short lists in normalisation, in separate pooling and in losses of mixed or smoothed labels. A
//! graph of single operations, such as burn's autodiff, spends as much time on its nodes as on the arithmetic of a
//! small network.
//!
//! [`fuse`] decides which layers share a pass, `build` builds the layers, and a [`Chain`](chain::Chain) runs them.

mod bias;
mod build;
mod chain;
mod convolution;
mod dense;
mod fuse;
mod layer;
mod layout;
mod lookup;
mod normalization;
mod numbers;
mod parallel;
#[cfg(feature = "bench")]
pub(crate) mod parts;
mod pointwise;
mod pooling;
mod recurrent;
mod residual;
mod summary;

use crossfold_kernels::Real;
use crossfold_network::{Configuration, Layer, Loss, Shape, TensorSpec};
use crossfold_study::Tally;

use crate::checkpoint::{StateReader, StateWriter};
use crate::network::{Network, Outputs};
use crate::parameters::{Parameters, Tensor};
use crate::steps::batch::Batch;
use crate::steps::dropout::Masks;
use crate::steps::loss::score_and_differentiate;
use build::build;
use chain::Chain;
use layer::Step;
use lookup::Lookup;

pub(crate) struct FlexNetwork<E> {
    lookup: Option<Lookup<E>>,
    chain: Chain<E>,
    specs: Vec<TensorSpec>,
    outputs: usize,
    loss: Loss,
    clip_norm: f64,
    /// The first layer's input and its gradient, if rows have codes to look up.
    looked_up: [Vec<E>; 2],
}

impl<E: Real> FlexNetwork<E> {
    /// A network of `layers` with the parameters `initial`, trained as `configuration` specifies.
    pub(crate) fn new(
        configuration: &Configuration,
        shape: Shape,
        layers: &[Layer],
        initial: Parameters<E>,
    ) -> FlexNetwork<E> {
        let Parameters { tensors, tables } = initial;
        let looked_up: usize = tables.iter().map(|table| table.embedding.width).sum();
        let features = shape.inputs - looked_up + tables.len();
        FlexNetwork {
            lookup: Lookup::new(configuration, features, tables),
            specs: tensors.iter().map(|tensor| tensor.spec.clone()).collect(),
            chain: build(configuration, layers, tensors),
            outputs: shape.outputs,
            loss: configuration.loss,
            clip_norm: configuration.clip_norm,
            looked_up: [Vec::new(), Vec::new()],
        }
    }

    /// Scales the gradient so that its norm over all parameters is at most `clip_norm`, like PyTorch's
    /// `clip_grad_norm_`.
    fn clip(&mut self) {
        let mut square = 0.0;
        self.visit_gradients(&mut |gradient| square += gradient.iter().map(|g| g.to_f64() * g.to_f64()).sum::<f64>());
        let length = square.sqrt();
        if length > self.clip_norm {
            let factor = E::from_f64(self.clip_norm / (length + 1e-6));
            self.visit_gradients(&mut |gradient| gradient.iter_mut().for_each(|g| *g *= factor));
        }
    }

    fn visit_gradients(&mut self, take: &mut dyn FnMut(&mut [E])) {
        self.chain.visit_parameters(&mut |parameter| take(&mut parameter.gradient));
        self.lookup.iter_mut().for_each(|lookup| lookup.visit_gradients(take));
    }
}

impl<E: Real> Outputs<E> for FlexNetwork<E> {
    fn logits(&mut self, batch: &Batch<E>) -> &mut [E] {
        let [looked_up, _] = &mut self.looked_up;
        let input = match &self.lookup {
            None => batch.features(),
            Some(lookup) => {
                lookup.look_up(batch.features(), looked_up);
                looked_up
            }
        };
        self.chain.infer(input, batch.rows(), batch.lengths())
    }
}

impl<E: Real> Network<E> for FlexNetwork<E> {
    fn train(&mut self, batch: &Batch<E>, masks: &Masks<E>, learning_rate: f64) -> Tally {
        let step = Step { masks, lengths: batch.lengths() };
        let [looked_up, below] = &mut self.looked_up;
        let input = match &self.lookup {
            None => batch.features(),
            Some(lookup) => {
                lookup.look_up(batch.features(), looked_up);
                looked_up
            }
        };
        let outputs = self.chain.forward(input, batch.rows(), &step);
        let tally = score_and_differentiate(outputs, batch, self.outputs, self.loss);
        match &mut self.lookup {
            None => self.chain.backward(input, None, &step),
            Some(lookup) => {
                below.resize(input.len(), E::ZERO);
                self.chain.backward(input, Some(&mut *below), &step);
                lookup.differentiate(batch.features(), below);
            }
        }
        if self.clip_norm > 0.0 {
            self.clip();
        }
        self.chain.visit_parameters(&mut |parameter| parameter.step(learning_rate));
        self.lookup.iter_mut().for_each(|lookup| lookup.step(learning_rate));
        tally
    }

    fn parameters(&self) -> Parameters<E> {
        let tensors = self.specs.iter().cloned().zip(self.chain.export());
        let tensors = tensors.map(|(spec, values)| Tensor { spec, values }).collect();
        Parameters { tensors, tables: self.lookup.as_ref().map_or_else(Vec::new, Lookup::tables) }
    }

    fn visit_values(&mut self, take: &mut dyn FnMut(&mut [E])) {
        self.chain.visit_parameters(&mut |parameter| take(&mut parameter.values));
        self.chain.visit_running(take);
        self.lookup.iter_mut().for_each(|lookup| lookup.visit_values(take));
    }

    fn is_finite(&self) -> bool {
        self.chain.is_finite() && self.lookup.as_ref().is_none_or(Lookup::is_finite)
    }

    /// Each layer's values, in its own layout. Everything else in layers belongs to the current step.
    fn write(&mut self, state: &mut StateWriter) {
        for layer in &mut self.chain.layers {
            layer.visit_parameters(&mut |parameter| parameter.write(state));
            layer.visit_running(&mut |values| state.write_values(values));
        }
        self.lookup.iter_mut().for_each(|lookup| lookup.write(state));
    }

    fn read(&mut self, state: &mut StateReader<'_>) {
        for layer in &mut self.chain.layers {
            layer.visit_parameters(&mut |parameter| parameter.read(state));
            layer.visit_running(&mut |values| state.read_values(values));
        }
        self.lookup.iter_mut().for_each(|lookup| lookup.read(state));
    }
}
