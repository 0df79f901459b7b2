//! Quantiles of the standard normal distribution.

/// The number below which a standard normal variable lies with probability `p`, to about 15 digits.
///
/// Algorithm AS 241 (Wichura 1988, "The percentage points of the normal distribution", Applied Statistics 37), without
/// its third case, which is for probabilities closer than 1.4 · 10⁻¹¹ to 0 or 1. Unlike implementations that use the
/// C library's logarithm, it returns the same bits on all machines.
///
/// # Panics
/// If `p` is closer than 1.4 · 10⁻¹¹ to 0 or 1.
pub(super) fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(&CENTRE, 0.180625 - q * q);
    }
    let r = (-libm::log(p.min(1.0 - p))).sqrt();
    assert!(r <= 5.0, "the probability isn't too close to 0 or 1");
    ratio(&TAIL, r - 1.6).copysign(q)
}

/// The coefficients of a numerator and a denominator, by ascending power.
type Ratio = [[f64; 8]; 2];

const CENTRE: Ratio = [
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
];

const TAIL: Ratio = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
];

fn ratio([numerator, denominator]: &Ratio, x: f64) -> f64 {
    let at = |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, &coefficient| sum * x + coefficient);
    at(numerator) / at(denominator)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values are those of `scipy.stats.norm.ppf`.
    #[test]
    fn quantiles_match_scipy() {
        for (p, expected) in [
            (1e-10, -6.361340902404056),
            (1e-07, -5.1993375821928165),
            (0.0001, -3.7190164854556804),
            (0.01, -2.3263478740408408),
            (0.0749, -1.4402382675279635),
            (0.0751, -1.4388253927525403),
            (0.25, -0.6744897501960817),
            (0.4999, -0.0002506628300880075),
            (0.6, 0.2533471031357997),
            (0.9249, 1.4388253927525403),
            (0.9251, 1.4402382675279635),
            (0.999, 3.090232306167813),
            (0.9999999, 5.199337582290661),
        ] {
            let found = normal_quantile(p);
            assert!((found - expected).abs() <= 4e-15 * expected.abs(), "{found} in place of {expected}: {p}");
        }
        assert_eq!(normal_quantile(0.5), 0.0);
    }
}
