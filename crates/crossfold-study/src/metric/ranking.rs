//! How well probabilities order the rows of a class before the others.

use std::cmp::Ordering;

/// Rows by the probability of a class, descending: those of the class, and the others.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    positives: Vec<f64>,
    negatives: Vec<f64>,
}

impl Ranking {
    /// Ranks rows anew: each with its probability of the class, and whether it is of it.
    pub(super) fn rank(&mut self, rows: impl Iterator<Item = (f64, bool)>) {
        self.positives.clear();
        self.negatives.clear();
        for (probability, is_positive) in rows {
            if is_positive { self.positives.push(probability) } else { self.negatives.push(probability) }
        }
        for side in [&mut self.positives, &mut self.negatives] {
            side.sort_unstable_by(|a, b| b.total_cmp(a));
        }
    }

    pub(super) fn has_positives(&self) -> bool {
        !self.positives.is_empty()
    }

    /// How many of both have each distinct probability, descending.
    fn thresholds(&self) -> impl Iterator<Item = [usize; 2]> {
        let mut rest = [&self.positives[..], &self.negatives[..]];
        std::iter::from_fn(move || {
            let threshold = rest.iter().filter_map(|side| side.first()).copied().reduce(f64::max)?;
            Some(rest.each_mut().map(|side| {
                let is_there = |probability: &&f64| probability.partial_cmp(&&threshold) != Some(Ordering::Less);
                let count = side.iter().take_while(is_there).count();
                *side = &side[count..];
                count
            }))
        })
    }

    /// The area under the receiver operating characteristic; `None` where a side has no rows.
    pub(super) fn roc_auc(&self) -> Option<f64> {
        let pairs = self.positives.len() * self.negatives.len();
        let (mut positives, mut doubled) = (0, 0);
        for [new_positives, new_negatives] in self.thresholds() {
            doubled += new_negatives * (2 * positives + new_positives);
            positives += new_positives;
        }
        (pairs > 0).then(|| doubled as f64 / (2 * pairs) as f64)
    }

    /// Σ (recall − recall before) · precision over the thresholds; 0 where no row is of the class.
    pub(super) fn average_precision(&self) -> f64 {
        let (mut positives, mut rows, mut sum) = (0, 0, 0.0);
        for [new_positives, new_negatives] in self.thresholds() {
            positives += new_positives;
            rows += new_positives + new_negatives;
            sum += new_positives as f64 * (positives as f64 / rows as f64);
        }
        sum / self.positives.len().max(1) as f64
    }
}
