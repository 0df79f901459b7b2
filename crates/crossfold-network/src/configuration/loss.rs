//! What networks are trained by.

use serde::{Deserialize, Serialize};

use crate::task::Task;
words! {
    /// Which loss, before its own settings are known.
    LossName {
        /// −ln p(true class).
        CrossEntropy = "cross_entropy",
        /// (output − target)².
        Squared = "squared",
        /// |output − target|.
        Absolute = "absolute",
        /// Squared for small errors, absolute for large ones.
        Huber = "huber",
    }
}

impl LossName {
    /// What it is for.
    pub fn task(self) -> Task {
        match self {
            LossName::CrossEntropy => Task::Classification,
            LossName::Squared | LossName::Absolute | LossName::Huber => Task::Regression,
        }
    }
}

/// What a step's mean is taken of. Numbers are learnt in units of the training rows' standard
/// deviation, and so are errors here.
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
    pub fn word(self) -> LossName {
        match self {
            Loss::CrossEntropy { .. } => LossName::CrossEntropy,
            Loss::Squared => LossName::Squared,
            Loss::Absolute => LossName::Absolute,
            Loss::Huber { .. } => LossName::Huber,
        }
    }
}
