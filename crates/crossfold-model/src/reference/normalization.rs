//! Batch and layer normalisation.

use burn::tensor::{Element, Tensor};
use crossfold_kernels::Real;
use crossfold_network::{EPSILON, MOMENTUM, NormalizationKind, NormalizationLayer};

use super::pass::Pass;
use super::values::{Values, elements};

pub(super) fn forward<E: Real + Element>(values: Values, sizes: NormalizationLayer, pass: &mut Pass<'_, E>) -> Values {
    let NormalizationLayer { kind, features, .. } = sizes;
    let mut normalize = |values: Tensor<2>| {
        let [scale, shift] = [pass.next_tensor([1, features]), pass.next_tensor([1, features])];
        let standardized = match kind {
            NormalizationKind::Batch => normalize_batch(values, features, pass),
            NormalizationKind::Layer => standardize(values, 1).0,
        };
        standardized * scale + shift
    };
    match values {
        Values::Flat(rows) => Values::Flat(normalize(rows)),
        Values::Image(image) => {
            let image = image.permute([0, 2, 3, 1]);
            let [rows, height, width, channels] = image.dims();
            let image = normalize(image.reshape([rows * height * width, channels]));
            Values::Image(image.reshape([rows, height, width, channels]).permute([0, 3, 1, 2]))
        }
        Values::Steps(_) => panic!("the states of a recurrent layer are not normalised"),
    }
}

/// Standardises places × features: in training by the mean and variance of each feature, otherwise by the running ones.
fn normalize_batch<E: Real + Element>(values: Tensor<2>, features: usize, pass: &mut Pass<'_, E>) -> Tensor<2> {
    if !pass.is_training() {
        let [mean, variance] = [pass.next_tensor([1, features]), pass.next_tensor([1, features])];
        return (values - mean) / (variance + EPSILON).sqrt();
    }
    let [count, _] = values.dims();
    let (values, mean, variance) = standardize(values, 0);
    // A single value has no unbiased variance.
    let unbiased = if count > 1 { count as f64 / (count - 1) as f64 } else { 1.0 };
    for new in [mean.inner(), variance.inner() * unbiased] {
        let running = pass.next_tensor([1, features]).inner() * (1.0 - MOMENTUM) + new * MOMENTUM;
        pass.replace_tensor(elements(running));
    }
    values
}

/// Returns values with a mean of 0 and a variance of 1 along a dimension, and the original mean and variance.
fn standardize(values: Tensor<2>, dimension: usize) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
    let mean = values.clone().mean_dim(dimension);
    let centred = values - mean.clone();
    let variance = (centred.clone() * centred.clone()).mean_dim(dimension);
    (centred / (variance.clone() + EPSILON).sqrt(), mean, variance)
}
