//! Dense layers.

use super::{Image, Layer, LayerKind, OnlyPyTorch, Role, TensorSpec, Work};
use crate::python::{PythonCode, tensor};

/// x ↦ W·x + b, or W·x without a bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DenseLayer {
    pub inputs: usize,
    pub outputs: usize,
    /// The image that the inputs are, if any. Files store its weights channel by channel, the order in which PyTorch
    /// flattens images.
    pub image: Option<Image>,
    /// Without one in front of batch normalisation, which subtracts it again with the mean.
    pub has_bias: bool,
}

impl LayerKind for DenseLayer {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn group(&self) -> &'static str {
        "layers"
    }

    fn tensors(&self) -> Vec<TensorSpec> {
        let fans = [self.inputs, self.outputs];
        let weight = TensorSpec::new("weight", &[self.outputs, self.inputs], Role::Weight { gates: 1 }, fans);
        let bias = self.has_bias.then(|| TensorSpec::new("bias", &[self.outputs], Role::Bias, fans));
        [weight].into_iter().chain(bias).collect()
    }

    fn work(&self) -> Work {
        Work { products: (self.inputs * self.outputs) as u64, ..Work::default() }
    }

    fn values_in_training(&self) -> usize {
        4 * self.outputs
    }

    fn branches(&self) -> &[Vec<Layer>] {
        &[]
    }

    fn sketch(&self) -> Option<String> {
        Some(self.outputs.to_string())
    }

    fn write_pytorch(&self, name: &str, code: &mut PythonCode) {
        code.has_places = false;
        let x = if self.image.is_some() { "x.flatten(1)" } else { "x" };
        let bias = if self.has_bias { format!(", {}", tensor(name, "bias")) } else { String::new() };
        code.begin_block(name, format!("F.linear({x}, {}{bias})", tensor(name, "weight")));
    }

    fn write_numpy(&self, name: &str, code: &mut PythonCode) -> Result<(), OnlyPyTorch> {
        let bias = if self.has_bias { format!(" + {}", tensor(name, "bias")) } else { String::new() };
        code.begin_block(name, format!("x @ {}.T{bias}", tensor(name, "weight")));
        if self.image.is_some() { Err(OnlyPyTorch) } else { Ok(()) }
    }
}
