//! The interface of the hand-written network's layers.

use crossfold_kernels::Real;
use crossfold_kernels::pointwise::sum_columns;
use crossfold_network::Configuration;

use crate::checkpoint::{StateReader, StateWriter};
use crate::steps::descent::{Descent, Penalties};
use crate::steps::dropout::Masks;

/// A layer with its forward and backward passes.
///
/// Values are rows × width, each row laid out as documented at [`crossfold_network::Layer`]. Output buffers may hold
/// any values before.
pub(super) trait Layer<E: Real> {
    /// Values of a row that the layer returns.
    fn width(&self) -> usize;

    /// Runs the forward pass of a training step. Keeps what the backward pass needs.
    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>);

    /// Runs the backward pass. `delta` is the gradient of the result of [`Layer::forward`] for `input`. Keeps the
    /// gradients of the layer's parameters, and sets `below`, if given, to the gradient of `input`. May overwrite
    /// `delta` and what the forward pass kept, because each forward pass has only one backward pass.
    fn backward(&mut self, input: &[E], delta: &mut [E], below: Option<&mut [E]>, step: &Step<'_, E>);

    /// Runs the forward pass outside of training: without dropout, with running statistics. Must not be called between
    /// a forward pass and its backward pass, because it uses their memory.
    fn infer(&mut self, input: &[E], output: &mut [E], lengths: Option<&[u32]>);

    /// Calls a function with each parameter, always in the same order.
    fn visit_parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>));

    /// Calls a function with all other values that one step leaves to the next, always in the same order.
    fn visit_running(&mut self, take: &mut dyn FnMut(&mut [E]));

    /// The values of its tensors, as files store them.
    fn export(&self) -> Vec<Vec<E>>;

    /// Whether all values of its tensors are finite.
    fn is_finite(&self) -> bool;
}

/// The properties of a step that all layers need.
pub(super) struct Step<'a, E> {
    pub(super) masks: &'a Masks<E>,
    /// The number of steps of each row, if rows are sequences.
    pub(super) lengths: Option<&'a [u32]>,
}

/// A parameter: values that are trained, with their gradient and optimizer.
pub(super) struct Parameter<E> {
    pub(super) values: Vec<E>,
    /// The gradient of the current step.
    pub(super) gradient: Vec<E>,
    descent: Descent<E>,
}

impl<E: Real> Parameter<E> {
    /// A weight, penalised as `configuration` specifies.
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

    /// Sets the gradient to the sums of `delta`'s columns, which is the gradient of a bias.
    pub(super) fn sum_columns(&mut self, delta: &[E]) {
        sum_columns(&mut self.gradient, delta);
    }

    pub(super) fn is_finite(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
    }
}
