//! Activations.

use super::{Layer, LayerKind, OnlyPyTorch, TensorSpec, Work};
use crate::configuration::Activation;
use crate::python::PythonCode;

/// Applies a function to each value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActivationLayer {
    pub function: Activation,
    pub width: usize,
}

impl LayerKind for ActivationLayer {
    fn inputs(&self) -> usize {
        self.width
    }

    fn outputs(&self) -> usize {
        self.width
    }

    fn group(&self) -> &'static str {
        ""
    }

    fn tensors(&self) -> Vec<TensorSpec> {
        Vec::new()
    }

    fn work(&self) -> Work {
        Work { activations: self.width as u64, ..Work::default() }
    }

    fn values_in_training(&self) -> usize {
        4 * self.width
    }

    fn branches(&self) -> &[Vec<Layer>] {
        &[]
    }

    fn sketch(&self) -> Option<String> {
        None
    }

    fn write_pytorch(&self, _: &str, code: &mut PythonCode) {
        match self.function {
            Activation::Relu => code.wrap(|x| format!("F.relu({x})")),
            Activation::LeakyRelu { slope } => code.wrap(|x| format!("F.leaky_relu({x}, {slope:?})")),
            Activation::Tanh => code.wrap(|x| format!("torch.tanh({x})")),
            Activation::Sigmoid => code.wrap(|x| format!("torch.sigmoid({x})")),
            Activation::Gelu => code.wrap(|x| format!("F.gelu({x})")),
        }
    }

    fn write_numpy(&self, _: &str, code: &mut PythonCode) -> Result<(), OnlyPyTorch> {
        match self.function {
            Activation::Relu => code.wrap(|x| format!("np.maximum({x}, 0)")),
            Activation::LeakyRelu { slope } => code.assign(format!("np.where(x > 0, x, {slope:?} * x)")),
            Activation::Tanh => code.wrap(|x| format!("np.tanh({x})")),
            Activation::Sigmoid => code.wrap(|x| format!("1 / (1 + np.exp(-({x})))")),
            Activation::Gelu => {
                // NumPy has no error function.
                code.uses_math = true;
                code.assign("x * (1 + np.vectorize(math.erf)(x / 2**0.5)) / 2".to_owned());
            }
        }
        Ok(())
    }
}
