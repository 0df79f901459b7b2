//! Builds one layer for each of a network's operations.

use crossfold_kernels::Real;
use crossfold_network::{Configuration, Layer as Sizes};

use super::chain::Chain;
use super::convolution::Convolution;
use super::dense::Dense;
use super::fuse::{Operation, fuse};
use super::layer::Layer;
use super::normalization::Normalization;
use super::numbers::Numbers;
use super::parallel::Parallel;
use super::pointwise::Pointwise;
use super::pooling::Pooling;
use super::recurrent::Recurrent;
use super::residual::Residual;
use super::summary::Summary;
use crate::parameters::Tensor;

/// Builds `layers` with the initial values `tensors`.
pub(super) fn build<E: Real>(configuration: &Configuration, layers: &[Sizes], tensors: Vec<Tensor<E>>) -> Chain<E> {
    let mut tensors = tensors.into_iter().map(|tensor| tensor.values);
    let mut values = || tensors.next().expect("each layer has all its tensors");
    build_chain(configuration, fuse(layers), &mut values)
}

fn build_chain<E: Real>(
    configuration: &Configuration,
    operations: Vec<Operation>,
    values: &mut dyn FnMut() -> Vec<E>,
) -> Chain<E> {
    Chain::new(operations.into_iter().map(|operation| build_layer(configuration, operation, values)).collect())
}

fn build_layer<E: Real>(
    configuration: &Configuration,
    operation: Operation,
    values: &mut dyn FnMut() -> Vec<E>,
) -> Box<dyn Layer<E>> {
    match operation {
        Operation::Numbers(sizes) => Box::new(Numbers::new(configuration, sizes, values)),
        Operation::Dense { sizes, pointwise } => {
            let (weight, bias) = (values(), sizes.has_bias.then(values));
            Box::new(Dense::new(configuration, sizes, weight, bias, pointwise.map(Pointwise::new)))
        }
        Operation::Convolution { sizes, pooling, pointwise } => {
            let (weight, bias) = (values(), sizes.has_bias.then(values));
            let pointwise = pointwise.map(Pointwise::new);
            Box::new(Convolution::new(configuration, sizes, weight, bias, pooling, pointwise))
        }
        Operation::Normalization { sizes, pointwise } => {
            Box::new(Normalization::new(configuration, sizes, values, pointwise.map(Pointwise::new)))
        }
        Operation::Pointwise { width, pointwise } => Box::new(Pointwise::with_width(pointwise, width)),
        Operation::Pooling(sizes) => Box::new(Pooling::new(sizes)),
        Operation::Recurrent { sizes, only_last } => Box::new(Recurrent::new(configuration, sizes, only_last, values)),
        Operation::Summary(sizes) => Box::new(Summary::new(sizes)),
        Operation::Residual(body) => Box::new(Residual::new(build_chain(configuration, body, values))),
        Operation::Parallel { branches, places } => {
            let branches = branches.into_iter().map(|branch| build_chain(configuration, branch, values));
            Box::new(Parallel::new(branches.collect(), places))
        }
    }
}
