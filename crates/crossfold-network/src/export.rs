//! Python code that evaluates a network with its weights, for use outside of Crossfold.

use crate::layer::{Layer, write_numpy, write_pytorch};
use crate::python::PythonCode;

/// A part of a program: `w` are the network's tensors by name, `x` its inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Lines that take `x` through all layers but the last.
    pub lines: Vec<String>,
    /// The last layer, an expression of `x`: logits, or numbers on the standardised scale.
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
        let mut code = PythonCode::new(is_packed);
        write_pytorch(layers, &mut code);
        Program::new(code)
    }

    /// Computes `layers` in NumPy as `np`; `None` if one of them can be written only in PyTorch.
    pub fn numpy(layers: &[Layer]) -> Option<Program> {
        let mut code = PythonCode::new(false);
        write_numpy(layers, &mut code).is_ok().then(|| Program::new(code))
    }

    fn new(mut code: PythonCode) -> Program {
        let outputs = code.take_outputs();
        Program { lines: code.lines(), outputs, reads_images: code.reads_images, uses_math: code.uses_math }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::{Activation, Cell};
    use crate::layer::{
        ActivationLayer, ConvolutionLayer, DenseLayer, DropoutLayer, Image, ParallelLayer, RecurrentLayer,
        ResidualLayer,
    };

    fn dense(inputs: usize, outputs: usize) -> Layer {
        Layer::Dense(DenseLayer { inputs, outputs, image: None, has_bias: true })
    }

    fn activation(function: Activation, width: usize) -> Layer {
        Layer::Activation(ActivationLayer { function, width })
    }

    fn tree() -> Vec<Layer> {
        let hidden = [dense(6, 6), activation(Activation::Relu, 6), dense(6, 6), activation(Activation::Relu, 6)];
        let branches = vec![vec![dense(6, 2)], vec![dense(6, 3), activation(Activation::Tanh, 3)]];
        let dropout = Layer::Dropout(DropoutLayer { rate: 0.5, width: 6 });
        vec![
            dense(4, 6),
            Layer::Residual(ResidualLayer::new(hidden.to_vec()).unwrap()),
            dropout,
            activation(Activation::Relu, 6),
            Layer::Parallel(ParallelLayer::new(branches, 1).unwrap()),
            dense(5, 3),
        ]
    }

    #[test]
    fn branches_read_their_input_from_a_variable() {
        let program = Program::pytorch(&tree(), false);
        let expected = [
            "x = F.linear(x, w[\"layers.0.weight\"], w[\"layers.0.bias\"])",
            "x1 = x",
            "for i in range(1, 3):",
            "    x = F.relu(F.linear(x, w[f\"layers.{i}.weight\"], w[f\"layers.{i}.bias\"]))",
            "x = x1 + x",
            "x = F.relu(x)",
            "x2 = x",
            "x = F.linear(x, w[\"layers.3.weight\"], w[\"layers.3.bias\"])",
            "x2_0 = x",
            "x = x2",
            "x = torch.tanh(F.linear(x, w[\"layers.4.weight\"], w[\"layers.4.bias\"]))",
            "x2_1 = x",
            "x = torch.cat((x2_0, x2_1), 1)",
        ];
        assert_eq!(program.lines, expected);
        assert_eq!(program.outputs, "F.linear(x, w[\"layers.5.weight\"], w[\"layers.5.bias\"])");
        let program = Program::numpy(&tree()).unwrap();
        let expected = [
            "x = x @ w[\"layers.0.weight\"].T + w[\"layers.0.bias\"]",
            "x1 = x",
            "for i in range(1, 3):",
            "    x = np.maximum(x @ w[f\"layers.{i}.weight\"].T + w[f\"layers.{i}.bias\"], 0)",
            "x = x1 + x",
            "x = np.maximum(x, 0)",
            "x2 = x",
            "x = x @ w[\"layers.3.weight\"].T + w[\"layers.3.bias\"]",
            "x2_0 = x",
            "x = x2",
            "x = np.tanh(x @ w[\"layers.4.weight\"].T + w[\"layers.4.bias\"])",
            "x2_1 = x",
            "x = np.concatenate((x2_0, x2_1), 1)",
        ];
        assert_eq!(program.lines, expected);
        assert!(!program.uses_math && !program.reads_images);
    }

    #[test]
    fn images_and_sequences_have_no_numpy_program() {
        let image = Image { height: 2, width: 2, channels: 1 };
        let convolution =
            ConvolutionLayer { from: image, to: image, kernel: 3, stride: 1, padding_before: [1, 1], has_bias: true };
        let flat = DenseLayer { inputs: 4, outputs: 2, image: Some(image), has_bias: true };
        let layers = [Layer::Convolution(convolution), Layer::Dense(flat)];
        assert_eq!(Program::numpy(&layers), None);
        assert!(Program::pytorch(&layers, false).reads_images);
        let recurrent = |inputs| {
            Layer::Recurrent(RecurrentLayer { cell: Cell::Gru, steps: 2, inputs, nodes: 5, bidirectional: false })
        };
        let layers = [recurrent(3), recurrent(5), dense(10, 2)];
        assert_eq!(Program::numpy(&layers), None);
        let modules = "[torch.nn.GRU(3, 5, batch_first=True), torch.nn.GRU(5, 5, batch_first=True)]";
        assert_eq!(Program::pytorch(&layers, true).lines[0], format!("for i, rnn in enumerate({modules}):"));
    }
}
