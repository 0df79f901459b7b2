//! Lists of layers within a layer.

use super::{Layer, OnlyPyTorch};
use crate::python::PythonCode;

/// Why a list of layers can't be a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BranchError {
    #[error("a branch has at least one layer")]
    Empty,
    #[error("a layer returns {outputs} values of a row, and the next one reads {inputs}")]
    Chain { outputs: usize, inputs: usize },
    #[error("branches read {0} and {1} values of the same row")]
    Inputs(usize, usize),
    #[error("a residual branch reads {inputs} values of a row and returns {outputs}")]
    Residual { inputs: usize, outputs: usize },
    #[error("a branch returns {outputs} values of a row for {places} places")]
    Places { outputs: usize, places: usize },
    /// Packed sequences can be neither added nor concatenated.
    #[error("a branch can't hold recurrent layers")]
    Recurrent,
}

/// Checks that each layer reads what the one before it returns. Returns the branch's numbers of inputs and outputs.
pub(super) fn check(branch: &[Layer]) -> Result<[usize; 2], BranchError> {
    let (Some(first), Some(last)) = (branch.first(), branch.last()) else { return Err(BranchError::Empty) };
    for pair in branch.windows(2) {
        let (outputs, inputs) = (pair[0].outputs(), pair[1].inputs());
        if outputs != inputs {
            return Err(BranchError::Chain { outputs, inputs });
        }
    }
    let is_recurrent = |layer: &Layer| matches!(layer, Layer::Recurrent(_) | Layer::Summary(_));
    if branch.iter().any(is_recurrent) {
        return Err(BranchError::Recurrent);
    }
    Ok([first.inputs(), last.outputs()])
}

/// Joins the sketches of layers: `16×14×14-10`.
pub(crate) fn sketch(branch: &[Layer]) -> String {
    branch.iter().filter_map(|layer| layer.kind().sketch()).collect::<Vec<_>>().join("-")
}

/// Writes PyTorch that takes `x` through `layers`.
pub(crate) fn write_pytorch(layers: &[Layer], code: &mut PythonCode) {
    for layer in layers.iter().map(Layer::kind) {
        let name = code.names.next(layer.group());
        layer.write_pytorch(&name, code);
    }
}

/// The same in NumPy.
///
/// # Errors
/// If one of the layers can be written only in PyTorch.
pub(crate) fn write_numpy(layers: &[Layer], code: &mut PythonCode) -> Result<(), OnlyPyTorch> {
    layers.iter().map(Layer::kind).try_for_each(|layer| {
        let name = code.names.next(layer.group());
        layer.write_numpy(&name, code)
    })
}
