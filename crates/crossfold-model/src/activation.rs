//! Activations with their derivatives, one value at a time.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use crate::real::Real;

/// max(0, x), with a slope of 0 at 0; NaN stays NaN, so that a diverged fit is seen.
#[inline(always)]
pub(crate) fn relu<E: Real>(x: E) -> (E, E) {
    (if x < E::ZERO { E::ZERO } else { x }, if x > E::ZERO { E::ONE } else { E::ZERO })
}

#[inline(always)]
pub(crate) fn tanh<E: Real>(x: E) -> (E, E) {
    let y = x.tanh();
    (y, E::ONE - y * y)
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
pub(crate) fn sigmoid<E: Real>(x: E) -> (E, E) {
    let y = E::ONE / (E::ONE + (-x).exp());
    (y, y * (E::ONE - y))
}

/// x·Φ(x), and Φ(x) + x·φ(x).
#[inline(always)]
pub(crate) fn gelu<E: Real>(x: E) -> (E, E) {
    let half = E::from_elem(0.5);
    let below = half * (E::ONE + (x * E::from_elem(FRAC_1_SQRT_2)).erf());
    let density = E::from_elem((0.5 / PI).sqrt()) * (-half * x * x).exp();
    (x * below, below + x * density)
}

/// x where it is above 0, else `slope`·x; NaN stays NaN.
#[inline(always)]
pub(crate) fn leaky_relu<E: Real>(x: E, slope: E) -> (E, E) {
    if x > E::ZERO { (x, E::ONE) } else { (x * slope, slope) }
}
