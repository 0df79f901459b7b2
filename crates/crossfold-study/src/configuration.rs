//! One network and how it is trained, with nothing in it that has no effect.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// The most weights and biases that a network may have: 800 MB of them, and as much again for
/// gradients and for each moment of the optimizer. More is a slip in a spec far more often than a wish.
pub const MAX_PARAMETERS: u64 = 200_000_000;

/// A network and its training, all but the number of epochs.
///
/// This is the *effective* configuration: a setting without effect has no place in it (no hidden
/// layer, no activation; Adam, no momentum), so two configurations that train the same network
/// are equal. Equality is that of [`Configuration::canonical`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Configuration {
    /// Hidden layers from the input side; empty for a regression (here: multinomial logistic).
    pub hidden: Vec<HiddenLayer>,
    /// `None` exactly where there is no hidden layer.
    pub activation: Option<Activation>,
    pub optimizer: Optimizer,
    /// Step size, above 0.
    pub learning_rate: f64,
    /// λ of the ridge penalty λ·Σw² added to the mean loss; biases are not penalised.
    pub l2: f64,
    /// Training rows in one step; the last batch of an epoch may hold fewer.
    pub batch_size: u32,
}

/// A dense layer and the dropout behind its activation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HiddenLayer {
    pub nodes: u32,
    /// The share of activations set to 0 in training, in [0, 1).
    pub dropout: f64,
}

/// The function behind each hidden layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// max(0, x).
    Relu,
    Tanh,
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
    /// x·Φ(x) with the exact normal distribution function (Hendrycks and Gimpel 2016).
    Gelu,
}

impl Activation {
    pub const ALL: [Activation; 4] = [Activation::Relu, Activation::Tanh, Activation::Sigmoid, Activation::Gelu];

    /// The name used in specs and as a cell.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Relu => "relu",
            Activation::Tanh => "tanh",
            Activation::Sigmoid => "sigmoid",
            Activation::Gelu => "gelu",
        }
    }
}

/// How gradients become steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Optimizer {
    /// Stochastic gradient descent: v ← μ·v + g, w ← w − η·v (or w ← w − η·(g + μ·v) with Nesterov),
    /// as PyTorch defines it.
    Sgd {
        /// μ in [0, 1).
        momentum: f64,
        /// Never set where `momentum` is 0.
        nesterov: bool,
    },
    /// Kingma and Ba 2015, with β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
    Adam,
}

impl Optimizer {
    /// The name used in specs and as a cell.
    pub fn name(self) -> &'static str {
        match self {
            Optimizer::Sgd { .. } => OptimizerName::Sgd.name(),
            Optimizer::Adam => OptimizerName::Adam.name(),
        }
    }
}

/// Which optimizer, before its own settings are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerName {
    Sgd,
    Adam,
}
impl OptimizerName {
    pub const ALL: [OptimizerName; 2] = [OptimizerName::Sgd, OptimizerName::Adam];
    /// The name used in specs and as a cell.
    pub fn name(self) -> &'static str {
        match self {
            OptimizerName::Sgd => "sgd",
            OptimizerName::Adam => "adam",
        }
    }
}

/// The width of the data on both ends of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// What the first layer sees of a row.
    pub inputs: usize,
    /// Classes to tell apart, or 1 for a number.
    pub outputs: usize,
    /// Parameters of the tables that categorical features are looked up in before the first layer.
    #[serde(default)]
    pub looked_up: u64,
}

impl Shape {
    /// Of rows whose features go into the first layer as they are.
    pub fn dense(inputs: usize, outputs: usize) -> Shape {
        Shape { inputs, outputs, looked_up: 0 }
    }
}

