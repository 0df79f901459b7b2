//! The bias of a layer, which layers in front of batch normalisation lack.

use crossfold_kernels::Real;
use crossfold_network::Configuration;

use super::layer::Parameter;

/// A bias that is trained, or zeros.
pub(super) enum Bias<E> {
    Trained(Parameter<E>),
    Zeros(Vec<E>),
}

impl<E: Real> Bias<E> {
    /// The bias of a layer with this number of outputs or filters; `None` for zeros.
    pub(super) fn new(configuration: &Configuration, values: Option<Vec<E>>, outputs: usize) -> Bias<E> {
        match values {
            Some(values) => Bias::Trained(Parameter::bias(configuration, values)),
            None => Bias::Zeros(vec![E::ZERO; outputs]),
        }
    }

    pub(super) fn values(&self) -> &[E] {
        match self {
            Bias::Trained(parameter) => &parameter.values,
            Bias::Zeros(values) => values,
        }
    }

    /// Sets the gradient to the sums of `delta`'s columns.
    pub(super) fn sum_columns(&mut self, delta: &[E]) {
        if let Bias::Trained(parameter) = self {
            parameter.sum_columns(delta);
        }
    }

    pub(super) fn visit_parameter(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        if let Bias::Trained(parameter) = self {
            take(parameter);
        }
    }

    /// The values as files store them; `None` for zeros, which files lack.
    pub(super) fn export(&self) -> Option<Vec<E>> {
        match self {
            Bias::Trained(parameter) => Some(parameter.values.clone()),
            Bias::Zeros(_) => None,
        }
    }

    pub(super) fn is_finite(&self) -> bool {
        self.values().iter().all(|value| value.is_finite())
    }

    #[cfg(test)]
    pub(super) fn gradient(&self) -> &[E] {
        match self {
            Bias::Trained(parameter) => &parameter.gradient,
            Bias::Zeros(_) => &[],
        }
    }
}
