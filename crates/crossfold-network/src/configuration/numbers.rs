//! How numbers enter a network.

use serde::{Deserialize, Serialize};

words! {
    /// How numbers enter a network, by name.
    NumbersName {
        /// As preprocessing leaves them.
        Plain = "plain",
        /// Through a linear layer and ReLU of their own.
        Linear = "linear",
        /// Through waves of learnt frequencies, then a linear layer and ReLU of their own.
        Periodic = "periodic",
    }
}

/// A learnt embedding, which makes `size` values of each number (Gorishniy, Rubachev and Babenko 2022, "On embeddings for
/// numerical features in tabular deep learning", arXiv 2203.05556).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberEmbedding {
    /// ReLU(W·e + b), where e are the inputs of the number: its bins if it is encoded piecewise-linearly, else itself. The
    /// paper's "Q-LR" and "LR".
    Linear { size: u32 },
    /// ReLU(W·[cos 2πc₁x, …, cos 2πcₖx, sin 2πc₁x, …, sin 2πcₖx] + b) with k learnt `frequencies` c. The paper's "PLR".
    Periodic {
        size: u32,
        frequencies: u32,
        /// The standard deviation of the initial frequencies, above 0.
        sigma: f64,
    },
}

impl NumberEmbedding {
    pub(crate) fn name(self) -> NumbersName {
        match self {
            NumberEmbedding::Linear { .. } => NumbersName::Linear,
            NumberEmbedding::Periodic { .. } => NumbersName::Periodic,
        }
    }

    /// The number of values that a number becomes.
    pub(crate) fn size(self) -> u32 {
        match self {
            NumberEmbedding::Linear { size } | NumberEmbedding::Periodic { size, .. } => size,
        }
    }
}
