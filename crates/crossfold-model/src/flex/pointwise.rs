//! Activation and dropout: what happens to each value by itself.

use crossfold_network::Activation;
use macerator::{Simd, with_simd};

use super::layer::{Layer, Parameter, Step};
use crate::activation::{gelu, leaky_relu, relu, sigmoid, tanh};
use crate::real::Real;

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
            None => apply_by(|x| (x, E::ONE), values, slopes, bias, mask),
            Some(Activation::Relu) => apply_by(relu, values, slopes, bias, mask),
            Some(Activation::LeakyRelu { slope }) => {
                let slope = E::from_elem(slope);
                apply_by(|x| leaky_relu(x, slope), values, slopes, bias, mask);
            }
            Some(Activation::Tanh) => apply_by(tanh, values, slopes, bias, mask),
            Some(Activation::Sigmoid) => apply_by(sigmoid, values, slopes, bias, mask),
            Some(Activation::Gelu) => apply_by(gelu, values, slopes, bias, mask),
        }
    }

    /// Adds a bias and activates.
    pub(super) fn activate(&self, values: &mut [E], bias: &[E]) {
        match self.activation {
            None => add_bias(values, bias),
            Some(Activation::Relu) => map_biased(relu, values, bias),
            Some(Activation::LeakyRelu { slope }) => {
                let slope = E::from_elem(slope);
                map_biased(|x| leaky_relu(x, slope), values, bias);
            }
            Some(Activation::Tanh) => map_biased(tanh, values, bias),
            Some(Activation::Sigmoid) => map_biased(sigmoid, values, bias),
            Some(Activation::Gelu) => map_biased(gelu, values, bias),
        }
    }

    /// Turns the gradient of what came out into that of what went in.
    pub(super) fn retrace(&self, delta: &mut [E]) {
        retrace(delta, &self.slope);
    }
}

#[with_simd]
fn retrace<S: Simd, E: Real>(delta: &mut [E], slopes: &[E]) {
    for (delta, &slope) in delta.iter_mut().zip(slopes) {
        *delta *= slope;
    }
}

/// Where nothing is dropped, `mask` is empty.
#[with_simd]
fn apply_by<S: Simd, E: Real, F: Fn(E) -> (E, E)>(
    function: F,
    values: &mut [E],
    slopes: &mut [E],
    bias: &[E],
    mask: &[E],
) {
    let rows = values.chunks_exact_mut(bias.len()).zip(slopes.chunks_exact_mut(bias.len()));
    if mask.is_empty() {
        for (values, slopes) in rows {
            for ((value, slope), &bias) in values.iter_mut().zip(slopes).zip(bias) {
                (*value, *slope) = function(*value + bias);
            }
        }
        return;
    }
    for ((values, slopes), mask) in rows.zip(mask.chunks_exact(bias.len())) {
        for (((value, slope), &bias), &kept) in values.iter_mut().zip(slopes).zip(bias).zip(mask) {
            let (y, dy) = function(*value + bias);
            (*value, *slope) = (y * kept, dy * kept);
        }
    }
}

/// Adds a bias to each row of its width.
pub(super) fn add_bias<E: Real>(values: &mut [E], bias: &[E]) {
    map_biased(|value| (value, E::ONE), values, bias);
}

#[with_simd]
fn map_biased<S: Simd, E: Real, F: Fn(E) -> (E, E)>(function: F, values: &mut [E], bias: &[E]) {
    for row in values.chunks_exact_mut(bias.len()) {
        for (value, &bias) in row.iter_mut().zip(bias) {
            *value = function(*value + bias).0;
        }
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
