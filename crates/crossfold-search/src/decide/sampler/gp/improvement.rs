//! The logarithm of the expected improvement on the best value.
//!
//! Where almost no improvement is expected, it is 0 as a floating-point number, without a slope to follow. Its logarithm has
//! a slope everywhere (Ament et al. 2023, "Unexpected improvements to expected improvement for Bayesian
//! optimization", NeurIPS).

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Below this, the continued fraction is used.
const TAIL: f64 = -4.0;

/// log E[max(0, z + e)] for e normal with mean 0 and standard deviation 1, and its derivative by `z`.
///
/// Both have about 13 correct digits. With t = -z, the expectation is φ(t) · c / (t + c), where c = 1/(t + 2/(t + 3/(t + …)))
/// is from Laplace's continued fraction 1/(t + c) for the tail of the normal distribution. No digits cancel.
pub(super) fn log_h(z: f64) -> (f64, f64) {
    let log_density = -0.5 * z * z - 0.5 * libm::log(2.0 * PI);
    if z > TAIL {
        let below = 0.5 * libm::erfc(-z * FRAC_1_SQRT_2);
        let expected = libm::exp(log_density) + z * below;
        (libm::log(expected), below / expected)
    } else {
        let t = -z;
        let c = 1.0 / (2..=60).rev().fold(t, |rest, n| t + f64::from(n) / rest);
        (log_density + libm::log(c / (t + c)), 1.0 / c)
    }
}

/// The logarithm of the expected improvement on `best` by a normal variable with this mean and deviation, where smaller is
/// better; with its derivatives by both.
pub(super) fn log_expected(best: f64, mean: f64, deviation: f64) -> (f64, [f64; 2]) {
    let z = (best - mean) / deviation;
    let (log_h, slope) = log_h(z);
    (libm::log(deviation) + log_h, [-slope / deviation, (1.0 - z * slope) / deviation])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reference: mpmath 1.3.0 at 60 digits.
    #[test]
    fn log_h_is_accurate_in_both_tails() {
        let expected = [
            (8.0, 2.079_441_541_679_835_7, 0.124_999_999_999_999_92),
            (3.0, 1.098_739_665_327_707_7, 0.332_840_968_451_795_2),
            (0.5, -0.359_827_683_745_063_8, 0.990_922_718_004_109_9),
            (0.0, -0.918_938_533_204_672_8, 1.253_314_137_315_500_3),
            (-0.5, -1.620_516_264_387_319_9, 1.559_873_148_348_079_7),
            (-1.0, -2.485_121_025_712_641_3, 1.904_271_233_329_691_8),
            (-2.0, -4.768_783_523_917_114, 2.679_416_883_955_586),
            (-3.9, -11.410_393_270_072_435, 4.340_931_161_244_007),
            (-4.0, -11.849_061_577_550_662, 4.432_483_741_873_118),
            (-4.1, -12.296_899_546_413_044, 4.524_322_185_483_348),
            (-6.0, -22.578_879_392_169_796, 6.309_840_773_207_831),
            (-10.0, -55.553_122_036_122_35, 10.194_383_033_412_553),
            (-30.0, -457.724_653_760_598, 30.066_446_154_162_442),
            (-100.0, -5_010.129_578_800_25, 100.019_994_004_195_87),
            (-1e4, -50_000_019.339_619_31, 10_000.000_199_999_993),
            (-1e8, -5_000_000_000_000_038.0, 100_000_000.000_000_01),
        ];
        for (z, value, slope) in expected {
            let (ours, our_slope) = log_h(z);
            assert!((ours - value).abs() <= 2e-13 * value.abs().max(1.0), "{z}: {ours} {value}");
            assert!((our_slope - slope).abs() <= 1e-12 * slope, "{z}: {our_slope} {slope}");
        }
    }

    #[test]
    fn derivatives_match_finite_differences() {
        for (best, mean, deviation) in [(0.0, 1.0, 0.5), (0.3, -0.2, 1.5), (0.0, 5.0, 0.4)] {
            let (_, [by_mean, by_deviation]) = log_expected(best, mean, deviation);
            let step = 1e-6;
            let difference = |mean_step: f64, deviation_step: f64| {
                let at = |sign: f64| log_expected(best, mean + sign * mean_step, deviation + sign * deviation_step).0;
                (at(1.0) - at(-1.0)) / (2.0 * step)
            };
            assert!((difference(step, 0.0) - by_mean).abs() < 1e-6 * by_mean.abs());
            assert!((difference(0.0, step) - by_deviation).abs() < 1e-6 * by_deviation.abs());
        }
    }
}
