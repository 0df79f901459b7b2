//! A network with its step written out by hand.
//!
//! A step is matrix products and, between two of them, one pass over memory, in place: bias, activation and dropout
//! forward, one multiplication backward, the optimizer. Memory is kept from step to step, but for short lists in
//! normalisation, in pooling by itself and in losses of mixed or smoothed labels. A graph of single operations spends
//! as long on its nodes as on the arithmetic of a small network; that of burn's autodiff is what tests hold this against.

mod build;
mod convolution;
mod dense;
mod layer;
mod layout;
mod lookup;
mod normalization;
#[cfg(feature = "bench")]
pub(crate) mod parts;
mod pointwise;
mod pooling;
mod recurrent;
mod summary;

use crossfold_network::{Configuration, Loss, Shape, TensorSpec};
use crossfold_study::Tally;

use crate::checkpoint::{StateReader, StateWriter};
use crate::network::Network;
use crate::parameters::{Parameters, Tensor};
use crate::steps::batch::Batch;
use crate::steps::dropout::Masks;
use crate::steps::loss::score_and_differentiate;
use crossfold_kernels::Real;
use layer::{Layer, Step};
use lookup::Lookup;

pub(crate) struct FlexNetwork<E> {
    lookup: Option<Lookup<E>>,
    layers: Vec<Box<dyn Layer<E>>>,
    specs: Vec<TensorSpec>,
    outputs: usize,
    loss: Loss,
    clip_norm: f64,
    values: Values<E>,
}

/// What goes from layer to layer, in memory that is used again.
struct Values<E> {
    /// What the first layer sees, where it isn't the batch itself.
    looked_up: Vec<E>,
    /// Of each layer, rows × its width.
    outputs: Vec<Vec<E>>,
    /// Gradients of what comes out of the layer at hand and of what goes into it.
    deltas: [Vec<E>; 2],
}

impl<E: Real> FlexNetwork<E> {
    pub(crate) fn new(configuration: &Configuration, shape: Shape, initial: Parameters<E>) -> FlexNetwork<E> {
        let Parameters { tensors, tables } = initial;
        let looked_up: usize = tables.iter().map(|table| table.embedding.width).sum();
        let features = shape.inputs - looked_up + tables.len();
        let specs = tensors.iter().map(|tensor| tensor.spec.clone()).collect();
        let layers = build::stack(configuration, shape, tensors);
        FlexNetwork {
            lookup: Lookup::new(configuration, features, tables),
            specs,
            outputs: shape.outputs,
            loss: configuration.loss,
            clip_norm: configuration.clip_norm,
            values: Values {
                looked_up: Vec::new(),
                outputs: layers.iter().map(|_| Vec::new()).collect(),
                deltas: [Vec::new(), Vec::new()],
            },
            layers,
        }
    }

    /// Hands each layer what the one before it made of `batch`, and room for what it makes of that.
    fn pass(&mut self, batch: &Batch<E>, mut take: impl FnMut(&mut dyn Layer<E>, &[E], &mut [E])) {
        let Values { looked_up, outputs, .. } = &mut self.values;
        let mut input = match &self.lookup {
            None => batch.features(),
            Some(lookup) => {
                lookup.look_up(batch.features(), looked_up);
                looked_up
            }
        };
        for (layer, output) in self.layers.iter_mut().zip(outputs) {
            output.resize(batch.rows() * layer.width(), E::ZERO);
            take(&mut **layer, input, output);
            input = output;
        }
    }

    /// Takes the gradient in the place of the last layer's outputs back through all layers.
    fn retrace(&mut self, batch: &Batch<E>, step: &Step<'_, E>) {
        let Values { looked_up, outputs, deltas } = &mut self.values;
        let first = if self.lookup.is_some() { looked_up } else { batch.features() };
        let (last, inner) = outputs.split_last_mut().expect("a network has an output layer");
        std::mem::swap(last, &mut deltas[0]);
        for (number, layer) in self.layers.iter_mut().enumerate().rev() {
            let input = if number == 0 { first } else { &inner[number - 1] };
            let [delta, below] = &mut *deltas;
            if number > 0 || self.lookup.is_some() {
                below.resize(input.len(), E::ZERO);
                layer.backward(input, delta, Some(below), step);
                deltas.swap(0, 1);
            } else {
                layer.backward(input, delta, None, step);
            }
        }
        if let Some(lookup) = &mut self.lookup {
            lookup.differentiate(batch.features(), &deltas[0]);
        }
    }

    /// Scales the gradient of all parameters together to the greatest length it may have.
    fn clip(&mut self) {
        let mut square = 0.0;
        self.each_gradient(&mut |gradient| square += gradient.iter().map(|g| g.to_f64() * g.to_f64()).sum::<f64>());
        let length = square.sqrt();
        if length > self.clip_norm {
            // As PyTorch's `clip_grad_norm_` has it.
            let factor = E::from_f64(self.clip_norm / (length + 1e-6));
            self.each_gradient(&mut |gradient| gradient.iter_mut().for_each(|g| *g *= factor));
        }
    }

    fn each_gradient(&mut self, take: &mut dyn FnMut(&mut [E])) {
        for layer in &mut self.layers {
            layer.parameters(&mut |parameter| take(&mut parameter.gradient));
        }
        self.lookup.iter_mut().for_each(|lookup| lookup.gradients(take));
    }
}

impl<E: Real> Network<E> for FlexNetwork<E> {
    fn train(&mut self, batch: &Batch<E>, masks: &Masks<E>, learning_rate: f64) -> Tally {
        let step = Step { masks, lengths: batch.lengths() };
        self.pass(batch, |layer, input, output| layer.forward(input, output, &step));
        let outputs = self.values.outputs.last_mut().expect("a network has an output layer");
        let tally = score_and_differentiate(outputs, batch, self.outputs, self.loss);
        self.retrace(batch, &step);
        if self.clip_norm > 0.0 {
            self.clip();
        }
        for layer in &mut self.layers {
            layer.parameters(&mut |parameter| parameter.step(learning_rate));
        }
        self.lookup.iter_mut().for_each(|lookup| lookup.step(learning_rate));
        tally
    }

    fn logits(&mut self, batch: &Batch<E>) -> &mut [E] {
        self.pass(batch, |layer, input, output| layer.infer(input, output, batch.lengths()));
        self.values.outputs.last_mut().expect("a network has an output layer")
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

    /// Each layer's own values, laid out as it has them: what else it holds is of the step under way.
    fn write(&mut self, state: &mut StateWriter) {
        for layer in &mut self.layers {
            layer.parameters(&mut |parameter| parameter.write(state));
            layer.running(&mut |values| state.values(values));
        }
        self.lookup.iter_mut().for_each(|lookup| lookup.write(state));
    }

    fn read(&mut self, state: &mut StateReader<'_>) {
        for layer in &mut self.layers {
            layer.parameters(&mut |parameter| parameter.read(state));
            layer.running(&mut |values| state.values(values));
        }
        self.lookup.iter_mut().for_each(|lookup| lookup.read(state));
    }
}
