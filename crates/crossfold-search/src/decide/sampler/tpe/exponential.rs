//! An exponential function that compilers can vectorise, with the same digits on all CPUs.

/// e to the power of `x`, to 11 digits; 0 below -700, and at most e⁷⁰⁰.
///
/// With `x` = n ln 2 + r, |r| ≤ ln 2 / 2 and a whole n, it is the Taylor polynomial of r, with n as the bits of an exponent.
#[inline(always)]
pub(super) fn exponential(x: f64) -> f64 {
    /// Adding it rounds to a whole number, and leaves that in the low bits.
    const ROUNDING: f64 = 6_755_399_441_055_744.0;
    // The high part has zeros at its end, so its product with n is exact.
    const LN_2: (f64, f64) = (6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10);
    let clamped = x.clamp(-700.0, 700.0);
    let rounded = clamped * std::f64::consts::LOG2_E + ROUNDING;
    let n = rounded - ROUNDING;
    let r = (clamped - n * LN_2.0) - n * LN_2.1;
    let mut sum = 1.0 / 40_320.0;
    for factorial in [5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0] {
        sum = sum * r + 1.0 / factorial;
    }
    let power = f64::from_bits((rounded.to_bits().wrapping_add(1023)) << 52);
    if x < -700.0 { 0.0 } else { sum * power }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_matches_libm() {
        for step in -7000..7000 {
            let x = f64::from(step) / 10.07;
            let error = exponential(x) / libm::exp(x) - 1.0;
            assert!(error.abs() < 1e-9, "{x}: {error}");
        }
        assert_eq!(exponential(0.0), 1.0);
        assert_eq!(exponential(-1e9), 0.0);
    }
}
