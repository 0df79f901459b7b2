//! A covariance matrix, taken apart so that equations with it are products.

use macerator::{Simd, with_simd};

/// How many right-hand sides are multiplied at once.
pub(super) const LANES: usize = 16;

/// The inverse W of the Cholesky factor L of a covariance matrix K = L·Lᵀ, so that K⁻¹ = Wᵀ·W.
///
/// It grows by a row for each new point, n² multiplications each, and is never solved with, only multiplied by: products have
/// no chain of dependencies, and many right-hand sides share one pass over W. All sums are in a fixed order and nothing is
/// contracted, so the bits are the same on all CPUs.
#[derive(Clone, Debug, Default)]
pub(super) struct Factor {
    /// By row, that of i having i + 1 numbers.
    rows: Vec<f64>,
    count: usize,
}

impl Factor {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    fn row(&self, index: usize) -> &[f64] {
        &self.rows[index * (index + 1) / 2..][..=index]
    }

    pub(super) fn truncate(&mut self, count: usize) {
        self.rows.truncate(count * (count + 1) / 2);
        self.count = self.count.min(count);
    }

    /// Adds a row and a column to K: the covariances with the points so far, and the variance.
    ///
    /// What is left of the variance once the others are known is at least `least`, above 0.
    pub(super) fn push(&mut self, covariances: &[f64], variance: f64, least: f64) {
        let known = self.half(covariances);
        let left = (variance - dot(&known, &known)).max(least);
        let pivot = 1.0 / left.sqrt();
        let start = self.rows.len();
        self.rows.resize(start + self.count + 1, 0.0);
        let (rows, last) = self.rows.split_at_mut(start);
        times_rows(rows, &known, &mut last[..self.count]);
        last[..self.count].iter_mut().for_each(|value| *value *= -pivot);
        last[self.count] = pivot;
        self.count += 1;
    }

    /// W·b, of as many numbers as `b`.
    pub(super) fn half(&self, b: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; b.len()];
        rows_times(&self.rows, b, &mut out);
        out
    }

    /// K⁻¹·b.
    pub(super) fn solve(&self, b: &[f64]) -> Vec<f64> {
        self.half_back(&self.half(b))
    }

    /// Wᵀ·b, of as many rows of W and numbers as `b`.
    pub(super) fn half_back(&self, b: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; b.len()];
        times_rows(&self.rows, b, &mut out);
        out
    }

    /// bᵀ·K⁻¹·b for each of [`LANES`] right-hand sides, `b[i]` holding the ith number of each.
    pub(super) fn quadratic(&self, b: &[[f64; LANES]]) -> [f64; LANES] {
        let mut sums = [0.0; LANES];
        quadratic(&self.rows, b, &mut sums);
        sums
    }

    /// The logarithm of K's determinant.
    pub(super) fn log_determinant(&self) -> f64 {
        -2.0 * (0..self.count).map(|index| libm::log(self.row(index)[index])).sum::<f64>()
    }

    /// The lower triangle of K⁻¹, by row.
    pub(super) fn inverse(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.rows.len()];
        square(&self.rows, self.count, &mut out);
        out
    }
}

/// A sum in a fixed order that vectors of any width follow.
#[inline(always)]
fn sum_of_products(a: &[f64], b: &[f64]) -> f64 {
    let (a_chunks, a_rest) = a.as_chunks::<8>();
    let (b_chunks, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (b + f)) + ((c + g) + (d + h)) + rest
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    dot_with(a, b)
}

#[with_simd]
fn dot_with<S: Simd>(a: &[f64], b: &[f64]) -> f64 {
    sum_of_products(a, b)
}

/// Each row times `b`.
#[with_simd]
fn rows_times<S: Simd>(rows: &[f64], b: &[f64], out: &mut [f64]) {
    let mut start = 0;
    for (index, out) in out.iter_mut().enumerate() {
        let row = &rows[start..][..=index];
        *out = sum_of_products(row, &b[..=index]);
        start += index + 1;
    }
}

