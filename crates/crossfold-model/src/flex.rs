//! A network on burn's `flex` backend with its step written out by hand.
//!
//! burn multiplies the matrices. What lies between two products is one pass over memory, in place:
//! bias, activation and dropout forward, one multiplication backward, the optimizer. A graph of
//! single operations spends as long on its nodes as on the arithmetic of a small network.

use burn::backend::ops::FloatTensorOps;
use burn_flex::{Flex, FlexTensor};
use crossfold_study::{Activation, Configuration, Tally};

use crate::activation::{gelu, relu, sigmoid, tanh};
use crate::batch::Batch;
use crate::descent::Descent;
use crate::dropout::Masks;
use crate::lookup::Lookup;
use crate::loss::score_and_differentiate;
use crate::network::Network;
use crate::parameters::{Affine, Parameters};
use crate::real::Real;

pub(crate) struct FlexNetwork<E> {
    lookup: Option<Lookup<E>>,
    hidden: Vec<Hidden<E>>,
    output: Dense<E>,
}

struct Hidden<E> {
    dense: Dense<E>,
    activation: Activation,
    /// ∂(what the next layer sees) / ∂(what the activation saw) in the step under way.
    slope: Vec<E>,
}

struct Dense<E> {
    /// Outputs × inputs.
    weight: FlexTensor,
    bias: Vec<E>,
    weight_descent: Descent<E>,
    bias_descent: Descent<E>,
    /// The bias's gradient.
    bias_gradient: Vec<E>,
}

impl<E: Real> FlexNetwork<E> {
    pub(crate) fn new(configuration: &Configuration, initial: Parameters<E>) -> FlexNetwork<E> {
        let Parameters { layers, tables } = initial;
        let looked_up: usize = tables.iter().map(|table| table.embedding.width).sum();
        let features = layers[0].inputs() - looked_up + tables.len();
        let lookup = Lookup::new(configuration, features, tables);
        let mut layers = layers.into_iter().map(|layer| Dense::new(configuration, layer)).collect::<Vec<_>>();
        let output = layers.pop().expect("a network has an output layer");
        // There is an activation exactly where there are hidden layers.
        let activations = std::iter::repeat_n(configuration.activation, layers.len()).flatten();
        let hidden = layers.into_iter().zip(activations);
        let hidden = hidden.map(|(dense, activation)| Hidden { dense, activation, slope: Vec::new() });
        FlexNetwork { lookup, hidden: hidden.collect(), output }
    }
}

impl<E: Real> FlexNetwork<E> {
    /// What the first layer sees.
    fn input(&self, batch: &Batch) -> FlexTensor {
        match &self.lookup {
            None => batch.features(),
            Some(lookup) => lookup.look_up(batch.features_slice()),
        }
    }
}

impl<E: Real> Network<E> for FlexNetwork<E> {
    fn train(&mut self, batch: &Batch, masks: &Masks<E>) -> Tally {
        let mut inputs = Vec::with_capacity(self.hidden.len() + 1);
        inputs.push(self.input(batch));
        for (number, layer) in self.hidden.iter_mut().enumerate() {
            let mut values = layer.dense.multiply(&inputs[number]);
            layer.activate(E::slice_mut(&mut values), masks.get(number));
            inputs.push(values);
        }
        let mut delta = self.output.multiply(&inputs[self.hidden.len()]);
        self.output.add_bias(E::slice_mut(&mut delta));
        let tally = score_and_differentiate(E::slice_mut(&mut delta), batch, self.output.bias.len());

        let mut above = &mut self.output;
        for (layer, input) in self.hidden.iter_mut().zip(&inputs[1..]).rev() {
            let mut below = matmul(&delta, &above.weight);
            above.descend(input, &delta);
            for (below, &slope) in E::slice_mut(&mut below).iter_mut().zip(&layer.slope) {
                *below *= slope;
            }
            delta = below;
            above = &mut layer.dense;
        }
        if let Some(lookup) = &mut self.lookup {
            // Before the first layer moves.
            let below = matmul(&delta, &above.weight);
            lookup.descend(batch.features_slice(), E::slice(&below));
        }
        above.descend(&inputs[0], &delta);
        tally
    }

    fn logits(&self, batch: &Batch) -> Vec<E> {
        let mut values = self.input(batch);
        for layer in &self.hidden {
            values = layer.dense.multiply(&values);
            layer.activate_only(E::slice_mut(&mut values));
        }
        values = self.output.multiply(&values);
        self.output.add_bias(E::slice_mut(&mut values));
        E::slice(&values).to_vec()
    }

