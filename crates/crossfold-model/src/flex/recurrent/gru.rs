//! Gated recurrent unit (Cho et al. 2014), the reset gate behind the product.
//!
//! With its own W, b, U and c for each, r, z ← σ(W·x + b + U·h + c) and n ← tanh(W·x + b + r⊙(U·h + c));
//! then h ← n + z⊙(h − n).

use super::cell::{Backward, Forward, Rule, blocks, map};
use crate::activation::sigmoid;
use crate::real::Real;

/// Keeps n, r, z, and what r multiplies.
///
/// Its gates on the input's side are n, r, z, on the state's side r, z, n: so what they share lies between what they
/// don't.
pub(super) struct Gru;

impl<E: Real> Rule<E> for Gru {
    const KEPT: usize = 4;
    const ROTATION: usize = 1;

    #[inline(always)]
    fn forward(row: Forward<'_, E>) {
        let Forward { nodes, kept, state, .. } = row;
        map(&mut kept[nodes..3 * nodes], |x| sigmoid(x).0);
        let [n, r, z, product] = blocks(kept, nodes);
        for ((n, r), product) in n.iter_mut().zip(r).zip(product) {
            *n += *r * *product;
        }
        map(n, E::tanh);
        for ((n, z), state) in n.iter().zip(z).zip(state) {
            *state = *n + *z * (*state - *n);
        }
    }

    #[inline(always)]
    fn backward(row: Backward<'_, E>) {
        let Backward { nodes, kept, previous, state, .. } = row;
        let [n, r, z, product] = blocks(kept, nodes);
        for (((n, z), state), &previous) in n.iter_mut().zip(z).zip(state).zip(previous) {
            let candidate = *state * (E::ONE - *z) * (E::ONE - *n * *n);
            let update = *state * (previous - *n) * *z * (E::ONE - *z);
            *state *= *z;
            (*n, *z) = (candidate, update);
        }
        for ((n, r), product) in n.iter().zip(r).zip(product) {
            let of_product = *n * *r;
            *r = *n * *product * *r * (E::ONE - *r);
            *product = of_product;
        }
    }
}
