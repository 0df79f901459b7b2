//! Constants of normalisation, as PyTorch has them.

/// What is added to a variance, so that its root doesn't divide by 0.
pub(crate) const EPSILON: f64 = 1e-5;

/// The share of a step's mean or variance in the running one.
pub(crate) const MOMENTUM: f64 = 0.1;
