//! Calibration: how probabilities compare with the share of correct predictions.

use crossfold_study::{CalibrationBin, Metric, calibration_bins, calibration_error, most_probable};
use serde::Serialize;

use super::ClassifiedRow;
use crate::analysis::statistics::sampling_interval;
use crate::formats::html::rounded::{Nine, nine};

/// A reliability diagram of the predicted class's probability, in the bins of the metric `calibration_error`.
#[derive(Debug, Serialize)]
pub(in crate::formats) struct Calibration {
    pub(in crate::formats) bins: Vec<Bin>,
    /// The calibration error: the difference of probability and share, averaged over rows.
    pub(in crate::formats) error: Nine,
}

/// One of the bins (0, 1/15], (1/15, 2/15], …
#[derive(Clone, Copy, Debug, Serialize)]
pub(in crate::formats) struct Bin {
    pub(in crate::formats) rows: u32,
    /// Number of correct predictions.
    pub(in crate::formats) right: u32,
    /// Mean probability of the predicted class; `null` for no rows.
    pub(in crate::formats) confidence: Nine,
    /// The 95 % interval of the share of correct predictions; `null` for no rows.
    pub(in crate::formats) interval: Option<[Nine; 2]>,
}

impl Calibration {
    pub(super) fn new(rows: &[ClassifiedRow<'_>]) -> Calibration {
        let bins = calibration_bins(rows.iter().map(|(label, probabilities)| {
            let predicted = most_probable(probabilities);
            (f64::from(probabilities[predicted]), predicted == *label as usize)
        }));
        let bin = |CalibrationBin { rows, right, confidence }: CalibrationBin| Bin {
            rows,
            right,
            confidence: Nine(confidence / f64::from(rows)),
            interval: (rows > 0).then(|| nine(share_interval(right, rows))),
        };
        Calibration { bins: bins.map(bin).to_vec(), error: Nine(calibration_error(&bins)) }
    }
}

fn share_interval(right: u32, rows: u32) -> [f64; 2] {
    // A share of correct predictions is an accuracy, whose interval doesn't need the standard error.
    sampling_interval(Metric::Accuracy, f64::from(right) / f64::from(rows), f64::NAN, u64::from(rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_network::Task;
    use crossfold_study::{Scorer, Tally, Truth};

    /// The reference is the metric's own code.
    #[test]
    fn the_error_equals_the_metric() {
        let labels: Vec<u32> = (0..90).map(|row| row * 7 % 3).collect();
        let probability = |row: u32| {
            let first = (row * 37 % 101) as f32 / 101.0;
            [first, (1.0 - first) * 0.75, (1.0 - first) * 0.25]
        };
        let probabilities: Vec<[f32; 3]> = (0..90).map(probability).collect();
        let given: Vec<ClassifiedRow<'_>> =
            labels.iter().zip(&probabilities).map(|(&label, row)| (label, &row[..])).collect();
        let calibration = Calibration::new(&given);
        let tally = Tally::empty(Task::Classification);
        let scored = Scorer::default().score(tally, &Truth::Labels(labels.clone()), probabilities.as_flattened());
        let metric = scored.get(Metric::CalibrationError).unwrap();
        assert!((calibration.error.0 - metric).abs() < 1e-12, "{} {metric}", calibration.error.0);
        assert_eq!(calibration.bins.iter().map(|bin| bin.rows).sum::<u32>(), 90);
    }

    /// Expected values from the formula of Wilson (1927), in Python.
    #[test]
    fn a_bin_of_few_rows_has_a_wide_interval() {
        let rows: [ClassifiedRow<'_>; 3] = [(0, &[0.65, 0.35]), (1, &[0.65, 0.35]), (1, &[0.65, 0.35])];
        let bin = Calibration::new(&rows).bins[9];
        let [low, high] = bin.interval.unwrap().map(|bound| bound.0);
        assert_eq!((bin.rows, bin.right), (3, 1));
        assert!(
            (low - 0.061_491_944_720_396_24).abs() < 1e-12 && (high - 0.792_340_399_197_952_3).abs() < 1e-12,
            "{low} {high}"
        );
    }
}
