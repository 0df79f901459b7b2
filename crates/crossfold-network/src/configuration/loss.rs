//! Losses.

use serde::{Deserialize, Serialize};

use crate::task::Task;
words! {
    /// A loss by name.
    LossName {
        /// −ln p(true class).
        CrossEntropy = "cross_entropy",
        /// (output − target)².
        Squared = "squared",
        /// |output − target|.
        Absolute = "absolute",
        /// Squared for small errors, absolute for large ones (Huber 1964).
        Huber = "huber",
    }
}

impl LossName {
    /// The task that the loss is for.
    pub fn task(self) -> Task {
        match self {
            LossName::CrossEntropy => Task::Classification,
            LossName::Squared | LossName::Absolute | LossName::Huber => Task::Regression,
        }
    }
}

/// The loss of a row. A step minimises its mean. Regression targets are standardised by the training rows, so errors e
/// are in units of their standard deviation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// −Σ q·ln p, where q is 1 − s + s/classes for the true class and s/classes for the others (Szegedy
    /// et al. 2016).
    CrossEntropy {
        /// s in [0, 1).
        smoothing: f64,
    },
    /// e².
    Squared,
    /// |e|.
    Absolute,
    /// e²/2 for |e| ≤ δ, else δ·(|e| − δ/2) (Huber 1964).
    Huber {
        /// δ above 0.
        delta: f64,
    },
}

impl Loss {
    /// The name, without settings.
    pub fn word(self) -> LossName {
        match self {
            Loss::CrossEntropy { .. } => LossName::CrossEntropy,
            Loss::Squared => LossName::Squared,
            Loss::Absolute => LossName::Absolute,
            Loss::Huber { .. } => LossName::Huber,
        }
    }
}
