//! The rows of a training step.

use std::sync::Arc;

use crossfold_data::{Dataset, FitData, TargetScaling, Targets};

/// The features and targets of a step's rows, in memory that is reused for the next step.
pub(crate) struct Batch<E> {
    /// With the capacity of the largest batch.
    features: Vec<E>,
    targets: BatchTargets,
    /// The classes of the rows that mixup mixes with the batch's rows.
    mixture: Option<Mixture>,
    /// The number of steps of each row, if rows are sequences.
    lengths: Option<Vec<u32>>,
    scaling: TargetScaling,
    class_weights: Option<Arc<[f32]>>,
    inputs: usize,
}

/// The classes of mixed rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mixture {
    /// The class of the other row.
    pub(crate) labels: Vec<u32>,
    /// The row's own share, in [0, 1].
    pub(crate) shares: Vec<f32>,
}

/// The targets of a batch's rows.
#[derive(Clone, Debug)]
pub(crate) enum BatchTargets {
    Labels(Vec<u32>),
    /// Standardised.
    Numbers(Vec<f32>),
}

impl BatchTargets {
    pub(crate) fn len(&self) -> usize {
        match self {
            BatchTargets::Labels(labels) => labels.len(),
            BatchTargets::Numbers(numbers) => numbers.len(),
        }
    }
}

/// A batch's rows, for augmentation in place.
pub(crate) struct BatchRows<'a> {
    /// Rows × inputs.
    pub(crate) features: &'a mut [f32],
    pub(crate) inputs: usize,
    pub(crate) targets: &'a mut BatchTargets,
    pub(crate) mixture: &'a mut Option<Mixture>,
    pub(crate) lengths: Option<&'a mut [u32]>,
}

impl Batch<f32> {
    /// An empty batch with room for `capacity` of the fit's rows.
    pub(crate) fn with_capacity(capacity: usize, data: &FitData) -> Batch<f32> {
        let batch = Batch::for_scoring(capacity, &data.rows, data.scaling);
        Batch { class_weights: data.class_weights.clone(), ..batch }
    }

    /// An empty batch with room for `capacity` rows of `data`, without class weights.
    pub(crate) fn for_scoring(capacity: usize, data: &Dataset, scaling: TargetScaling) -> Batch<f32> {
        let inputs = data.features_per_row();
        let features = vec![0.0; capacity * inputs];
        let targets = match &**data.targets() {
            Targets::Classes { .. } => BatchTargets::Labels(Vec::with_capacity(capacity)),
            Targets::Numbers(_) => BatchTargets::Numbers(Vec::with_capacity(capacity)),
        };
        let lengths = data.lengths().map(|_| Vec::with_capacity(capacity));
        Batch { features, targets, mixture: None, lengths, scaling, class_weights: None, inputs }
    }

    pub(crate) fn rows_mut(&mut self) -> BatchRows<'_> {
        let values = self.rows() * self.inputs;
        BatchRows {
            features: &mut self.features[..values],
            inputs: self.inputs,
            targets: &mut self.targets,
            mixture: &mut self.mixture,
            lengths: self.lengths.as_deref_mut(),
        }
    }

    /// Replaces the batch by the given rows of `data`, in the given order.
    pub(crate) fn gather(&mut self, data: &Dataset, rows: &[u32]) {
        data.gather(rows, &mut self.features[..rows.len() * self.inputs]);
        self.mixture = None;
        if let (Some(batch), Some(lengths)) = (&mut self.lengths, data.lengths()) {
            batch.clear();
            batch.extend(rows.iter().map(|&row| lengths[row as usize]));
        }
        let TargetScaling { mean, deviation } = self.scaling;
        match (&mut self.targets, &**data.targets()) {
            (BatchTargets::Labels(batch), Targets::Classes { labels, .. }) => {
                batch.clear();
                batch.extend(rows.iter().map(|&row| labels[row as usize]));
            }
            (BatchTargets::Numbers(batch), Targets::Numbers(numbers)) => {
                batch.clear();
                batch.extend(rows.iter().map(|&row| ((numbers[row as usize] - mean) / deviation) as f32));
            }
            (BatchTargets::Labels(_), Targets::Numbers(_)) | (BatchTargets::Numbers(_), Targets::Classes { .. }) => {
                panic!("a batch is filled from data of the same task")
            }
        }
    }
}

impl<E> Batch<E> {
    pub(crate) fn rows(&self) -> usize {
        self.targets.len()
    }

    pub(crate) fn targets(&self) -> &BatchTargets {
        &self.targets
    }

    /// The weight of each class in the loss.
    pub(crate) fn class_weights(&self) -> Option<&[f32]> {
        self.class_weights.as_deref()
    }

    /// Rows × inputs.
    pub(crate) fn features(&self) -> &[E] {
        &self.features[..self.rows() * self.inputs]
    }

    /// Steps of each row, if rows are sequences.
    pub(crate) fn lengths(&self) -> Option<&[u32]> {
        self.lengths.as_deref()
    }

    /// What rows are mixed with by mixup.
    pub(crate) fn mixture(&self) -> Option<&Mixture> {
        self.mixture.as_ref()
    }

    /// The number of features per row.
    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }
}

#[cfg(test)]
impl<E> Batch<E> {
    pub(crate) fn given(features: Vec<E>, labels: Vec<u32>) -> Batch<E> {
        Batch::weighted(features, BatchTargets::Labels(labels), None)
    }

    pub(crate) fn weighted(features: Vec<E>, targets: BatchTargets, class_weights: Option<Arc<[f32]>>) -> Batch<E> {
        let rows = targets.len();
        let inputs = features.len() / rows;
        let scaling = TargetScaling::NONE;
        Batch { features, targets, mixture: None, lengths: None, scaling, class_weights, inputs }
    }

    pub(crate) fn with_lengths(self, lengths: Option<Vec<u32>>) -> Batch<E> {
        Batch { lengths, ..self }
    }

    pub(crate) fn with_mixture(self, mixture: Option<Mixture>) -> Batch<E> {
        Batch { mixture, ..self }
    }
}
