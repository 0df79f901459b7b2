//! Dropout.

use super::{Layer, LayerKind, OnlyPyTorch, TensorSpec, Work};
use crate::python::PythonCode;

/// Sets a random share of values to 0 in training (Srivastava et al. 2014).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DropoutLayer {
    /// The share that is dropped, in (0, 1).
    pub rate: f64,
    pub width: usize,
}

impl LayerKind for DropoutLayer {
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
        Work { draws: self.width as u64, ..Work::default() }
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

    /// A trained network drops nothing.
    fn write_pytorch(&self, _: &str, _: &mut PythonCode) {}

    fn write_numpy(&self, _: &str, _: &mut PythonCode) -> Result<(), OnlyPyTorch> {
        Ok(())
    }
}
