//! Recurrent layers.

use serde::{Deserialize, Serialize};

use super::HiddenLayer;
words! {
    /// What a recurrent layer does at each step, each as PyTorch defines it.
    Cell {
        /// h ← tanh(W·x + U·h + b) (Elman 1990).
        Elman = "elman",
        /// Gated recurrent unit (Cho et al. 2014), the reset gate behind the product.
        Gru = "gru",
        /// Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate (Gers et al. 2000).
        Lstm = "lstm",
    }
}

words! {
    /// What the last recurrent layer hands on.
    Summary {
        /// Its state after the last step; of a reversed layer, after the first.
        Last = "last",
        /// The mean over steps.
        Mean = "mean",
        /// The greatest value over steps, node by node.
        Max = "max",
    }
}

/// Recurrent layers one above the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recurrence {
    pub cell: Cell,
    /// From the input side; dropout is behind each, behind the last one on its summary. `nodes` are those of
    /// one direction.
    pub layers: Vec<HiddenLayer>,
    /// Whether a second layer beside each reads steps from the last to the first.
    pub bidirectional: bool,
    pub summary: Summary,
}
