//! The reference implementation: a network in burn's own tensors, with burn's own derivatives.
//!
//! It defines what a network computes in as few lines as possible and isn't tuned for speed. `device: ndarray` trains
//! with it, and tests compare the hand-written network with it. Layers are those of PyTorch, with images channel by
//! channel. It shares the code for scores and the optimizer with the hand-written network.

mod activation;
mod convolution;
mod dense;
mod dropout;
mod loss;
mod normalization;
mod numbers;
mod parallel;
mod pass;
mod pooling;
mod recurrent;
mod residual;
mod summary;
mod values;

use burn::tensor::{Device, Element, Int, Tensor, TensorData};
use crossfold_kernels::{Number, Real};
use crossfold_network::{Configuration, Layer, Role, Shape};
use crossfold_study::Tally;

use crate::checkpoint::{StateReader, StateWriter};
use crate::network::{Network, Outputs};
use crate::parameters::Parameters;
use crate::steps::batch::Batch;
use crate::steps::descent::{Descent, Penalties};
use crate::steps::dropout::Masks;
use crate::steps::loss::score_and_differentiate;
use pass::Pass;
use values::Values;

pub(crate) struct ReferenceNetwork<E> {
    device: Device,
    configuration: Configuration,
    shape: Shape,
    layers: Vec<Layer>,
    parameters: Parameters<E>,
    /// One per tensor, then one per table.
    descents: Vec<Descent<E>>,
    /// The outputs for the last scored batch.
    outputs: Vec<E>,
}

impl<E: Real + Element> ReferenceNetwork<E> {
    /// A network of `layers` with the parameters `initial`, trained as `configuration` specifies.
    pub(crate) fn new(
        device: Device,
        configuration: &Configuration,
        shape: Shape,
        layers: &[Layer],
        initial: Parameters<E>,
    ) -> Self {
        let descent = |penalties, len| Descent::new(configuration.optimizer, penalties, len);
        let tensors = initial.tensors.iter().map(|tensor| {
            let penalties = match tensor.spec.role {
                Role::Weight { .. } => Penalties::for_weights(configuration),
                Role::Bias
                | Role::GateBias
                | Role::Frequency { .. }
                | Role::Scale
                | Role::Shift
                | Role::RunningMean
                | Role::RunningVariance => Penalties::default(),
            };
            descent(penalties, tensor.values.len())
        });
        let tables = initial.tables.iter().map(|table| descent(Penalties::default(), table.values.len()));
        ReferenceNetwork {
            descents: tensors.chain(tables).collect(),
            layers: layers.to_vec(),
            configuration: configuration.clone(),
            shape,
            parameters: initial,
            outputs: Vec::new(),
            device,
        }
    }

    /// All parameters as flat tensors: one per tensor, then one per table.
    fn leaves(&self) -> Vec<Tensor<1>> {
        let tensors = self.parameters.tensors.iter().map(|tensor| &tensor.values);
        let tables = self.parameters.tables.iter().map(|table| &table.values);
        tensors.chain(tables).map(|values| values::flat(values, &self.device)).collect()
    }

    /// The values of [`ReferenceNetwork::leaves`], each with its optimizer.
    fn values_mut(&mut self) -> impl Iterator<Item = (&mut [E], &mut Descent<E>)> {
        let tensors = self.parameters.tensors.iter_mut().map(|tensor| tensor.values.as_mut_slice());
        let tables = self.parameters.tables.iter_mut().map(|table| table.values.as_mut_slice());
        tensors.chain(tables).zip(&mut self.descents)
    }

    /// Returns the outputs, rows × width.
    fn forward(&self, batch: &Batch<E>, leaves: &[Tensor<1>], pass: &mut Pass<'_, E>) -> Tensor<2> {
        let rows = self.look_up(batch, &leaves[self.parameters.tensors.len()..]);
        forward(Values::from_rows(rows, self.shape.form), &self.layers, pass).into_rows()
    }

    /// Returns rows with the vectors of their categories in place of the codes.
    fn look_up(&self, batch: &Batch<E>, tables: &[Tensor<1>]) -> Tensor<2> {
        let values = values::matrix(batch.features().to_vec(), [batch.rows(), batch.inputs()], &self.device);
        if tables.is_empty() {
            return values;
        }
        let dense = batch.inputs() - tables.len();
        let mut parts = if dense > 0 { vec![values.narrow(1, 0, dense)] } else { Vec::new() };
        for (number, (table, leaf)) in self.parameters.tables.iter().zip(tables).enumerate() {
            let rows = batch.features().chunks_exact(batch.inputs());
            let codes: Vec<i64> = rows.map(|row| Number::to_f64(row[dense + number]) as i64).collect();
            let codes = Tensor::<1, Int>::from_data(TensorData::new(codes, [batch.rows()]), &self.device);
            parts.push(leaf.clone().reshape([table.embedding.levels, table.embedding.width]).select(0, codes));
        }
        Tensor::cat(parts, 1)
    }
}

