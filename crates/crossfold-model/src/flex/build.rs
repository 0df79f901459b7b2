//! A network's layers from its chain.

use crossfold_kernels::Real;
use crossfold_network::{Activation, Configuration, PoolingKind, Shape};
use crossfold_network::{Layer as Stage, Summary as SummaryKind};

use super::convolution::Convolution;
use super::dense::Dense;
use super::layer::Layer;
use super::normalization::Normalization;
use super::pointwise::Pointwise;
use super::pooling::{Pooling, Tiles};
use super::recurrent::Recurrent;
use super::summary::{Over, Summary};
use crate::parameters::Tensor;

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
