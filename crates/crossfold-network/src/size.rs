//! The size of a network and the cost of a row, counted from its layers.

use std::fmt::Write as _;

use crate::configuration::{Configuration, Front};
use crate::layer::{Convolution, Layer, TensorSpec, tensors};
use crate::shape::{Form, Shape};

/// The most weights and biases that a network may have: 800 MB of them, and as much again for
/// gradients and for each moment of the optimizer. More is a slip in a spec far more often than a wish.
pub const MAX_PARAMETERS: u64 = 200_000_000;

impl Configuration {
    /// The layers of a network that is known to fit.
    ///
    /// # Panics
    /// If it doesn't: [`Configuration::layers`] says so, and is asked before anything is trained.
    pub fn fitting_layers(&self, shape: Shape) -> Vec<Layer> {
        self.layers(shape).expect("a network that doesn't fit its data was refused")
    }

    /// The network by its widths, from input to output: `784-256-128-10`, `28×28×1-16×14×14-10`,
    /// `28×28-lstm 64-10`.
    pub fn sketch(&self, shape: Shape) -> String {
        let mut text = match (&self.front, shape.form) {
            (Front::Convolution(_), Form::Image { height, width, channels }) => format!("{height}×{width}×{channels}"),
            (Front::Recurrence(_), Form::Image { height: steps, .. } | Form::Sequence { steps }) => {
                format!("{steps}×{}", shape.inputs / steps)
            }
            (_, Form::Flat | Form::Image { .. } | Form::Sequence { .. }) => shape.inputs.to_string(),
        };
        for layer in self.fitting_layers(shape) {
            match layer {
                Layer::Dense { outputs, .. } => write!(text, "-{outputs}"),
                Layer::Convolution(Convolution { to, kernel, .. }) => {
                    write!(text, "-{}×{}×{}({kernel}×{kernel})", to.height, to.width, to.channels)
                }
                Layer::Pooling { to, .. } => write!(text, "-{}×{}×{}", to.height, to.width, to.channels),
                Layer::Recurrent(layer) => {
                    let both = if layer.bidirectional { "2×" } else { "" };
                    write!(text, "-{} {both}{}", layer.cell, layer.nodes)
                }
                Layer::Normalization { .. }
                | Layer::Activation { .. }
                | Layer::Dropout { .. }
                | Layer::Summary { .. } => Ok(()),
            }
            .expect("a string takes any text");
        }
        text
    }

    /// Weights and biases, and the vectors of categories.
    pub fn parameters(&self, shape: Shape) -> u64 {
        let trained = tensors(&self.fitting_layers(shape)).into_iter().filter(TensorSpec::is_trained);
        shape.looked_up + trained.map(|tensor| tensor.len() as u64).sum::<u64>()
    }

    /// Floating-point operations to train on one row once: a multiplication and an addition for
    /// each weight forward, as many for the weight's gradient, and as many again for the layer
    /// input's gradient, which the first layer doesn't need.
    pub fn training_flops(&self, shape: Shape) -> u64 {
        let layers = self.fitting_layers(shape);
        let products = || layers.iter().map(Layer::products);
        6 * products().sum::<u64>() - 2 * products().find(|&products| products > 0).unwrap_or_default()
    }

    /// Floating-point operations to score one row.
    pub fn inference_flops(&self, shape: Shape) -> u64 {
        2 * self.fitting_layers(shape).iter().map(Layer::products).sum::<u64>()
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
    fn parameters_are_those_of_the_book() {
        assert_eq!(islr().parameters(MNIST), 235_146);
        let output = (128 + 1) * 10;
        assert_eq!(islr().parameters(MNIST) - output, 233_856);
        assert_eq!(islr().training_flops(MNIST), 1_007_104);
        assert_eq!(islr().inference_flops(MNIST), 2 * 234_752);
    }
}
