//! How noisy observations are, relative to each other.

use super::outputs::Outputs;
use crate::decide::sampler::Observation;

/// The unit of observations' variances.
///
/// Only ratios of variances are used. The level of the noise is fitted, because a part of the differences between folds is
/// common to all trials and does not count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise {
    /// The mean of the known variances; 0 where none is known.
    usual: f64,
}

impl Noise {
    pub(super) fn new(observed: &[Observation]) -> Noise {
        let variances = || observed.iter().filter_map(|observation| observation.variance).filter(|v| v.is_finite());
        Noise { usual: variances().sum::<f64>() / variances().count().max(1) as f64 }
    }

    /// The variance of an observation, as a multiple of the usual one.
    ///
    /// A variance estimated from five folds has a standard deviation of 70 % of itself, so it is averaged with the usual one.
    pub(super) fn factor(self, observation: &Observation, outputs: &Outputs) -> f64 {
        match observation.variance {
            Some(variance) if variance.is_finite() && self.usual > 0.0 && observation.value.is_finite() => {
                let slope = outputs.slope(observation.value);
                (f64::midpoint(1.0, variance / self.usual) * slope * slope).clamp(0.05, 5.0)
            }
            Some(_) | None => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::sampler::axes::Point;

    #[test]
    fn variances_are_shrunk_half_way_to_their_mean() {
        let of = |variance| Observation { point: Point::default(), value: 0.0, variance };
        let observed = [of(Some(0.5)), of(Some(1.5)), of(None), of(Some(0.0)), of(Some(2.0))];
        let noise = Noise::new(&observed);
        let outputs = Outputs::new(&[0.0, 0.0]).unwrap();
        assert_eq!(observed.each_ref().map(|one| noise.factor(one, &outputs)), [0.75, 1.25, 1.0, 0.5, 1.5]);
        let nothing = Noise::new(&observed[2..3]);
        assert_eq!(nothing.factor(&observed[0], &outputs), 1.0);
    }
}
