//! Quantile scaling.

use serde::{Deserialize, Serialize};

use super::normal_quantile::normal_quantile;
use crate::statistics::interpolate;

/// Evenly spaced quantiles of numbers that aren't all equal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Quantiles(#[serde(with = "crate::exact::numbers")] Vec<f64>);

impl Quantiles {
    /// The largest number of quantiles.
    const MAX: usize = 1000;

    /// The quantiles of ascending numbers, at least two.
    ///
    /// The order of operations is that of scikit-learn 1.9 with NumPy 2, because rounding has a visible effect: it may
    /// move a quantile off the tied numbers that it represents, which moves the middle of those ties by half a step.
    pub(super) fn fit(sorted: &[f64]) -> Quantiles {
        let last = sorted.len() - 1;
        let steps = sorted.len().min(Quantiles::MAX) - 1;
        let quantile = |step: usize| {
            let percent = step as f64 * (1.0 / steps as f64) * 100.0;
            let place = last as f64 * (percent / 100.0);
            let below = place.floor();
            match below as usize {
                index if step == steps || index >= last => sorted[last],
                index => interpolate(sorted[index], sorted[index + 1], place - below),
            }
        };
        Quantiles((0..=steps).map(quantile).collect())
    }

    pub(super) fn check(&self) -> Result<(), &'static str> {
        let (Some(first), Some(last)) = (self.0.first(), self.0.last()) else { return Err("there are quantiles") };
        if first < last && self.0.is_sorted() { Ok(()) } else { Err("quantiles ascend") }
    }

    /// The share of numbers below `number`, in [0, 1]. For ties it is the middle of their range, except that it is 0
    /// for the least number and 1 for the greatest.
    pub(super) fn rank(&self, number: f64) -> f64 {
        let quantiles = &self.0;
        let steps = (quantiles.len() - 1) as f64;
        let below = quantiles.partition_point(|&quantile| quantile < number);
        let up_to = quantiles.partition_point(|&quantile| quantile <= number);
        if below == 0 {
            0.0
        } else if up_to == quantiles.len() {
            1.0
        } else if below < up_to {
            (below + up_to - 1) as f64 / 2.0 / steps
        } else {
            let (low, high) = (quantiles[below - 1], quantiles[below]);
            // Numbers are halved, because their distance may overflow.
            let share = (number / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
            ((below - 1) as f64 + share) / steps
        }
    }

    /// The quantile of the standard normal distribution at `number`'s rank, within ±5.2, as scikit-learn bounds it. It
    /// differs from scikit-learn's in one respect: that treats numbers within 10⁻⁷ of the least and the greatest as
    /// these, whatever their unit.
    pub(super) fn normal_score(&self, number: f64) -> f64 {
        const LEAST: f64 = 1e-7 - f64::EPSILON;
        normal_quantile(self.rank(number).clamp(LEAST, 1.0 - LEAST))
    }
}
