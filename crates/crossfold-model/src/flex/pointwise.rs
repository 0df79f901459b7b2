//! Activation and dropout: what happens to each value by itself.

use burn_flex::FlexTensor;
use crossfold_study::Activation;

use super::layer::{Layer, Parameter, Step, visible};
use crate::activation::{gelu, leaky_relu, relu, sigmoid, tanh};
use crate::real::Real;

/// An activation behind a bias, and dropout behind it, in one pass. Either may be missing.
pub(crate) struct Pointwise<E> {
    activation: Option<Activation>,
    /// Which of the step's masks.
    mask: Option<usize>,
    /// ∂(what the next layer sees) / ∂(what the activation saw) in the step under way.
    slope: Vec<E>,
    /// A bias of a row's width, where it stands by itself.
    zeros: Vec<E>,
}

impl<E: Real> Pointwise<E> {
    pub(crate) fn new(activation: Option<Activation>, mask: Option<usize>) -> Pointwise<E> {
        Pointwise { activation, mask, slope: Vec::new(), zeros: Vec::new() }
    }

    /// Without a layer before it that it could be part of.
    pub(crate) fn by_itself(activation: Option<Activation>, mask: Option<usize>, width: usize) -> Pointwise<E> {
        Pointwise { zeros: vec![E::ZERO; width], ..Pointwise::new(activation, mask) }
    }

    /// Adds a bias to each row of its width, activates and drops, and keeps the slopes.
    pub(crate) fn apply(&mut self, values: &mut [E], bias: &[E], step: &Step<'_, E>) {
        self.begin(values.len());
        self.apply_from(0, values, bias, step);
    }

    /// Makes room for the slopes of so many values, which [`Pointwise::apply_from`] is then handed in parts.
    pub(crate) fn begin(&mut self, values: usize) {
        self.slope.resize(values, E::ZERO);
    }

    /// Does what [`Pointwise::apply`] does to a part of the values, which begins with the `first`.
    pub(crate) fn apply_from(&mut self, first: usize, values: &mut [E], bias: &[E], step: &Step<'_, E>) {
        let part = first..first + values.len();
        let slopes = &mut self.slope[part.clone()];
        let mask = self.mask.and_then(|mask| step.masks.get(mask)).map(|mask| &mask[part]);
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
    pub(crate) fn activate(&self, values: &mut [E], bias: &[E]) {
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
    pub(crate) fn retrace(&self, delta: &mut [E]) {
        for (delta, &slope) in delta.iter_mut().zip(&self.slope) {
            *delta *= slope;
        }
    }
}

fn apply_by<E: Real>(
    function: impl Fn(E) -> (E, E),
    values: &mut [E],
    slopes: &mut [E],
    bias: &[E],
    mask: Option<&[E]>,
) {
    let rows = values.chunks_exact_mut(bias.len()).zip(slopes.chunks_exact_mut(bias.len()));
    match mask {
        None => {
            for (values, slopes) in rows {
                for ((value, slope), &bias) in values.iter_mut().zip(slopes).zip(bias) {
                    (*value, *slope) = function(*value + bias);
                }
            }
        }
        Some(mask) => {
            for ((values, slopes), mask) in rows.zip(mask.chunks_exact(bias.len())) {
                for (((value, slope), &bias), &kept) in values.iter_mut().zip(slopes).zip(bias).zip(mask) {
                    let (y, dy) = function(*value + bias);
                    (*value, *slope) = (y * kept, dy * kept);
                }
            }
        }
    }
}

/// Adds a bias to each row of its width.
pub(crate) fn add_bias<E: Real>(values: &mut [E], bias: &[E]) {
    map_biased(|value| (value, E::ONE), values, bias);
}

fn map_biased<E: Real>(function: impl Fn(E) -> (E, E), values: &mut [E], bias: &[E]) {
    for row in values.chunks_exact_mut(bias.len()) {
        for (value, &bias) in row.iter_mut().zip(bias) {
            *value = function(*value + bias).0;
        }
    }
}

/// Rows of so many values in memory of their own: a batch's are a view of a larger one's.
fn copied<E: Real>(rows: &FlexTensor, width: usize) -> FlexTensor {
    let values = visible::<E>(rows);
    E::matrix(values.to_vec(), values.len() / width, width)
}

impl<E: Real> Layer<E> for Pointwise<E> {
    fn forward(&mut self, input: &FlexTensor, step: &Step<'_, E>) -> FlexTensor {
        let zeros = std::mem::take(&mut self.zeros);
        let mut values = copied::<E>(input, zeros.len());
        self.apply(E::slice_mut(&mut values), &zeros, step);
        self.zeros = zeros;
        values
    }

    fn backward(
        &mut self,
        _: &FlexTensor,
        mut delta: FlexTensor,
        _: &Step<'_, E>,
        passes_on: bool,
    ) -> Option<FlexTensor> {
        self.retrace(E::slice_mut(&mut delta));
        passes_on.then_some(delta)
    }

    fn infer(&self, input: &FlexTensor, _: Option<&[u32]>) -> FlexTensor {
        if self.activation.is_none() {
            return input.clone();
        }
        let mut values = copied::<E>(input, self.zeros.len());
        self.activate(E::slice_mut(&mut values), &self.zeros);
        values
    }

    fn parameters(&mut self, _: &mut dyn FnMut(&mut Parameter<E>)) {}

    fn export(&self) -> Vec<Vec<E>> {
        Vec::new()
    }

    fn is_finite(&self) -> bool {
        true
    }
}
