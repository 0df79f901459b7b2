//! A network in burn's own tensors, with burn's own derivatives.
//!
//! It runs on any device burn has and says what it computes in a screenful, at some cost in speed. Layers
//! are those of PyTorch, with images channel after channel. What follows a gradient (its length, the
//! optimizer) is that of every network here.

mod image;
mod normalization;
mod recurrent;
mod values;

use std::f64::consts::FRAC_1_SQRT_2;

use burn::tensor::activation::{log_softmax, relu, tanh};
use burn::tensor::{Device, Element, Int, Tensor, TensorData};
use crossfold_network::{Activation, Configuration, Layer, Loss, Role, Shape};
use crossfold_study::Tally;

use crate::checkpoint::{StateReader, StateWriter};
use crate::network::Network;
use crate::parameters::Parameters;
use crate::steps::batch::Batch;
use crate::steps::batch::BatchTargets;
use crate::steps::descent::{Descent, Penalties};
use crate::steps::dropout::Masks;
use crate::steps::loss::score_and_differentiate;
use crossfold_kernels::Real;
use values::{Tensors, Values};

pub(crate) struct ReferenceNetwork<E> {
    device: Device,
    configuration: Configuration,
    shape: Shape,
    layers: Vec<Layer>,
    parameters: Parameters<E>,
    /// One a tensor, then one a table.
    descents: Vec<Descent<E>>,
    /// Of the batch that was last asked for.
    outputs: Vec<E>,
}

impl<E: Real + Element> ReferenceNetwork<E> {
    pub(crate) fn new(device: Device, configuration: &Configuration, shape: Shape, initial: Parameters<E>) -> Self {
        let of_tensors = initial.tensors.iter().map(|tensor| {
            let penalties = match tensor.spec.role {
                Role::Weight { .. } => Penalties::of_weights(configuration),
                Role::Bias | Role::GateBias | Role::Scale | Role::Shift | Role::RunningMean | Role::RunningVariance => {
                    Penalties::default()
                }
            };
            Descent::new(configuration.optimizer, penalties, tensor.values.len())
        });
        let of_tables = initial
            .tables
            .iter()
            .map(|table| Descent::new(configuration.optimizer, Penalties::default(), table.values.len()));
        ReferenceNetwork {
            descents: of_tensors.chain(of_tables).collect(),
            layers: configuration.fitting_layers(shape),
            configuration: configuration.clone(),
            shape,
            parameters: initial,
            outputs: Vec::new(),
            device,
        }
    }

    /// All that is trained, as flat tensors: one a tensor, then one a table.
    fn leaves(&self) -> Vec<Tensor<1>> {
        let tensors = self.parameters.tensors.iter().map(|tensor| &tensor.values);
        let tables = self.parameters.tables.iter().map(|table| &table.values);
        tensors.chain(tables).map(|values| values::flat(values, &self.device)).collect()
    }

    /// The same, each with its optimizer.
    fn values_mut(&mut self) -> impl Iterator<Item = (&mut [E], &mut Descent<E>)> {
        let tensors = self.parameters.tensors.iter_mut().map(|tensor| tensor.values.as_mut_slice());
        let tables = self.parameters.tables.iter_mut().map(|table| table.values.as_mut_slice());
        tensors.chain(tables).zip(&mut self.descents)
    }

