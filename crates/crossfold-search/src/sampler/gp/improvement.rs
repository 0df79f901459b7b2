//! How much better than the best so far a value is expected to be, as a logarithm.
//!
//! Where there is next to nothing to expect, expected improvement is 0 in floating-point numbers and has no slope to follow;
//! its logarithm has one everywhere (Ament et al. 2023, "Unexpected improvements to expected improvement for Bayesian
//! optimization", NeurIPS).

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Where the continued fraction takes over.
const TAIL: f64 = -4.0;

/// log E[max(0, z + e)] for e normal with mean 0 and standard deviation 1, and its derivative by `z`.
///
/// Both to about 13 digits. With t = -z, the expectation is φ(t) · c / (t + c), where c = 1/(t + 2/(t + 3/(t + …))) comes
/// of Laplace's continued fraction of the normal distribution's tail, 1/(t + c) of its density: no digits cancel.
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

/// The logarithm of the improvement over `best` to expect where values are normal with this mean and deviation, smaller
/// ones better, and its derivatives by both.
pub(super) fn log_expected(best: f64, mean: f64, deviation: f64) -> (f64, [f64; 2]) {
    let z = (best - mean) / deviation;
    let (log_h, slope) = log_h(z);
    (libm::log(deviation) + log_h, [-slope / deviation, (1.0 - z * slope) / deviation])
}
