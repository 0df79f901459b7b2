//! Optimizers and penalties, in one pass over memory.

use crossfold_kernels::Real;
use crossfold_kernels::simd::{self as macerator, Simd, with_simd};
use crossfold_network::{Configuration, Optimizer};

use crate::checkpoint::{StateReader, StateWriter};

/// Decay of Adam's running mean of gradients.
const BETA_1: f64 = 0.9;
/// Decay of Adam's running mean of squared gradients.
const BETA_2: f64 = 0.999;
/// Decay of RMSprop's running mean of squared gradients.
const ALPHA: f64 = 0.99;
/// Keeps Adam and RMSprop from dividing by 0.
const EPSILON: f64 = 1e-8;

/// Smaller gradients count as 0 in Adam and RMSprop. Because of [`EPSILON`] they would move a weight by less than 10⁻⁹
/// of the learning rate, and their squares would be subnormal.
///
/// This and the next two bounds prevent subnormal numbers, which make an optimizer's step 10 to 20 times slower: the
/// mean gradient of an input that is nearly always 0 would decay from step to step until it is subnormal.
const LEAST_GRADIENT: f64 = 1e-17;
/// Smaller means of gradients, velocities and decayed weights count as 0: they would be lost in any sum.
pub(crate) const LEAST: f64 = 1e-30;
/// Smaller means of squares count as 0: their roots are negligible beside [`EPSILON`], to which they are added.
const LEAST_SQUARE: f64 = 1e-36;

/// An optimizer's settings and state for one tensor.
pub(crate) struct Descent<E> {
    penalties: Penalties,
    /// The number of steps taken.
    steps: i32,
    state: State<E>,
}

/// Penalties that move weights towards 0.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Penalties {
    /// λ of λ·Σ|w|.
    l1: f64,
    /// λ of λ·Σw².
    l2: f64,
    /// λ of w ← w − η·λ·w.
    decay: f64,
}

impl Penalties {
    /// The penalties of weights. Biases and other parameters have none.
    pub(crate) fn for_weights(configuration: &Configuration) -> Penalties {
        Penalties { l1: configuration.l1, l2: configuration.l2, decay: configuration.weight_decay }
    }
}

enum State<E> {
    Plain,
    Momentum { momentum: f64, nesterov: bool, velocity: Vec<E> },
    Adam { mean: Vec<E>, square: Vec<E> },
    Rmsprop { square: Vec<E> },
    RmspropMomentum { momentum: f64, square: Vec<E>, velocity: Vec<E> },
}

impl<E> State<E> {
    /// The state that changes from step to step: lists with one value per weight.
    fn memory_mut(&mut self) -> Vec<&mut [E]> {
        match self {
            State::Plain => Vec::new(),
            State::Momentum { momentum: _, nesterov: _, velocity } => vec![velocity.as_mut_slice()],
            State::Adam { mean, square } => vec![mean.as_mut_slice(), square],
            State::Rmsprop { square } => vec![square.as_mut_slice()],
            State::RmspropMomentum { momentum: _, square, velocity } => vec![square.as_mut_slice(), velocity],
        }
    }
}

impl<E: Real> Descent<E> {
    /// An optimizer for a tensor of `len` values.
    pub(crate) fn new(optimizer: Optimizer, penalties: Penalties, len: usize) -> Descent<E> {
        let zeros = || vec![E::ZERO; len];
        let state = match optimizer {
            Optimizer::Sgd { momentum: 0.0, .. } => State::Plain,
            Optimizer::Sgd { momentum, nesterov } => State::Momentum { momentum, nesterov, velocity: zeros() },
            Optimizer::Adam => State::Adam { mean: zeros(), square: zeros() },
            Optimizer::Rmsprop { momentum: 0.0 } => State::Rmsprop { square: zeros() },
            Optimizer::Rmsprop { momentum } => State::RmspropMomentum { momentum, square: zeros(), velocity: zeros() },
        };
        Descent { penalties, steps: 0, state }
    }

    /// Number of values that the state has per weight.
    pub(crate) fn state_per_weight(optimizer: Optimizer) -> usize {
        Descent::<E>::new(optimizer, Penalties::default(), 1).state.memory_mut().len()
    }

    /// Writes the state.
    pub(crate) fn write(&mut self, state: &mut StateWriter) {
        state.write_u32(self.steps.cast_unsigned());
        self.state.memory_mut().iter().for_each(|values| state.write_values(values));
    }

