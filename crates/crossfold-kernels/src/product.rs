//! Matrix products into memory that the caller provides, with the same bits on every machine that fuses multiply-adds.
//!
//! Libraries (`gemm`, `matrixmultiply`, OpenBLAS) divide sums by the sizes of caches and vectors, so their results differ from
//! machine to machine.

mod dots;
mod tiles;

use std::ops::Range;

use crate::number::Number;

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

/// Sets `to` to `left` · `right`, or adds the product to it if `adds`.
///
/// # Panics
/// If shapes don't match, sums are empty, a view reaches past its values, or `to` is too small.
pub(crate) fn product<E: Number>(left: Matrix<'_, E>, right: Matrix<'_, E>, to: MatrixMut<'_, E>, adds: bool) {
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
