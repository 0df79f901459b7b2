//! Pointwise steps: activation and dropout.

use crossfold_kernels::Real;
use crossfold_kernels::activation::{gelu, leaky_relu, relu, sigmoid, tanh};
use crossfold_kernels::pointwise::{add_bias, apply, apply_with_slopes, scale};
use crossfold_network::Activation;

use super::fuse::PointwiseStep;
use super::layer::{Layer, Parameter, Step};

/// A bias, an activation and dropout in one pass.
pub(super) struct Pointwise<E> {
    pointwise: PointwiseStep,
    /// The derivatives of the result with respect to the activation's input, in the current step.
    slope: Vec<E>,
    /// A bias of a row's width, if the step is a layer by itself.
    zeros: Vec<E>,
}

impl<E: Real> Pointwise<E> {
    pub(super) fn new(pointwise: PointwiseStep) -> Pointwise<E> {
        Pointwise { pointwise, slope: Vec::new(), zeros: Vec::new() }
    }

    /// A step that is a layer by itself.
    pub(super) fn with_width(pointwise: PointwiseStep, width: usize) -> Pointwise<E> {
        Pointwise { zeros: vec![E::ZERO; width], ..Pointwise::new(pointwise) }
    }

    /// Adds `bias` to each row, applies activation and dropout, and keeps the slopes.
    pub(super) fn apply(&mut self, values: &mut [E], bias: &[E], step: &Step<'_, E>) {
        self.reserve(values.len());
        self.apply_from(0, values, bias, step);
    }

    /// Makes room for the slopes of `values` values, which are then passed to [`Pointwise::apply_from`] in parts.
    pub(super) fn reserve(&mut self, values: usize) {
        self.slope.resize(values, E::ZERO);
    }

    /// Does the same as [`Pointwise::apply`] for a part of the values that begins at index `first`.
    pub(super) fn apply_from(&mut self, first: usize, values: &mut [E], bias: &[E], step: &Step<'_, E>) {
        let part = first..first + values.len();
        let slopes = &mut self.slope[part.clone()];
        let mask = self.pointwise.mask.and_then(|mask| step.masks.get(mask)).map_or(&[][..], |mask| &mask[part]);
        match self.pointwise.activation {
            None => apply_with_slopes(|x| (x, E::ONE), values, slopes, bias, mask),
            Some(Activation::Relu) => apply_with_slopes(relu, values, slopes, bias, mask),
            Some(Activation::LeakyRelu { slope }) => {
                let slope = E::from_f64(slope);
                apply_with_slopes(|x| leaky_relu(x, slope), values, slopes, bias, mask);
            }
            Some(Activation::Tanh) => apply_with_slopes(tanh, values, slopes, bias, mask),
            Some(Activation::Sigmoid) => apply_with_slopes(sigmoid, values, slopes, bias, mask),
            Some(Activation::Gelu) => apply_with_slopes(gelu, values, slopes, bias, mask),
        }
    }

    /// Adds `bias` to each row and applies the activation.
    pub(super) fn activate(&self, values: &mut [E], bias: &[E]) {
        match self.pointwise.activation {
            None => add_bias(values, bias),
            Some(Activation::Relu) => apply(relu, values, bias),
            Some(Activation::LeakyRelu { slope }) => {
                let slope = E::from_f64(slope);
                apply(|x| leaky_relu(x, slope), values, bias);
            }
            Some(Activation::Tanh) => apply(tanh, values, bias),
            Some(Activation::Sigmoid) => apply(sigmoid, values, bias),
            Some(Activation::Gelu) => apply(gelu, values, bias),
        }
    }

    /// Turns the gradient of the result into that of the input.
    pub(super) fn differentiate(&self, delta: &mut [E]) {
        scale(delta, &self.slope);
    }
}

impl<E: Real> Layer<E> for Pointwise<E> {
    fn width(&self) -> usize {
        self.zeros.len()
    }

    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>) {
        output.copy_from_slice(input);
        let zeros = std::mem::take(&mut self.zeros);
        self.apply(output, &zeros, step);
        self.zeros = zeros;
    }

    fn backward(&mut self, _: &[E], delta: &mut [E], below: Option<&mut [E]>, _: &Step<'_, E>) {
        if let Some(below) = below {
            below.copy_from_slice(delta);
            self.differentiate(below);
        }
    }

    fn infer(&mut self, input: &[E], output: &mut [E], _: Option<&[u32]>) {
        output.copy_from_slice(input);
        if self.pointwise.activation.is_some() {
            self.activate(output, &self.zeros);
        }
    }

    fn visit_parameters(&mut self, _: &mut dyn FnMut(&mut Parameter<E>)) {}

    fn visit_running(&mut self, _: &mut dyn FnMut(&mut [E])) {}

    fn export(&self) -> Vec<Vec<E>> {
        Vec::new()
    }

    fn is_finite(&self) -> bool {
        true
    }
}
