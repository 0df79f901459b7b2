//! What a layer does in a step, and a network's layers in their order.

use crossfold_network::{Activation, Configuration, PoolingKind, Shape};
use crossfold_study::{Layer as Stage, Summary as SummaryKind};
use macerator::{Simd, with_simd};

use super::convolution::Convolution;
use super::dense::Dense;
use super::normalization::Normalization;
use super::pointwise::Pointwise;
use super::pooling::{Pooling, Tiles};
use super::recurrent::Recurrent;
use super::summary::{Over, Summary};
use crate::checkpoint::{StateReader, StateWriter};
use crate::descent::{Descent, Penalties};
use crate::dropout::Masks;
use crate::parameters::Tensor;
use crate::real::Real;

/// A stage of a network, forward and backward. Values are rows × width, each row laid out as
/// [`Stage`] says. The memory that a layer writes to may hold anything before.
pub(super) trait Layer<E: Real> {
    /// Values of a row that it hands on.
    fn width(&self) -> usize;

    /// A training step's way forward; keeps what the way back needs.
    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>);

    /// The way back: from `delta`, the gradient of what [`Layer::forward`] made of `input`, to those of the layer's
    /// parameters, which it keeps, and to that of `input` in `below`, where anything is to be passed on. `delta` may
    /// be overwritten, and so may what was kept: there is one way back for each way forward.
    fn backward(&mut self, input: &[E], delta: &mut [E], below: Option<&mut [E]>, step: &Step<'_, E>);

    /// Without dropout, and with running statistics. Not to be called between a way forward and its way back, whose
    /// memory it uses.
    fn infer(&mut self, input: &[E], output: &mut [E], lengths: Option<&[u32]>);

    /// Hands out all that is trained, in an order that is always the same.
    fn parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>));

    /// Hands out all else that a step leaves to the next, in an order that is always the same.
    fn running(&mut self, take: &mut dyn FnMut(&mut [E]));

    /// The values of its tensors, as files have them.
    fn export(&self) -> Vec<Vec<E>>;

    /// Whether all values of its tensors are.
    fn is_finite(&self) -> bool;
}

/// What layers share in a step.
pub(super) struct Step<'a, E> {
    pub(super) masks: &'a Masks<E>,
    /// Steps of each row that is a sequence.
    pub(super) lengths: Option<&'a [u32]>,
}

/// Values that are trained.
pub(super) struct Parameter<E> {
    pub(super) values: Vec<E>,
    /// Of the step under way.
    pub(super) gradient: Vec<E>,
    descent: Descent<E>,
}

impl<E: Real> Parameter<E> {
    /// A weight, penalised as `configuration` says.
    pub(super) fn weight(configuration: &Configuration, values: Vec<E>) -> Parameter<E> {
        Parameter::new(configuration, Penalties::of_weights(configuration), values)
    }

    /// A bias, or whatever else isn't penalised.
    pub(super) fn bias(configuration: &Configuration, values: Vec<E>) -> Parameter<E> {
        Parameter::new(configuration, Penalties::default(), values)
    }

    fn new(configuration: &Configuration, penalties: Penalties, values: Vec<E>) -> Parameter<E> {
        Parameter {
            descent: Descent::new(configuration.optimizer, penalties, values.len()),
            gradient: vec![E::ZERO; values.len()],
            values,
        }
    }

    pub(super) fn step(&mut self, learning_rate: f64) {
        self.descent.step(&mut self.values, &self.gradient, learning_rate);
    }

    /// Writes its values, and what its optimizer remembers.
    pub(super) fn write(&mut self, state: &mut StateWriter) {
        state.values(&self.values);
        self.descent.write(state);
    }

    pub(super) fn read(&mut self, state: &mut StateReader<'_>) {
        state.values(&mut self.values);
        self.descent.read(state);
    }

    /// Sets the gradient to the sums of `delta`'s columns, as is a bias's.
    pub(super) fn sum_columns(&mut self, delta: &[E]) {
        sum_columns(&mut self.gradient, delta);
    }

    pub(super) fn is_finite(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
    }
}

