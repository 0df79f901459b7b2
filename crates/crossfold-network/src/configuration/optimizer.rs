//! Optimizers.

use serde::{Deserialize, Serialize};

words! {
    /// An optimizer by name.
    OptimizerName {
        Sgd = "sgd",
        Adam = "adam",
        /// Adam with decoupled `weight_decay`.
        Adamw = "adamw",
        Rmsprop = "rmsprop",
    }
}

/// An optimizer with its settings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Optimizer {
    /// Stochastic gradient descent: v ← μ·v + g, w ← w − η·v (or w ← w − η·(g + μ·v) with Nesterov),
    /// as PyTorch defines it.
    Sgd {
        /// μ in [0, 1).
        momentum: f64,
        /// `false` if `momentum` is 0.
        nesterov: bool,
    },
    /// Kingma and Ba 2015, with β₁ = 0.9, β₂ = 0.999, ε = 1e-8; with a weight decay, the AdamW of
    /// Loshchilov and Hutter 2019.
    Adam,
    /// Tieleman and Hinton 2012, as PyTorch defines it: s ← 0.99·s + 0.01·g², v ← μ·v + g / (√s + 1e-8),
    /// w ← w − η·v.
    Rmsprop {
        /// μ in [0, 1).
        momentum: f64,
    },
}
