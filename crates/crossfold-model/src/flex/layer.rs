//! What a layer does in a step, and a network's layers in their order.

use burn_flex::FlexTensor;
use crossfold_study::{Activation, Configuration, Layer as Stage, PoolingKind, Shape, Summary as SummaryKind};

use super::convolution::Convolution;
use super::dense::Dense;
use super::normalization::Normalization;
use super::pointwise::Pointwise;
use super::pooling::{Pooling, Tiles};
use super::recurrent::Recurrent;
use super::summary::{Over, Summary};
use crate::descent::{Descent, Penalties};
use crate::dropout::Masks;
use crate::parameters::Tensor;
use crate::real::Real;

/// A stage of a network, forward and backward. Values are rows × width, each row laid out as
/// [`Stage`] says.
pub(crate) trait Layer<E: Real> {
    /// A training step's way forward; keeps what the way back needs.
    fn forward(&mut self, input: &FlexTensor, step: &Step<'_, E>) -> FlexTensor;

    /// The way back: from the gradient of what [`Layer::forward`] made of `input` to those of the layer's
    /// parameters, which it keeps, and, where it `passes_on`, to that of `input`.
    fn backward(
        &mut self,
        input: &FlexTensor,
        delta: FlexTensor,
        step: &Step<'_, E>,
        passes_on: bool,
    ) -> Option<FlexTensor>;

    /// Without dropout, and with running statistics.
    fn infer(&self, input: &FlexTensor, lengths: Option<&[u32]>) -> FlexTensor;

    /// Hands out all that is trained, in an order that is always the same.
    fn parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>));

    /// The values of its tensors, as files have them.
    fn export(&self) -> Vec<Vec<E>>;

    /// Whether all values of its tensors are.
    fn is_finite(&self) -> bool;
}

/// What layers share in a step.
pub(crate) struct Step<'a, E> {
    pub(crate) masks: &'a Masks<E>,
    /// Steps of each row that is a sequence.
    pub(crate) lengths: Option<&'a [u32]>,
}

/// The values of rows × width; of a view only those that it shows.
pub(crate) fn visible<E: Real>(rows: &FlexTensor) -> &[E] {
    &E::slice(rows)[..rows.layout().num_elements()]
}

/// A matrix that is trained.
pub(crate) struct Parameter<E> {
    pub(crate) values: FlexTensor,
    /// Of the step under way.
    pub(crate) gradient: FlexTensor,
    descent: Descent<E>,
}

impl<E: Real> Parameter<E> {
    /// A weight of `rows` × `columns`, penalised as `configuration` says.
    pub(crate) fn weight(configuration: &Configuration, values: Vec<E>, rows: usize, columns: usize) -> Parameter<E> {
        Parameter::new(configuration, Penalties::of_weights(configuration), values, rows, columns)
    }

    /// A bias, or whatever else isn't penalised.
    pub(crate) fn bias(configuration: &Configuration, values: Vec<E>) -> Parameter<E> {
        let width = values.len();
        Parameter::new(configuration, Penalties::default(), values, 1, width)
    }

    fn new(
        configuration: &Configuration,
        penalties: Penalties,
        values: Vec<E>,
        rows: usize,
        columns: usize,
    ) -> Parameter<E> {
        Parameter {
            descent: Descent::new(configuration.optimizer, penalties, values.len()),
            gradient: E::matrix(vec![E::ZERO; values.len()], rows, columns),
            values: E::matrix(values, rows, columns),
        }
    }

    pub(crate) fn slice(&self) -> &[E] {
        E::slice(&self.values)
    }

    pub(crate) fn step(&mut self, learning_rate: f64) {
        self.descent.step(E::slice_mut(&mut self.values), E::slice(&self.gradient), learning_rate);
    }

    /// Sets the gradient to the sums of `delta`'s columns, as is a bias's.
    pub(crate) fn sum_columns(&mut self, delta: &[E]) {
        let sums = E::slice_mut(&mut self.gradient);
        sums.fill(E::ZERO);
        for row in delta.chunks_exact(sums.len()) {
            for (sum, &value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
    }

    pub(crate) fn is_finite(&self) -> bool {
        self.slice().iter().all(|value| value.is_finite())
    }
}

/// A network's layers with their first parameters. An activation and a dropout are part of the layer before
/// them, so that they are one pass over its results; so is max pooling behind a convolution, which leaves less to
/// activate, and a choice of the last states, which then are all that there is of them.
pub(crate) fn stack<E: Real>(
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
            Stage::Dense { inputs, outputs, image } => {
                Box::new(Dense::new(configuration, [outputs, inputs], image, values(), values(), pointwise))
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
