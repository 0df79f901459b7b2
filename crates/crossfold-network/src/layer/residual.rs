//! Residual sums.

use super::branch::{BranchError, check, sketch, write_numpy, write_pytorch};
use super::{Layer, LayerKind, OnlyPyTorch, TensorSpec, Work};
use crate::python::PythonCode;

/// x ↦ x + f(x), where f is a list of layers (He et al. 2016, "Deep residual learning for image recognition").
#[derive(Clone, Debug, PartialEq)]
pub struct ResidualLayer {
    /// One list.
    body: Vec<Vec<Layer>>,
    width: usize,
}

impl ResidualLayer {
    /// # Errors
    /// If `body` doesn't return as many values of a row as it reads, or its layers don't fit each other.
    pub fn new(body: Vec<Layer>) -> Result<ResidualLayer, BranchError> {
        let [inputs, outputs] = check(&body)?;
        if inputs != outputs {
            return Err(BranchError::Residual { inputs, outputs });
        }
        Ok(ResidualLayer { body: vec![body], width: inputs })
    }

    /// The layers whose result is added to their input.
    pub fn body(&self) -> &[Layer] {
        &self.body[0]
    }
}

impl LayerKind for ResidualLayer {
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
        Work::default()
    }

    fn values_in_training(&self) -> usize {
        4 * self.width
    }

    fn branches(&self) -> &[Vec<Layer>] {
        &self.body
    }

    fn sketch(&self) -> Option<String> {
        Some(format!("residual({})", sketch(self.body())))
    }

    fn write_pytorch(&self, _: &str, code: &mut PythonCode) {
        let input = code.save_input();
        write_pytorch(self.body(), code);
        code.add_statement(format!("x = {input} + x"));
    }

    fn write_numpy(&self, _: &str, code: &mut PythonCode) -> Result<(), OnlyPyTorch> {
        let input = code.save_input();
        write_numpy(self.body(), code)?;
        code.add_statement(format!("x = {input} + x"));
        Ok(())
    }
}
