//! A fit that a decision asks for.

use crossfold_study::{ConfigurationNumber, FoldId};

/// A fit that a decision asks for, and for how many epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FitRequest {
    pub configuration: ConfigurationNumber,
    pub fold: FoldId,
    pub epochs: u32,
}