impl<E: Real + Element> Outputs<E> for ReferenceNetwork<E> {
    fn logits(&mut self, batch: &Batch<E>) -> &mut [E] {
        let leaves = self.leaves();
        let mut pass = Pass::new(&leaves, None, batch.lengths(), &self.device);
        self.outputs = values::elements(self.forward(batch, &leaves, &mut pass));
        &mut self.outputs
    }
}

impl<E: Real + Element> Network<E> for ReferenceNetwork<E> {
    fn train(&mut self, batch: &Batch<E>, masks: &Masks<E>, learning_rate: f64) -> Tally {
        let leaves: Vec<_> = self.leaves().into_iter().map(|leaf| leaf.autodiff().require_grad()).collect();
        let mut pass = Pass::new(&leaves, Some(masks), batch.lengths(), &self.device);
        let outputs = self.forward(batch, &leaves, &mut pass);
        let running = pass.into_running();
        let [_, width] = outputs.dims();
        let loss = self.configuration.loss;
        let tally = score_and_differentiate(&mut values::elements::<E, 2>(outputs.clone().inner()), batch, width, loss);
        let gradients = loss::mean_loss(outputs, batch, loss, &self.device).backward();
        let trained = |index: usize| self.parameters.tensors.get(index).is_none_or(|tensor| tensor.spec.is_trained());
        let mut gradients: Vec<Option<Vec<E>>> = leaves
            .iter()
            .enumerate()
            .map(|(index, leaf)| leaf.grad(&gradients).filter(|_| trained(index)).map(values::elements))
            .collect();
        if self.configuration.clip_norm > 0.0 {
            clip(&mut gradients, self.configuration.clip_norm);
        }
        for ((values, descent), gradient) in self.values_mut().zip(gradients) {
            if let Some(gradient) = gradient {
                descent.step(values, &gradient, learning_rate);
            }
        }
        for (index, values) in running {
            self.parameters.tensors[index].values = values;
        }
        tally
    }

    fn parameters(&self) -> Parameters<E> {
        self.parameters.clone()
    }

    /// Running statistics are among the tensors.
    fn visit_values(&mut self, take: &mut dyn FnMut(&mut [E])) {
        self.values_mut().for_each(|(values, _)| take(values));
    }

    fn is_finite(&self) -> bool {
        let finite = |values: &[E]| values.iter().all(|value| value.is_finite());
        self.parameters.tensors.iter().all(|tensor| finite(&tensor.values))
            && self.parameters.tables.iter().all(|table| finite(&table.values))
    }

    /// Running statistics are among the tensors.
    fn write(&mut self, state: &mut StateWriter) {
        for (values, descent) in self.values_mut() {
            state.write_values(values);
            descent.write(state);
        }
    }

    fn read(&mut self, state: &mut StateReader<'_>) {
        for (values, descent) in self.values_mut() {
            state.read_values(values);
            descent.read(state);
        }
    }
}

/// Takes `values` through `layers`.
fn forward<E: Real + Element>(mut values: Values, layers: &[Layer], pass: &mut Pass<'_, E>) -> Values {
    for layer in layers {
        values = match layer {
            Layer::Numbers(sizes) => numbers::forward(values, sizes, pass),
            Layer::Dense(sizes) => dense::forward(values, *sizes, pass),
            Layer::Convolution(sizes) => convolution::forward(values, *sizes, pass),
            Layer::Pooling(sizes) => pooling::forward(values, *sizes),
            Layer::Normalization(sizes) => normalization::forward(values, *sizes, pass),
            Layer::Activation(layer) => activation::forward(values, layer.function),
            Layer::Dropout(sizes) => dropout::forward(values, *sizes, pass),
            Layer::Recurrent(sizes) => recurrent::forward(values, *sizes, pass),
            Layer::Summary(sizes) => summary::forward(values, *sizes, pass),
            Layer::Residual(layer) => {
                let result = forward(values.clone(), layer.body(), pass);
                residual::add(values, result)
            }
            Layer::Parallel(layer) => {
                let results = layer.branches().iter().map(|branch| forward(values.clone(), branch, pass));
                parallel::concatenate(results.collect(), layer.places())
            }
        };
    }
    values
}

/// Scales the gradient so that its norm over all parameters is at most `clip_norm`, like PyTorch's `clip_grad_norm_`.
fn clip<E: Real>(gradients: &mut [Option<Vec<E>>], clip_norm: f64) {
    let all = || gradients.iter().flatten().flatten();
    let length = all().map(|g| g.to_f64() * g.to_f64()).sum::<f64>().sqrt();
    if length > clip_norm {
        let factor = E::from_f64(clip_norm / (length + 1e-6));
        gradients.iter_mut().flatten().flatten().for_each(|g| *g *= factor);
    }
}
