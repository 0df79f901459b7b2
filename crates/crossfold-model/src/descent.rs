//! How a gradient becomes a step, in one pass over memory.

use crossfold_study::{Configuration, Optimizer};

use crate::real::Real;

/// Decay of Adam's running mean of gradients.
pub(crate) const BETA_1: f64 = 0.9;
/// Decay of Adam's running mean of squared gradients.
pub(crate) const BETA_2: f64 = 0.999;
/// What keeps Adam from dividing by 0.
pub(crate) const EPSILON: f64 = 1e-8;

/// An optimizer's memory of one tensor, and its settings.
pub(crate) struct Descent<E> {
    learning_rate: f64,
    /// 2λ, what the penalty λ·w² adds to the gradient for each unit of w.
    decay: E,
    /// Steps taken.
    steps: i32,
    state: State<E>,
}

enum State<E> {
    Plain,
    Momentum { momentum: E, nesterov: bool, velocity: Vec<E> },
    Adam { mean: Vec<E>, square: Vec<E> },
}

impl<E: Real> Descent<E> {
    /// For a tensor of `len` values with a penalty of `l2` times their squares.
    pub(crate) fn new(configuration: &Configuration, l2: f64, len: usize) -> Descent<E> {
        let state = match configuration.optimizer {
            Optimizer::Sgd { momentum: 0.0, .. } => State::Plain,
            Optimizer::Sgd { momentum, nesterov } => {
                State::Momentum { momentum: E::from_elem(momentum), nesterov, velocity: vec![E::ZERO; len] }
            }
            Optimizer::Adam => State::Adam { mean: vec![E::ZERO; len], square: vec![E::ZERO; len] },
        };
        Descent { learning_rate: configuration.learning_rate, decay: E::from_elem(2.0 * l2), steps: 0, state }
    }

    /// Moves `weights` down `gradient`, the gradient of the loss without the penalty.
    pub(crate) fn step(&mut self, weights: &mut [E], gradient: &[E]) {
        // Past this many, Adam's correction is 1 anyway.
        self.steps = self.steps.saturating_add(1);
        let decay = self.decay;
        let pairs = weights.iter_mut().zip(gradient);
        match &mut self.state {
            State::Plain => {
                let rate = E::from_elem(self.learning_rate);
                for (w, &g) in pairs {
                    *w = *w - rate * (g + decay * *w);
                }
            }
            State::Momentum { momentum, nesterov, velocity } => {
                let (rate, momentum) = (E::from_elem(self.learning_rate), *momentum);
                // With Nesterov's rule the step looks one velocity ahead of the gradient.
                let (of_gradient, of_velocity) = if *nesterov { (E::ONE, momentum) } else { (E::ZERO, E::ONE) };
                for ((w, &g), v) in pairs.zip(velocity) {
                    let g = g + decay * *w;
                    *v = momentum * *v + g;
                    *w = *w - rate * (of_gradient * g + of_velocity * *v);
                }
            }
            State::Adam { mean, square } => {
                let rate = E::from_elem(self.learning_rate / (1.0 - BETA_1.powi(self.steps)));
                let scale = E::from_elem(1.0 / (1.0 - BETA_2.powi(self.steps)).sqrt());
                let [beta_1, beta_2, epsilon] = [BETA_1, BETA_2, EPSILON].map(E::from_elem);
                let [rest_1, rest_2] = [1.0 - BETA_1, 1.0 - BETA_2].map(E::from_elem);
                for (((w, &g), m), v) in pairs.zip(mean).zip(square) {
                    let g = g + decay * *w;
                    *m = beta_1 * *m + rest_1 * g;
                    *v = beta_2 * *v + rest_2 * g * g;
                    *w = *w - rate * *m / (v.sqrt() * scale + epsilon);
                }
            }
        }
    }
}
