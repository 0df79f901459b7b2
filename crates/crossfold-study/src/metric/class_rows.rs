//! Rows of classes with their predictions, and the counts that several metrics are calculated from.

use super::ranking::RankingScores;

/// Rows of classes with predicted probabilities.
#[derive(Clone, Copy)]
pub(super) struct ClassRows<'a> {
    /// The true class of each row.
    pub(super) labels: &'a [u32],
    /// Rows × classes.
    pub(super) probabilities: &'a [f32],
    pub(super) classes: usize,
}

impl<'a> ClassRows<'a> {
    /// Each row's label and probabilities.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &'a [f32])> + use<'a> {
        self.labels.iter().map(|&label| label as usize).zip(self.probabilities.chunks_exact(self.classes))
    }

    /// The classes for which rows are ranked, each against the rest. Of two classes it is only the second, because
    /// rankings for the first mirror those for the second.
    pub(super) fn classes_to_rank(&self) -> std::ops::Range<usize> {
        if self.classes == 2 { 1..2 } else { 0..self.classes }
    }
}

/// Rows of classes, and the counts that formulas need.
pub(super) struct ScoredClasses<'a> {
    pub(super) rows: ClassRows<'a>,
    /// The most probable class of each row.
    pub(super) predicted: &'a [u32],
    /// One per class.
    pub(super) counts: &'a [ClassCounts],
    /// One per class of [`ClassRows::classes_to_rank`].
    pub(super) rankings: &'a [RankingScores],
}

/// The number of rows of a class, of rows predicted as the class, and of correctly predicted rows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClassCounts {
    pub(super) rows: u32,
    pub(super) predicted: u32,
    pub(super) hits: u32,
}

impl ScoredClasses<'_> {
    /// The mean of a ratio over the classes in which its denominator isn't 0.
    pub(super) fn mean_ratio(&self, ratio: impl Fn(&ClassCounts) -> (u32, u32)) -> f64 {
        let (mut sum, mut classes) = (0.0, 0_u32);
        for (numerator, denominator) in self.counts.iter().map(ratio).filter(|&(_, denominator)| denominator > 0) {
            sum += f64::from(numerator) / f64::from(denominator);
            classes += 1;
        }
        sum / f64::from(classes.max(1))
    }
}

/// The most probable class, the first of equal ones.
pub fn most_probable(probabilities: &[f32]) -> usize {
    let better = |best: usize, class: usize| if probabilities[class] > probabilities[best] { class } else { best };
    (1..probabilities.len()).fold(0, better)
}