    /// Outputs of rows × width, given [`ReferenceNetwork::leaves`]; in training with masks.
    fn forward(&self, batch: &Batch<E>, tensors: &mut Tensors<'_, E>, masks: Option<&Masks<E>>) -> Tensor<2> {
        let mut values = Values::of_rows(self.looked_up(batch, tensors), self.shape.form);
        let mut dropouts = 0;
        for layer in &self.layers {
            values = match *layer {
                Layer::Dense { outputs, inputs, .. } => {
                    let [weight, bias] = [tensors.next([outputs, inputs]), tensors.next([1, outputs])];
                    Values::Flat(values.flat().matmul(weight.transpose()) + bias)
                }
                Layer::Convolution(sizes) => image::convolution(values, sizes, tensors),
                Layer::Pooling { kind, size, from, .. } => image::pooling(values, kind, size, from),
                Layer::Normalization { kind, features, .. } => {
                    normalization::normalized(values, kind, features, tensors, masks.is_some())
                }
                Layer::Activation { function, .. } => values.map(function),
                Layer::Dropout { width, .. } => {
                    dropouts += 1;
                    match masks.and_then(|masks| masks.get(dropouts - 1)) {
                        None => values,
                        Some(mask) => values.times(mask, batch.rows(), width, &self.device),
                    }
                }
                Layer::Recurrent(sizes) => recurrent::states(values, sizes, batch.lengths(), tensors),
                Layer::Summary { kind, steps, nodes, bidirectional } => {
                    recurrent::summary::<E>(values, kind, [steps, nodes], bidirectional, batch.lengths())
                }
            };
        }
        values.flat()
    }

    /// Rows with the vectors of their categories in place of these.
    fn looked_up(&self, batch: &Batch<E>, tensors: &Tensors<'_, E>) -> Tensor<2> {
        let values = values::matrix(batch.features().to_vec(), [batch.rows(), batch.inputs()], &self.device);
        let tables = &self.parameters.tables;
        if tables.is_empty() {
            return values;
        }
        let dense = batch.inputs() - tables.len();
        let mut parts = if dense > 0 { vec![values.narrow(1, 0, dense)] } else { Vec::new() };
        let code = |row: &[E], place: usize| Real::to_f64(row[dense + place]) as i64;
        for (place, table) in tables.iter().enumerate() {
            let rows = batch.features().chunks_exact(batch.inputs());
            let codes: Vec<i64> = rows.map(|row| code(row, place)).collect();
            let codes = Tensor::<1, Int>::from_data(TensorData::new(codes, [batch.rows()]), &self.device);
            let leaf = tensors.leaf(self.parameters.tensors.len() + place);
            parts.push(leaf.reshape([table.embedding.levels, table.embedding.width]).select(0, codes));
        }
        Tensor::cat(parts, 1)
    }

    /// The mean loss of `outputs`.
    fn loss(&self, outputs: Tensor<2>, batch: &Batch<E>) -> Tensor<1> {
        let [rows, classes] = outputs.dims();
        match (batch.targets(), self.configuration.loss) {
            (BatchTargets::Labels(labels), Loss::CrossEntropy { smoothing }) => {
                let weight = |class: usize| batch.class_weights().map_or(1.0, |weights| f64::from(weights[class]));
                let mut shares = vec![0.0; rows * classes];
                for (row, (shares, &label)) in shares.chunks_exact_mut(classes).zip(labels).enumerate() {
                    shares[label as usize] = 1.0;
                    if let Some(mixture) = batch.mixture() {
                        let own = f64::from(mixture.shares[row]);
                        shares[label as usize] = own;
                        shares[mixture.labels[row] as usize] += 1.0_f64 - own;
                    }
                }
                let total: f64 = shares.iter().enumerate().map(|(at, share)| share * weight(at % classes)).sum();
                let terms = shares.iter().enumerate().map(|(at, share)| {
                    let smoothed = share * (1.0 - smoothing) + smoothing / classes as f64;
                    E::from_f64(smoothed * weight(at % classes) / total)
                });
                let terms = values::matrix(terms.collect::<Vec<E>>(), [rows, classes], &self.device);
                (log_softmax(outputs, 1) * terms).sum().neg()
            }
            (BatchTargets::Numbers(numbers), loss) => {
                let numbers: Vec<E> = numbers.iter().map(|&number| E::from_f64(f64::from(number))).collect();
                let errors = outputs - values::matrix(numbers, [rows, 1], &self.device);
                match loss {
                    Loss::Squared => (errors.clone() * errors).mean(),
                    Loss::Absolute => errors.abs().mean(),
                    Loss::Huber { delta } => {
                        let near = errors.clone().abs().clamp_max(delta);
                        (near.clone() * (errors.abs() - near * 0.5)).mean()
                    }
                    Loss::CrossEntropy { .. } => panic!("a checked study's loss is of its task"),
                }
            }
            (BatchTargets::Labels(_), Loss::Squared | Loss::Absolute | Loss::Huber { .. }) => {
                panic!("a checked study's loss is of its task")
            }
        }
    }
}

