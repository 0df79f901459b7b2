//! How class probabilities compare with the classes that are true.

use serde::Serialize;

use super::ranking::{Areas, Ranking};

/// What rows of classes are judged by beside their [`Tally`](super::Tally): the metrics of these names.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClassScores {
    pub balanced_accuracy: f64,
    pub f1: f64,
    /// `None`, undefined, where all rows are of one class.
    pub roc_auc: Option<f64>,
    pub average_precision: f64,
    pub brier: f64,
    pub calibration_error: f64,
}

/// Makes [`ClassScores`], and keeps its room from one time to the next.
#[derive(Debug, Default)]
pub struct ClassScorer {
    ranking: Ranking,
    counts: Vec<Counts>,
}

/// Of a class.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    rows: u32,
    predicted: u32,
    /// Predicted, and right.
    hits: u32,
}

/// Of the probability of the predicted class, as in Guo et al.'s experiments.
const BINS: usize = 15;

/// What falls into a bin.
#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    confidence: f64,
    right: u32,
}

impl ClassScorer {
    /// Scores `probabilities`, rows × `classes`, of which there are two or more, of rows that are of the classes
    /// `labels`. There must be a row.
    pub fn score<P>(&mut self, labels: &[u32], probabilities: &[P], classes: usize) -> ClassScores
    where
        P: Copy + PartialOrd + Into<f64>,
    {
        let rows = || labels.iter().zip(probabilities.chunks_exact(classes));
        self.counts.clear();
        self.counts.resize(classes, Counts::default());
        let mut bins = [Bin::default(); BINS];
        let mut squares = 0.0;
        for (&label, row) in rows() {
            let (label, predicted) = (label as usize, most_probable(row));
            let is_right = label == predicted;
            self.counts[label].rows += 1;
            self.counts[predicted].predicted += 1;
            self.counts[predicted].hits += u32::from(is_right);
            let confidence = row[predicted].into();
            let bin = &mut bins[bin(confidence)];
            bin.confidence += confidence;
            bin.right += u32::from(is_right);
            squares += squared_error(label, row);
        }

        let (mut areas, mut precisions) = (Mean::default(), Mean::default());
        // Of two classes the first says the same as the second.
        for class in if classes == 2 { 1..2 } else { 0..classes } {
            self.ranking.rank(rows().map(|(&label, row)| (row[class].into(), label as usize == class)));
            let Areas { roc, precision } = self.ranking.areas();
            roc.into_iter().for_each(|area| areas.add(area));
            if classes == 2 || self.ranking.has_positives() {
                precisions.add(precision);
            }
        }
        let count = labels.len() as f64;
        let off = |bin: &Bin| (bin.confidence - f64::from(bin.right)).abs();
        ClassScores {
            balanced_accuracy: self.over_classes(|class| (class.hits, class.rows)),
            f1: self.over_classes(|class| (2 * class.hits, class.rows + class.predicted)),
            roc_auc: areas.get(),
            average_precision: precisions.get().unwrap_or(0.0),
            brier: squares / count,
            calibration_error: bins.iter().map(off).sum::<f64>() / count,
        }
    }

    /// The mean of a share over the classes where it has a denominator.
    fn over_classes(&self, share: impl Fn(&Counts) -> (u32, u32)) -> f64 {
        let mut mean = Mean::default();
        for (numerator, denominator) in self.counts.iter().map(share).filter(|&(_, denominator)| denominator > 0) {
            mean.add(f64::from(numerator) / f64::from(denominator));
        }
        mean.get().unwrap_or(0.0)
    }
}

/// The most probable class, the first of equal ones.
pub fn most_probable<P: PartialOrd>(probabilities: &[P]) -> usize {
    let better = |best: usize, class: usize| if probabilities[class] > probabilities[best] { class } else { best };
    (1..probabilities.len()).fold(0, better)
}

/// (p − y)² of the second of two classes, or its sum over more.
pub(super) fn squared_error<P: Copy + Into<f64>>(label: usize, row: &[P]) -> f64 {
    let of = |class: usize| (row[class].into() - f64::from(u8::from(class == label))).powi(2);
    if row.len() == 2 { of(1) } else { (0..row.len()).map(of).sum() }
}

/// Of the bins (0, 1/15], (1/15, 2/15], … the one that a probability falls into.
pub(super) fn bin(probability: f64) -> usize {
    (1..BINS).take_while(|&bound| probability > bound as f64 / BINS as f64).count()
}

#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: f64,
    count: u32,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1;
    }

    /// `None` of nothing.
    fn get(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / f64::from(self.count))
    }
}
