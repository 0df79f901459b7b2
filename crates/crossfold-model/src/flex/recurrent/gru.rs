//! Gated recurrent unit (Cho et al. 2014), the reset gate behind the product.
//!
//! With its own W, b, U and c for each, r, z ← σ(W·x + b + U·h + c) and n ← tanh(W·x + b + r⊙(U·h + c));
//! then h ← n + z⊙(h − n).

use super::cell::{Backward, Forward, Rule, activate, blocks};
use crate::activation::sigmoid;
use crate::real::Real;

/// Its gates on the input's side are n, r, z, on the state's side r, z, n: so the gradients of the input's sums lie
/// side by side, and those of the state's, of which r and z are the same.
pub(super) struct Gru;

/// n, r, z, and what r multiplies.
const KEPT: usize = 4;

impl<E: Real> Rule<E> for Gru {
    const KEPT: usize = KEPT;
    const ROTATION: usize = 1;

    #[inline(always)]
    fn forward(step: Forward<'_, E>) {
        let Forward { nodes, sums, biases: [input_bias, state_bias], kept, state, .. } = step;
        let (candidate_bias, gates_bias) = input_bias.split_at(nodes);
        let (state_gates_bias, state_candidate_bias) = state_bias.split_at(2 * nodes);
        let [inputs, states] = sums.map(|sums| sums.chunks_exact(3 * nodes));
        let rows = kept.chunks_exact_mut(KEPT * nodes).zip(inputs.zip(states)).zip(state.chunks_exact_mut(nodes));
        for ((kept, (input, product)), state) in rows {
            let (candidate, gates) = input.split_at(nodes);
            let (state_gates, state_candidate) = product.split_at(2 * nodes);
            activate(&mut kept[nodes..3 * nodes], [gates, state_gates, gates_bias, state_gates_bias], |x| sigmoid(x).0);
            let [n, r, z, product] = blocks(kept, nodes);
            let biases = [candidate_bias, state_candidate_bias];
            propose([n, product], r, [candidate, state_candidate], biases);
            blend(n, z, state);
        }
    }

    #[inline(always)]
    fn backward(step: Backward<'_, E>) {
        let Backward { nodes, kept, previous, state, .. } = step;
        let states = state.chunks_exact_mut(nodes).zip(previous.chunks_exact(nodes));
        for (kept, (state, previous)) in kept.chunks_exact_mut(KEPT * nodes).zip(states) {
            retrace(blocks(kept, nodes), state, previous);
        }
    }
}

/// The candidate n, and what r multiplies in it.
#[inline(always)]
fn propose<E: Real>([n, product]: [&mut [E]; 2], r: &[E], [x, h]: [&[E]; 2], [b, c]: [&[E]; 2]) {
    let sums = x.iter().zip(h).zip(b).zip(c);
    for (((n, product), &r), (((&x, &h), &b), &c)) in n.iter_mut().zip(product).zip(r).zip(sums) {
        *product = h + c;
        *n = (x + b + r * *product).tanh();
    }
}

#[inline(always)]
fn blend<E: Real>(n: &[E], z: &[E], state: &mut [E]) {
    for ((state, &n), &z) in state.iter_mut().zip(n).zip(z) {
        *state = n + z * (*state - n);
    }
}

/// From the gradient of the state after a step to those of the gates' sums, and of the state before where it is
/// blended in.
#[inline(always)]
fn retrace<E: Real>([n, r, z, product]: [&mut [E]; KEPT], state: &mut [E], previous: &[E]) {
    let gates = n.iter_mut().zip(r).zip(z).zip(product);
    for ((((n, r), z), product), (state, &previous)) in gates.zip(state.iter_mut().zip(previous)) {
        let candidate = *state * (E::ONE - *z) * (E::ONE - *n * *n);
        let update = *state * (previous - *n) * *z * (E::ONE - *z);
        *state = *state * *z;
        *z = update;
        *n = candidate;
        let of_product = candidate * *r;
        *r = candidate * *product * *r * (E::ONE - *r);
        *product = of_product;
    }
}
