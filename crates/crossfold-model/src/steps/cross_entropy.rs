//! Softmax cross-entropy, the loss of classifiers.

use crossfold_kernels::Real;
use crossfold_network::Task;
use crossfold_study::Tally;

/// Scores `logits`, labels.len() × classes, in the order of the rows, and turns them into the gradient of the mean
/// loss: (softmax − one-hot) / rows. `weights`, one per class, make it a weighted mean.
pub(crate) fn score_and_differentiate<E: Real>(
    logits: &mut [E],
    labels: &[u32],
    classes: usize,
    weights: Option<&[f32]>,
) -> Tally {
    let total = weights
        .map_or(labels.len() as f64, |weights| labels.iter().map(|&label| f64::from(weights[label as usize])).sum());
    let even = E::ONE / E::from_f64(total);
    let mut tally = Tally::empty(Task::Classification);
    for (logits, &label) in logits.chunks_exact_mut(classes).zip(labels) {
        let (row, sum) = score_row(logits, label);
        tally.add(row);
        let share = weights.map_or(even, |weights| E::from_f64(f64::from(weights[label as usize]) / total));
        for (class, logit) in logits.iter_mut().enumerate() {
            let one_hot = if class == label as usize { E::ONE } else { E::ZERO };
            *logit = (*logit / sum - one_hot) * share;
        }
    }
    tally
}

/// Scores `logits`, labels.len() × classes, and turns them into unnormalised probabilities.
pub(crate) fn score<E: Real>(logits: &mut [E], labels: &[u32], classes: usize) -> Tally {
    let mut tally = Tally::empty(Task::Classification);
    for (logits, &label) in logits.chunks_exact_mut(classes).zip(labels) {
        tally.add(score_row(logits, label).0);
    }
    tally
}

/// Scores `logits`, labels.len() × classes, and turns them into probabilities.
pub(crate) fn score_and_normalize<E: Real>(logits: &mut [E], labels: &[u32], classes: usize) -> Tally {
    let mut tally = Tally::empty(Task::Classification);
    for (logits, &label) in logits.chunks_exact_mut(classes).zip(labels) {
        let (row, sum) = score_row(logits, label);
        tally.add(row);
        logits.iter_mut().for_each(|logit| *logit = *logit / sum);
    }
    tally
}

/// Scores a row, turns its logits into exp(logit − maximum), and returns their sum, too.
///
/// The first of equally probable classes is predicted. A row with NaN has a loss of NaN.
fn score_row<E: Real>(logits: &mut [E], label: u32) -> (Tally, E) {
    let mut best = 0;
    for (class, &logit) in logits.iter().enumerate() {
        if logit > logits[best] {
            best = class;
        }
    }
    let greatest = logits[best];
    let truth = logits[label as usize] - greatest;
    let mut sum = E::ZERO;
    for logit in logits.iter_mut() {
        *logit = (*logit - greatest).exp();
        sum += *logit;
    }
    let loss = (sum.ln() - truth).to_f64();
    (Tally::Classes { rows: 1, correct: u32::from(best == label as usize), loss }, sum)
}

#[cfg(test)]
mod tests {
    use crossfold_study::{Evaluation, Metric};

    use super::*;

    /// Expected values are from SciPy 1.17's `scipy.special.log_softmax`.
    #[test]
    fn scores_of_rows_are_summed() {
        let mut logits = [1.0, 2.0, 3.0, 1000.0, 0.0, -1000.0, 0.5, 0.5, 0.25];
        let tally = score::<f64>(&mut logits, &[0, 0, 1], 3);
        // In the third row two classes are equally probable. The first is predicted, which is wrong.
        let losses = 2.407_605_964_444_380_6 + 0.0 + 1.022_019_461_638_551_8;
        let evaluation = Evaluation::from(tally);
        assert_eq!(evaluation.get(Metric::Accuracy), Some(1.0 / 3.0));
        assert!((evaluation.get(Metric::LogLoss).unwrap() - losses / 3.0).abs() < 1e-15, "{evaluation:?}");
    }

    #[test]
    fn non_finite_logits_have_a_non_finite_loss() {
        for logits in [[f32::NAN, 0.0], [0.0, f32::NAN], [f32::INFINITY, 0.0], [f32::NEG_INFINITY; 2]] {
            assert!(!score(&mut logits.clone(), &[1], 2).is_finite(), "{logits:?}");
        }
    }
}
