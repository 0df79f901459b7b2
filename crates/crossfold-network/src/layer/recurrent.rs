//! Recurrent layers.

use super::{Layer, LayerKind, OnlyPyTorch, Role, TensorSpec, Work};
use crate::configuration::Cell;
use crate::python::PythonCode;

/// A recurrent layer. It returns the states of all steps: steps × nodes of all directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecurrentLayer {
    pub cell: Cell,
    pub steps: usize,
    /// Features of a step.
    pub inputs: usize,
    /// Nodes of one direction.
    pub nodes: usize,
    pub bidirectional: bool,
}

impl RecurrentLayer {
    /// Nodes of all directions.
    pub fn state(&self) -> usize {
        self.directions() * self.nodes
    }

    /// The number of directions, 1 or 2.
    pub fn directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    /// Sums of products per node and step.
    pub fn gates(&self) -> usize {
        match self.cell {
            Cell::Elman => 1,
            Cell::Gru => 3,
            Cell::Lstm => 4,
        }
    }
}

impl LayerKind for RecurrentLayer {
    fn inputs(&self) -> usize {
        self.steps * self.inputs
    }

    fn outputs(&self) -> usize {
        self.steps * self.state()
    }

    fn group(&self) -> &'static str {
        "recurrences"
    }

    fn tensors(&self) -> Vec<TensorSpec> {
        let RecurrentLayer { cell, inputs, nodes, .. } = *self;
        let gates = self.gates();
        let (wide, weight) = (gates * nodes, Role::Weight { gates });
        let bias = if cell == Cell::Lstm { Role::GateBias } else { Role::Bias };
        let tensors = |direction: &'static str| {
            [
                ("weight_ih", vec![wide, inputs], weight, [inputs, nodes]),
                ("weight_hh", vec![wide, nodes], weight, [nodes, nodes]),
                ("bias_ih", vec![wide], bias, [nodes, nodes]),
                ("bias_hh", vec![wide], Role::Bias, [nodes, nodes]),
            ]
            .map(|(part, shape, role, fans)| TensorSpec {
                default_fan: nodes,
                ..TensorSpec::new(format!("{part}{direction}"), &shape, role, fans)
            })
        };
        ["", "_reverse"].into_iter().take(self.directions()).flat_map(tensors).collect()
    }

    fn work(&self) -> Work {
        let RecurrentLayer { steps, inputs, nodes, .. } = *self;
        let products = (steps * self.directions() * self.gates() * nodes * (inputs + nodes)) as u64;
        Work { products, recurrent_products: products, activations: LayerKind::outputs(self) as u64, ..Work::default() }
    }

    /// Sums, gates and states of each step, and their gradients.
    fn values_in_training(&self) -> usize {
        (2 * self.gates() + 4) * LayerKind::outputs(self)
    }

    fn branches(&self) -> &[Vec<Layer>] {
        &[]
    }

    fn sketch(&self) -> Option<String> {
        let both = if self.bidirectional { "2×" } else { "" };
        Some(format!("{} {both}{}", self.cell, self.nodes))
    }

    fn write_pytorch(&self, name: &str, code: &mut PythonCode) {
        let (class, state) = match self.cell {
            Cell::Elman => ("RNN", "h"),
            Cell::Gru => ("GRU", "h"),
            Cell::Lstm => ("LSTM", "(h, _)"),
        };
        let both = if self.bidirectional { ", bidirectional=True" } else { "" };
        let module = format!("torch.nn.{class}({}, {}, batch_first=True{both})", self.inputs, self.nodes);
        code.add_recurrence(name, module, state);
    }

    fn write_numpy(&self, _: &str, _: &mut PythonCode) -> Result<(), OnlyPyTorch> {
        Err(OnlyPyTorch)
    }
}
