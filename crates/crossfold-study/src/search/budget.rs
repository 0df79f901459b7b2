//! Limits after which a search ends.

use std::time::Duration;

/// Limits after which a search ends even if there are points left to try.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Budget {
    pub trials: Option<u32>,
    pub fits: Option<u64>,
    /// Epochs of all fits together.
    pub epochs: Option<u64>,
    /// Floating-point operations of all fits together, as counted by
    /// [`Configuration::training_flops`](crossfold_network::Configuration::training_flops).
    pub flops: Option<f64>,
    /// Wall time from the start of a run to its end, retraining and reports included.
    pub wall: Option<Duration>,
    /// The most consecutive trials that are no better than the best before them.
    pub without_improvement: Option<u32>,
}
