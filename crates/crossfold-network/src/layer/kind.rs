//! The interface that every kind of layer implements.

use super::{Layer, TensorSpec, Work};
use crate::python::PythonCode;

/// A kind of layer.
pub(crate) trait LayerKind {
    /// Values of a row that the layer reads.
    fn inputs(&self) -> usize;

    /// Values of a row that the layer returns.
    fn outputs(&self) -> usize;

    /// The first part of its tensors' names; empty if it has none.
    fn group(&self) -> &'static str;

    /// Its tensors in the order in which they are drawn and written. Names are those within the layer: `weight`.
    fn tensors(&self) -> Vec<TensorSpec>;

    /// The work of one row. Layers within aren't counted.
    fn work(&self) -> Work;

    /// Values that training keeps per row, estimated. Those of layers within aren't counted.
    fn values_in_training(&self) -> usize;

    /// Lists of layers within, each of which reads the layer's input.
    fn branches(&self) -> &[Vec<Layer>];

    /// Its part of a network's sketch, such as `16×14×14`; `None` for layers that a sketch leaves out.
    fn sketch(&self) -> Option<String>;

    /// Writes PyTorch that takes `x` through the layer. `name` is the first part of its tensors' names.
    fn write_pytorch(&self, name: &str, code: &mut PythonCode);

    /// The same in NumPy.
    ///
    /// # Errors
    /// If the layer can be written only in PyTorch.
    fn write_numpy(&self, name: &str, code: &mut PythonCode) -> Result<(), OnlyPyTorch>;
}

/// A layer that has no short form in NumPy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OnlyPyTorch;
