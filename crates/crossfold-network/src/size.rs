//! The size of a network and the cost of a row, counted from its layers.

use crate::configuration::{Configuration, Front};
use crate::layer::{TensorSpec, Work, leaves, sketch, tensors, work};
use crate::shape::{Form, Shape};

/// The most weights and biases that a network may have: 800 MB, and as much again for gradients and for each moment of
/// the optimizer. More is almost always a mistake in a spec.
pub const MAX_PARAMETERS: u64 = 200_000_000;

impl Configuration {
    /// The network by its widths, from input to output: `784-256-128-10`, `28×28×1-16×14×14-10`, `28×28-lstm 64-10`.
    pub fn sketch(&self, shape: Shape) -> String {
        let inputs = match (&self.front, shape.form) {
            (Front::Convolution(_), Form::Image { height, width, channels }) => format!("{height}×{width}×{channels}"),
            (Front::Recurrence(_), Form::Image { height: steps, .. } | Form::Sequence { steps }) => {
                format!("{steps}×{}", shape.inputs / steps)
            }
            (_, Form::Flat | Form::Table(_) | Form::Image { .. } | Form::Sequence { .. }) => shape.inputs.to_string(),
        };
        format!("{inputs}-{}", sketch(&self.fitting_layers(shape)))
    }

    /// Number of weights and biases, and of values in embedding tables.
    pub fn parameters(&self, shape: Shape) -> u64 {
        let trained = tensors(&self.fitting_layers(shape)).into_iter().filter(TensorSpec::is_trained);
        shape.looked_up + trained.map(|tensor| tensor.len() as u64).sum::<u64>()
    }

    /// The work of one row in the forward pass.
    pub fn work(&self, shape: Shape) -> Work {
        work(&self.fitting_layers(shape))
    }

    /// Floating-point operations to train on one row once: a multiplication and an addition per weight in the forward
    /// pass, as many for the weight's gradient, and as many again for the gradient of the layer's input, which the
    /// first layer doesn't need.
    pub fn training_flops(&self, shape: Shape) -> u64 {
        let layers = self.fitting_layers(shape);
        let first = leaves(&layers).into_iter().map(|layer| work(std::slice::from_ref(layer)).products);
        6 * work(&layers).products - 2 * first.into_iter().find(|&products| products > 0).unwrap_or_default()
    }

    /// Floating-point operations to score one row.
    pub fn inference_flops(&self, shape: Shape) -> u64 {
        2 * self.work(shape).products
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::{Activation, HiddenLayer};

    const MNIST: Shape =
        Shape { inputs: 784, outputs: 10, looked_up: 0, form: Form::Image { height: 28, width: 28, channels: 1 } };

    fn islr() -> Configuration {
        Configuration {
            hidden: vec![HiddenLayer { nodes: 256, dropout: 0.4 }, HiddenLayer { nodes: 128, dropout: 0.3 }],
            activation: Some(Activation::Relu),
            batch_size: 128,
            ..Configuration::default()
        }
    }

    /// ISLR (2nd ed.), section 10.2: 235,146 weights for 784-256-128-10; 233,856 before the output.
    #[test]
    fn parameter_counts_match_islr() {
        assert_eq!(islr().parameters(MNIST), 235_146);
        let output = (128 + 1) * 10;
        assert_eq!(islr().parameters(MNIST) - output, 233_856);
        assert_eq!(islr().training_flops(MNIST), 1_007_104);
        assert_eq!(islr().inference_flops(MNIST), 2 * 234_752);
    }
}
