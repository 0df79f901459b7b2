//! What cells have in common.

use std::marker::PhantomData;

use crossfold_network::Cell as Kind;
use macerator::{Simd, with_simd};

use super::elman::Elman;
use super::gru::Gru;
use super::lstm::Lstm;
use crate::real::Real;

/// What a recurrent layer does to a row at each step, forward and backward, as PyTorch defines it.
///
/// It keeps blocks of `nodes` values. On the way forward the first ones are sums of products and biases: those with the
/// input gate by gate, and from the [`Rule::ROTATION`]th on as many with the state, which are the same blocks but for
/// that. On the way back the blocks become the gradients of these sums.
///
/// Both ways are to be inlined with all that they call, so that they have the vectors of the machine at hand; and they
/// are short loops over few slices, since a compiler that has to make sure that many lie apart gives up on vectors.
pub(super) trait Rule<E> {
    /// Blocks that are kept.
    const KEPT: usize;
    /// By how many gates those on the input's side are rotated to the right.
    const ROTATION: usize;

    fn forward(row: Forward<'_, E>);
    fn backward(row: Backward<'_, E>);
}

/// A step forward: of a row, or of all rows that have it.
pub(super) struct Forward<'a, E> {
    pub(super) nodes: usize,
    /// From sums to what is kept.
    pub(super) kept: &'a mut [E],
    /// From the state before to the state after.
    pub(super) state: &'a mut [E],
    /// The same of what else goes from step to step.
    pub(super) memory: &'a mut [E],
}

/// The way back of a step.
pub(super) struct Backward<'a, E> {
    pub(super) nodes: usize,
    /// What is kept, to become gradients.
    pub(super) kept: &'a mut [E],
    /// The state before.
    pub(super) previous: &'a [E],
    /// From the gradient of the state after to that of the state before, without what comes through the sums.
    pub(super) state: &'a mut [E],
    /// The same of the memory, in full.
    pub(super) memory: &'a mut [E],
}

/// A rule for all rows of a step.
pub(super) trait Cell<E>: Sync {
    fn kept(&self) -> usize;
    fn rotation(&self) -> usize;
    fn forward(&self, step: Forward<'_, E>);

    /// Adds what was kept, once it is gradients, to `totals`.
    fn backward(&self, step: Backward<'_, E>, totals: &mut [E]);
}

pub(super) fn of<E: Real>(kind: Kind) -> &'static dyn Cell<E> {
    match kind {
        Kind::Elman => &Elman,
        Kind::Gru => &Gru,
        Kind::Lstm => &Lstm,
    }
}

impl<E: Real, R: Rule<E> + Sync> Cell<E> for R {
    fn kept(&self) -> usize {
        R::KEPT
    }

    fn rotation(&self) -> usize {
        R::ROTATION
    }

    fn forward(&self, step: Forward<'_, E>) {
        forward(PhantomData::<R>, step);
    }

    fn backward(&self, step: Backward<'_, E>, totals: &mut [E]) {
        backward(PhantomData::<R>, step, totals);
    }
}

#[with_simd]
fn forward<'a, S: Simd, E: Real, R: Rule<E>>(_: PhantomData<R>, step: Forward<'a, E>) {
    let Forward { nodes, kept, state, memory } = step;
    let carried = state.chunks_exact_mut(nodes).zip(memory.chunks_exact_mut(nodes));
    for (kept, (state, memory)) in kept.chunks_exact_mut(R::KEPT * nodes).zip(carried) {
        R::forward(Forward { nodes, kept, state, memory });
    }
}

#[with_simd]
fn backward<'a, S: Simd, E: Real, R: Rule<E>>(_: PhantomData<R>, step: Backward<'a, E>, totals: &mut [E]) {
    let Backward { nodes, kept, previous, state, memory } = step;
    let carried = state.chunks_exact_mut(nodes).zip(memory.chunks_exact_mut(nodes));
    let rows = kept.chunks_exact_mut(R::KEPT * nodes).zip(previous.chunks_exact(nodes)).zip(carried);
    for ((kept, previous), (state, memory)) in rows {
        R::backward(Backward { nodes, kept, previous, state, memory });
        totals.iter_mut().zip(&*kept).for_each(|(total, &value)| *total += value);
    }
}

/// Sets each value to its function.
#[inline(always)]
pub(super) fn map<E: Real>(values: &mut [E], function: impl Fn(E) -> E) {
    values.iter_mut().for_each(|value| *value = function(*value));
}

/// The blocks of `nodes` values that a row is.
#[inline(always)]
pub(super) fn blocks<E, const N: usize>(row: &mut [E], nodes: usize) -> [&mut [E]; N] {
    let mut blocks = row.chunks_exact_mut(nodes);
    [(); N].map(|()| blocks.next().expect("a row has all its blocks"))
}
