//! The prior correlation of the values at two points.
//!
//! A Matérn kernel of smoothness 5/2 with a length scale for each axis (Rasmussen and Williams 2006, "Gaussian Processes for
//! Machine Learning", section 4.2). The distance of any two words on an axis is 1. A point lies in
//! the middle of an axis that is not active for it, so that two such points do not differ on it. They differ from points for
//! which it is active on the axis that the condition names.

use crossfold_kernels::simd::{self as macerator, Simd, with_simd};

use crate::decide::sampler::axes::{Axes, Place, Point, Scale};

/// How distances on an axis are measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ruler {
    /// As the difference of coordinates in [0, 1).
    Line,
    /// As 1 for two different words. `to_middle` is the square of the distance to the middle of all words, where a point is
    /// if the axis is not active.
    Words { to_middle: f64 },
}

/// The coordinate on an inactive axis of words; that of a word is its number.
const ABSENT: f64 = -1.0;

/// The axes' rulers.
pub(super) fn rulers(axes: &Axes) -> Vec<Ruler> {
    axes.iter()
        .map(|axis| match &axis.scale {
            Scale::Real | Scale::Steps(_) => Ruler::Line,
            // Words are the corners of a regular simplex with edges of 1.
            Scale::Choice(cells) => {
                let count = f64::from(cells.count());
                Ruler::Words { to_middle: (count - 1.0) / (2.0 * count) }
            }
        })
        .collect()
}

/// The coordinate of a point on each axis, as rulers measure it.
pub(super) fn coordinates(axes: &Axes, point: &Point) -> Vec<f64> {
    axes.iter()
        .zip(&point.0)
        .map(|(axis, place)| match (&axis.scale, place) {
            (Scale::Choice(_), None) => ABSENT,
            (Scale::Choice(_), Some(Place::Value(word))) => f64::from(*word),
            (Scale::Real | Scale::Steps(_), None) => 0.5,
            (scale, Some(place)) => scale.coordinate(*place),
        })
        .collect()
}

/// Points by axis: `0[axis][point]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Columns(pub(super) Vec<Vec<f64>>);

impl Columns {
    pub(super) fn new(axes: usize) -> Columns {
        Columns(vec![Vec::new(); axes])
    }

    pub(super) fn push(&mut self, coordinates: &[f64]) {
        for (column, coordinate) in self.0.iter_mut().zip(coordinates) {
            column.push(*coordinate);
        }
    }

    pub(super) fn truncate(&mut self, points: usize) {
        for column in &mut self.0 {
            column.truncate(points);
        }
    }

    pub(super) fn point(&self, index: usize) -> Vec<f64> {
        self.0.iter().map(|column| column[index]).collect()
    }
}

/// The squared distance of two places on an axis.
#[inline(always)]
pub(super) fn squared_distance(ruler: Ruler, a: f64, b: f64) -> f64 {
    match ruler {
        Ruler::Line => (a - b) * (a - b),
        Ruler::Words { to_middle } => {
            let apart = if a.min(b) < 0.0 { to_middle } else { 1.0 };
            if a == b { 0.0 } else { apart }
        }
    }
}

/// The squared distances of the first points of `columns` from `at`. The weight of an axis is one over the square of its
/// length scale.
#[inline(always)]
fn squared_distances(rulers: &[Ruler], weights: &[f64], columns: &Columns, at: &[f64], squares: &mut [f64]) {
    squares.fill(0.0);
    for (axis, column) in columns.0.iter().enumerate() {
        let (weight, at) = (weights[axis], at[axis]);
        let column = &column[..squares.len()];
        match rulers[axis] {
            Ruler::Line => {
                for (sum, b) in squares.iter_mut().zip(column) {
                    *sum += weight * ((at - b) * (at - b));
                }
            }
            words @ Ruler::Words { .. } => {
                for (sum, b) in squares.iter_mut().zip(column) {
                    *sum += weight * squared_distance(words, at, *b);
                }
            }
        }
    }
}

/// The correlations of `at` with the first points of `columns`, as many as `out` holds.
#[with_simd]
pub(super) fn correlations<S: Simd>(rulers: &[Ruler], weights: &[f64], columns: &Columns, at: &[f64], out: &mut [f64]) {
    squared_distances(rulers, weights, columns, at, out);
    for value in out.iter_mut() {
        let distance = (5.0 * *value).sqrt();
        *value = (1.0 + distance + distance * distance / 3.0) * exp_negative(distance);
    }
}

/// The same as [`correlations`], with their derivatives by the squared distance.
#[with_simd]
pub(super) fn correlations_and_slopes<S: Simd>(
    rulers: &[Ruler],
    weights: &[f64],
    columns: &Columns,
    at: &[f64],
    out: &mut [f64],
    slopes: &mut [f64],
) {
    squared_distances(rulers, weights, columns, at, out);
    for (value, slope) in out.iter_mut().zip(slopes) {
        let distance = (5.0 * *value).sqrt();
        let exponential = exp_negative(distance);
        *value = (1.0 + distance + distance * distance / 3.0) * exponential;
        *slope = -5.0 / 6.0 * (1.0 + distance) * exponential;
    }
}

