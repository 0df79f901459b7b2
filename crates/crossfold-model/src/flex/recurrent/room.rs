//! Memory of matrices that change their number of rows.

use std::marker::PhantomData;
use std::ops::Range;

use burn_flex::{FlexTensor, Layout};

use crate::real::Real;

/// Rows of one width, as many as a step needs.
pub(super) struct Room<E> {
    storage: FlexTensor,
    width: usize,
    elements: PhantomData<E>,
}

impl<E: Real> Room<E> {
    pub(super) fn new(width: usize) -> Room<E> {
        Room { storage: E::matrix(Vec::new(), 0, width), width, elements: PhantomData }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The first `rows` rows, whatever stands in them.
    pub(super) fn reserve(&mut self, rows: usize) -> &mut [E] {
        if E::slice(&self.storage).len() < rows * self.width {
            self.storage = E::matrix(vec![E::ZERO; rows * self.width], rows, self.width);
        }
        self.rows_mut(0..rows)
    }

    pub(super) fn rows(&self, rows: Range<usize>) -> &[E] {
        &E::slice(&self.storage)[rows.start * self.width..rows.end * self.width]
    }

    pub(super) fn rows_mut(&mut self, rows: Range<usize>) -> &mut [E] {
        &mut E::slice_mut(&mut self.storage)[rows.start * self.width..rows.end * self.width]
    }

    /// A matrix in the same memory, to be dropped before rows are changed.
    pub(super) fn view(&self, rows: Range<usize>, columns: Range<usize>) -> FlexTensor {
        let start = rows.start * self.width + columns.start;
        let layout = Layout::new([rows.len(), columns.len()].into(), vec![self.width as isize, 1], start);
        self.storage.clone().with_layout(layout)
    }
}