    /// Reads the state of an optimizer for the same tensor.
    pub(crate) fn read(&mut self, state: &mut StateReader<'_>) {
        self.steps = state.read_u32().cast_signed();
        self.state.memory_mut().into_iter().for_each(|values| state.read_values(values));
    }

    /// Takes a step. `gradient` is that of the loss without penalties.
    pub(crate) fn step(&mut self, weights: &mut [E], gradient: &[E], learning_rate: f64) {
        // Saturation is harmless, because Adam's correction reaches 1 long before.
        self.steps = self.steps.saturating_add(1);
        let Penalties { l1, l2, decay } = self.penalties;
        if decay > 0.0 {
            decay_weights(weights, E::from_f64(1.0 - learning_rate * decay));
        }
        descend(&mut self.state, self.steps, weights, gradient, learning_rate, E::from_f64(2.0 * l2));
        if l1 > 0.0 {
            self.shrink(weights, learning_rate * l1);
        }
    }

    /// Takes the proximal step of λ·Σ|w|: moves each weight towards 0 by `push` = η·λ, and stops at 0.
    ///
    /// The distance is that of the optimizer for a constant gradient of λ, so that training converges to the minimum of
    /// loss and penalty with every optimizer. With momentum it is η·λ/(1 − μ). With Adam and RMSprop it is divided by
    /// each weight's own scale (Melchior, Joseph and Moolekamp 2020, "Proximal Adam").
    fn shrink(&self, weights: &mut [E], push: f64) {
        let epsilon = E::from_f64(EPSILON);
        match &self.state {
            State::Plain => soft_threshold(weights, std::iter::repeat(E::from_f64(push))),
            State::Momentum { momentum, .. } => {
                soft_threshold(weights, std::iter::repeat(E::from_f64(push / (1.0 - momentum))));
            }
            State::Adam { square, .. } => {
                let (push, scale) = (E::from_f64(push), E::from_f64(scale(self.steps)));
                soft_threshold(weights, square.iter().map(|v| push / (v.sqrt() * scale + epsilon)));
            }
            State::Rmsprop { square } => {
                let push = E::from_f64(push);
                soft_threshold(weights, square.iter().map(|s| push / (s.sqrt() + epsilon)));
            }
            State::RmspropMomentum { momentum, square, .. } => {
                let push = E::from_f64(push / (1.0 - momentum));
                soft_threshold(weights, square.iter().map(|s| push / (s.sqrt() + epsilon)));
            }
        }
    }
}

/// Moves weights by the optimizer's rule. `pull` is 2λ, because the penalty λ·w² adds 2λ·w to the gradient.
#[with_simd]
fn descend<S: Simd, E: Real>(
    state: &mut State<E>,
    steps: i32,
    weights: &mut [E],
    gradient: &[E],
    learning_rate: f64,
    pull: E,
) {
    let pairs = weights.iter_mut().zip(gradient);
    let epsilon = E::from_f64(EPSILON);
    let [least_gradient, least, least_square] = [LEAST_GRADIENT, LEAST, LEAST_SQUARE].map(E::from_f64);
    let [alpha, rest] = [ALPHA, 1.0 - ALPHA].map(E::from_f64);
    match state {
        State::Plain => {
            let rate = E::from_f64(learning_rate);
            for (w, &g) in pairs {
                *w = flush(*w - rate * (g + pull * *w), least);
            }
        }
        State::Momentum { momentum, nesterov, velocity } => {
            let (rate, momentum) = (E::from_f64(learning_rate), E::from_f64(*momentum));
            // With Nesterov's rule the step is one velocity ahead of the gradient.
            let (gradient_rate, velocity_rate) = if *nesterov { (E::ONE, momentum) } else { (E::ZERO, E::ONE) };
            for ((w, &g), v) in pairs.zip(velocity) {
                let g = g + pull * *w;
                *v = flush(momentum * *v + g, least);
                *w = flush(*w - rate * (gradient_rate * g + velocity_rate * *v), least);
            }
        }
        State::Adam { mean, square } => {
            let rate = E::from_f64(learning_rate / (1.0 - BETA_1.powi(steps)));
            let scale = E::from_f64(scale(steps));
            let [beta_1, beta_2] = [BETA_1, BETA_2].map(E::from_f64);
            let [rest_1, rest_2] = [1.0 - BETA_1, 1.0 - BETA_2].map(E::from_f64);
            for (((w, &g), m), v) in pairs.zip(mean).zip(square) {
                let g = flush(g + pull * *w, least_gradient);
                *m = flush(beta_1 * *m + rest_1 * g, least);
                *v = flush(beta_2 * *v + rest_2 * g * g, least_square);
                *w = *w - rate * *m / (v.sqrt() * scale + epsilon);
            }
        }
        State::Rmsprop { square } => {
            let rate = E::from_f64(learning_rate);
            for ((w, &g), s) in pairs.zip(square) {
                let g = flush(g + pull * *w, least_gradient);
                *s = flush(alpha * *s + rest * g * g, least_square);
                *w = *w - rate * g / (s.sqrt() + epsilon);
            }
        }
        State::RmspropMomentum { momentum, square, velocity } => {
            let (rate, momentum) = (E::from_f64(learning_rate), E::from_f64(*momentum));
            for (((w, &g), s), v) in pairs.zip(square).zip(velocity) {
                let g = flush(g + pull * *w, least_gradient);
                *s = flush(alpha * *s + rest * g * g, least_square);
                *v = flush(momentum * *v + g / (s.sqrt() + epsilon), least);
                *w = *w - rate * *v;
            }
        }
    }
}

