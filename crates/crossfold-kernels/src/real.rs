//! The number types of networks, with products of matrices.

use crate::number::Number;
use crate::product::{self, Matrix, MatrixMut};

/// `f32` or `f64`, with products that are compiled once, in this crate: they are most of the code of a training step.
pub trait Real: Number {
    /// Sets `to` to `left` · `right`, or adds the product to it if `adds`.
    ///
    /// # Panics
    /// If shapes don't match, sums are empty, a view reaches past its values, or `to` is too small.
    fn product(left: Matrix<'_, Self>, right: Matrix<'_, Self>, to: MatrixMut<'_, Self>, adds: bool);
}

impl Real for f32 {
    #[inline(never)]
    fn product(left: Matrix<'_, f32>, right: Matrix<'_, f32>, to: MatrixMut<'_, f32>, adds: bool) {
        product::product(left, right, to, adds);
    }
}

impl Real for f64 {
    #[inline(never)]
    fn product(left: Matrix<'_, f64>, right: Matrix<'_, f64>, to: MatrixMut<'_, f64>, adds: bool) {
        product::product(left, right, to, adds);
    }
}

/// Sets `to` to `left` · `right`.
///
/// # Panics
/// As [`Real::product`].
pub fn multiply<E: Real>(left: Matrix<'_, E>, right: Matrix<'_, E>, to: MatrixMut<'_, E>) {
    E::product(left, right, to, false);
}

/// Adds `left` · `right` to `to`.
///
/// # Panics
/// As [`Real::product`].
pub fn add_product<E: Real>(left: Matrix<'_, E>, right: Matrix<'_, E>, to: MatrixMut<'_, E>) {
    E::product(left, right, to, true);
}
