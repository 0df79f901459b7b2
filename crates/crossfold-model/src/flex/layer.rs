//! What a layer does in a step.

use crate::checkpoint::{StateReader, StateWriter};
use crate::steps::descent::{Descent, Penalties};
use crate::steps::dropout::Masks;
use crossfold_kernels::Real;
use crossfold_kernels::pointwise::sum_columns;
use crossfold_network::Configuration;

/// A stage of a network, forward and backward. Values are rows × width, each row laid out as
/// [`crossfold_network::Layer`] says. The memory that a layer writes to may hold anything before.
pub(super) trait Layer<E: Real> {
    /// Values of a row that it hands on.
    fn width(&self) -> usize;

    /// A training step's way forward; keeps what the way back needs.
    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>);

    /// The way back: from `delta`, the gradient of what [`Layer::forward`] made of `input`, to those of the layer's
    /// parameters, which it keeps, and to that of `input` in `below`, where anything is to be passed on. `delta` may
    /// be overwritten, and so may what was kept: there is one way back for each way forward.
    fn backward(&mut self, input: &[E], delta: &mut [E], below: Option<&mut [E]>, step: &Step<'_, E>);

    /// Without dropout, and with running statistics. Not to be called between a way forward and its way back, whose
    /// memory it uses.
    fn infer(&mut self, input: &[E], output: &mut [E], lengths: Option<&[u32]>);

    /// Hands out all that is trained, in an order that is always the same.
    fn parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>));

    /// Hands out all else that a step leaves to the next, in an order that is always the same.
    fn running(&mut self, take: &mut dyn FnMut(&mut [E]));

    /// The values of its tensors, as files have them.
    fn export(&self) -> Vec<Vec<E>>;

    /// Whether all values of its tensors are.
    fn is_finite(&self) -> bool;
}

/// What layers share in a step.
pub(super) struct Step<'a, E> {
    pub(super) masks: &'a Masks<E>,
    /// Steps of each row that is a sequence.
    pub(super) lengths: Option<&'a [u32]>,
}

/// Values that are trained.
pub(super) struct Parameter<E> {
    pub(super) values: Vec<E>,
    /// Of the step under way.
    pub(super) gradient: Vec<E>,
    descent: Descent<E>,
}

impl<E: Real> Parameter<E> {
    /// A weight, penalised as `configuration` says.
    pub(super) fn weight(configuration: &Configuration, values: Vec<E>) -> Parameter<E> {
        Parameter::new(configuration, Penalties::of_weights(configuration), values)
    }

    /// A bias, or whatever else isn't penalised.
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

    /// Writes its values, and what its optimizer remembers.
    pub(super) fn write(&mut self, state: &mut StateWriter) {
        state.values(&self.values);
        self.descent.write(state);
    }

    pub(super) fn read(&mut self, state: &mut StateReader<'_>) {
        state.values(&mut self.values);
        self.descent.read(state);
    }

    /// Sets the gradient to the sums of `delta`'s columns, as is a bias's.
    pub(super) fn sum_columns(&mut self, delta: &[E]) {
        sum_columns(&mut self.gradient, delta);
    }

    pub(super) fn is_finite(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
    }
}
