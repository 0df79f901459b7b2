//! Matrix products into memory that the caller provides, with the same bits on every machine that fuses multiply-adds.
//!
//! Libraries (`gemm`, `matrixmultiply`, OpenBLAS) divide sums by the sizes of caches and vectors, so their results differ from
//! machine to machine.

mod dots;
mod tiles;

use std::ops::Range;

use crate::Real;

/// A read-only view of a matrix of rows × columns.
#[derive(Clone, Copy)]
pub struct Matrix<'a, E> {
    values: &'a [E],
    shape: [usize; 2],
    /// Distance from row to row and from column to column, in values.
    strides: [usize; 2],
}

impl<'a, E> Matrix<'a, E> {
    /// A matrix of `columns` columns, stored row by row.
    ///
    /// # Panics
    /// If the number of values isn't a multiple of `columns`, or there are no columns.
    pub fn new(values: &'a [E], columns: usize) -> Matrix<'a, E> {
        assert!(values.len().is_multiple_of(columns), "a matrix has whole rows");
        Matrix { values, shape: [values.len() / columns, columns], strides: [columns, 1] }
    }

    /// A view of some columns. The matrix must have at least one row.
    ///
    /// # Panics
    /// If the range reaches past the last column.
    #[must_use]
    pub fn columns(self, columns: Range<usize>) -> Matrix<'a, E> {
        let [rows, all] = self.shape;
        assert!(columns.end <= all, "the columns lie within the matrix");
        let values = &self.values[columns.start * self.strides[1]..];
        Matrix { values, shape: [rows, columns.len()], strides: self.strides }
    }

    /// A view with rows and columns exchanged.
    #[must_use]
    pub fn transposed(self) -> Matrix<'a, E> {
        let ([rows, columns], [row, column]) = (self.shape, self.strides);
        Matrix { values: self.values, shape: [columns, rows], strides: [column, row] }
    }

    /// Whether every element lies within the slice.
    fn fits(&self) -> bool {
        let furthest = |[rows, columns]: [usize; 2], [row, column]: [usize; 2]| {
            let down = rows.checked_sub(1)?.checked_mul(row)?;
            columns.checked_sub(1)?.checked_mul(column)?.checked_add(down)
        };
        furthest(self.shape, self.strides).is_some_and(|furthest| furthest < self.values.len())
    }
}

/// The destination of a product, rows × columns, with `stride` values from row to row.
pub struct MatrixMut<'a, E> {
    values: &'a mut [E],
    columns: usize,
    stride: usize,
}

