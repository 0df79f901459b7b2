//! The state of a forward pass that layers share.

use burn::tensor::{Device, Tensor};
use crossfold_kernels::Real;

use crate::steps::dropout::Masks;

/// A forward pass in progress.
pub(super) struct Pass<'a, E> {
    pub(super) device: &'a Device,
    /// The number of steps of each row, if rows are sequences.
    pub(super) lengths: Option<&'a [u32]>,
    /// Dropout masks, in training.
    masks: Option<&'a Masks<E>>,
    /// All trained and running tensors, flat, in the order of the layers.
    leaves: &'a [Tensor<1>],
    next_leaf: usize,
    next_mask: usize,
    /// New values of running tensors, by index.
    running: Vec<(usize, Vec<E>)>,
}

impl<'a, E: Real> Pass<'a, E> {
    pub(super) fn new(
        leaves: &'a [Tensor<1>],
        masks: Option<&'a Masks<E>>,
        lengths: Option<&'a [u32]>,
        device: &'a Device,
    ) -> Pass<'a, E> {
        Pass { device, lengths, masks, leaves, next_leaf: 0, next_mask: 0, running: Vec::new() }
    }

    pub(super) fn is_training(&self) -> bool {
        self.masks.is_some()
    }

    /// The next tensor in the order of the layers.
    pub(super) fn next_tensor<const D: usize>(&mut self, shape: [usize; D]) -> Tensor<D> {
        self.next_leaf += 1;
        self.leaves[self.next_leaf - 1].clone().reshape(shape)
    }

    /// The mask of the next dropout; `None` if nothing is dropped.
    pub(super) fn next_mask(&mut self) -> Option<&'a [E]> {
        self.next_mask += 1;
        self.masks?.get(self.next_mask - 1)
    }

    /// Sets the value after the step of the tensor that was returned last.
    pub(super) fn replace_tensor(&mut self, values: Vec<E>) {
        self.running.push((self.next_leaf - 1, values));
    }

    /// The new values of running tensors, by index.
    pub(super) fn into_running(self) -> Vec<(usize, Vec<E>)> {
        self.running
    }
}
