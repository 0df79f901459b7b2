//! Products with one column whose sums run along adjacent values: 16 sums side by side, whatever the width of vectors.

use super::Matrix;
use crate::number::Number;
use crate::simd::{self as macerator, Simd, Vector, with_simd};
use crate::vectors::{copy_few, fused, load, store};

/// The sums of a row.
const LANES: usize = 16;
/// Rows at a time, so that additions need not wait for each other.
const ROWS: usize = 4;

/// Sets each value of `to`, `stride` apart, to the product of a row of `left` and `right`, or adds the product to it.
#[with_simd]
pub(super) fn product<'a, S: Simd, E: Number>(
    left: Matrix<'a, E>,
    right: &'a [E],
    to: &'a mut [E],
    stride: usize,
    adds: bool,
) {
    match LANES / E::lanes::<S>() {
        1 => rows::<S, E, 1>(left, right, to, stride, adds),
        2 => rows::<S, E, 2>(left, right, to, stride, adds),
        4 => rows::<S, E, 4>(left, right, to, stride, adds),
        8 => rows::<S, E, 8>(left, right, to, stride, adds),
        _ => rows::<S, E, 16>(left, right, to, stride, adds),
    }
}

#[inline(always)]
fn rows<S: Simd, E: Number, const V: usize>(left: Matrix<'_, E>, right: &[E], to: &mut [E], stride: usize, adds: bool) {
    let [rows, inner] = left.shape;
    let mut row = 0;
    while row < rows {
        let values = &left.values[row * left.strides[0]..];
        let to = &mut to[row * stride..];
        if row + ROWS <= rows {
            some_rows::<S, E, V, ROWS>(values, left.strides[0], &right[..inner], to, stride, adds);
            row += ROWS;
        } else {
            some_rows::<S, E, V, 1>(values, left.strides[0], &right[..inner], to, stride, adds);
            row += 1;
        }
    }
}

#[inline(always)]
fn some_rows<S: Simd, E: Number, const V: usize, const R: usize>(
    left: &[E],
    left_stride: usize,
    right: &[E],
    to: &mut [E],
    stride: usize,
    adds: bool,
) {
    let lanes = E::lanes::<S>();
    let whole = right.len() / LANES * LANES;
    let mut sums = [[E::ZERO.splat::<S>(); V]; R];
    for first in (0..whole).step_by(LANES) {
        let right = &right[first..][..LANES];
        for (r, sums) in sums.iter_mut().enumerate() {
            add(&left[r * left_stride + first..][..LANES], right, sums);
        }
    }
    let rest = right.len() - whole;
    if rest > 0 && whole > 0 {
        // The last 16 values, of which those that have been summed count as 0. If one of them is infinite, the sum is NaN.
        let last = right.len() - LANES;
        let mut last_right = [E::ZERO; LANES];
        copy_few(&right[whole..], &mut last_right[LANES - rest..]);
        for (r, sums) in sums.iter_mut().enumerate() {
            add(&left[r * left_stride + last..][..LANES], &last_right, sums);
        }
    } else if rest > 0 {
        let [mut last_left, mut last_right] = [[E::ZERO; LANES]; 2];
        copy_few(right, &mut last_right[..rest]);
        for (r, sums) in sums.iter_mut().enumerate() {
            copy_few(&left[r * left_stride..], &mut last_left[..rest]);
            add(&last_left, &last_right, sums);
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        let mut lane_sums = [E::ZERO; LANES];
        for (&sum, lane_sums) in sums.iter().zip(lane_sums.chunks_exact_mut(lanes)) {
            store(sum, lane_sums);
        }
        let sum = total(lane_sums);
        let to = &mut to[r * stride];
        *to = if adds { *to + sum } else { sum };
    }
}

/// Adds the products of 16 numbers to their sums.
#[inline(always)]
fn add<S: Simd, E: Number, const V: usize>(left: &[E], right: &[E], sums: &mut [Vector<S, E>; V]) {
    let lanes = E::lanes::<S>();
    for (v, sum) in sums.iter_mut().enumerate() {
        *sum = fused(load(&left[v * lanes..]), load(&right[v * lanes..]), *sum);
    }
}

/// The sum of sums: each half onto the other.
#[inline(always)]
fn total<E: Number>(mut sums: [E; LANES]) -> E {
    macro_rules! fold {
        ($($half:literal)+) => {
            $(for lane in 0..$half {
                sums[lane] += sums[lane + $half];
            })+
        };
    }
    fold!(8 4 2 1);
    sums[0]
}
