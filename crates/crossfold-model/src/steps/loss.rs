//! Losses: cross-entropy for classifications, one of several errors for regressions.

use crossfold_kernels::Real;
use crossfold_network::Loss;
use crossfold_study::Tally;

use super::batch::{Batch, BatchTargets};
use super::soft_labels::SoftLabels;
use super::{cross_entropy, regression};

/// Scores `outputs`, rows × width, and turns them into the gradient of the mean `loss`.
pub(crate) fn score_and_differentiate<E: Real>(outputs: &mut [E], batch: &Batch<E>, width: usize, loss: Loss) -> Tally {
    match (batch.targets(), loss) {
        (BatchTargets::Labels(labels), Loss::CrossEntropy { smoothing: 0.0 }) if batch.mixture().is_none() => {
            cross_entropy::score_and_differentiate(outputs, labels, width, batch.class_weights())
        }
        (BatchTargets::Labels(labels), Loss::CrossEntropy { smoothing }) => {
            let soft = SoftLabels { labels, mixture: batch.mixture(), smoothing, weights: batch.class_weights() };
            soft.score_and_differentiate(outputs, width)
        }
        (BatchTargets::Numbers(numbers), Loss::Squared | Loss::Absolute | Loss::Huber { .. }) => {
            regression::score_and_differentiate(outputs, numbers, loss)
        }
        (BatchTargets::Labels(_), Loss::Squared | Loss::Absolute | Loss::Huber { .. })
        | (BatchTargets::Numbers(_), Loss::CrossEntropy { .. }) => panic!("a checked study's loss is of its task"),
    }
}

/// Returns the sum that early stopping and plateaus compare, where less is better: the loss without smoothing, or the
/// absolute errors for Huber's loss.
pub(crate) fn monitored_loss(tally: &Tally, loss: Loss) -> f64 {
    match (*tally, loss) {
        (Tally::Numbers { absolute, .. }, Loss::Absolute | Loss::Huber { .. }) => absolute,
        (
            Tally::Classes { .. } | Tally::Numbers { .. },
            Loss::CrossEntropy { .. } | Loss::Squared | Loss::Absolute | Loss::Huber { .. },
        ) => tally.loss(),
    }
}

/// Scores `outputs`, rows × width. Outputs of classifiers are overwritten.
pub(crate) fn score<E: Real>(outputs: &mut [E], batch: &Batch<E>, width: usize) -> Tally {
    match batch.targets() {
        BatchTargets::Labels(labels) => cross_entropy::score(outputs, labels, width),
        BatchTargets::Numbers(numbers) => regression::score(outputs, numbers),
    }
}

/// Scores `outputs`, rows × width, and turns them into predictions: class probabilities, or the numbers themselves.
pub(crate) fn score_and_predict<E: Real>(outputs: &mut [E], batch: &Batch<E>, width: usize) -> Tally {
    match batch.targets() {
        BatchTargets::Labels(labels) => cross_entropy::score_and_normalize(outputs, labels, width),
        BatchTargets::Numbers(numbers) => regression::score(outputs, numbers),
    }
}
