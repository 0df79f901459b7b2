//! Activation functions.

use serde::{Deserialize, Serialize};

words! {
    /// An activation function by name.
    ActivationName {
        /// max(0, x).
        Relu = "relu",
        /// x if it is positive, else x times `negative_slope`.
        LeakyRelu = "leaky_relu",
        Tanh = "tanh",
        /// 1 / (1 + e⁻ˣ).
        Sigmoid = "sigmoid",
        /// x·Φ(x) with the exact normal distribution function.
        Gelu = "gelu",
    }
}

/// The function after each hidden layer or block.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// max(0, x).
    Relu,
    /// x if it is positive, else `slope`·x (Maas, Hannun and Ng 2013).
    LeakyRelu {
        /// In [0, 1).
        slope: f64,
    },
    Tanh,
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
    /// x·Φ(x) with the exact normal distribution function (Hendrycks and Gimpel 2016).
    Gelu,
}

impl Activation {
    /// The name used in specs and as a cell.
    pub fn name(self) -> &'static str {
        self.word().name()
    }

    /// The name, without settings.
    pub fn word(self) -> ActivationName {
        match self {
            Activation::Relu => ActivationName::Relu,
            Activation::LeakyRelu { .. } => ActivationName::LeakyRelu,
            Activation::Tanh => ActivationName::Tanh,
            Activation::Sigmoid => ActivationName::Sigmoid,
            Activation::Gelu => ActivationName::Gelu,
        }
    }
}
