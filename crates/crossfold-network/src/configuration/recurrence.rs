//! Recurrent layers.

use serde::{Deserialize, Serialize};

use super::HiddenLayer;

words! {
    /// The cell of a recurrent layer, as PyTorch defines it.
    Cell {
        /// h ← tanh(W·x + U·h + b) (Elman 1990).
        Elman = "elman",
        /// Gated recurrent unit (Cho et al. 2014), with the reset gate after the product.
        Gru = "gru",
        /// Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate (Gers et al. 2000).
        Lstm = "lstm",
    }
}

words! {
    /// What the last recurrent layer passes on.
    Summary {
        /// Its state after the last step; for the reverse direction, after the first.
        Last = "last",
        /// The mean over steps.
        Mean = "mean",
        /// The maximum over steps, per node.
        Max = "max",
    }
}

/// A stack of recurrent layers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recurrence {
    pub cell: Cell,
    /// From the input side. Dropout follows each layer, but for the last one it follows the summary. Nodes are those of
    /// one direction.
    pub layers: Vec<HiddenLayer>,
    /// Whether each layer also reads the steps in reverse.
    pub bidirectional: bool,
    pub summary: Summary,
}
