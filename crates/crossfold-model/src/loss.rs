//! What networks are trained by: cross-entropy for classes, squared error for numbers.

use crossfold_study::Tally;

use crate::batch::Batch;
use crate::real::Real;
use crate::{cross_entropy, squared_error};

/// What a batch's rows are to be.
#[derive(Clone, Debug)]
pub(crate) enum BatchTargets {
    Labels(Vec<u32>),
    /// Scaled as networks learn them.
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

/// Scores `outputs`, rows × width, and turns them into the gradient of the rows' mean loss.
pub(crate) fn score_and_differentiate<E: Real>(outputs: &mut [E], batch: &Batch, width: usize) -> Tally {
    match batch.targets() {
        BatchTargets::Labels(labels) => {
            cross_entropy::score_and_differentiate(outputs, labels, width, batch.class_weights())
        }
        BatchTargets::Numbers(numbers) => squared_error::score_and_differentiate(outputs, numbers),
    }
}

/// Scores `outputs`, rows × width; those of classes are left as something else.
pub(crate) fn score<E: Real>(outputs: &mut [E], batch: &Batch, width: usize) -> Tally {
    match batch.targets() {
        BatchTargets::Labels(labels) => cross_entropy::score(outputs, labels, width),
        BatchTargets::Numbers(numbers) => squared_error::score(outputs, numbers),
    }
}

/// As [`score`], and turns `outputs` into predictions: class probabilities, or the numbers themselves.
pub(crate) fn score_and_predict<E: Real>(outputs: &mut [E], batch: &Batch, width: usize) -> Tally {
    match batch.targets() {
        BatchTargets::Labels(labels) => cross_entropy::score_and_normalise(outputs, labels, width),
        BatchTargets::Numbers(numbers) => squared_error::score(outputs, numbers),
    }
}