impl Configuration {
    /// The configuration as one line of text, equal exactly where the trained networks are.
    ///
    /// Seeds and keys are made from it, so its form never changes: a setting added later appears
    /// only where it has an effect.
    pub fn canonical(&self) -> String {
        let mut text = String::from("mlp");
        for layer in &self.hidden {
            write!(text, " {}", layer.nodes).expect("a string takes any text");
            if layer.dropout > 0.0 {
                write!(text, "~{}", layer.dropout).expect("a string takes any text");
            }
        }
        if let Some(activation) = self.activation {
            write!(text, " {}", activation.name()).expect("a string takes any text");
        }
        match self.optimizer {
            Optimizer::Adam => text.push_str(" adam"),
            Optimizer::Sgd { momentum, nesterov } => {
                text.push_str(" sgd");
                if momentum > 0.0 {
                    let kind = if nesterov { "nesterov" } else { "momentum" };
                    write!(text, " {kind}={momentum}").expect("a string takes any text");
                }
            }
        }
        write!(text, " lr={} batch={}", self.learning_rate, self.batch_size).expect("a string takes any text");
        if self.l2 > 0.0 {
            write!(text, " l2={}", self.l2).expect("a string takes any text");
        }
        text
    }

    /// Widths of all layers from input to output.
    pub fn widths(&self, shape: Shape) -> Vec<usize> {
        let hidden = self.hidden.iter().map(|layer| layer.nodes as usize);
        std::iter::once(shape.inputs).chain(hidden).chain([shape.outputs]).collect()
    }

    /// Weights and biases, and the vectors of categories.
    pub fn parameters(&self, shape: Shape) -> u64 {
        shape.looked_up + self.widths(shape).windows(2).map(|w| (w[0] as u64 + 1) * w[1] as u64).sum::<u64>()
    }

    /// Floating-point operations to train on one row once: a multiplication and an addition for
    /// each weight forward, as many for the weight's gradient, and as many again for the layer
    /// input's gradient, which the first layer doesn't need.
    pub fn training_flops(&self, shape: Shape) -> u64 {
        let [first, all] = self.weights(shape);
        6 * all - 2 * first
    }

    /// Floating-point operations to score one row.
    pub fn inference_flops(&self, shape: Shape) -> u64 {
        let [_, all] = self.weights(shape);
        2 * all
    }

    /// Weights of the first layer, and of all.
    fn weights(&self, shape: Shape) -> [u64; 2] {
        let weights: Vec<u64> = self.widths(shape).windows(2).map(|w| (w[0] * w[1]) as u64).collect();
        [weights[0], weights.iter().sum()]
    }
}

impl PartialEq for Configuration {
    fn eq(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MNIST: Shape = Shape { inputs: 784, outputs: 10, looked_up: 0 };

    fn islr() -> Configuration {
        Configuration {
            hidden: vec![HiddenLayer { nodes: 256, dropout: 0.4 }, HiddenLayer { nodes: 128, dropout: 0.3 }],
            activation: Some(Activation::Relu),
            optimizer: Optimizer::Adam,
            learning_rate: 1e-3,
            l2: 0.0,
            batch_size: 128,
        }
    }

    /// ISLR (2nd ed.), section 10.2: 235,146 weights for 784-256-128-10; 233,856 before the output.
    #[test]
    fn parameters_are_those_of_the_book() {
        assert_eq!(islr().parameters(MNIST), 235_146);
        let output = (128 + 1) * 10;
        assert_eq!(islr().parameters(MNIST) - output, 233_856);
        assert_eq!(islr().training_flops(MNIST), 1_007_104);
        assert_eq!(islr().inference_flops(MNIST), 2 * 234_752);
    }

    /// Seeds hang on this text: were it to change, every published result would.
    #[test]
    fn the_canonical_text_never_changes() {
        assert_eq!(islr().canonical(), "mlp 256~0.4 128~0.3 relu adam lr=0.001 batch=128");
        let sgd = Configuration {
            hidden: vec![],
            activation: None,
            optimizer: Optimizer::Sgd { momentum: 0.9, nesterov: true },
            learning_rate: 0.1,
            l2: 1e-4,
            batch_size: 32,
        };
        assert_eq!(sgd.canonical(), "mlp sgd nesterov=0.9 lr=0.1 batch=32 l2=0.0001");
    }
}