    fn parameters(&self) -> Parameters<E> {
        let layers = self.hidden.iter().map(|layer| &layer.dense).chain([&self.output]);
        let export = |dense: &Dense<E>| Affine { weight: E::slice(&dense.weight).to_vec(), bias: dense.bias.clone() };
        let tables = self.lookup.as_ref().map_or_else(Vec::new, Lookup::tables);
        Parameters { layers: layers.map(export).collect(), tables }
    }

    fn is_finite(&self) -> bool {
        let mut layers = self.hidden.iter().map(|layer| &layer.dense).chain([&self.output]);
        layers.all(|dense| E::slice(&dense.weight).iter().chain(&dense.bias).all(|value| value.is_finite()))
            && self.lookup.as_ref().is_none_or(Lookup::is_finite)
    }
}

impl<E: Real> Hidden<E> {
    /// Turns products into activations behind dropout, and keeps their slopes.
    fn activate(&mut self, values: &mut [E], mask: Option<&[E]>) {
        self.slope.resize(values.len(), E::ZERO);
        match self.activation {
            Activation::Relu => self.activate_by(relu, values, mask),
            Activation::Tanh => self.activate_by(tanh, values, mask),
            Activation::Sigmoid => self.activate_by(sigmoid, values, mask),
            Activation::Gelu => self.activate_by(gelu, values, mask),
        }
    }

    fn activate_by(&mut self, function: impl Fn(E) -> (E, E), values: &mut [E], mask: Option<&[E]>) {
        let bias = &self.dense.bias;
        let rows = values.chunks_exact_mut(bias.len()).zip(self.slope.chunks_exact_mut(bias.len()));
        match mask {
            None => {
                for (values, slopes) in rows {
                    for ((value, slope), &bias) in values.iter_mut().zip(slopes).zip(bias) {
                        (*value, *slope) = function(*value + bias);
                    }
                }
            }
            Some(mask) => {
                for ((values, slopes), mask) in rows.zip(mask.chunks_exact(bias.len())) {
                    for (((value, slope), &bias), &kept) in values.iter_mut().zip(slopes).zip(bias).zip(mask) {
                        let (y, dy) = function(*value + bias);
                        (*value, *slope) = (y * kept, dy * kept);
                    }
                }
            }
        }
    }

    /// Turns products into activations.
    fn activate_only(&self, values: &mut [E]) {
        match self.activation {
            Activation::Relu => self.dense.map_biased(relu, values),
            Activation::Tanh => self.dense.map_biased(tanh, values),
            Activation::Sigmoid => self.dense.map_biased(sigmoid, values),
            Activation::Gelu => self.dense.map_biased(gelu, values),
        }
    }
}

impl<E: Real> Dense<E> {
    fn new(configuration: &Configuration, layer: Affine<E>) -> Dense<E> {
        let (outputs, inputs) = (layer.outputs(), layer.inputs());
        Dense {
            weight_descent: Descent::new(configuration, configuration.l2, layer.weight.len()),
            bias_descent: Descent::new(configuration, 0.0, outputs),
            weight: E::matrix(layer.weight, outputs, inputs),
            bias: layer.bias,
            bias_gradient: vec![E::ZERO; outputs],
        }
    }

    /// `input`·Wᵀ, rows × outputs.
    fn multiply(&self, input: &FlexTensor) -> FlexTensor {
        matmul(input, &transposed(&self.weight))
    }

    fn add_bias(&self, values: &mut [E]) {
        self.map_biased(|value| (value, E::ONE), values);
    }

    fn map_biased(&self, function: impl Fn(E) -> (E, E), values: &mut [E]) {
        for row in values.chunks_exact_mut(self.bias.len()) {
            for (value, &bias) in row.iter_mut().zip(&self.bias) {
                *value = function(*value + bias).0;
            }
        }
    }

    /// Takes an optimizer step, where `delta` is the gradient of this layer's output.
    fn descend(&mut self, input: &FlexTensor, delta: &FlexTensor) {
        let gradient = matmul(&transposed(delta), input);
        self.weight_descent.step(E::slice_mut(&mut self.weight), E::slice(&gradient));
        self.bias_gradient.fill(E::ZERO);
        for row in E::slice(delta).chunks_exact(self.bias.len()) {
            for (sum, &value) in self.bias_gradient.iter_mut().zip(row) {
                *sum += value;
            }
        }
        self.bias_descent.step(&mut self.bias, &self.bias_gradient);
    }
}

/// The product, as new memory; clones of flex tensors share theirs.
fn matmul(left: &FlexTensor, right: &FlexTensor) -> FlexTensor {
    Flex::float_matmul(left.clone(), right.clone())
}

fn transposed(matrix: &FlexTensor) -> FlexTensor {
    Flex::float_transpose(matrix.clone())
}
