//! Losses.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Element, Tensor};
use crossfold_kernels::Real;
use crossfold_network::Loss;

use super::values::matrix;
use crate::steps::batch::{Batch, BatchTargets};

/// The mean `loss` of `outputs`, rows × width.
pub(super) fn mean_loss<E: Real + Element>(
    outputs: Tensor<2>,
    batch: &Batch<E>,
    loss: Loss,
    device: &Device,
) -> Tensor<1> {
    match (batch.targets(), loss) {
        (BatchTargets::Labels(labels), Loss::CrossEntropy { smoothing }) => {
            cross_entropy(outputs, labels, batch, smoothing, device)
        }
        (BatchTargets::Numbers(numbers), loss) => {
            let numbers: Vec<E> = numbers.iter().map(|&number| E::from_f64(f64::from(number))).collect();
            let errors = outputs - matrix(numbers, [batch.rows(), 1], device);
            match loss {
                Loss::Squared => (errors.clone() * errors).mean(),
                Loss::Absolute => errors.abs().mean(),
                Loss::Huber { delta } => {
                    let near = errors.clone().abs().clamp_max(delta);
                    (near.clone() * (errors.abs() - near * 0.5)).mean()
                }
                Loss::CrossEntropy { .. } => panic!("a checked study's loss is of its task"),
            }
        }
        (BatchTargets::Labels(_), Loss::Squared | Loss::Absolute | Loss::Huber { .. }) => {
            panic!("a checked study's loss is of its task")
        }
    }
}

/// Cross-entropy with shares of classes as targets, which mixed rows and smoothed labels have.
fn cross_entropy<E: Real + Element>(
    outputs: Tensor<2>,
    labels: &[u32],
    batch: &Batch<E>,
    smoothing: f64,
    device: &Device,
) -> Tensor<1> {
    let [rows, classes] = outputs.dims();
    let weight = |class: usize| batch.class_weights().map_or(1.0, |weights| f64::from(weights[class]));
    let mut shares = vec![0.0; rows * classes];
    for (row, (shares, &label)) in shares.chunks_exact_mut(classes).zip(labels).enumerate() {
        shares[label as usize] = 1.0;
        if let Some(mixture) = batch.mixture() {
            let own = f64::from(mixture.shares[row]);
            shares[label as usize] = own;
            shares[mixture.labels[row] as usize] += 1.0 - own;
        }
    }
    let weights: Vec<f64> = (0..classes).map(weight).collect();
    // A row's weight is that of its own classes, by their shares.
    let row_weight = |shares: &[f64]| shares.iter().zip(&weights).map(|(share, weight)| share * weight).sum::<f64>();
    let total: f64 = shares.chunks_exact(classes).map(row_weight).sum();
    let terms = shares.chunks_exact(classes).flat_map(|shares| {
        let smoothed = smoothing / classes as f64 * row_weight(shares);
        let own = shares.iter().zip(&weights);
        own.map(move |(share, weight)| E::from_f64((share * (1.0 - smoothing) * weight + smoothed) / total))
    });
    let terms = matrix(terms.collect::<Vec<E>>(), [rows, classes], device);
    (log_softmax(outputs, 1) * terms).sum().neg()
}
