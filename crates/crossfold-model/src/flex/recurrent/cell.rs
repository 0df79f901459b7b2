//! What cells have in common.

use std::marker::PhantomData;

use crossfold_study::Cell as Kind;

use super::elman::Elman;
use super::gru::Gru;
use super::lstm::Lstm;
use crate::real::Real;
use crate::vectors::{Loops, vectorized};

/// What a recurrent layer does to a row at each step, forward and backward, as PyTorch defines it.
///
/// It keeps blocks of `nodes` values. On the way back they become gradients: the first ones those of the sums on the
/// input's side, gate by gate, and as many from the [`Rule::ROTATION`]th on those of the sums on the state's side.
///
/// Both ways are to be inlined with all that they call, as [`Loops`] are.
pub(super) trait Rule<E> {
    /// Sums of products that a node takes on each side.
    const GATES: usize;
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
    /// Gates·nodes: products with the input and with the state before.
    pub(super) sums: [&'a [E]; 2],
    /// What is added to these.
    pub(super) biases: [&'a [E]; 2],
    /// What is kept, to be written.
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

/// A rule for all rows of a step. `row` has room for what is kept of one: there its blocks lie apart for good, while in
/// memory those of all rows are mingled, and a compiler that has to make sure of that gives up on vectors.
pub(super) trait Cell<E>: Sync {
    fn kept(&self) -> usize;
    fn rotation(&self) -> usize;
    fn forward(&self, step: Forward<'_, E>, row: &mut [E]);

    /// Adds what was kept, once it is gradients, to `sums`.
    fn backward(&self, step: Backward<'_, E>, row: &mut [E], sums: &mut [E]);
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

    fn forward(&self, step: Forward<'_, E>, row: &mut [E]) {
        vectorized(On::<R, E> { step, row, rule: PhantomData });
    }

    fn backward(&self, step: Backward<'_, E>, row: &mut [E], sums: &mut [E]) {
        vectorized(Back::<R, E> { step, row, sums, rule: PhantomData });
    }
}

struct On<'a, R, E> {
    step: Forward<'a, E>,
    row: &'a mut [E],
    rule: PhantomData<R>,
}

impl<E: Real, R: Rule<E>> Loops for On<'_, R, E> {
    #[inline(always)]
    fn run(self) {
        let Forward { nodes, sums, biases, kept, state, memory } = self.step;
        let [inputs, products] = sums.map(|sums| sums.chunks_exact(R::GATES * nodes));
        let carried = state.chunks_exact_mut(nodes).zip(memory.chunks_exact_mut(nodes));
        let rows = kept.chunks_exact_mut(R::KEPT * nodes).zip(inputs.zip(products)).zip(carried);
        for ((kept, (input, product)), (state, memory)) in rows {
            let row = &mut *self.row;
            R::forward(Forward { nodes, sums: [input, product], biases, kept: row, state, memory });
            kept.copy_from_slice(self.row);
        }
    }
}

struct Back<'a, R, E> {
    step: Backward<'a, E>,
    row: &'a mut [E],
    sums: &'a mut [E],
    rule: PhantomData<R>,
}

impl<E: Real, R: Rule<E>> Loops for Back<'_, R, E> {
    #[inline(always)]
    fn run(self) {
        let Backward { nodes, kept, previous, state, memory } = self.step;
        let carried = state.chunks_exact_mut(nodes).zip(memory.chunks_exact_mut(nodes));
        let rows = kept.chunks_exact_mut(R::KEPT * nodes).zip(previous.chunks_exact(nodes)).zip(carried);
        for ((kept, previous), (state, memory)) in rows {
            self.row.copy_from_slice(kept);
            R::backward(Backward { nodes, kept: self.row, previous, state, memory });
            for ((kept, sum), &value) in kept.iter_mut().zip(&mut *self.sums).zip(&*self.row) {
                *kept = value;
                *sum += value;
            }
        }
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
