//! What cells have in common.

use std::marker::PhantomData;

use crossfold_study::Cell as Kind;

use super::elman::Elman;
use super::gru::Gru;
use super::lstm::Lstm;
use crate::real::Real;
use crate::vectors::{Loops, vectorized};

/// What a recurrent layer does at each step, forward and backward, as PyTorch defines it.
///
/// Of each row and step it keeps blocks of `nodes` values. On the way back they become gradients: the first ones
/// those of the sums on the input's side, gate by gate, and as many from the [`Rule::ROTATION`]th on those of the
/// sums on the state's side.
///
/// Both ways are to be inlined with all that they call, as [`Loops`] are.
pub(super) trait Rule<E> {
    /// Blocks that are kept.
    const KEPT: usize;
    /// By how many gates those on the input's side are rotated to the right.
    const ROTATION: usize;

    /// One step of all rows that have it.
    fn forward(step: Forward<'_, E>);

    /// The same step's way back.
    fn backward(step: Backward<'_, E>);
}

/// A rule as a value.
pub(super) trait Cell<E>: Sync {
    fn kept(&self) -> usize;
    fn rotation(&self) -> usize;
    fn forward(&self, step: Forward<'_, E>);
    fn backward(&self, step: Backward<'_, E>);
}

impl<E: Real, R: Rule<E> + Sync> Cell<E> for R {
    fn kept(&self) -> usize {
        R::KEPT
    }

    fn rotation(&self) -> usize {
        R::ROTATION
    }

    fn forward(&self, step: Forward<'_, E>) {
        vectorized(On::<R, E>(step, PhantomData));
    }

    fn backward(&self, step: Backward<'_, E>) {
        vectorized(Back::<R, E>(step, PhantomData));
    }
}

struct On<'a, R, E>(Forward<'a, E>, PhantomData<R>);

impl<E, R: Rule<E>> Loops for On<'_, R, E> {
    #[inline(always)]
    fn run(self) {
        R::forward(self.0);
    }
}

struct Back<'a, R, E>(Backward<'a, E>, PhantomData<R>);

impl<E, R: Rule<E>> Loops for Back<'_, R, E> {
    #[inline(always)]
    fn run(self) {
        R::backward(self.0);
    }
}

pub(super) struct Forward<'a, E> {
    pub(super) nodes: usize,
    /// Rows × gates·nodes: products with the input and with the state before.
    pub(super) sums: [&'a [E]; 2],
    /// What is added to these.
    pub(super) biases: [&'a [E]; 2],
    /// Rows × what is kept, to be written.
    pub(super) kept: &'a mut [E],
    /// Rows × nodes: from the state before to the state after.
    pub(super) state: &'a mut [E],
    /// The same of what else goes from step to step.
    pub(super) memory: &'a mut [E],
}

pub(super) struct Backward<'a, E> {
    pub(super) nodes: usize,
    /// Rows × what is kept, to become gradients.
    pub(super) kept: &'a mut [E],
    /// Rows × nodes: the state before.
    pub(super) previous: &'a [E],
    /// Rows × nodes: from the gradient of the state after to that of the state before, without what comes through
    /// the sums.
    pub(super) state: &'a mut [E],
    /// The same of the memory, in full.
    pub(super) memory: &'a mut [E],
}

pub(super) fn of<E: Real>(kind: Kind) -> &'static dyn Cell<E> {
    match kind {
        Kind::Elman => &Elman,
        Kind::Gru => &Gru,
        Kind::Lstm => &Lstm,
    }
}

/// Sets `values` to the function of the sum of x, h, b and c.
#[inline(always)]
pub(super) fn activate<E: Real>(values: &mut [E], [x, h, b, c]: [&[E]; 4], function: impl Fn(E) -> E) {
    for ((((value, &x), &h), &b), &c) in values.iter_mut().zip(x).zip(h).zip(b).zip(c) {
        *value = function((x + b) + (h + c));
    }
}

/// The blocks of `nodes` values that a row is.
#[inline(always)]
pub(super) fn blocks<E, const N: usize>(row: &mut [E], nodes: usize) -> [&mut [E]; N] {
    let mut blocks = row.chunks_exact_mut(nodes);
    [(); N].map(|()| blocks.next().expect("a row has all its blocks"))
}
