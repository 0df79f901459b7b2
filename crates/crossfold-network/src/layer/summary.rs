//! Summaries of sequences.

use super::{Layer, LayerKind, OnlyPyTorch, TensorSpec, Work};
use crate::configuration::Summary;
use crate::python::PythonCode;

/// Reduces the states of all steps to one per row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SummaryLayer {
    pub kind: Summary,
    pub steps: usize,
    /// Nodes of all directions.
    pub nodes: usize,
    pub bidirectional: bool,
}

impl LayerKind for SummaryLayer {
    fn inputs(&self) -> usize {
        self.steps * self.nodes
    }

    fn outputs(&self) -> usize {
        self.nodes
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
        4 * self.nodes
    }

    fn branches(&self) -> &[Vec<Layer>] {
        &[]
    }

    fn sketch(&self) -> Option<String> {
        None
    }

    fn write_pytorch(&self, _: &str, code: &mut PythonCode) {
        let lines: &[&str] = match (self.kind, code.is_packed) {
            (Summary::Last, _) if self.bidirectional => &["x = torch.cat(tuple(h), 1).detach()"],
            (Summary::Last, _) => &["x = h[0].detach()"],
            (Summary::Mean, false) => &["x = x.mean(1).detach()"],
            (Summary::Max, false) => &["x = x.amax(1).detach()"],
            (Summary::Mean, true) => {
                &["x, length = pad_packed_sequence(x, batch_first=True)", "x = (x.sum(1) / length[:, None]).detach()"]
            }
            (Summary::Max, true) => {
                &["x = pad_packed_sequence(x, batch_first=True, padding_value=-torch.inf)[0].amax(1).detach()"]
            }
        };
        lines.iter().for_each(|line| code.add_statement((*line).to_owned()));
    }

    fn write_numpy(&self, _: &str, _: &mut PythonCode) -> Result<(), OnlyPyTorch> {
        Err(OnlyPyTorch)
    }
}
