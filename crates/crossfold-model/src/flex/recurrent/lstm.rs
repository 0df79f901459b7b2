//! Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate (Gers et al. 2000).
//!
//! With its own W, b, U and c for each, i, f, o ← σ(W·x + b + U·h + c) and g ← tanh(W·x + b + U·h + c);
//! then m ← f⊙m + i⊙g and h ← o⊙tanh(m).

use std::ops::Range;

use super::cell::{Backward, Forward, Rule, activate, blocks};
use crate::activation::sigmoid;
use crate::real::Real;

/// Keeps i, f, g and o, the memory before, and tanh of the memory after.
pub(super) struct Lstm;

impl<E: Real> Rule<E> for Lstm {
    const GATES: usize = 4;
    const KEPT: usize = 6;
    const ROTATION: usize = 0;

    #[inline(always)]
    fn forward(row: Forward<'_, E>) {
        let Forward { nodes, sums: [input, product], biases: [b, c], kept, state, memory } = row;
        let (input_and_forget, candidate, output) = (0..2 * nodes, 2 * nodes..3 * nodes, 3 * nodes..4 * nodes);
        let of = |gates: Range<usize>| [input, product, b, c].map(|sums| &sums[gates.clone()]);
        activate(&mut kept[input_and_forget.clone()], of(input_and_forget), |x| sigmoid(x).0);
        activate(&mut kept[candidate.clone()], of(candidate), E::tanh);
        activate(&mut kept[output.clone()], of(output), |x| sigmoid(x).0);
        let [i, f, g, o, before, after] = blocks(kept, nodes);
        let gates = i.iter().zip(f).zip(g).zip(o);
        let kept = before.iter_mut().zip(after);
        for ((((i, f), g), o), ((before, after), (state, memory))) in gates.zip(kept.zip(state.iter_mut().zip(memory)))
        {
            *before = *memory;
            *memory = *f * *memory + *i * *g;
            *after = memory.tanh();
            *state = *o * *after;
        }
    }

    #[inline(always)]
    fn backward(row: Backward<'_, E>) {
        let Backward { nodes, kept, state, memory, .. } = row;
        let [i, f, g, o, before, after] = blocks(kept, nodes);
        let gates = i.iter_mut().zip(f).zip(g).zip(o);
        let rest = before.iter().zip(after).zip(state).zip(memory);
        for ((((i, f), g), o), (((before, after), state), memory)) in gates.zip(rest) {
            let of_memory = *memory + *state * *o * (E::ONE - *after * *after);
            *o = *state * *after * *o * (E::ONE - *o);
            *memory = of_memory * *f;
            *f = of_memory * *before * *f * (E::ONE - *f);
            let input = *i;
            *i = of_memory * *g * input * (E::ONE - input);
            *g = of_memory * input * (E::ONE - *g * *g);
            *state = E::ZERO;
        }
    }
}