/// Adam's bias correction of the root of the mean square after `steps` steps.
fn scale(steps: i32) -> f64 {
    1.0 / (1.0 - BETA_2.powi(steps)).sqrt()
}

/// Weight decay: multiplies weights by `kept`.
#[with_simd]
fn decay_weights<S: Simd, E: Real>(weights: &mut [E], kept: E) {
    let least = E::from_f64(LEAST);
    weights.iter_mut().for_each(|w| *w = flush(*w * kept, least));
}

/// Returns 0 if `value` is nearer to 0 than `least`, else `value`. NaN is kept.
#[inline(always)]
pub(crate) fn flush<E: Real>(value: E, least: E) -> E {
    if (value < least) & (value > -least) { E::ZERO } else { value }
}

/// Soft thresholding, with one threshold per weight.
#[with_simd]
fn soft_threshold<S: Simd, E: Real, I: Iterator<Item = E>>(weights: &mut [E], thresholds: I) {
    for (w, threshold) in weights.iter_mut().zip(thresholds) {
        *w = if *w > threshold {
            *w - threshold
        } else if *w < -threshold {
            *w + threshold
        } else if w.is_finite() {
            E::ZERO
        } else {
            // NaN is kept, so that a diverged fit is detected.
            *w
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIMIZERS: [Optimizer; 5] = [
        Optimizer::Sgd { momentum: 0.0, nesterov: false },
        Optimizer::Sgd { momentum: 0.9, nesterov: true },
        Optimizer::Adam,
        Optimizer::Rmsprop { momentum: 0.0 },
        Optimizer::Rmsprop { momentum: 0.9 },
    ];

    /// The optimizer's state.
    fn memory(descent: &mut Descent<f32>) -> Vec<f32> {
        descent.state.memory_mut().concat()
    }

    /// One gradient, then zeros for the steps of a long training.
    #[test]
    fn no_number_becomes_subnormal() {
        for optimizer in OPTIMIZERS {
            let penalties = Penalties { l1: 0.0, l2: 0.01, decay: 0.01 };
            let mut descent = Descent::new(optimizer, penalties, 17);
            let mut weights = vec![1e-3_f32; 17];
            descent.step(&mut weights, &[1e-3; 17], 0.1);
            for _ in 0..100_000 {
                descent.step(&mut weights, &[0.0; 17], 0.1);
                assert!(
                    memory(&mut descent).iter().chain(&weights).all(|x| *x == 0.0 || x.is_normal()),
                    "{optimizer:?}"
                );
            }
        }
    }

    #[test]
    fn tiny_gradients_are_flushed_and_nan_propagates() {
        for optimizer in OPTIMIZERS {
            let mut descent = Descent::new(optimizer, Penalties::default(), 2);
            let mut weights = [0.5_f32, 0.5];
            descent.step(&mut weights, &[1e-18, f32::NAN], 0.1);
            assert!(weights[0] == 0.5 && weights[1].is_nan(), "{optimizer:?}: {weights:?}");
        }
    }
}
