//! Matrix products into memory that is there already, by the crate `gemm`, with which burn's `flex` backend multiplies,
//! too: burn's own make a tensor of zeros for each result.

use std::ops::Range;

use crate::real::Real;

/// A view of rows × columns.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a, E> {
    values: &'a [E],
    shape: [usize; 2],
    /// From row to row, and from column to column.
    strides: [usize; 2],
}

impl<'a, E> Matrix<'a, E> {
    /// Row after row of `columns` values.
    pub(super) fn new(values: &'a [E], columns: usize) -> Matrix<'a, E> {
        assert!(values.len().is_multiple_of(columns), "a matrix has whole rows");
        Matrix { values, shape: [values.len() / columns, columns], strides: [columns, 1] }
    }

    /// Some of the columns, of a matrix with at least one row.
    pub(super) fn columns(self, columns: Range<usize>) -> Matrix<'a, E> {
        let [rows, all] = self.shape;
        assert!(columns.end <= all, "a matrix has the columns that are taken of it");
        let values = &self.values[columns.start * self.strides[1]..];
        Matrix { values, shape: [rows, columns.len()], strides: self.strides }
    }

    pub(super) fn transposed(self) -> Matrix<'a, E> {
        let ([rows, columns], [row, column]) = (self.shape, self.strides);
        Matrix { values: self.values, shape: [columns, rows], strides: [column, row] }
    }

    /// Whether all of its values are in its memory.
    fn fits(&self) -> bool {
        let furthest = |[rows, columns]: [usize; 2], [row, column]: [usize; 2]| {
            let down = rows.checked_sub(1)?.checked_mul(row)?;
            columns.checked_sub(1)?.checked_mul(column)?.checked_add(down)
        };
        furthest(self.shape, self.strides).is_some_and(|furthest| furthest < self.values.len())
    }
}

/// Where a product goes: rows × columns, `stride` values from row to row.
pub(super) struct Place<'a, E> {
    values: &'a mut [E],
    columns: usize,
    stride: usize,
}

impl<'a, E> Place<'a, E> {
    /// Row after row of `columns` values.
    pub(super) fn new(values: &'a mut [E], columns: usize) -> Place<'a, E> {
        Place { values, columns, stride: columns }
    }

    /// The first so many columns of rows that are `stride` long.
    pub(super) fn first_columns(values: &'a mut [E], columns: usize, stride: usize) -> Place<'a, E> {
        Place { values, columns, stride }
    }
}

/// Sets `to` to the product.
pub(super) fn multiply<E: Real>(left: Matrix<'_, E>, right: Matrix<'_, E>, to: Place<'_, E>) {
    product(left, right, to, false);
}

/// Adds the product to what is there.
pub(super) fn add_product<E: Real>(left: Matrix<'_, E>, right: Matrix<'_, E>, to: Place<'_, E>) {
    product(left, right, to, true);
}

fn product<E: Real>(left: Matrix<'_, E>, right: Matrix<'_, E>, to: Place<'_, E>, adds: bool) {
    let ([rows, inner], [right_rows, columns]) = (left.shape, right.shape);
    if rows == 0 || columns == 0 {
        return;
    }
    assert!(inner > 0 && inner == right_rows, "the columns of the left matrix meet the rows of the right one");
    assert!(left.fits() && right.fits(), "a matrix has all of its values");
    assert!(to.columns == columns && to.stride >= columns, "a product has as many columns as the right matrix");
    let end = (rows - 1).checked_mul(to.stride).and_then(|start| start.checked_add(columns));
    assert!(end.is_some_and(|end| end <= to.values.len()), "there is room for a product");
    let [[left_row, left_column], [right_row, right_column]] =
        [left.strides, right.strides].map(|strides| strides.map(|stride| stride as isize));
    #[expect(unsafe_code, reason = "gemm takes pointers; all of what they reach is checked above")]
    // SAFETY: both matrices lie in their slices, and so does the place for their product, whose rows don't overlap
    // and which nothing else sees.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            to.values.as_mut_ptr(),
            1,
            to.stride as isize,
            adds,
            left.values.as_ptr(),
            left_column,
            left_row,
            right.values.as_ptr(),
            right_column,
            right_row,
            E::ONE,
            E::ONE,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    const RIGHT: [f64; 6] = [7.0, 8.0, 9.0, 10.0, 11.0, 12.0];

    /// By NumPy.
    #[test]
    fn views_are_multiplied_as_they_lie() {
        let (left, right) = (Matrix::new(&LEFT, 3), Matrix::new(&RIGHT, 2));
        let mut to = [1.0; 4];
        multiply(left, right, Place::new(&mut to, 2));
        assert_eq!(to, [58.0, 64.0, 139.0, 154.0]);
        add_product(left, right, Place::new(&mut to, 2));
        assert_eq!(to, [116.0, 128.0, 278.0, 308.0]);
        let mut to = [0.0; 9];
        multiply(
            left.transposed(),
            right.columns(0..2).transposed().columns(1..3),
            Place::first_columns(&mut to, 2, 3),
        );
        assert_eq!(to, [49.0, 59.0, 0.0, 68.0, 82.0, 0.0, 87.0, 105.0, 0.0]);
    }

    #[test]
    #[should_panic(expected = "there is room for a product")]
    fn a_stride_may_not_wrap_around() {
        let mut to = [0.0; 4];
        let place = Place::first_columns(&mut to, 2, usize::MAX);
        multiply(Matrix::new(&LEFT, 3), Matrix::new(&RIGHT, 2), place);
    }

    #[test]
    #[should_panic(expected = "there is room for a product")]
    fn there_must_be_room() {
        multiply(Matrix::new(&LEFT, 3), Matrix::new(&RIGHT, 2), Place::new(&mut [0.0; 3], 2));
    }

    #[test]
    #[should_panic(expected = "meet the rows")]
    fn shapes_must_meet() {
        multiply(Matrix::new(&LEFT, 3), Matrix::new(&RIGHT, 3), Place::new(&mut [0.0; 9], 3));
    }
}
