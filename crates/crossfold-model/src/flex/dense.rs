//! Dense layers.

use burn_flex::FlexTensor;
use crossfold_study::{Configuration, Image};

use super::layer::{Layer, Parameter, Step};
use super::pointwise::{Pointwise, add_bias};
use super::product::{matmul, transposed};
use crate::layout::{channels_first, channels_last};
use crate::real::Real;

/// x ↦ W·x + b with what is done to each value behind it.
pub(crate) struct Dense<E> {
    /// Outputs × inputs.
    weight: Parameter<E>,
    bias: Parameter<E>,
    pointwise: Option<Pointwise<E>>,
    image: Option<Image>,
}

impl<E: Real> Dense<E> {
    /// `weight` and `bias` are as files have them.
    pub(crate) fn new(
        configuration: &Configuration,
        [outputs, inputs]: [usize; 2],
        image: Option<Image>,
        weight: Vec<E>,
        bias: Vec<E>,
        pointwise: Option<Pointwise<E>>,
    ) -> Dense<E> {
        let weight = image.map_or(weight.clone(), |image| channels_last(&weight, image));
        Dense {
            weight: Parameter::weight(configuration, weight, outputs, inputs),
            bias: Parameter::bias(configuration, bias),
            pointwise,
            image,
        }
    }
}

impl<E: Real> Layer<E> for Dense<E> {
    fn forward(&mut self, input: &FlexTensor, step: &Step<'_, E>) -> FlexTensor {
        let mut values = matmul(input, &transposed(&self.weight.values));
        match &mut self.pointwise {
            None => add_bias(E::slice_mut(&mut values), self.bias.slice()),
            Some(pointwise) => pointwise.apply(E::slice_mut(&mut values), self.bias.slice(), step),
        }
        values
    }

    fn backward(
        &mut self,
        input: &FlexTensor,
        mut delta: FlexTensor,
        _: &Step<'_, E>,
        passes_on: bool,
    ) -> Option<FlexTensor> {
        if let Some(pointwise) = &self.pointwise {
            pointwise.retrace(E::slice_mut(&mut delta));
        }
        self.weight.gradient = matmul(&transposed(&delta), input);
        self.bias.sum_columns(E::slice(&delta));
        passes_on.then(|| matmul(&delta, &self.weight.values))
    }

    fn infer(&self, input: &FlexTensor, _: Option<&[u32]>) -> FlexTensor {
        let mut values = matmul(input, &transposed(&self.weight.values));
        match &self.pointwise {
            None => add_bias(E::slice_mut(&mut values), self.bias.slice()),
            Some(pointwise) => pointwise.activate(E::slice_mut(&mut values), self.bias.slice()),
        }
        values
    }

    fn parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        take(&mut self.weight);
        take(&mut self.bias);
    }

    fn export(&self) -> Vec<Vec<E>> {
        let weight = self.weight.slice();
        let weight = self.image.map_or_else(|| weight.to_vec(), |image| channels_first(weight, image));
        vec![weight, self.bias.slice().to_vec()]
    }

    fn is_finite(&self) -> bool {
        self.weight.is_finite() && self.bias.is_finite()
    }
}