#[with_simd]
fn sum_columns<S: Simd, E: Real>(sums: &mut [E], rows: &[E]) {
    sums.fill(E::ZERO);
    for row in rows.chunks_exact(sums.len()) {
        for (sum, &value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
}

/// A network's layers with their first parameters. An activation and a dropout are part of the layer before
/// them, so that they are one pass over its results; so is max pooling behind a convolution, which leaves less to
/// activate, and a choice of the last states, which then are all that there is of them.
pub(super) fn stack<E: Real>(
    configuration: &Configuration,
    shape: Shape,
    tensors: Vec<Tensor<E>>,
) -> Vec<Box<dyn Layer<E>>> {
    let stages = configuration.fitting_layers(shape);
    let mut stages = stages.iter().copied().peekable();
    let mut tensors = tensors.into_iter().map(|tensor| tensor.values);
    let mut values = || tensors.next().expect("a layer's tensors are all there");
    let mut layers: Vec<Box<dyn Layer<E>>> = Vec::new();
    let mut dropouts = 0;
    while let Some(stage) = stages.next() {
        let activation = match (stage, stages.peek()) {
            (Stage::Pooling { .. } | Stage::Recurrent(_) | Stage::Summary { .. }, _) => None,
            (Stage::Activation { function, .. }, _) => Some(function),
            (_, Some(&Stage::Activation { function, .. })) => {
                stages.next();
                Some(function)
            }
            (_, _) => None,
        };
        let pooling = match (stage, stages.peek()) {
            (Stage::Convolution(_), Some(&Stage::Pooling { kind: PoolingKind::Max, size, from, to }))
                if activation.is_none_or(never_falls) =>
            {
                stages.next();
                Some(Tiles::new(size, from, to))
            }
            (_, _) => None,
        };
        let drops = match (stage, stages.peek()) {
            (Stage::Pooling { .. } | Stage::Recurrent(_) | Stage::Summary { .. }, _) => false,
            (Stage::Dropout { .. }, _) => true,
            (_, Some(Stage::Dropout { .. })) => {
                stages.next();
                true
            }
            (_, _) => false,
        };
        let mask = drops.then_some(dropouts);
        dropouts += usize::from(drops);
        let pointwise = (activation.is_some() || drops).then(|| Pointwise::new(activation, mask));
        layers.push(match stage {
            Stage::Dense { inputs, image, .. } => {
                Box::new(Dense::new(configuration, inputs, image, values(), values(), pointwise))
            }
            Stage::Convolution(sizes) => {
                Box::new(Convolution::new(configuration, sizes, values(), values(), pooling, pointwise))
            }
            Stage::Normalization { kind, places, .. } => {
                Box::new(Normalization::new(configuration, kind, places, &mut values, pointwise))
            }
            Stage::Activation { width, .. } | Stage::Dropout { width, .. } => {
                Box::new(Pointwise::by_itself(activation, mask, width))
            }
            Stage::Pooling { kind, size, from, to } => Box::new(Pooling::new(kind, Tiles::new(size, from, to))),
            Stage::Recurrent(sizes) => {
                let is_last = |stage: &Stage| matches!(stage, Stage::Summary { kind: SummaryKind::Last, .. });
                let only_last = stages.next_if(is_last).is_some();
                Box::new(Recurrent::new(configuration, sizes, only_last, &mut values))
            }
            Stage::Summary { kind, steps, nodes, .. } => {
                let over = match kind {
                    SummaryKind::Last => panic!("the last states are chosen by the layer that has them"),
                    SummaryKind::Mean => Over::Mean,
                    SummaryKind::Max => Over::Max,
                };
                Box::new(Summary::new(over, steps, nodes))
            }
        });
    }
    layers
}

/// Whether the greater of two values is never the lesser behind it, so that the greatest can be chosen before.
fn never_falls(activation: Activation) -> bool {
    match activation {
        Activation::Relu | Activation::Tanh | Activation::Sigmoid => true,
        Activation::LeakyRelu { slope } => slope >= 0.0,
        Activation::Gelu => false,
    }
}
