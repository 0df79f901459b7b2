//! Parallel branches.

use super::branch::{BranchError, check, sketch, write_numpy, write_pytorch};
use super::{Layer, LayerKind, OnlyPyTorch, TensorSpec, Work};
use crate::python::PythonCode;

/// Several lists of layers that read the same values. Their results are concatenated at each place, which joins images
/// by channel (Szegedy et al. 2015, "Going deeper with convolutions").
#[derive(Clone, Debug, PartialEq)]
pub struct ParallelLayer {
    branches: Vec<Vec<Layer>>,
    places: usize,
    inputs: usize,
}

impl ParallelLayer {
    /// `places` is the number of pixels if results are images, else 1.
    ///
    /// # Errors
    /// If there is no branch, branches read different inputs, their layers don't fit each other, or results can't be
    /// divided into places.
    pub fn new(branches: Vec<Vec<Layer>>, places: usize) -> Result<ParallelLayer, BranchError> {
        let inputs = check(branches.first().map_or(&[], Vec::as_slice))?[0];
        for branch in &branches {
            let [own, outputs] = check(branch)?;
            if own != inputs {
                return Err(BranchError::Inputs(inputs, own));
            }
            if places == 0 || !outputs.is_multiple_of(places) {
                return Err(BranchError::Places { outputs, places });
            }
        }
        Ok(ParallelLayer { branches, places, inputs })
    }

    /// Pixels if results are images, else 1.
    pub fn places(&self) -> usize {
        self.places
    }

    /// The branches, at least one.
    pub fn branches(&self) -> &[Vec<Layer>] {
        &self.branches
    }
}

impl LayerKind for ParallelLayer {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.branches.iter().filter_map(|branch| branch.last()).map(Layer::outputs).sum()
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
        4 * LayerKind::outputs(self)
    }

    fn branches(&self) -> &[Vec<Layer>] {
        &self.branches
    }

    fn sketch(&self) -> Option<String> {
        Some(format!("({})", self.branches.iter().map(|branch| sketch(branch)).collect::<Vec<_>>().join(" | ")))
    }

    fn write_pytorch(&self, _: &str, code: &mut PythonCode) {
        let input = code.save_input();
        let results: Vec<String> = self
            .branches
            .iter()
            .enumerate()
            .map(|(number, branch)| {
                if number > 0 {
                    code.add_statement(format!("x = {input}"));
                }
                write_pytorch(branch, code);
                code.save_result(&input, number)
            })
            .collect();
        code.add_statement(format!("x = torch.cat(({}), 1)", results.join(", ")));
    }

    fn write_numpy(&self, _: &str, code: &mut PythonCode) -> Result<(), OnlyPyTorch> {
        let input = code.save_input();
        let mut results = Vec::new();
        for (number, branch) in self.branches.iter().enumerate() {
            if number > 0 {
                code.add_statement(format!("x = {input}"));
            }
            write_numpy(branch, code)?;
            results.push(code.save_result(&input, number));
        }
        code.add_statement(format!("x = np.concatenate(({}), 1)", results.join(", ")));
        Ok(())
    }
}
