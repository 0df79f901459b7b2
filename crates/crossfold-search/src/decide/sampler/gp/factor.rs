//! A factorisation of a covariance matrix, with which equations are solved by products.

use crossfold_kernels::simd::{self as macerator, Simd, with_simd};

/// The number of right-hand sides that are multiplied at once.
pub(super) const LANES: usize = 16;

/// The inverse W of the Cholesky factor L of a covariance matrix K = L·Lᵀ, so that K⁻¹ = Wᵀ·W.
///
/// It grows by a row per point, which takes n² multiplications. Equations are solved by multiplication with W, which has no
/// chain of dependencies, and in which many right-hand sides share one pass over W. W is kept by row and by column, so that
/// every product adds multiples of vectors, which the compiler vectorises. Sums are in a fixed order and products are never
/// fused with sums, so the bits are the same on all CPUs.
#[derive(Clone, Debug, Default)]
pub(super) struct Factor {
    /// By row; row i has i + 1 numbers.
    rows: Vec<f64>,
    /// By column, each from its diagonal downwards.
    columns: Vec<Vec<f64>>,
}

impl Factor {
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    fn row(&self, index: usize) -> &[f64] {
        &self.rows[index * (index + 1) / 2..][..=index]
    }

    pub(super) fn truncate(&mut self, count: usize) {
        self.rows.truncate(count * (count + 1) / 2);
        self.columns.truncate(count);
        for (index, column) in self.columns.iter_mut().enumerate() {
            column.truncate(count - index);
        }
    }

    /// Adds a row and a column to K: the covariances with the points so far, and the variance.
    ///
    /// The variance that the other points leave unexplained is taken to be at least `least`, above 0.
    pub(super) fn push(&mut self, covariances: &[f64], variance: f64, least: f64) {
        let known = self.multiply(covariances);
        let left = (variance - dot(&known, &known)).max(least);
        let pivot = 1.0 / left.sqrt();
        let mut row = self.multiply_transposed(&known);
        row.iter_mut().for_each(|value| *value *= -pivot);
        row.push(pivot);
        self.columns.push(Vec::new());
        for (column, value) in self.columns.iter_mut().zip(&row) {
            column.push(*value);
        }
        self.rows.extend(row);
    }

    /// W·b, with as many numbers as `b`.
    pub(super) fn multiply(&self, b: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; b.len()];
        times_columns(&self.columns, b, &mut out);
        out
    }

    /// K⁻¹·b.
    pub(super) fn solve(&self, b: &[f64]) -> Vec<f64> {
        self.multiply_transposed(&self.multiply(b))
    }

    /// Wᵀ·b with the first rows of W, with as many numbers as `b`.
    pub(super) fn multiply_transposed(&self, b: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; b.len()];
        times_rows(&self.rows, b, &mut out);
        out
    }

    /// bᵀ·K⁻¹·b for each of [`LANES`] right-hand sides; `b[i]` holds the ith number of each.
    pub(super) fn quadratic(&self, b: &[[f64; LANES]]) -> [f64; LANES] {
        let mut sums = [0.0; LANES];
        quadratic(&self.rows, b, &mut sums);
        sums
    }

    /// The logarithm of K's determinant.
    pub(super) fn log_determinant(&self) -> f64 {
        -2.0 * (0..self.len()).map(|index| libm::log(self.row(index)[index])).sum::<f64>()
    }

    /// The lower triangle of K⁻¹, by row.
    pub(super) fn inverse(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.rows.len()];
        gram(&self.rows, self.len(), &mut out);
        out
    }
}

/// A sum of products.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_chunks, a_rest) = a.as_chunks::<4>();
    let (b_chunks, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}

/// The sum of the columns, each times its number of `b`.
#[with_simd]
fn times_columns<S: Simd>(columns: &[Vec<f64>], b: &[f64], out: &mut [f64]) {
    let mut index = 0;
    while index + 4 <= b.len() {
        let factors = [b[index], b[index + 1], b[index + 2], b[index + 3]];
        let [first, second, third, fourth] =
            [0, 1, 2, 3].map(|column| &columns[index + column][..b.len() - index - column]);
        out[index] += factors[0] * first[0];
        out[index + 1] += factors[0] * first[1] + factors[1] * second[0];
        out[index + 2] += factors[0] * first[2] + factors[1] * second[1] + factors[2] * third[0];
        let parts = out[index + 3..].iter_mut().zip(&first[3..]).zip(&second[2..]).zip(&third[1..]).zip(fourth);
        for ((((out, first), second), third), fourth) in parts {
            *out += (factors[0] * first + factors[1] * second) + (factors[2] * third + factors[3] * fourth);
        }
        index += 4;
    }
    for index in index..b.len() {
        for (out, value) in out[index..].iter_mut().zip(&columns[index]) {
            *out += b[index] * value;
        }
    }
}

