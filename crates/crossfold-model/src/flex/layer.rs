//! A layer of the hand-written network, forward and backward.

use crossfold_kernels::Real;
use crossfold_kernels::pointwise::sum_columns;
use crossfold_network::Configuration;

use crate::checkpoint::{StateReader, StateWriter};
use crate::steps::descent::{Descent, Penalties};
use crate::steps::dropout::Masks;

/// A layer, forward and backward.
///
/// Values are rows × width, each row laid out as [`crossfold_network::Layer`] states. Memory that a layer writes to may
/// hold anything before.
pub(super) trait Layer<E: Real> {
    /// Values of a row that the layer returns.
    fn width(&self) -> usize;

    /// The forward pass of a training step. Keeps what the backward pass needs.
    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>);

    /// The backward pass: from `delta`, the gradient of what [`Layer::forward`] returned for `input`, to the gradients of
    /// the layer's parameters, which it keeps, and to the gradient of `input` in `below`, if given. `delta` and what was
    /// kept may be overwritten: each forward pass has one backward pass.
    fn backward(&mut self, input: &[E], delta: &mut [E], below: Option<&mut [E]>, step: &Step<'_, E>);

    /// The forward pass outside training: without dropout, with running statistics. It must not be called between a
    /// forward pass and its backward pass, whose memory it uses.
    fn infer(&mut self, input: &[E], output: &mut [E], lengths: Option<&[u32]>);

    /// Hands out all parameters, always in the same order.
    fn visit_parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>));

    /// Hands out everything else that a step leaves to the next, always in the same order.
    fn visit_running(&mut self, take: &mut dyn FnMut(&mut [E]));

    /// The values of its tensors, as files store them.
    fn export(&self) -> Vec<Vec<E>>;

    /// Whether all values of its tensors are finite.
    fn is_finite(&self) -> bool;
}

/// What layers share in a step.
pub(super) struct Step<'a, E> {
    pub(super) masks: &'a Masks<E>,
    /// Steps of each row, if rows are sequences.
    pub(super) lengths: Option<&'a [u32]>,
}

/// Values that are trained.
pub(super) struct Parameter<E> {
    pub(super) values: Vec<E>,
    /// The gradient of the step under way.
    pub(super) gradient: Vec<E>,
    descent: Descent<E>,
}

impl<E: Real> Parameter<E> {
    /// A weight, penalised as `configuration` states.
    pub(super) fn weight(configuration: &Configuration, values: Vec<E>) -> Parameter<E> {
        Parameter::new(configuration, Penalties::for_weights(configuration), values)
    }

    /// A bias, or anything else that isn't penalised.
    pub(super) fn bias(configuration: &Configuration, values: Vec<E>) -> Parameter<E> {
        Parameter::new(configuration, Penalties::default(), values)
    }

    fn new(configuration: &Configuration, penalties: Penalties, values: Vec<E>) -> Parameter<E> {
        Parameter {
            descent: Descent::new(configuration.optimizer, penalties, values.len()),
            gradient: vec![E::ZERO; values.len()],
            values,
        }
    }

    pub(super) fn step(&mut self, learning_rate: f64) {
        self.descent.step(&mut self.values, &self.gradient, learning_rate);
    }

    /// Writes the values and the state of their optimizer.
    pub(super) fn write(&mut self, state: &mut StateWriter) {
        state.write_values(&self.values);
        self.descent.write(state);
    }

    pub(super) fn read(&mut self, state: &mut StateReader<'_>) {
        state.read_values(&mut self.values);
        self.descent.read(state);
    }

    /// Sets the gradient to the column sums of `delta`, which are a bias's gradient.
    pub(super) fn sum_columns(&mut self, delta: &[E]) {
        sum_columns(&mut self.gradient, delta);
    }

    pub(super) fn is_finite(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
    }
}
