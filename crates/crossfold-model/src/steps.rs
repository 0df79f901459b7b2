//! The parts of a training step that are the same for every implementation.
//!
//! A step gathers a batch, augments its rows, draws dropout masks, and, around the network's forward and backward
//! passes, computes the loss and applies the optimizer.

pub(crate) mod augmentation;
pub(crate) mod batch;
mod cross_entropy;
pub(crate) mod descent;
pub(crate) mod dropout;
pub(crate) mod loss;
mod regression;
mod soft_labels;
