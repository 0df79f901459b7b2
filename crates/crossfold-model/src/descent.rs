//! How a gradient becomes a step, in one pass over memory.

use crossfold_study::{Configuration, Optimizer};
use macerator::{Simd, with_simd};

use crate::real::Real;

/// Decay of Adam's running mean of gradients.
const BETA_1: f64 = 0.9;
/// Decay of Adam's running mean of squared gradients.
const BETA_2: f64 = 0.999;
/// Decay of RMSprop's running mean of squared gradients.
const ALPHA: f64 = 0.99;
/// What keeps Adam and RMSprop from dividing by 0.
const EPSILON: f64 = 1e-8;

/// Gradients and means of them that are nearer to 0 than this are 0, and so are means of their squares below the
/// smallest of all. Beside [`EPSILON`] they move no weight by anything that it could hold; but of an input that is seldom
/// anything but 0 they would fade to numbers below the normal range, with which most CPUs are twenty times as slow.
const LEAST_GRADIENT: f64 = 1e-17;
const LEAST_MEAN: f64 = 1e-30;
const LEAST_SQUARE: f64 = 1e-36;

/// An optimizer's memory of one tensor, and its settings.
pub(crate) struct Descent<E> {
    penalties: Penalties,
    /// Steps taken.
    steps: i32,
    state: State<E>,
}

/// What draws weights to 0.
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
    /// Those of weights; of biases and all else there are none.
    pub(crate) fn of_weights(configuration: &Configuration) -> Penalties {
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

impl<E: Real> Descent<E> {
    /// For a tensor of `len` values.
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

    /// Moves `weights` down `gradient`, the gradient of the loss without penalties, at this learning rate.
    pub(crate) fn step(&mut self, weights: &mut [E], gradient: &[E], learning_rate: f64) {
        // Past this many, Adam's correction is 1 anyway.
        self.steps = self.steps.saturating_add(1);
        let Penalties { l1, l2, decay } = self.penalties;
        if decay > 0.0 {
            let kept = E::from_elem(1.0 - learning_rate * decay);
            weights.iter_mut().for_each(|w| *w *= kept);
        }
        descend(&mut self.state, self.steps, weights, gradient, learning_rate, E::from_elem(2.0 * l2));
        if l1 > 0.0 {
            self.shrink(weights, learning_rate * l1);
        }
    }

    /// The proximal step of λ·Σ|w|: each weight goes to 0 by `push` = η·λ, and stays there if it meets it.
    ///
    /// What a step would do to a weight whose gradient is always λ, so that where training comes to rest is
    /// the minimum of loss and penalty, whatever the optimizer: with momentum that is more than η·λ by
    /// 1/(1 − μ), with Adam and RMSprop it is divided by each weight's own scale (Melchior, Joseph and
    /// Moolekamp 2020, "Proximal Adam").
    fn shrink(&self, weights: &mut [E], push: f64) {
        let epsilon = E::from_elem(EPSILON);
        match &self.state {
            State::Plain => each(weights, std::iter::repeat(E::from_elem(push))),
            State::Momentum { momentum, .. } => {
                each(weights, std::iter::repeat(E::from_elem(push / (1.0 - momentum))));
            }
            State::Adam { square, .. } => {
                let (push, scale) = (E::from_elem(push), E::from_elem(scale(self.steps)));
                each(weights, square.iter().map(|v| push / (v.sqrt() * scale + epsilon)));
            }
            State::Rmsprop { square } => {
                let push = E::from_elem(push);
                each(weights, square.iter().map(|s| push / (s.sqrt() + epsilon)));
            }
            State::RmspropMomentum { momentum, square, .. } => {
                let push = E::from_elem(push / (1.0 - momentum));
                each(weights, square.iter().map(|s| push / (s.sqrt() + epsilon)));
            }
        }
    }
}

/// `pull` is what the penalty λ·w² adds to the gradient for each unit of w: 2λ.
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
    let epsilon = E::from_elem(EPSILON);
    let [least, least_mean, least_square] = [LEAST_GRADIENT, LEAST_MEAN, LEAST_SQUARE].map(E::from_elem);
    let [alpha, rest] = [ALPHA, 1.0 - ALPHA].map(E::from_elem);
    match state {
        State::Plain => {
            let rate = E::from_elem(learning_rate);
            for (w, &g) in pairs {
                *w = *w - rate * (g + pull * *w);
            }
        }
        State::Momentum { momentum, nesterov, velocity } => {
            let (rate, momentum) = (E::from_elem(learning_rate), E::from_elem(*momentum));
            // With Nesterov's rule the step looks one velocity ahead of the gradient.
            let (of_gradient, of_velocity) = if *nesterov { (E::ONE, momentum) } else { (E::ZERO, E::ONE) };
            for ((w, &g), v) in pairs.zip(velocity) {
                let g = g + pull * *w;
                *v = above(momentum * *v + g, least_mean);
                *w = *w - rate * (of_gradient * g + of_velocity * *v);
            }
        }
        State::Adam { mean, square } => {
            let rate = E::from_elem(learning_rate / (1.0 - BETA_1.powi(steps)));
            let scale = E::from_elem(scale(steps));
            let [beta_1, beta_2] = [BETA_1, BETA_2].map(E::from_elem);
            let [rest_1, rest_2] = [1.0 - BETA_1, 1.0 - BETA_2].map(E::from_elem);
            for (((w, &g), m), v) in pairs.zip(mean).zip(square) {
                let g = above(g + pull * *w, least);
                *m = above(beta_1 * *m + rest_1 * g, least_mean);
                *v = above(beta_2 * *v + rest_2 * g * g, least_square);
                *w = *w - rate * *m / (v.sqrt() * scale + epsilon);
            }
        }
        State::Rmsprop { square } => {
            let rate = E::from_elem(learning_rate);
            for ((w, &g), s) in pairs.zip(square) {
                let g = above(g + pull * *w, least);
                *s = above(alpha * *s + rest * g * g, least_square);
                *w = *w - rate * g / (s.sqrt() + epsilon);
            }
        }
        State::RmspropMomentum { momentum, square, velocity } => {
            let (rate, momentum) = (E::from_elem(learning_rate), E::from_elem(*momentum));
            for (((w, &g), s), v) in pairs.zip(square).zip(velocity) {
                let g = above(g + pull * *w, least);
                *s = above(alpha * *s + rest * g * g, least_square);
                *v = above(momentum * *v + g / (s.sqrt() + epsilon), least_mean);
                *w = *w - rate * *v;
            }
        }
    }
}

/// What Adam's root of squares is multiplied by after so many steps, which began with 0.
fn scale(steps: i32) -> f64 {
    1.0 / (1.0 - BETA_2.powi(steps)).sqrt()
}

/// 0 where `value` is nearer to it than `least`; NaN is kept.
#[inline(always)]
fn above<E: Real>(value: E, least: E) -> E {
    if (value < least) & (value > -least) { E::ZERO } else { value }
}

/// Soft thresholding, each weight by its own threshold.
fn each<E: Real>(weights: &mut [E], thresholds: impl Iterator<Item = E>) {
    for (w, threshold) in weights.iter_mut().zip(thresholds) {
        *w = if *w > threshold {
            *w - threshold
        } else if *w < -threshold {
            *w + threshold
        } else if w.is_finite() {
            E::ZERO
        } else {
            // NaN stays, so that a diverged fit is seen.
            *w
        };
    }
}