/// The sum of the rows, each times its number of `b`.
#[with_simd]
fn times_rows<S: Simd>(rows: &[f64], b: &[f64], out: &mut [f64]) {
    let mut index = 0;
    let mut start = 0;
    // Four rows in one pass, which reads and writes the sum a quarter as often; what they stick out by goes row by row.
    while index + 4 <= b.len() {
        let [first, second, third, fourth] = rows_from(rows, start, index);
        let factors = &b[index..index + 4];
        let shared = index + 1;
        for (place, out) in out[..shared].iter_mut().enumerate() {
            *out += (factors[0] * first[place] + factors[1] * second[place])
                + (factors[2] * third[place] + factors[3] * fourth[place]);
        }
        out[shared] += factors[1] * second[shared] + factors[2] * third[shared] + factors[3] * fourth[shared];
        out[shared + 1] += factors[2] * third[shared + 1] + factors[3] * fourth[shared + 1];
        out[shared + 2] += factors[3] * fourth[shared + 2];
        start += 4 * index + 10;
        index += 4;
    }
    while index < b.len() {
        for (out, value) in out.iter_mut().zip(&rows[start..][..=index]) {
            *out += b[index] * value;
        }
        start += index + 1;
        index += 1;
    }
}

/// Four rows of a triangle, that of `index` starting at `start`.
#[inline(always)]
fn rows_from(rows: &[f64], start: usize, index: usize) -> [&[f64]; 4] {
    let second = start + index + 1;
    let third = second + index + 2;
    let fourth = third + index + 3;
    [
        &rows[start..][..index + 1],
        &rows[second..][..index + 2],
        &rows[third..][..index + 3],
        &rows[fourth..][..index + 4],
    ]
}

#[with_simd]
fn quadratic<S: Simd>(rows: &[f64], b: &[[f64; LANES]], sums: &mut [f64; LANES]) {
    let mut start = 0;
    let mut index = 0;
    while index + 4 <= b.len() {
        let four = rows_from(rows, start, index);
        let mut products = [[0.0; LANES]; 4];
        for place in 0..=index {
            for (products, row) in products.iter_mut().zip(four) {
                for lane in 0..LANES {
                    products[lane] += row[place] * b[place][lane];
                }
            }
        }
        for (which, products) in products.iter_mut().enumerate() {
            for place in index + 1..=index + which {
                for lane in 0..LANES {
                    products[lane] += four[which][place] * b[place][lane];
                }
            }
            for lane in 0..LANES {
                sums[lane] += products[lane] * products[lane];
            }
        }
        start += 4 * index + 10;
        index += 4;
    }
    for index in index..b.len() {
        let mut products = [0.0; LANES];
        for (value, b) in rows[start..][..=index].iter().zip(b) {
            for lane in 0..LANES {
                products[lane] += value * b[lane];
            }
        }
        for lane in 0..LANES {
            sums[lane] += products[lane] * products[lane];
        }
        start += index + 1;
    }
}

/// The lower triangle of WᵀW.
#[with_simd]
fn square<S: Simd>(rows: &[f64], count: usize, out: &mut [f64]) {
    let mut start = 0;
    let mut index = 0;
    while index + 4 <= count {
        let four = rows_from(rows, start, index);
        let mut out_start = 0;
        for place in 0..=index {
            let factors = four.map(|row| row[place]);
            let target = &mut out[out_start..][..=place];
            for (at, out) in target.iter_mut().enumerate() {
                *out += (factors[0] * four[0][at] + factors[1] * four[1][at])
                    + (factors[2] * four[2][at] + factors[3] * four[3][at]);
            }
            out_start += place + 1;
        }
        for which in 1..4 {
            let place = index + which;
            for at in 0..=place {
                out[out_start + at] += four[which..].iter().map(|row| row[place] * row[at]).sum::<f64>();
            }
            out_start += place + 1;
        }
        start += 4 * index + 10;
        index += 4;
    }
    for index in index..count {
        let row = &rows[start..][..=index];
        let mut out_start = 0;
        for (place, factor) in row.iter().enumerate() {
            for (out, value) in out[out_start..][..=place].iter_mut().zip(row) {
                *out += factor * value;
            }
            out_start += place + 1;
        }
        start += index + 1;
    }
}
