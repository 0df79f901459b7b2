//! Dense layers.

use crossfold_kernels::pointwise::add_bias;
use crossfold_kernels::{Matrix, MatrixMut, Real, multiply, transpose};
use crossfold_network::{Configuration, DenseLayer};

use super::bias::Bias;
use super::layer::{Layer, Parameter, Step};
use super::layout::{channels_first, channels_last};
use super::pointwise::Pointwise;

/// x ↦ W·x + b and a pointwise step.
pub(super) struct Dense<E> {
    sizes: DenseLayer,
    /// Inputs × outputs, because the product with rows reads it row by row.
    weight: Parameter<E>,
    bias: Bias<E>,
    pointwise: Option<Pointwise<E>>,
}

impl<E: Real> Dense<E> {
    /// `weight` and `bias` are as files store them; `None` for a layer without a bias.
    pub(super) fn new(
        configuration: &Configuration,
        sizes: DenseLayer,
        weight: Vec<E>,
        bias: Option<Vec<E>>,
        pointwise: Option<Pointwise<E>>,
    ) -> Dense<E> {
        let weight = if let Some(image) = sizes.image { channels_last(&weight, image) } else { weight };
        Dense {
            weight: Parameter::weight(configuration, transpose(&weight, sizes.inputs)),
            bias: Bias::new(configuration, bias, sizes.outputs),
            pointwise,
            sizes,
        }
    }

    fn weight(&self) -> Matrix<'_, E> {
        Matrix::new(&self.weight.values, self.sizes.outputs)
    }

    fn multiply(&self, input: &[E], output: &mut [E]) {
        multiply(Matrix::new(input, self.sizes.inputs), self.weight(), MatrixMut::new(output, self.sizes.outputs));
    }
}

impl<E: Real> Layer<E> for Dense<E> {
    fn width(&self) -> usize {
        self.sizes.outputs
    }

    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>) {
        self.multiply(input, output);
        match &mut self.pointwise {
            None => add_bias(output, self.bias.values()),
            Some(pointwise) => pointwise.apply(output, self.bias.values(), step),
        }
    }

    fn backward(&mut self, input: &[E], delta: &mut [E], below: Option<&mut [E]>, _: &Step<'_, E>) {
        if let Some(pointwise) = &self.pointwise {
            pointwise.differentiate(delta);
        }
        self.bias.sum_columns(delta);
        let DenseLayer { inputs, outputs, .. } = self.sizes;
        let (input, delta) = (Matrix::new(input, inputs), Matrix::new(delta, outputs));
        multiply(input.transposed(), delta, MatrixMut::new(&mut self.weight.gradient, outputs));
        if let Some(below) = below {
            multiply(delta, self.weight().transposed(), MatrixMut::new(below, inputs));
        }
    }

    fn infer(&mut self, input: &[E], output: &mut [E], _: Option<&[u32]>) {
        self.multiply(input, output);
        match &self.pointwise {
            None => add_bias(output, self.bias.values()),
            Some(pointwise) => pointwise.activate(output, self.bias.values()),
        }
    }

    fn visit_parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        take(&mut self.weight);
        self.bias.visit_parameter(take);
    }

    fn visit_running(&mut self, _: &mut dyn FnMut(&mut [E])) {}

    fn export(&self) -> Vec<Vec<E>> {
        let weight = transpose(&self.weight.values, self.sizes.outputs);
        let weight = if let Some(image) = self.sizes.image { channels_first(&weight, image) } else { weight };
        [weight].into_iter().chain(self.bias.export()).collect()
    }

    fn is_finite(&self) -> bool {
        self.weight.is_finite() && self.bias.is_finite()
    }
}
