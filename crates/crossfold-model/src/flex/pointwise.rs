//! Activation and dropout: what happens to each value by itself.

use crossfold_network::Activation;

use super::layer::{Layer, Parameter, Step};
use crossfold_kernels::Real;
use crossfold_kernels::activation::{gelu, leaky_relu, relu, sigmoid, tanh};
use crossfold_kernels::pointwise::{add_bias, apply, apply_with_slopes, scale};

/// An activation behind a bias, and dropout behind it, in one pass. Either may be missing.
pub(super) struct Pointwise<E> {
    activation: Option<Activation>,
    /// Which of the step's masks.
    mask: Option<usize>,
    /// ∂(what the next layer sees) / ∂(what the activation saw) in the step under way.
    slope: Vec<E>,
    /// A bias of a row's width, where it stands by itself.
    zeros: Vec<E>,
}

impl<E: Real> Pointwise<E> {
    pub(super) fn new(activation: Option<Activation>, mask: Option<usize>) -> Pointwise<E> {
        Pointwise { activation, mask, slope: Vec::new(), zeros: Vec::new() }
    }

    /// Without a layer before it that it could be part of.
    pub(super) fn by_itself(activation: Option<Activation>, mask: Option<usize>, width: usize) -> Pointwise<E> {
        Pointwise { zeros: vec![E::ZERO; width], ..Pointwise::new(activation, mask) }
    }

    /// Adds a bias to each row of its width, activates and drops, and keeps the slopes.
    pub(super) fn apply(&mut self, values: &mut [E], bias: &[E], step: &Step<'_, E>) {
        self.begin(values.len());
        self.apply_from(0, values, bias, step);
    }

    /// Makes room for the slopes of so many values, which [`Pointwise::apply_from`] is then handed in parts.
    pub(super) fn begin(&mut self, values: usize) {
        self.slope.resize(values, E::ZERO);
    }

    /// Does what [`Pointwise::apply`] does to a part of the values, which begins with the `first`.
    pub(super) fn apply_from(&mut self, first: usize, values: &mut [E], bias: &[E], step: &Step<'_, E>) {
        let part = first..first + values.len();
        let slopes = &mut self.slope[part.clone()];
        let mask = self.mask.and_then(|mask| step.masks.get(mask)).map_or(&[][..], |mask| &mask[part]);
        match self.activation {
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

    /// Adds a bias and activates.
    pub(super) fn activate(&self, values: &mut [E], bias: &[E]) {
        match self.activation {
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

    /// Turns the gradient of what came out into that of what went in.
    pub(super) fn retrace(&self, delta: &mut [E]) {
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
            self.retrace(below);
        }
    }

    fn infer(&mut self, input: &[E], output: &mut [E], _: Option<&[u32]>) {
        output.copy_from_slice(input);
        if self.activation.is_some() {
            self.activate(output, &self.zeros);
        }
    }

    fn parameters(&mut self, _: &mut dyn FnMut(&mut Parameter<E>)) {}

    fn running(&mut self, _: &mut dyn FnMut(&mut [E])) {}

    fn export(&self) -> Vec<Vec<E>> {
        Vec::new()
    }

    fn is_finite(&self) -> bool {
        true
    }
}
