//! Long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate (Gers et al. 2000).
//!
//! With its own W, b, U and c for each, i, f, o ← σ(W·x + b + U·h + c) and g ← tanh(W·x + b + U·h + c);
//! then m ← f⊙m + i⊙g and h ← o⊙tanh(m).

use std::ops::Range;

use super::cell::{Backward, Forward, Rule, activate, blocks};
use crate::activation::sigmoid;
use crate::real::Real;

pub(super) struct Lstm;

/// i, f, g and o; the memory before; tanh of the memory after.
const KEPT: usize = 6;

impl<E: Real> Rule<E> for Lstm {
    const KEPT: usize = KEPT;
    const ROTATION: usize = 0;

    #[inline(always)]
    fn forward(step: Forward<'_, E>) {
        let Forward { nodes, sums, biases, kept, state, memory } = step;
        let [inputs, states] = sums.map(|sums| sums.chunks_exact(4 * nodes));
        let carried = state.chunks_exact_mut(nodes).zip(memory.chunks_exact_mut(nodes));
        let rows = kept.chunks_exact_mut(KEPT * nodes).zip(inputs.zip(states)).zip(carried);
        for ((kept, (input, product)), (state, memory)) in rows {
            let of = |gates: Range<usize>| [input, product, biases[0], biases[1]].map(|sums| &sums[gates.clone()]);
            let (input_and_forget, candidate, output) = (0..2 * nodes, 2 * nodes..3 * nodes, 3 * nodes..4 * nodes);
            activate(&mut kept[input_and_forget.clone()], of(input_and_forget), |x| sigmoid(x).0);
            activate(&mut kept[candidate.clone()], of(candidate), E::tanh);
            activate(&mut kept[output.clone()], of(output), |x| sigmoid(x).0);
            remember(blocks(kept, nodes), state, memory);
        }
    }

    #[inline(always)]
    fn backward(step: Backward<'_, E>) {
        let Backward { nodes, kept, state, memory, .. } = step;
        let carried = state.chunks_exact_mut(nodes).zip(memory.chunks_exact_mut(nodes));
        for (kept, (state, memory)) in kept.chunks_exact_mut(KEPT * nodes).zip(carried) {
            let [i, f, g, o, before, after] = blocks(kept, nodes);
            retrace([i, f, g, o], before, after, state, memory);
        }
    }
}

#[inline(always)]
fn remember<E: Real>(kept: [&mut [E]; KEPT], state: &mut [E], memory: &mut [E]) {
    let [i, f, g, o, before, after] = kept;
    let gates = i.iter().zip(f).zip(g).zip(o);
    let kept = before.iter_mut().zip(after);
    for (((((i, f), g), o), (before, after)), (state, memory)) in gates.zip(kept).zip(state.iter_mut().zip(memory)) {
        *before = *memory;
        *memory = *f * *memory + *i * *g;
        *after = memory.tanh();
        *state = *o * *after;
    }
}

/// From the gradients of state and memory after a step to those of the gates' sums and of the memory before.
#[inline(always)]
fn retrace<E: Real>(gates: [&mut [E]; 4], before: &[E], after: &[E], state: &mut [E], memory: &mut [E]) {
    let [i, f, g, o] = gates.map(|gate| gate.iter_mut());
    let rest = before.iter().zip(after).zip(state).zip(memory);
    for ((((i, f), g), o), (((&before, &after), state), memory)) in i.zip(f).zip(g).zip(o).zip(rest) {
        let of_memory = *memory + *state * *o * (E::ONE - after * after);
        *o = *state * after * *o * (E::ONE - *o);
        *memory = of_memory * *f;
        *f = of_memory * before * *f * (E::ONE - *f);
        let input = *i;
        *i = of_memory * *g * input * (E::ONE - input);
        *g = of_memory * input * (E::ONE - *g * *g);
        *state = E::ZERO;
    }
}
