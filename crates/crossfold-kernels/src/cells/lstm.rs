//! Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate (Gers et al. 2000).
//!
//! With its own W, b, U and c for each, i, f, o ← σ(W·x + b + U·h + c) and g ← tanh(W·x + b + U·h + c);
//! then m ← f⊙m + i⊙g and h ← o⊙tanh(m).

use super::{BackwardStep, CellRule, ForwardStep, map};
use crate::Real;
use crate::activation::sigmoid;

/// Stores i, f, g and o, the memory before the step, and tanh of the memory after it.
pub struct Lstm;

impl<E: Real> CellRule<E> for Lstm {
    const KEPT: usize = 6;
    const ROTATION: usize = 0;

    #[inline(always)]
    fn forward(row: ForwardStep<'_, E>) {
        let ForwardStep { nodes, kept, state, memory } = row;
        map(&mut kept[..2 * nodes], |x| sigmoid(x).0);
        map(&mut kept[2 * nodes..3 * nodes], E::tanh);
        map(&mut kept[3 * nodes..4 * nodes], |x| sigmoid(x).0);
        blocks!(kept, nodes => i, f, g, o, before, after);
        before.copy_from_slice(memory);
        for (((memory, i), f), g) in memory.iter_mut().zip(i).zip(f).zip(g) {
            *memory = *f * *memory + *i * *g;
        }
        // In place: with two slices the compiler gives up on vectors.
        after.copy_from_slice(memory);
        map(after, E::tanh);
        for ((state, o), after) in state.iter_mut().zip(o).zip(after) {
            *state = *o * *after;
        }
    }

    #[inline(always)]
    fn backward(row: BackwardStep<'_, E>) {
        let BackwardStep { nodes, kept, state, memory, .. } = row;
        blocks!(kept, nodes => i, f, g, o, before, after);
        // Each loop writes one slice: with two the compiler gives up on vectors. `after` then holds a gate's old
        // values.
        for (((memory, state), o), after) in memory.iter_mut().zip(&*state).zip(&*o).zip(&*after) {
            *memory += *state * *o * (E::ONE - *after * *after);
        }
        for ((o, state), after) in o.iter_mut().zip(&*state).zip(&*after) {
            *o = *state * *after * *o * (E::ONE - *o);
        }
        state.fill(E::ZERO);
        after.copy_from_slice(i);
        for ((i, g), memory) in i.iter_mut().zip(&*g).zip(&*memory) {
            *i = *memory * *g * *i * (E::ONE - *i);
        }
        for ((g, input), memory) in g.iter_mut().zip(&*after).zip(&*memory) {
            *g = *memory * *input * (E::ONE - *g * *g);
        }
        after.copy_from_slice(f);
        for ((f, before), memory) in f.iter_mut().zip(&*before).zip(&*memory) {
            *f = *memory * *before * *f * (E::ONE - *f);
        }
        for (memory, forget) in memory.iter_mut().zip(&*after) {
            *memory *= *forget;
        }
    }
}