impl<E: Real + Element> Network<E> for ReferenceNetwork<E> {
    fn train(&mut self, batch: &Batch<E>, masks: &Masks<E>, learning_rate: f64) -> Tally {
        let leaves: Vec<_> = self.leaves().into_iter().map(|leaf| leaf.autodiff().require_grad()).collect();
        let mut tensors = Tensors::new(&leaves);
        let outputs = self.forward(batch, &mut tensors, Some(masks));
        let running = tensors.into_running();
        let [_, width] = outputs.dims();
        let loss = self.configuration.loss;
        let tally = score_and_differentiate(&mut values::elements::<E, 2>(outputs.clone().inner()), batch, width, loss);
        let gradients = self.loss(outputs, batch).backward();
        let trained = |at: usize| self.parameters.tensors.get(at).is_none_or(|tensor| tensor.spec.is_trained());
        let mut gradients: Vec<Option<Vec<E>>> = leaves
            .iter()
            .enumerate()
            .map(|(at, leaf)| leaf.grad(&gradients).filter(|_| trained(at)).map(values::elements))
            .collect();
        if self.configuration.clip_norm > 0.0 {
            clip(&mut gradients, self.configuration.clip_norm);
        }
        for ((values, descent), gradient) in self.values_mut().zip(gradients) {
            if let Some(gradient) = gradient {
                descent.step(values, &gradient, learning_rate);
            }
        }
        for (at, values) in running {
            self.parameters.tensors[at].values = values;
        }
        tally
    }

    fn logits(&mut self, batch: &Batch<E>) -> &mut [E] {
        let leaves = self.leaves();
        self.outputs = values::elements(self.forward(batch, &mut Tensors::new(&leaves), None));
        &mut self.outputs
    }

    fn parameters(&self) -> Parameters<E> {
        self.parameters.clone()
    }

    fn is_finite(&self) -> bool {
        let finite = |values: &[E]| values.iter().all(|value| value.is_finite());
        self.parameters.tensors.iter().all(|tensor| finite(&tensor.values))
            && self.parameters.tables.iter().all(|table| finite(&table.values))
    }

    /// Running statistics are among the tensors.
    fn write(&mut self, state: &mut StateWriter) {
        for (values, descent) in self.values_mut() {
            state.values(values);
            descent.write(state);
        }
    }

    fn read(&mut self, state: &mut StateReader<'_>) {
        for (values, descent) in self.values_mut() {
            state.values(values);
            descent.read(state);
        }
    }
}

/// Scales the gradient of all parameters together to the greatest length it may have.
fn clip<E: Real + Element>(gradients: &mut [Option<Vec<E>>], most: f64) {
    let all = || gradients.iter().flatten().flatten();
    let length = all().map(|&g| Real::to_f64(g) * Real::to_f64(g)).sum::<f64>().sqrt();
    if length > most {
        let factor = E::from_f64(most / (length + 1e-6));
        gradients.iter_mut().flatten().flatten().for_each(|g| *g *= factor);
    }
}

/// The function of each value.
fn activated<const D: usize>(values: Tensor<D>, function: Activation) -> Tensor<D> {
    match function {
        Activation::Relu => relu(values),
        Activation::LeakyRelu { slope } => relu(values.clone()) - relu(values.neg()) * slope,
        Activation::Tanh => tanh(values),
        Activation::Sigmoid => sigmoid(values),
        // The derivative of burn 0.22's own `gelu` is that of the approximation by `tanh`.
        Activation::Gelu => values.clone() * ((values * FRAC_1_SQRT_2).erf() + 1.0) * 0.5,
    }
}

/// burn 0.22's own computes in `f32` on ndarray, whatever the tensor's type.
fn sigmoid<const D: usize>(values: Tensor<D>) -> Tensor<D> {
    (tanh(values * 0.5) + 1.0) * 0.5
}
