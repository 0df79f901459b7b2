//! Cross-entropy with several classes per row: smoothed labels and mixed rows.

use crossfold_kernels::Real;
use crossfold_network::Task;
use crossfold_study::Tally;

use super::batch::Mixture;

/// The targets q of a batch's rows, a share per class.
pub(crate) struct SoftLabels<'a> {
    pub(crate) labels: &'a [u32],
    pub(crate) mixture: Option<&'a Mixture>,
    /// The share that is taken from the true classes and divided among all classes.
    pub(crate) smoothing: f64,
    /// The weight of each class.
    pub(crate) weights: Option<&'a [f32]>,
}

impl SoftLabels<'_> {
    /// Scores `logits`, rows × classes, and turns them into the gradient of the rows' losses −Σ q·ln p, weighted by the
    /// rows' own classes and divided by the sum of these weights.
    ///
    /// PyTorch's `cross_entropy` weights each term of a smoothed row by the class of the term instead, so that smoothing
    /// draws predictions towards heavy classes, away from the balance that the weights are for.
    ///
    /// The score is −ln p of the row's classes, without smoothing or weights. A mixed row counts as correct if the
    /// class with the larger share is predicted.
    pub(crate) fn score_and_differentiate<E: Real>(&self, logits: &mut [E], classes: usize) -> Tally {
        let weight = |class: u32| self.weights.map_or(1.0, |weights| f64::from(weights[class as usize]));
        let total: f64 =
            (0..self.labels.len()).flat_map(|row| self.shares(row)).map(|(class, share)| share * weight(class)).sum();
        let mut target = vec![E::ZERO; classes];
        let mut tally = Tally::empty(Task::Classification);
        for (row, logits) in logits.chunks_exact_mut(classes).enumerate() {
            let shares = self.shares(row);
            let row_weight: f64 = shares.iter().map(|&(class, share)| share * weight(class)).sum();
            let main = if shares[0].1 >= shares[1].1 { shares[0].0 } else { shares[1].0 };
            for (class, target) in target.iter_mut().enumerate() {
                let own = shares.iter().filter(|(own, _)| *own as usize == class).map(|(_, share)| share);
                let own = own.sum::<f64>() * (1.0 - self.smoothing) * weight(class as u32);
                *target = E::from_f64((own + self.smoothing / classes as f64 * row_weight) / total);
            }
            tally.add(score_row(logits, shares, main));
            let sum = target.iter().fold(E::ZERO, |sum, &target| sum + target);
            for (logit, &target) in logits.iter_mut().zip(&target) {
                *logit = *logit * sum - target;
            }
        }
        tally
    }

    /// Returns a row's classes with their shares.
    fn shares(&self, row: usize) -> [(u32, f64); 2] {
        let label = self.labels[row];
        match self.mixture {
            None => [(label, 1.0), (label, 0.0)],
            Some(Mixture { labels, shares }) => {
                let share = f64::from(shares[row]);
                [(label, share), (labels[row], 1.0 - share)]
            }
        }
    }
}

/// Scores a row and turns its logits into probabilities. `main` is the class with the larger share.
fn score_row<E: Real>(logits: &mut [E], shares: [(u32, f64); 2], main: u32) -> Tally {
    let mut best = 0;
    for (class, &logit) in logits.iter().enumerate() {
        if logit > logits[best] {
            best = class;
        }
    }
    let greatest = logits[best];
    let truths = shares.map(|(class, share)| ((logits[class as usize] - greatest).to_f64(), share));
    let mut sum = E::ZERO;
    for logit in logits.iter_mut() {
        *logit = (*logit - greatest).exp();
        sum += *logit;
    }
    logits.iter_mut().for_each(|logit| *logit = *logit / sum);
    let loss = truths.iter().filter(|(_, share)| *share > 0.0).map(|(t, share)| share * (sum.ln().to_f64() - t)).sum();
    Tally::Classes { rows: 1, correct: u32::from(best == main as usize), loss }
}
