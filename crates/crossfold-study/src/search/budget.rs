//! When a search ends although there is more to try.

use std::time::Duration;

/// When a search ends although there is more to try.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Budget {
    pub trials: Option<u32>,
    pub fits: Option<u64>,
    /// Epochs of all fits together.
    pub epochs: Option<u64>,
    /// Floating-point operations of all fits together, as counted by
    /// [`Configuration::training_flops`](crossfold_network::Configuration::training_flops).
    pub flops: Option<f64>,
    /// Wall time from the start of a run to its end, refit and reports included.
    pub wall: Option<Duration>,
    /// Trials in a row that are no better than the best before them.
    pub without_improvement: Option<u32>,
}
