//! Activations of one value. Each function returns the value and the derivative at x.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use crate::Real;

/// max(0, x), with a derivative of 0 at 0. NaN stays NaN, so that a diverged fit is noticed.
#[inline(always)]
pub fn relu<E: Real>(x: E) -> (E, E) {
    (if x < E::ZERO { E::ZERO } else { x }, if x > E::ZERO { E::ONE } else { E::ZERO })
}

/// The hyperbolic tangent.
#[inline(always)]
pub fn tanh<E: Real>(x: E) -> (E, E) {
    let y = x.tanh();
    (y, E::ONE - y * y)
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
pub fn sigmoid<E: Real>(x: E) -> (E, E) {
    let y = E::ONE / (E::ONE + (-x).exp());
    (y, y * (E::ONE - y))
}

/// x·Φ(x), with the derivative Φ(x) + x·φ(x) (Hendrycks and Gimpel 2016).
#[inline(always)]
pub fn gelu<E: Real>(x: E) -> (E, E) {
    let half = E::from_f64(0.5);
    let share = half * (E::ONE + (x * E::from_f64(FRAC_1_SQRT_2)).erf());
    let density = E::from_f64((0.5 / PI).sqrt()) * (-half * x * x).exp();
    (x * share, share + x * density)
}

/// x above 0, else `slope`·x. NaN stays NaN.
#[inline(always)]
pub fn leaky_relu<E: Real>(x: E, slope: E) -> (E, E) {
    if x > E::ZERO { (x, E::ONE) } else { (x * slope, slope) }
}
