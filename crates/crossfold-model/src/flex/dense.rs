//! Dense layers.

use crossfold_network::{Configuration, Image};

use super::layer::{Layer, Parameter, Step};
use super::layout::{channels_first, channels_last};
use super::pointwise::Pointwise;
use crossfold_kernels::pointwise::add_bias;
use crossfold_kernels::{Matrix, MatrixMut, Real, multiply, transpose};

/// x ↦ W·x + b with what is done to each value behind it.
pub(super) struct Dense<E> {
    /// Inputs × outputs, in which products with rows find what they multiply side by side.
    weight: Parameter<E>,
    bias: Parameter<E>,
    pointwise: Option<Pointwise<E>>,
    image: Option<Image>,
    inputs: usize,
}

impl<E: Real> Dense<E> {
    /// `weight` and `bias` are as files have them.
    pub(super) fn new(
        configuration: &Configuration,
        inputs: usize,
        image: Option<Image>,
        weight: Vec<E>,
        bias: Vec<E>,
        pointwise: Option<Pointwise<E>>,
    ) -> Dense<E> {
        let weight = if let Some(image) = image { channels_last(&weight, image) } else { weight };
        Dense {
            weight: Parameter::weight(configuration, transpose(&weight, inputs)),
            bias: Parameter::bias(configuration, bias),
            pointwise,
            image,
            inputs,
        }
    }

    fn weight(&self) -> Matrix<'_, E> {
        Matrix::new(&self.weight.values, self.width())
    }

    fn multiply(&self, input: &[E], output: &mut [E]) {
        multiply(Matrix::new(input, self.inputs), self.weight(), MatrixMut::new(output, self.width()));
    }
}

impl<E: Real> Layer<E> for Dense<E> {
    fn width(&self) -> usize {
        self.bias.values.len()
    }

    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>) {
        self.multiply(input, output);
        match &mut self.pointwise {
            None => add_bias(output, &self.bias.values),
            Some(pointwise) => pointwise.apply(output, &self.bias.values, step),
        }
    }

    fn backward(&mut self, input: &[E], delta: &mut [E], below: Option<&mut [E]>, _: &Step<'_, E>) {
        if let Some(pointwise) = &self.pointwise {
            pointwise.retrace(delta);
        }
        self.bias.sum_columns(delta);
        let (inputs, outputs) = (self.inputs, self.width());
        let (input, delta) = (Matrix::new(input, inputs), Matrix::new(delta, outputs));
        multiply(input.transposed(), delta, MatrixMut::new(&mut self.weight.gradient, outputs));
        if let Some(below) = below {
            multiply(delta, self.weight().transposed(), MatrixMut::new(below, inputs));
        }
    }

    fn infer(&mut self, input: &[E], output: &mut [E], _: Option<&[u32]>) {
        self.multiply(input, output);
        match &self.pointwise {
            None => add_bias(output, &self.bias.values),
            Some(pointwise) => pointwise.activate(output, &self.bias.values),
        }
    }

    fn parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        take(&mut self.weight);
        take(&mut self.bias);
    }

    fn running(&mut self, _: &mut dyn FnMut(&mut [E])) {}

    fn export(&self) -> Vec<Vec<E>> {
        let weight = transpose(&self.weight.values, self.width());
        let weight = if let Some(image) = self.image { channels_first(&weight, image) } else { weight };
        vec![weight, self.bias.values.clone()]
    }

    fn is_finite(&self) -> bool {
        self.weight.is_finite() && self.bias.is_finite()
    }
}
