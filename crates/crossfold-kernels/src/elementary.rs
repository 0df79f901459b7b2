//! The exponential function, the hyperbolic tangent, the natural logarithm, the cosine and the sine of an `f32`.
//!
//! The standard library calls the platform's C library for these. Its last digits differ between releases, so the same
//! fit would have other results on another Linux. The functions here are sums and products that every machine rounds
//! alike and that the compiler vectorises.
//! Polynomials and their coefficients are those of Cephes (Moshier 1989, `expf`, `tanhf`, `logf`, `cosf`,
//! `sinf`).

use std::f32::consts::{LOG2_E, TAU};

/// ln 2 as the sum of two parts (Cody and Waite 1980): multiples of the first are exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];

/// 1.5·2²³: adding it rounds to an integer, which is then in the low bits.
const ROUND: f32 = 12_582_912.0;

/// eˣ, within 2 units in the last place.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Beyond these bounds the result is 0 or ∞. NaN passes.
    let x = x.clamp(-104.0, 89.0);
    let rounded = x * LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = x - n * LN_2[0] - n * LN_2[1];
    let tail = polynomial(r, [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5]);
    // 2ⁿ as two factors: one factor can't represent n = 128, nor a subnormal result.
    let n = (rounded.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let power = |n: i32| f32::from_bits((n.wrapping_add(127) as u32) << 23);
    (tail * r * r + r + 1.0) * power(n >> 1) * power(n.wrapping_sub(n >> 1))
}

/// tanh x, within 2 units in the last place.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let square = x * x;
    let tail = polynomial(square, [-5.704_988_7e-3, 2.063_909e-2, -5.373_971_6e-2, 1.333_144_2e-1, -3.333_328e-1]);
    let near = tail * square * x + x;
    let far = (1.0 - 2.0 / (exp(2.0 * x.abs()) + 1.0)).copysign(x);
    if x.abs() < 0.625 { near } else { far }
}

/// ln x for normal x above 0, within 2 units in the last place or 10⁻⁷ absolute. ∞ and NaN are returned as they are.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    if !x.is_finite() {
        return x;
    }
    // x = m·2ⁿ with m in [√½, √2).
    let offset = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    let n = (x.to_bits().wrapping_sub(offset) as i32) >> 23;
    let m = f32::from_bits(x.to_bits().wrapping_sub((n as u32) << 23)) - 1.0;
    let tail = polynomial(
        m,
        [
            7.037_683_6e-2,
            -1.151_461e-1,
            1.167_699_9e-1,
            -1.242_014_1e-1,
            1.424_932_3e-1,
            -1.666_805_8e-1,
            2.000_071_5e-1,
            -2.499_999_4e-1,
            3.333_333e-1,
        ],
    );
    let n = n as f32;
    let square = m * m;
    (tail * m * square + n * LN_2[1] - 0.5 * square) + m + n * LN_2[0]
}

/// cos 2πx and sin 2πx, within 3·10⁻⁷. Neither is finite for ∞ and NaN.
///
/// Counting in turns makes the reduction exact: nothing is lost by subtracting whole and quarter turns, of whatever x.
#[inline(always)]
pub fn cos_sin_of_turns(x: f32) -> (f32, f32) {
    let round = |x: f32| (x + ROUND) - ROUND;
    let size = x.abs();
    // Above 2²² the first rounding may be off by one or two.
    let part = size - round(size);
    let part = part - round(part);
    let x = f32::from_bits(part.to_bits() ^ (x.to_bits() & (1 << 31)));
    let rounded = 4.0 * x + ROUND;
    let angle = TAU * (x - 0.25 * (rounded - ROUND));
    let square = angle * angle;
    let sine = polynomial(square, [-1.951_529_6e-4, 8.332_161e-3, -1.666_665_5e-1]) * square * angle + angle;
    let tail = polynomial(square, [2.443_315_7e-5, -1.388_731_6e-3, 4.166_664_6e-2]);
    let cosine = tail * square * square - 0.5 * square + 1.0;
    // The quarter turns, in the lowest bits, exchange the functions and their signs.
    let quarters = rounded.to_bits();
    let (cosine, sine) = if quarters & 1 == 0 { (cosine, sine) } else { (sine, cosine) };
    let with_sign = |value: f32, bits: u32| f32::from_bits(value.to_bits() ^ ((bits & 2) << 30));
    (with_sign(cosine, quarters.wrapping_add(1)), with_sign(sine, quarters))
}

