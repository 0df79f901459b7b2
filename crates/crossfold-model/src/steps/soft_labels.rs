//! Cross-entropy with targets that are more than one class: smoothed labels, and rows that are mixed.

use crossfold_network::Task;
use crossfold_study::Tally;

use super::batch::Mixture;
use crossfold_kernels::Real;

/// What each row of a batch is to be: q, a share of each class.
pub(crate) struct SoftLabels<'a> {
    pub(crate) labels: &'a [u32],
    pub(crate) mixture: Option<&'a Mixture>,
    /// What is taken from the true classes and given to all alike.
    pub(crate) smoothing: f64,
    /// How much each class counts.
    pub(crate) weights: Option<&'a [f32]>,
}

impl SoftLabels<'_> {
    /// Turns `logits` of rows × classes into the gradient of Σ −w·q·ln p over the sum of the true classes'
    /// weights, as PyTorch's `cross_entropy` weighs smoothed labels.
    ///
    /// What is scored is −ln p of the row's classes without smoothing and weights; a mixed row counts as right
    /// where the class that makes up most of it is the most probable one.
    pub(crate) fn score_and_differentiate<E: Real>(&self, logits: &mut [E], classes: usize) -> Tally {
        let weight = |class: u32| self.weights.map_or(1.0, |weights| f64::from(weights[class as usize]));
        let total: f64 =
            (0..self.labels.len()).flat_map(|row| self.of(row)).map(|(class, share)| share * weight(class)).sum();
        let mut target = vec![E::ZERO; classes];
        let mut tally = Tally::none(Task::Classification);
        for (row, logits) in logits.chunks_exact_mut(classes).enumerate() {
            let of = self.of(row);
            let main = if of[0].1 >= of[1].1 { of[0].0 } else { of[1].0 };
            for (class, target) in target.iter_mut().enumerate() {
                let shares = of.iter().filter(|(of, _)| *of as usize == class).map(|(_, share)| share);
                let share = shares.sum::<f64>() * (1.0 - self.smoothing) + self.smoothing / classes as f64;
                *target = E::from_f64(share * weight(class as u32) / total);
            }
            tally.add(score_row(logits, of, main));
            let sum = target.iter().fold(E::ZERO, |sum, &target| sum + target);
            for (logit, &target) in logits.iter_mut().zip(&target) {
                *logit = *logit * sum - target;
            }
        }
        tally
    }

    /// A row's classes with their shares.
    fn of(&self, row: usize) -> [(u32, f64); 2] {
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

/// Turns a row's logits into probabilities.
fn score_row<E: Real>(logits: &mut [E], of: [(u32, f64); 2], main: u32) -> Tally {
    let mut best = 0;
    for (class, &logit) in logits.iter().enumerate() {
        if logit > logits[best] {
            best = class;
        }
    }
    let greatest = logits[best];
    let truths = of.map(|(class, share)| ((logits[class as usize] - greatest).to_f64(), share));
    let mut sum = E::ZERO;
    for logit in logits.iter_mut() {
        *logit = (*logit - greatest).exp();
        sum += *logit;
    }
    logits.iter_mut().for_each(|logit| *logit = *logit / sum);
    let loss = truths.iter().filter(|(_, share)| *share > 0.0).map(|(t, share)| share * (sum.ln().to_f64() - t)).sum();
    Tally::Classes { rows: 1, correct: u32::from(best == main as usize), loss }
}
