//! Expected calibration error: the mean over rows of the difference between the mean probability of the predicted
//! classes in the row's bin and the share of them that is correct (Guo et al. 2017, "On calibration of modern neural
//! networks", ICML, section 2).

use super::class_rows::{ClassRows, ScoredClasses, most_probable};
use super::definition::{ClassFormula, Definition, Formula, InfluenceSource};
use super::influence::subtract_mean;
use super::score::Direction;

pub(super) const DEFINITION: Definition = Definition {
    in_words: "calibration error",
    label: "calibration error",
    documentation: "how far, on average, the predicted class' probability is from the share of such predictions that \
                    are right, in 15 bins",
    column: "how far the probability of the predicted class is from the share that is right, in 15 bins",
    direction: Direction::Minimize,
    range: [0.0, 1.0],
    has_unit: false,
    is_proportion: false,
    is_biased: true,
    requirement: None,
    influence_source: InfluenceSource::Predictions,
    formula: Formula::Classes { score: ClassFormula::Rows(score), influence },
};

/// Number of bins, as in the experiments of Guo et al.
const BINS: usize = 15;

/// The predictions in one of the bins of the calibration error.
#[derive(Clone, Copy, Debug, Default)]
pub struct CalibrationBin {
    pub rows: u32,
    /// Number of correct predictions.
    pub right: u32,
    /// Sum of the predicted classes' probabilities.
    pub confidence: f64,
}

/// Sorts predictions into the bins [0, 1/15], (1/15, 2/15], …. A prediction is the probability of the predicted class,
/// and whether that class is the true one.
pub fn calibration_bins(predictions: impl IntoIterator<Item = (f64, bool)>) -> [CalibrationBin; BINS] {
    let mut bins = [CalibrationBin::default(); BINS];
    for (confidence, is_right) in predictions {
        let bin = &mut bins[bin_index(confidence)];
        bin.rows += 1;
        bin.right += u32::from(is_right);
        bin.confidence += confidence;
    }
    bins
}

/// The calibration error of the predictions in [`calibration_bins`].
pub fn calibration_error(bins: &[CalibrationBin]) -> f64 {
    let gap = |bin: &CalibrationBin| (bin.confidence - f64::from(bin.right)).abs();
    let rows: u32 = bins.iter().map(|bin| bin.rows).sum();
    bins.iter().map(gap).sum::<f64>() / f64::from(rows)
}

fn score(scored: &ScoredClasses<'_>) -> Option<f64> {
    let predictions = scored.rows.iter().zip(scored.predicted);
    Some(calibration_error(&calibration_bins(predictions.map(|((label, row), &predicted)| {
        let predicted = predicted as usize;
        (f64::from(row[predicted]), label == predicted)
    }))))
}

fn influence(rows: &ClassRows<'_>) -> Option<Vec<f64>> {
    let gaps: Vec<(usize, f64)> = rows
        .iter()
        .map(|(label, row)| {
            let predicted = most_probable(row);
            let confidence = f64::from(row[predicted]);
            (bin_index(confidence), confidence - f64::from(u8::from(label == predicted)))
        })
        .collect();
    let mut bins = [0.0; BINS];
    gaps.iter().for_each(|&(bin, gap)| bins[bin] += gap);
    Some(subtract_mean(gaps.into_iter().map(|(bin, gap)| gap * f64::signum(bins[bin])).collect()))
}

/// The bin of a probability among [0, 1/15], (1/15, 2/15], …, (14/15, 1].
fn bin_index(probability: f64) -> usize {
    (1..BINS).take_while(|&bound| probability > bound as f64 / BINS as f64).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected bins are from `numpy.searchsorted(numpy.arange(1, 15) / 15, probability)`.
    #[test]
    fn upper_bin_bounds_are_inclusive() {
        for bound in 1..BINS {
            assert_eq!(bin_index(bound as f64 / 15.0), bound - 1);
        }
        assert_eq!([0.0, 1e-9, 0.06, 0.07, 0.6, 0.8, 0.95, 1.0].map(bin_index), [0, 0, 0, 1, 8, 11, 14, 14]);
    }
}