/// e⁻ˣ for x ≥ 0, to 2 units in the last place; results below 10⁻³⁰⁰ are not exact.
///
/// Unlike `libm`'s, it is vectorised. It finds the nearest power of 2 by adding a number so large that the sum has no fraction
/// (Cody and Waite 1980, "Software Manual for the Elementary Functions"), and uses a Taylor polynomial for the rest. It
/// consists of sums and products alone, so all CPUs agree.
#[inline(always)]
pub(super) fn exp_negative(x: f64) -> f64 {
    const ROUNDS: f64 = 6_755_399_441_055_744.0; // 1.5 · 2⁵²
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    // 1 / n!
    const TERMS: [f64; 14] = [
        1.0,
        1.0,
        0.5,
        1.0 / 6.0,
        1.0 / 24.0,
        1.0 / 120.0,
        1.0 / 720.0,
        1.0 / 5_040.0,
        1.0 / 40_320.0,
        1.0 / 362_880.0,
        1.0 / 3_628_800.0,
        1.0 / 39_916_800.0,
        1.0 / 479_001_600.0,
        1.0 / 6_227_020_800.0,
    ];
    let x = -x.min(690.0);
    let rounded = x * std::f64::consts::LOG2_E + ROUNDS;
    let power = rounded - ROUNDS;
    let rest = (x - power * LN_2_HIGH) - power * LN_2_LOW;
    let mut sum = TERMS[13];
    for term in TERMS[..13].iter().rev() {
        sum = sum * rest + term;
    }
    f64::from_bits(sum.to_bits().wrapping_add(rounded.to_bits() << 52))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::sampler::axes::{Axis, Cells, Condition};

    #[test]
    fn exp_negative_matches_libm() {
        for step in 0..100_000 {
            let x = f64::from(step) * 0.006_789;
            let expected = libm::exp(-x);
            assert!((exp_negative(x) - expected).abs() <= 4.5e-16 * expected, "{x}: {} {expected}", exp_negative(x));
        }
        assert!(exp_negative(1e9) < 1e-299);
        assert_eq!(exp_negative(0.0), 1.0);
    }

    /// Reference: scikit-learn 1.9.1, `Matern(length_scale=[0.5, 2.0, 1.5, 1.5, 1.5, 1.5], nu=2.5)`. Its last four inputs are
    /// an axis of four words, each at √½ of a unit vector, none of them at the vectors' mean.
    #[test]
    fn correlations_match_scikit_learn() {
        let rulers = [Ruler::Line, Ruler::Line, Ruler::Words { to_middle: 0.375 }];
        let weights = [4.0, 0.25, 1.0 / 2.25];
        let mut columns = Columns::new(3);
        columns.push(&[0.1, 0.2, 3.0]);
        columns.push(&[0.8, 0.9, 1.0]);
        columns.push(&[0.3, 0.7, ABSENT]);
        let mut out = [0.0; 3];
        correlations(&rulers, &weights, &columns, &[0.3, 0.7, 3.0], &mut out);
        let expected = [0.844_780_343_598_335_2, 0.412_707_450_624_908_4, 0.879_261_247_120_768_1];
        for (ours, expected) in out.into_iter().zip(expected) {
            assert!((ours - expected).abs() < 1e-14, "{ours} {expected}");
        }
    }

    #[test]
    fn derivatives_match_finite_differences() {
        let rulers = [Ruler::Line];
        let mut columns = Columns::new(1);
        columns.push(&[0.0]);
        let at = |square: f64| {
            let (mut out, mut slope) = ([0.0], [0.0]);
            correlations_and_slopes(&rulers, &[square], &columns, &[1.0], &mut out, &mut slope);
            (out[0], slope[0])
        };
        for square in [0.01, 0.5, 2.0, 9.0] {
            let difference = (at(square + 1e-6).0 - at(square - 1e-6).0) / 2e-6;
            assert!((at(square).1 - difference).abs() < 1e-8, "{square}");
        }
        assert_eq!(at(0.0), (1.0, -5.0 / 6.0));
    }

    #[test]
    fn inactive_axes_add_no_distance() {
        let conditional = |scale, value: usize| Axis {
            scale,
            active_where: vec![Condition { axis: 0, allowed: (0..2).map(|index| index == value).collect() }],
        };
        let axes = Axes::new(vec![
            Axis { scale: Scale::Choice(Cells::Even(2)), active_where: Vec::new() },
            conditional(Scale::Real, 0),
            conditional(Scale::Choice(Cells::Even(4)), 1),
        ]);
        let rulers = rulers(&axes);
        let [a, b, c] =
            [[0.0, 0.1, 0.0], [0.0, 0.9, 0.9], [0.6, 0.5, 0.5]].map(|cube| coordinates(&axes, &axes.point_at(&cube)));
        let squares = |a: &[f64], b: &[f64]| [0, 1, 2].map(|axis| squared_distance(rulers[axis], a[axis], b[axis]));
        assert_eq!(squares(&a, &b), [0.0, (0.1f64 - 0.9).powi(2), 0.0]);
        assert_eq!(squares(&b, &c), [1.0, (0.9f64 - 0.5).powi(2), 0.375]);
    }
}
