//! The rows a step works on.

use burn_flex::{FlexTensor, Layout};
use crossfold_data::Dataset;

use crate::real::Real;

/// Features and labels of some rows, in memory that is used again for the next ones.
pub(crate) struct Batch {
    /// As many rows as the largest batch has; a flex tensor is plain memory of the host.
    storage: FlexTensor,
    labels: Vec<u32>,
    inputs: usize,
}

impl Batch {
    /// Room for `capacity` rows of `inputs` features.
    pub(crate) fn with_capacity(capacity: usize, inputs: usize) -> Batch {
        let storage = f32::matrix(vec![0.0; capacity * inputs], capacity, inputs);
        Batch { storage, labels: Vec::with_capacity(capacity), inputs }
    }

    pub(crate) fn rows(&self) -> usize {
        self.labels.len()
    }

    pub(crate) fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// A view of rows × inputs.
    pub(crate) fn features(&self) -> FlexTensor {
        self.storage.clone().with_layout(Layout::contiguous([self.rows(), self.inputs].into()))
    }

    /// Replaces the batch by `rows` of `data`, in their order.
    pub(crate) fn gather(&mut self, data: &Dataset, rows: &[u32]) {
        let features = f32::slice_mut(&mut self.storage);
        data.gather(rows, &mut features[..rows.len() * self.inputs]);
        self.labels.clear();
        self.labels.extend(rows.iter().map(|&row| data.labels()[row as usize]));
    }
}

#[cfg(test)]
impl Batch {
    pub(crate) fn given<E: Real>(features: Vec<E>, labels: Vec<u32>) -> Batch {
        let inputs = features.len() / labels.len();
        Batch { storage: E::matrix(features, labels.len(), inputs), labels, inputs }
    }
}
