//! Networks whose predictions are averaged.

use crate::network::{Network, Outputs};
use crate::steps::batch::{Batch, BatchTargets};

/// Networks that predict together: the weighted mean of their class probabilities, or of their numbers. One predicts as it is.
pub(super) struct Averaged {
    /// At least one, with its weight beside those of the others, above 0.
    pub(super) members: Vec<(Box<dyn Network<f32>>, f64)>,
    /// Rows × outputs.
    sums: Vec<f64>,
    outputs: Vec<f32>,
    /// What logits of classes are divided by.
    pub(super) temperature: f64,
}

impl Averaged {
    pub(super) fn new(members: Vec<(Box<dyn Network<f32>>, f64)>) -> Averaged {
        Averaged { members, sums: Vec::new(), outputs: Vec::new(), temperature: 1.0 }
    }
}

impl Outputs<f32> for Averaged {
    /// Of several classifiers, the logarithms of the mean probabilities, whose softmax are these.
    fn logits(&mut self, batch: &Batch<f32>) -> &mut [f32] {
        if self.members.len() == 1 {
            let outputs = self.members[0].0.logits(batch);
            if self.temperature != 1.0 {
                outputs.iter_mut().for_each(|logit| *logit = (f64::from(*logit) / self.temperature) as f32);
            }
            return outputs;
        }
        self.sums.clear();
        for (member, weight) in &mut self.members {
            let weight = *weight;
            let outputs = member.logits(batch);
            self.sums.resize(outputs.len(), 0.0);
            match batch.targets() {
                BatchTargets::Labels(labels) => {
                    let width = outputs.len() / labels.len().max(1);
                    let rows = self.sums.chunks_exact_mut(width.max(1)).zip(outputs.chunks_exact(width.max(1)));
                    rows.for_each(|(sums, logits)| add_probabilities(sums, logits, weight));
                }
                BatchTargets::Numbers(_) => {
                    self.sums.iter_mut().zip(&*outputs).for_each(|(sum, &output)| *sum += weight * f64::from(output));
                }
            }
        }
        let total: f64 = self.members.iter().map(|(_, weight)| weight).sum();
        let average = |&sum: &f64| match batch.targets() {
            BatchTargets::Labels(_) => (log_of_probability(sum / total) / self.temperature) as f32,
            BatchTargets::Numbers(_) => (sum / total) as f32,
        };
        self.outputs.clear();
        self.outputs.extend(self.sums.iter().map(average));
        &mut self.outputs
    }
}

/// Adds `weight` times the softmax of a row's `logits`.
fn add_probabilities(sums: &mut [f64], logits: &[f32], weight: f64) {
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers = || logits.iter().map(|&logit| libm::exp(f64::from(logit) - f64::from(greatest)));
    let total: f64 = powers().sum();
    sums.iter_mut().zip(powers()).for_each(|(sum, power)| *sum += weight * (power / total));
}

/// The logarithm, which is finite for a probability of 0, too, so that the loss of a row is.
fn log_of_probability(probability: f64) -> f64 {
    // Not `max`, which would hide a NaN.
    libm::log(if probability < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { probability })
}
