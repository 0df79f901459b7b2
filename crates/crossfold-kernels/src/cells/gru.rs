//! Gated recurrent unit (Cho et al. 2014), with the reset gate after the product.
//!
//! With its own W, b, U and c for each, r, z ← σ(W·x + b + U·h + c) and n ← tanh(W·x + b + r⊙(U·h + c));
//! then h ← n + z⊙(h − n).

use super::{BackwardStep, CellRule, ForwardStep, map};
use crate::Real;
use crate::activation::sigmoid;

/// Stores n, r, z and U·h + c of n, which r multiplies.
///
/// The gates are n, r, z on the input's side and r, z, n on the state's side, so the blocks that both sides add to are
/// adjacent.
pub struct Gru;

impl<E: Real> CellRule<E> for Gru {
    const KEPT: usize = 4;
    const ROTATION: usize = 1;

    #[inline(always)]
    fn forward(row: ForwardStep<'_, E>) {
        let ForwardStep { nodes, kept, state, .. } = row;
        map(&mut kept[nodes..3 * nodes], |x| sigmoid(x).0);
        blocks!(kept, nodes => n, r, z, product);
        for ((n, r), product) in n.iter_mut().zip(r).zip(product) {
            *n += *r * *product;
        }
        map(n, E::tanh);
        for ((n, z), state) in n.iter().zip(z).zip(state) {
            *state = *n + *z * (*state - *n);
        }
    }

    #[inline(always)]
    fn backward(row: BackwardStep<'_, E>) {
        let BackwardStep { nodes, kept, previous, state, .. } = row;
        blocks!(kept, nodes => n, r, z, product);
        for (((n, z), state), &previous) in n.iter_mut().zip(z).zip(state).zip(previous) {
            let candidate = *state * (E::ONE - *z) * (E::ONE - *n * *n);
            let update = *state * (previous - *n) * *z * (E::ONE - *z);
            *state *= *z;
            (*n, *z) = (candidate, update);
        }
        for ((n, r), product) in n.iter().zip(r).zip(product) {
            let product_gradient = *n * *r;
            *r = *n * *product * *r * (E::ONE - *r);
            *product = product_gradient;
        }
    }
}
