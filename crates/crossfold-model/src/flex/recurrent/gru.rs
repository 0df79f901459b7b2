//! Gated recurrent unit (Cho et al. 2014), the reset gate behind the product.
//!
//! With its own W, b, U and c for each, r, z ← σ(W·x + b + U·h + c) and n ← tanh(W·x + b + r⊙(U·h + c));
//! then h ← n + z⊙(h − n).

use super::cell::{Backward, Forward, Rule, activate, blocks};
use crate::activation::sigmoid;
use crate::real::Real;

/// Keeps n, r, z, and what r multiplies.
///
/// Its gates on the input's side are n, r, z, on the state's side r, z, n: so the gradients of the input's sums lie
/// side by side, and those of the state's, of which r and z are the same.
pub(super) struct Gru;

impl<E: Real> Rule<E> for Gru {
    const GATES: usize = 3;
    const KEPT: usize = 4;
    const ROTATION: usize = 1;

    #[inline(always)]
    fn forward(row: Forward<'_, E>) {
        let Forward { nodes, sums: [input, product], biases, kept, state, .. } = row;
        let ([x_n, x], [b_n, b]) = (split(input, nodes), split(biases[0], nodes));
        let ([h, h_n], [c, c_n]) = (split(product, 2 * nodes), split(biases[1], 2 * nodes));
        activate(&mut kept[nodes..3 * nodes], [x, h, b, c], |x| sigmoid(x).0);
        let [n, r, z, product] = blocks(kept, nodes);
        let sums = x_n.iter().zip(b_n).zip(h_n).zip(c_n);
        let gates = n.iter_mut().zip(r).zip(z).zip(product);
        for ((((n, r), z), product), ((((&x, &b), &h), &c), state)) in gates.zip(sums.zip(state)) {
            *product = h + c;
            *n = (x + b + *r * *product).tanh();
            *state = *n + *z * (*state - *n);
        }
    }

    #[inline(always)]
    fn backward(row: Backward<'_, E>) {
        let Backward { nodes, kept, previous, state, .. } = row;
        let [n, r, z, product] = blocks(kept, nodes);
        let gates = n.iter_mut().zip(r).zip(z).zip(product);
        for ((((n, r), z), product), (state, &previous)) in gates.zip(state.iter_mut().zip(previous)) {
            let candidate = *state * (E::ONE - *z) * (E::ONE - *n * *n);
            let update = *state * (previous - *n) * *z * (E::ONE - *z);
            *state *= *z;
            *z = update;
            *n = candidate;
            let of_product = candidate * *r;
            *r = candidate * *product * *r * (E::ONE - *r);
            *product = of_product;
        }
    }
}

#[inline(always)]
fn split<E>(values: &[E], at: usize) -> [&[E]; 2] {
    let (first, second) = values.split_at(at);
    [first, second]
}
