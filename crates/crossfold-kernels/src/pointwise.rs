//! Passes over values that touch each value once, in place.
//!
//! Biases and masks are applied in the same pass as the function, because such passes are bound by memory bandwidth,
//! not by arithmetic.

use crate::simd::{self as macerator, Simd, with_simd};

use crate::Real;

/// Applies `function`, which returns a value and its derivative, to each value plus its bias. Stores both, multiplied
/// by the mask.
///
/// `values`, `slopes` and `mask` are rows × `bias.len()`. An empty mask drops nothing.
#[with_simd]
pub fn apply_with_slopes<S: Simd, E: Real, F: Fn(E) -> (E, E)>(
    function: F,
    values: &mut [E],
    slopes: &mut [E],
    bias: &[E],
    mask: &[E],
) {
    let rows = values.chunks_exact_mut(bias.len()).zip(slopes.chunks_exact_mut(bias.len()));
    if mask.is_empty() {
        for (values, slopes) in rows {
            for ((value, slope), &bias) in values.iter_mut().zip(slopes).zip(bias) {
                (*value, *slope) = function(*value + bias);
            }
        }
        return;
    }
    for ((values, slopes), mask) in rows.zip(mask.chunks_exact(bias.len())) {
        for (((value, slope), &bias), &kept) in values.iter_mut().zip(slopes).zip(bias).zip(mask) {
            let (y, dy) = function(*value + bias);
            (*value, *slope) = (y * kept, dy * kept);
        }
    }
}

/// Applies `function` to each value plus its bias, without keeping the derivative. `values` are rows × `bias.len()`.
#[with_simd]
pub fn apply<S: Simd, E: Real, F: Fn(E) -> (E, E)>(function: F, values: &mut [E], bias: &[E]) {
    for row in values.chunks_exact_mut(bias.len()) {
        for (value, &bias) in row.iter_mut().zip(bias) {
            *value = function(*value + bias).0;
        }
    }
}

/// Adds `bias` to each row. `values` are rows × `bias.len()`.
pub fn add_bias<E: Real>(values: &mut [E], bias: &[E]) {
    apply(|value| (value, E::ONE), values, bias);
}

/// Multiplies each value by the factor at the same index.
#[with_simd]
pub fn scale<S: Simd, E: Real>(values: &mut [E], factors: &[E]) {
    for (value, &factor) in values.iter_mut().zip(factors) {
        *value *= factor;
    }
}

/// Adds to each value the term at the same index.
#[with_simd]
pub fn add<S: Simd, E: Real>(values: &mut [E], terms: &[E]) {
    for (value, &term) in values.iter_mut().zip(terms) {
        *value += term;
    }
}

/// Sets `sums` to the column sums of `rows`, which are rows × `sums.len()`.
#[with_simd]
pub fn sum_columns<S: Simd, E: Real>(sums: &mut [E], rows: &[E]) {
    sums.fill(E::ZERO);
    for row in rows.chunks_exact(sums.len()) {
        for (sum, &value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
}
