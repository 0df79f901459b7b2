//! Activations.

use std::f64::consts::FRAC_1_SQRT_2;

use burn::tensor::Tensor;
use burn::tensor::activation::{relu, tanh};
use crossfold_network::Activation;

use super::values::Values;

pub(super) fn forward(values: Values, function: Activation) -> Values {
    values.map(|x| activate(x, function), |x| activate(x, function), |x| activate(x, function))
}

fn activate<const D: usize>(values: Tensor<D>, function: Activation) -> Tensor<D> {
    match function {
        Activation::Relu => relu(values),
        Activation::LeakyRelu { slope } => relu(values.clone()) - relu(values.neg()) * slope,
        Activation::Tanh => tanh(values),
        Activation::Sigmoid => sigmoid(values),
        // burn 0.22's `gelu` has the derivative of the approximation by `tanh`.
        Activation::Gelu => values.clone() * ((values * FRAC_1_SQRT_2).erf() + 1.0) * 0.5,
    }
}

/// The sigmoid. On ndarray, burn 0.22's `sigmoid` computes in `f32` even for tensors of `f64`.
pub(super) fn sigmoid<const D: usize>(values: Tensor<D>) -> Tensor<D> {
    (tanh(values * 0.5) + 1.0) * 0.5
}
