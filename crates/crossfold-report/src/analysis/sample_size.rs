//! How much more data would make a difference conclusive.

use serde::Serialize;

use super::statistics::{Difference, quantile};

/// The probability with which the proposed number of rows or repeats makes a true difference conclusive.
const POWER: f64 = 0.8;

/// The sample size that would make an inconclusive difference conclusive with a power of 80 %, if the true difference
/// is the observed one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SampleSizeNeeded {
    /// Factor on the number of rows.
    #[serde(rename = "times_as_many_rows")]
    pub rows: f64,
    /// Number of repeats; `None` where no number suffices, because repeats leave the rows as they are.
    pub repeats: Option<u32>,
}

impl SampleSizeNeeded {
    /// The sample size needed to exclude, at a one-sided `level`, a value that is `distance` away from the observed one.
    ///
    /// `None` where the present sample suffices or no sample would.
    pub(crate) fn estimate(
        difference: Difference,
        distance: f64,
        level: f64,
        [folds, repeats]: [u32; 2],
    ) -> Option<SampleSizeNeeded> {
        let needed = difference.margin_of_error(level) + quantile(POWER, f64::INFINITY) * difference.error();
        let rows = (needed / distance).powi(2);
        if !(rows.is_finite() && rows > 1.0) {
            return None;
        }
        let kept = difference.kept_by_repeats;
        let times = (1.0 - kept) / (1.0 / rows - kept);
        let repeats = (times * f64::from(repeats)).ceil();
        let can_repeat = folds > 1 && times > 0.0 && repeats <= f64::from(u16::MAX);
        Some(SampleSizeNeeded { rows, repeats: can_repeat.then_some(repeats as u32) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (1.6449 + 0.8416)² = 6.18 times the variance of a normal difference that is one standard error away.
    #[test]
    fn the_sample_size_follows_from_the_standard_error() {
        let difference = Difference::normal(0.0, 0.01, 0.0);
        let needed = SampleSizeNeeded::estimate(difference, 0.01, 0.05, [5, 1]).unwrap();
        assert!((needed.rows - 6.1826).abs() < 1e-4, "{needed:?}");
        assert_eq!(needed.repeats, Some(7));
        // Repeats leave the rows as they are: (1 − 0.5) / (1 / 1.2365 − 0.5) = 1.619 times as many.
        let difference = Difference::normal(0.0, 0.01, 0.5);
        let near = SampleSizeNeeded::estimate(difference, 0.02236, 0.05, [5, 1]).unwrap();
        assert_eq!(near.repeats, Some(2));
        let far = SampleSizeNeeded::estimate(difference, 0.01, 0.05, [5, 1]).unwrap();
        assert_eq!(far.repeats, None);
        assert_eq!(SampleSizeNeeded::estimate(difference, 0.0, 0.05, [5, 1]), None);
        assert_eq!(SampleSizeNeeded::estimate(difference, 0.01, 0.05, [1, 1]).unwrap().repeats, None);
    }
}
