//! Cells of recurrent layers: one step of a sequence, forward and backward.

/// Splits a row into blocks of `nodes` values, each under its name.
///
/// A macro, because the compiler must see that blocks don't overlap. It loses sight of that in an array of slices.
macro_rules! blocks {
    ($row:expr, $nodes:expr => $($name:ident),+) => {
        let rest = $row;
        $(let ($name, rest) = rest.split_at_mut($nodes);)+
        debug_assert!(rest.is_empty(), "a row has no more than its blocks");
    };
}

mod elman;
mod gru;
mod lstm;

use std::marker::PhantomData;

use crate::simd::{self as macerator, Simd, with_simd};

use crate::Real;
pub use elman::Elman;
pub use gru::Gru;
pub use lstm::Lstm;

/// The arithmetic of a cell on one row at one step, as PyTorch defines it.
///
/// A cell stores blocks of `nodes` values. Before the forward pass the first blocks hold sums of products and biases:
/// those of the input gate by gate, and, from block [`CellRule::ROTATION`] on, those of the state. The two ranges
/// overlap in all blocks but the first and last [`CellRule::ROTATION`] ones. The backward pass turns the blocks into
/// the gradients of these sums.
///
/// Both passes must be inlined with everything they call, so that they are compiled for the vectors at hand. They are
/// short loops over few slices, because the compiler gives up vectorising if it has to prove that many slices don't
/// overlap.
pub trait CellRule<E> {
    /// Number of stored blocks, each of `nodes` values.
    const KEPT: usize;
    /// Number of gates by which the gates on the input's side are rotated to the right, relative to PyTorch's order.
    const ROTATION: usize;

    /// Turns the sums in `row.kept` into gates, and updates the state.
    fn forward(row: ForwardStep<'_, E>);
    /// Turns what [`CellRule::forward`] stored into the gradients of the sums.
    fn backward(row: BackwardStep<'_, E>);
}

/// The arguments of a forward step, for one row or for all rows that have the step. Slices are rows × `nodes`; `kept`
/// is rows × (blocks × `nodes`).
pub struct ForwardStep<'a, E> {
    pub nodes: usize,
    /// In: sums. Out: what the backward pass needs.
    pub kept: &'a mut [E],
    /// In: the state before the step. Out: the state after it.
    pub state: &'a mut [E],
    /// The same for the second state of an LSTM. Other cells don't use it.
    pub memory: &'a mut [E],
}

/// The arguments of a backward step, laid out as in [`ForwardStep`].
pub struct BackwardStep<'a, E> {
    pub nodes: usize,
    /// In: what the forward pass stored. Out: gradients of the sums.
    pub kept: &'a mut [E],
    /// The state before the step.
    pub previous: &'a [E],
    /// In: the gradient of the state after the step. Out: that of the state before it, without the part that flows
    /// through the sums.
    pub state: &'a mut [E],
    /// The same for the memory, which has no such part.
    pub memory: &'a mut [E],
}

/// A cell applied to all rows of a step.
pub trait Cell<E>: Sync {
    /// Blocks of `nodes` values stored per row and step.
    fn kept(&self) -> usize;

    /// Gates by which the gates on the input's side are rotated to the right, relative to PyTorch's order.
    fn rotation(&self) -> usize;

    /// Computes the step of each row.
    fn forward(&self, step: ForwardStep<'_, E>);

    /// Differentiates the step of each row. Also adds the gradients of the sums over all rows to `totals`, which has
    /// `kept() · nodes` values.
    fn backward(&self, step: BackwardStep<'_, E>, totals: &mut [E]);
}

impl<E: Real, R: CellRule<E> + Sync> Cell<E> for R {
    fn kept(&self) -> usize {
        R::KEPT
    }

    fn rotation(&self) -> usize {
        R::ROTATION
    }

    fn forward(&self, step: ForwardStep<'_, E>) {
        forward(PhantomData::<R>, step);
    }

    fn backward(&self, step: BackwardStep<'_, E>, totals: &mut [E]) {
        backward(PhantomData::<R>, step, totals);
    }
}

#[with_simd]
fn forward<'a, S: Simd, E: Real, R: CellRule<E>>(_: PhantomData<R>, step: ForwardStep<'a, E>) {
    let ForwardStep { nodes, kept, state, memory } = step;
    let carried = state.chunks_exact_mut(nodes).zip(memory.chunks_exact_mut(nodes));
    for (kept, (state, memory)) in kept.chunks_exact_mut(R::KEPT * nodes).zip(carried) {
        R::forward(ForwardStep { nodes, kept, state, memory });
    }
}

#[with_simd]
fn backward<'a, S: Simd, E: Real, R: CellRule<E>>(_: PhantomData<R>, step: BackwardStep<'a, E>, totals: &mut [E]) {
    let BackwardStep { nodes, kept, previous, state, memory } = step;
    let carried = state.chunks_exact_mut(nodes).zip(memory.chunks_exact_mut(nodes));
    let rows = kept.chunks_exact_mut(R::KEPT * nodes).zip(previous.chunks_exact(nodes)).zip(carried);
    for ((kept, previous), (state, memory)) in rows {
        R::backward(BackwardStep { nodes, kept, previous, state, memory });
        totals.iter_mut().zip(&*kept).for_each(|(total, &value)| *total += value);
    }
}

/// Replaces each value by its function.
#[inline(always)]
fn map<E: Real>(values: &mut [E], function: impl Fn(E) -> E) {
    values.iter_mut().for_each(|value| *value = function(*value));
}
