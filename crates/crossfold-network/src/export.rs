//! Programs in Python that compute a network from its weights, for people who use it elsewhere.

use crate::layer::{Layer, write_numpy, write_pytorch};
use crate::python::PythonCode;

/// A part of a program: `w` are the network's tensors by name, `x` its inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Lines that take `x` through all layers but the last.
    pub lines: Vec<String>,
    /// The last layer, an expression of `x`: logits, or numbers in the scale that is learnt.
    pub outputs: String,
    /// Whether `x` must be rows × channels × height × width.
    pub reads_images: bool,
    /// Whether the program needs `import math`.
    pub uses_math: bool,
}

impl Program {
    /// Computes `layers` in PyTorch, with `torch.nn.functional` as `F`. Sequences are rows × steps × features, or, if
    /// `is_packed`, a `PackedSequence`.
    pub fn pytorch(layers: &[Layer], is_packed: bool) -> Program {
        let mut code = PythonCode { is_packed, ..PythonCode::default() };
        write_pytorch(layers, &mut code);
        Program::new(code)
    }

    /// Computes `layers` in NumPy as `np`; `None` if some of them are written in PyTorch alone.
    pub fn numpy(layers: &[Layer]) -> Option<Program> {
        let mut code = PythonCode::default();
        write_numpy(layers, &mut code).is_ok().then(|| Program::new(code))
    }

    fn new(mut code: PythonCode) -> Program {
        let outputs = code.take_outputs();
        Program { lines: code.lines(), outputs, reads_images: code.reads_images, uses_math: code.uses_math }
    }
}