/// Horner's rule; the first coefficient is that of the highest power.
#[inline(always)]
fn polynomial<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    coefficients.into_iter().reduce(|sum, coefficient| sum * x + coefficient).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `stride`th `f32` from `low` to `high`, against the same function in `f64`.
    fn check(ours: fn(f32) -> f32, truth: fn(f64) -> f64, low: f32, high: f32, near_zero: f64) {
        let values = |low: f32, high: f32| (low.to_bits()..=high.to_bits()).step_by(9973).map(f32::from_bits);
        let all: Vec<f32> = if low < 0.0 {
            values(1e-30, -low).map(|x| -x).chain(values(1e-30, high)).collect()
        } else {
            values(low, high).collect()
        };
        assert!(all.len() > 5_000);
        for x in all {
            let truth = truth(f64::from(x));
            let unit = f64::from((truth as f32).next_up() - truth as f32).abs().max(f64::from(f32::from_bits(1)));
            let error = (f64::from(ours(x)) - truth).abs();
            assert!(error <= (2.0 * unit).max(near_zero), "{x:e}: {} for {truth:e}", ours(x));
        }
    }

    #[test]
    fn functions_are_accurate_to_two_ulps() {
        check(exp, f64::exp, -103.0, 88.72, 0.0);
        check(tanh, f64::tanh, -20.0, 20.0, 0.0);
        check(ln, f64::ln, 1e-30, 1e30, 1e-7);
    }

    /// Of every size, up to those that are whole numbers.
    #[test]
    fn cosines_and_sines_of_turns_are_accurate() {
        let sizes = (1e-30_f32.to_bits()..1e9_f32.to_bits()).step_by(9973).map(f32::from_bits);
        for x in sizes.flat_map(|x| [x, -x]) {
            // The remainder is exact, and so is the product of two f32 nearly.
            let angle = std::f64::consts::TAU * (f64::from(x) % 1.0);
            let (cosine, sine) = cos_sin_of_turns(x);
            let errors = [f64::from(cosine) - angle.cos(), f64::from(sine) - angle.sin()];
            assert!(errors.into_iter().all(|error| error.abs() <= 3e-7), "{x:e}: {errors:?}");
            assert!(x.abs() > 1e-3 || (f64::from(sine) / angle.sin() - 1.0).abs() < 3e-7, "{x:e}: {sine:e}");
        }
        let quarters = [0.0, 0.25, 0.5, 0.75, -0.25, -0.5, 3.0, 8_388_609.0].map(cos_sin_of_turns);
        let expected =
            [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (0.0, -1.0), (-1.0, 0.0), (1.0, 0.0), (1.0, 0.0)];
        assert_eq!(quarters, expected);
        for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let (cosine, sine) = cos_sin_of_turns(x);
            assert!(cosine.is_nan() && sine.is_nan());
        }
    }

    #[test]
    fn limits_are_exact() {
        let [nan, infinite] = [f32::NAN, f32::INFINITY];
        assert_eq!([exp(0.0), exp(-0.0), exp(infinite), exp(-infinite)], [1.0, 1.0, infinite, 0.0]);
        assert_eq!([exp(-1e30), exp(1e30), exp(-105.0)], [0.0, infinite, 0.0]);
        assert_eq!([tanh(0.0), tanh(infinite), tanh(-infinite), tanh(30.0)], [0.0, 1.0, -1.0, 1.0]);
        assert_eq!([ln(1.0), ln(infinite)], [0.0, infinite]);
        assert!([exp(nan), tanh(nan), ln(nan)].iter().all(|value| value.is_nan()));
    }
}
