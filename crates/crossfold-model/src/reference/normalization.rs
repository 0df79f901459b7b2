//! Batch and layer normalisation.

use burn::tensor::{Element, Tensor};
use crossfold_network::NormalizationKind;

use super::values::{Tensors, Values, elements};
use crate::normalization::{EPSILON, MOMENTUM};
use crossfold_kernels::Real;

pub(super) fn normalized<E: Real + Element>(
    values: Values,
    kind: NormalizationKind,
    features: usize,
    tensors: &mut Tensors<'_, E>,
    training: bool,
) -> Values {
    let places = |values: Tensor<2>, tensors: &mut Tensors<'_, E>| {
        let [scale, shift] = [tensors.next([1, features]), tensors.next([1, features])];
        let standardised = match kind {
            NormalizationKind::Batch => by_feature(values, features, tensors, training),
            NormalizationKind::Layer => standardised(values, 1).0,
        };
        standardised * scale + shift
    };
    match values {
        Values::Flat(rows) => Values::Flat(places(rows, tensors)),
        Values::Image(image) => {
            let image = image.permute([0, 2, 3, 1]);
            let [rows, height, width, channels] = image.dims();
            let image = places(image.reshape([rows * height * width, channels]), tensors);
            Values::Image(image.reshape([rows, height, width, channels]).permute([0, 3, 1, 2]))
        }
        Values::Steps(_) => panic!("a recurrent layer's states are not normalised"),
    }
}

/// Places × features by each feature's mean and variance: those of `values` in training, else the running ones.
fn by_feature<E: Real + Element>(
    values: Tensor<2>,
    features: usize,
    tensors: &mut Tensors<'_, E>,
    training: bool,
) -> Tensor<2> {
    if !training {
        let [mean, variance] = [tensors.next([1, features]), tensors.next([1, features])];
        return (values - mean) / (variance + EPSILON).sqrt();
    }
    let [count, _] = values.dims();
    let (values, mean, variance) = standardised(values, 0);
    // Of one value there is no unbiased variance.
    let unbiased = if count > 1 { count as f64 / (count - 1) as f64 } else { 1.0 };
    for new in [mean.inner(), variance.inner() * unbiased] {
        let running = tensors.next([1, features]).inner() * (1.0 - MOMENTUM) + new * MOMENTUM;
        tensors.replace(elements(running));
    }
    values
}

/// With a mean of 0 and a variance of 1 along a dimension, and what they were.
fn standardised(values: Tensor<2>, dimension: usize) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
    let mean = values.clone().mean_dim(dimension);
    let centred = values - mean.clone();
    let variance = (centred.clone() * centred.clone()).mean_dim(dimension);
    (centred / (variance.clone() + EPSILON).sqrt(), mean, variance)
}
