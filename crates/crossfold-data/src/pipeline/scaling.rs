//! Scaling to a common range.

use crossfold_study::Scale;
use serde::{Deserialize, Serialize};

use super::quantile::Quantiles;
use crate::statistics::{deviation, mean, median, percentile, rounding};

/// A learnt [`Scale`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Scaling {
    /// (x − shift) / spread.
    Linear {
        #[serde(with = "crate::exact::number")]
        shift: f64,
        /// Positive.
        #[serde(with = "crate::exact::number")]
        spread: f64,
    },
    Quantile(Quantiles),
    Normal(Quantiles),
}

impl Scaling {
    /// Fits `scale` to numbers, at least one.
    pub(super) fn fit(scale: Scale, numbers: &[f64]) -> Scaling {
        let sorted = || {
            let mut sorted = numbers.to_vec();
            sorted.sort_unstable_by(f64::total_cmp);
            sorted
        };
        match scale {
            Scale::None => Scaling::linear(0.0, 1.0),
            Scale::Standard => Scaling::standard(numbers),
            Scale::MinMax => {
                let (least, greatest) = range(numbers);
                Scaling::between(numbers, least, least, greatest)
            }
            Scale::Robust => {
                let sorted = sorted();
                Scaling::between(numbers, median(&sorted), percentile(&sorted, 0.25), percentile(&sorted, 0.75))
            }
            Scale::Quantile | Scale::Normal => match range(numbers) {
                (least, greatest) if greatest - least <= rounding(numbers.len(), least.abs().max(greatest.abs())) => {
                    Scaling::linear(least, 0.0)
                }
                _ if scale == Scale::Normal => Scaling::Normal(Quantiles::fit(&sorted())),
                _ => Scaling::Quantile(Quantiles::fit(&sorted())),
            },
        }
    }

    /// Mean 0, population standard deviation 1.
    pub(super) fn standard(numbers: &[f64]) -> Scaling {
        let mean = mean(numbers.iter().copied());
        Scaling::linear(mean, deviation(numbers.iter().copied(), mean))
    }

    /// A spread from `low` to `high`, which is none if these differ only by rounding.
    fn between(numbers: &[f64], shift: f64, low: f64, high: f64) -> Scaling {
        let spread = high - low;
        let is_rounding = spread <= rounding(numbers.len(), low.abs().max(high.abs()));
        Scaling::linear(shift, if is_rounding { 0.0 } else { spread })
    }

    /// Replaces a spread of 0 by 1, and one that overflowed by the greatest number.
    fn linear(shift: f64, spread: f64) -> Scaling {
        Scaling::Linear { shift, spread: if spread == 0.0 { 1.0 } else { spread.min(f64::MAX) } }
    }

    /// The shift and spread; `None` for ranks and normal scores.
    pub(super) fn linear_scale(&self) -> Option<[f64; 2]> {
        match self {
            Scaling::Linear { shift, spread } => Some([*shift, *spread]),
            Scaling::Quantile(_) | Scaling::Normal(_) => None,
        }
    }

    pub(super) fn check(&self) -> Result<(), &'static str> {
        match self {
            Scaling::Linear { spread, .. } if *spread <= 0.0 => Err("`spread` is greater than 0"),
            Scaling::Linear { .. } => Ok(()),
            Scaling::Quantile(quantiles) | Scaling::Normal(quantiles) => quantiles.check(),
        }
    }

    pub(super) fn apply(&self, number: f64) -> f64 {
        match self {
            Scaling::Linear { shift, spread } => {
                let distance = number - shift;
                // If the distance overflows, it is computed from halves.
                if distance.is_finite() { distance / spread } else { (number / 2.0 - shift / 2.0) / (spread / 2.0) }
            }
            Scaling::Quantile(quantiles) => quantiles.rank(number),
            Scaling::Normal(quantiles) => quantiles.normal_score(number),
        }
    }
}

fn range(numbers: &[f64]) -> (f64, f64) {
    numbers.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), &x| (least.min(x), greatest.max(x)))
}