/// The sum of the rows, each times its number of `b`.
#[with_simd]
fn times_rows<S: Simd>(rows: &[f64], b: &[f64], out: &mut [f64]) {
    let mut index = 0;
    let mut start = 0;
    // Four rows in one pass, which reads and writes the sum a quarter as often. The ends by which rows differ in length are
    // added row by row.
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
        let [first, second, third, fourth] = rows_from(rows, start, index);
        // Not an array of them, which the compiler would keep in memory.
        let (mut one, mut two, mut three, mut four) = ([0.0; LANES], [0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let parts = b[..=index].iter().zip(first).zip(second).zip(third).zip(fourth);
        for ((((b, first), second), third), fourth) in parts {
            add(&mut one, *first, b);
            add(&mut two, *second, b);
            add(&mut three, *third, b);
            add(&mut four, *fourth, b);
        }
        add(&mut two, second[index + 1], &b[index + 1]);
        add(&mut three, third[index + 1], &b[index + 1]);
        add(&mut three, third[index + 2], &b[index + 2]);
        add(&mut four, fourth[index + 1], &b[index + 1]);
        add(&mut four, fourth[index + 2], &b[index + 2]);
        add(&mut four, fourth[index + 3], &b[index + 3]);
        for lane in 0..LANES {
            sums[lane] +=
                (one[lane] * one[lane] + two[lane] * two[lane]) + (three[lane] * three[lane] + four[lane] * four[lane]);
        }
        start += 4 * index + 10;
        index += 4;
    }
    for index in index..b.len() {
        let mut one = [0.0; LANES];
        for (value, b) in rows[start..][..=index].iter().zip(b) {
            add(&mut one, *value, b);
        }
        for lane in 0..LANES {
            sums[lane] += one[lane] * one[lane];
        }
        start += index + 1;
    }
}

#[inline(always)]
fn add(to: &mut [f64; LANES], factor: f64, b: &[f64; LANES]) {
    for lane in 0..LANES {
        to[lane] += factor * b[lane];
    }
}

/// The lower triangle of WᵀW.
#[with_simd]
fn gram<S: Simd>(rows: &[f64], count: usize, out: &mut [f64]) {
    let mut start = 0;
    let mut index = 0;
    while index + 4 <= count {
        let four = rows_from(rows, start, index);
        let mut out_start = 0;
        for place in 0..index + 4 {
            let factors = four.map(|row| row.get(place).copied().unwrap_or(0.0));
            let target = &mut out[out_start..][..=place];
            let shared = place.min(index) + 1;
            let [first, second, third, fourth] = four.map(|row| &row[..shared]);
            for (at, out) in target[..shared].iter_mut().enumerate() {
                *out += (factors[0] * first[at] + factors[1] * second[at])
                    + (factors[2] * third[at] + factors[3] * fourth[at]);
            }
            for (at, out) in target.iter_mut().enumerate().skip(shared) {
                // Only this row of the four and those below it have entries in this column.
                *out += four[place - index..]
                    .iter()
                    .zip(&factors[place - index..])
                    .map(|(row, f)| f * row[at])
                    .sum::<f64>();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::Seed;

    /// A covariance matrix of `count` points on a line, with some noise.
    fn matrix(count: usize) -> Vec<Vec<f64>> {
        let covariance =
            |a: usize, b: usize| libm::exp(-0.1 * (a as f64 - b as f64).abs()) + if a == b { 0.1 } else { 0.0 };
        (0..count).map(|a| (0..count).map(|b| covariance(a, b)).collect()).collect()
    }

    fn factor(matrix: &[Vec<f64>]) -> Factor {
        let mut factor = Factor::default();
        for (index, row) in matrix.iter().enumerate() {
            factor.push(&row[..index], row[index], 1e-9);
        }
        factor
    }

    #[test]
    fn equations_of_every_size_are_solved() {
        let mut draws = Seed(1).search(0);
        for count in 1..40 {
            let matrix = matrix(count);
            let factor = factor(&matrix);
            let expected: Vec<f64> = (0..count).map(|_| draws.normal()).collect();
            let right: Vec<f64> = matrix.iter().map(|row| dot(row, &expected)).collect();
            for (ours, expected) in factor.solve(&right).iter().zip(&expected) {
                assert!((ours - expected).abs() < 1e-11, "{count}: {ours} {expected}");
            }
            let lanes: Vec<[f64; LANES]> = right.iter().map(|b| std::array::from_fn(|lane| b * lane as f64)).collect();
            let quadratic = factor.quadratic(&lanes);
            let once = dot(&right, &expected);
            for (lane, value) in quadratic.into_iter().enumerate() {
                assert!((value - once * (lane * lane) as f64).abs() < 1e-10 * (1.0 + value.abs()), "{count}: {value}");
            }
        }
    }

    #[test]
    fn the_product_with_the_inverse_is_the_identity() {
        for count in 1..20 {
            let matrix = matrix(count);
            let inverse = factor(&matrix).inverse();
            let at = |a: usize, b: usize| inverse[a.max(b) * (a.max(b) + 1) / 2 + a.min(b)];
            for (a, row) in matrix.iter().enumerate() {
                for b in 0..count {
                    let product: f64 = row.iter().enumerate().map(|(c, value)| value * at(c, b)).sum();
                    assert!((product - if a == b { 1.0 } else { 0.0 }).abs() < 1e-12, "{count}: {product}");
                }
            }
        }
    }

    /// (1.1 · 1.1 − e^−0.2)
    #[test]
    fn the_determinant_of_two_points_matches_the_formula() {
        let determinant = factor(&matrix(2)).log_determinant();
        assert!((determinant - libm::log(1.21 - libm::exp(-0.2))).abs() < 1e-14);
    }

    /// Two equal points: the second adds no information, and no division by zero occurs.
    #[test]
    fn singular_matrices_are_regularized() {
        let mut factor = Factor::default();
        factor.push(&[], 1.0, 1e-9);
        factor.push(&[1.0], 1.0, 1e-9);
        assert!(factor.solve(&[1.0, 1.0]).iter().all(|value| value.is_finite()));
    }
}
