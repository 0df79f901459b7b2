//! h ← tanh(W·x + b + U·h + c) (Elman 1990).

use super::cell::{Backward, Forward, Rule, activate};
use crate::real::Real;

pub(super) struct Elman;

impl<E: Real> Rule<E> for Elman {
    /// The state after.
    const KEPT: usize = 1;
    const ROTATION: usize = 0;

    #[inline(always)]
    fn forward(step: Forward<'_, E>) {
        let Forward { nodes, sums, biases, kept, state, .. } = step;
        let [inputs, states] = sums.map(|sums| sums.chunks_exact(nodes));
        for (kept, (input, product)) in kept.chunks_exact_mut(nodes).zip(inputs.zip(states)) {
            activate(kept, [input, product, biases[0], biases[1]], E::tanh);
        }
        state.copy_from_slice(kept);
    }

    #[inline(always)]
    fn backward(step: Backward<'_, E>) {
        let Backward { kept, state, .. } = step;
        for (kept, state) in kept.iter_mut().zip(state) {
            *kept = *state * (E::ONE - *kept * *kept);
            *state = E::ZERO;
        }
    }
}