impl<'a, E> MatrixMut<'a, E> {
    /// A matrix of `columns` columns, stored row by row.
    pub fn new(values: &'a mut [E], columns: usize) -> MatrixMut<'a, E> {
        MatrixMut { values, columns, stride: columns }
    }

    /// The first `columns` columns of a matrix whose rows have `stride` values.
    pub fn first_columns(values: &'a mut [E], columns: usize, stride: usize) -> MatrixMut<'a, E> {
        MatrixMut { values, columns, stride }
    }
}

/// Sets `to` to `left` · `right`.
///
/// # Panics
/// If shapes don't match, sums are empty, a view reaches past its values, or `to` is too small.
pub fn multiply<E: Real>(left: Matrix<'_, E>, right: Matrix<'_, E>, to: MatrixMut<'_, E>) {
    product(left, right, to, false);
}

/// Adds `left` · `right` to `to`.
///
/// # Panics
/// If shapes don't match, sums are empty, a view reaches past its values, or `to` is too small.
pub fn add_product<E: Real>(left: Matrix<'_, E>, right: Matrix<'_, E>, to: MatrixMut<'_, E>) {
    product(left, right, to, true);
}

fn product<E: Real>(left: Matrix<'_, E>, right: Matrix<'_, E>, to: MatrixMut<'_, E>, adds: bool) {
    let ([rows, inner], [right_rows, columns]) = (left.shape, right.shape);
    if rows == 0 || columns == 0 {
        return;
    }
    assert!(inner > 0 && inner == right_rows, "the columns of the left matrix match the rows of the right one");
    assert!(left.fits() && right.fits(), "a matrix has all its values");
    assert!(to.columns == columns && to.stride >= columns, "a product has as many columns as the right matrix");
    let end = (rows - 1).checked_mul(to.stride).and_then(|start| start.checked_add(columns));
    assert!(end.is_some_and(|end| end <= to.values.len()), "the destination holds the product");
    if columns == 1 && to.stride == 1 && left.strides[0] == 1 && left.strides[1] > 1 {
        // A row instead of a column: its values are adjacent.
        let to = MatrixMut { values: to.values, columns: rows, stride: rows };
        let (left, right) = (right.transposed(), left.transposed());
        E::with_scratch(|panel| tiles::product(left, right, to, adds, panel));
    } else if columns == 1 && left.strides[1] == 1 && right.strides[0] == 1 {
        dots::product(left, right.values, to.values, to.stride, adds);
    } else {
        E::with_scratch(|panel| tiles::product(left, right, to, adds, panel));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Vectors, fuses, limit_vectors};

    const LEFT: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    const RIGHT: [f64; 6] = [7.0, 8.0, 9.0, 10.0, 11.0, 12.0];

    /// Expected values from NumPy.
    #[test]
    fn products_of_views_match_numpy() {
        let (left, right) = (Matrix::new(&LEFT, 3), Matrix::new(&RIGHT, 2));
        let mut to = [1.0; 4];
        multiply(left, right, MatrixMut::new(&mut to, 2));
        assert_eq!(to, [58.0, 64.0, 139.0, 154.0]);
        add_product(left, right, MatrixMut::new(&mut to, 2));
        assert_eq!(to, [116.0, 128.0, 278.0, 308.0]);
        let mut to = [0.0; 9];
        multiply(
            left.transposed(),
            right.columns(0..2).transposed().columns(1..3),
            MatrixMut::first_columns(&mut to, 2, 3),
        );
        assert_eq!(to, [49.0, 59.0, 0.0, 68.0, 82.0, 0.0, 87.0, 105.0, 0.0]);
    }

    /// Numbers in [-1, 1) that look random.
    fn numbers(count: usize, mut state: u32) -> Vec<f32> {
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    /// The matrix of `shape` within `values`, in either layout, and with values between its rows.
    fn view(values: &[f32], [rows, columns]: [usize; 2], is_transposed: bool, gap: usize) -> Matrix<'_, f32> {
        if is_transposed {
            Matrix::new(&values[..(rows + gap) * columns], rows + gap).columns(0..rows).transposed()
        } else {
            Matrix::new(&values[..rows * (columns + gap)], columns + gap).columns(0..columns)
        }
    }

    /// A sum is a chain of fused multiply-adds, or, along the rows of a matrix with one column on its right, 16 chains that are
    /// added in halves. Written down as such, with any layout and any vectors.
    #[test]
    fn sums_are_chains_with_any_vectors() {
        const SIZES: [usize; 11] = [1, 2, 3, 5, 8, 15, 16, 17, 33, 50, 300];
        let values = numbers(2 * 310 * 310, 1);
        let (left_values, right_values) = values.split_at(310 * 310);
        let mut seed = numbers(6_000, 2).into_iter().map(|number| ((number + 1.0) * 500.0) as usize);
        for case in 0..600 {
            let mut draw = |count: usize| seed.next().unwrap() % count;
            let [rows, inner, columns] = std::array::from_fn(|_| SIZES[draw(SIZES.len())]);
            let [left_is_transposed, right_is_transposed, adds] = std::array::from_fn(|_| draw(2) == 1);
            let gap = 3 * draw(2);
            let left = view(left_values, [rows, inner], left_is_transposed, gap);
            let right = view(right_values, [inner, columns], right_is_transposed, gap);
            let stride = columns + gap;
            let before = numbers(rows * stride, case);
            let at = |matrix: &Matrix<'_, f32>, row: usize, column: usize| {
                matrix.values[row * matrix.strides[0] + column * matrix.strides[1]]
            };
            let fused = |row: usize, column: usize, k: usize, sum: f32| {
                if fuses() {
                    libm::fmaf(at(&left, row, k), at(&right, k, column), sum)
                } else {
                    at(&left, row, k) * at(&right, k, column) + sum
                }
            };
            let is_dot = columns == 1 && left.strides[1] == 1 && right.strides[0] == 1;
            let turns = columns == 1 && stride == 1 && left.strides[0] == 1 && left.strides[1] > 1;
            let mut expected = before.clone();
            for row in 0..rows {
                for column in 0..columns {
                    let start = if adds { before[row * stride + column] } else { 0.0 };
                    expected[row * stride + column] = if is_dot && !turns {
                        let mut sums = [0.0; 16];
                        let whole = inner / 16 * 16;
                        // What is left of the row is aligned to the end of the chains, or to their beginning in a short row.
                        let lane = |k: usize| if k >= whole && whole > 0 { 16 + k - inner } else { k % 16 };
                        (0..inner).for_each(|k| sums[lane(k)] = fused(row, column, k, sums[lane(k)]));
                        for half in [8, 4, 2, 1] {
                            (0..half).for_each(|lane| sums[lane] += sums[lane + half]);
                        }
                        if adds { start + sums[0] } else { sums[0] }
                    } else {
                        (0..inner).fold(start, |sum, k| fused(row, column, k, sum))
                    };
                }
            }
            for vectors in Vectors::ALL {
                limit_vectors(vectors);
                let mut to = before.clone();
                let place = MatrixMut::first_columns(&mut to, columns, stride);
                if adds {
                    add_product(left, right, place)
                } else {
                    multiply(left, right, place)
                }
                assert!(
                    to.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()),
                    "case {case}: {rows} × {inner} × {columns}, {vectors:?}, {left_is_transposed}, {right_is_transposed}, {adds}, {gap}"
                );
            }
            limit_vectors(Vectors::Avx512);
        }
    }

    #[test]
    #[should_panic(expected = "the destination holds the product")]
    fn overflowing_stride_panics() {
        let mut to = [0.0; 4];
        let place = MatrixMut::first_columns(&mut to, 2, usize::MAX);
        multiply(Matrix::new(&LEFT, 3), Matrix::new(&RIGHT, 2), place);
    }

    #[test]
    #[should_panic(expected = "the destination holds the product")]
    fn short_destination_panics() {
        multiply(Matrix::new(&LEFT, 3), Matrix::new(&RIGHT, 2), MatrixMut::new(&mut [0.0; 3], 2));
    }

    #[test]
    #[should_panic(expected = "match the rows")]
    fn mismatched_shapes_panic() {
        multiply(Matrix::new(&LEFT, 3), Matrix::new(&RIGHT, 3), MatrixMut::new(&mut [0.0; 9], 3));
    }
}
