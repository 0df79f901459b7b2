//! h ← tanh(W·x + b + U·h + c) (Elman 1990).

use super::cell::{Backward, Forward, Rule, activate};
use crate::real::Real;

/// Keeps the state after.
pub(super) struct Elman;

impl<E: Real> Rule<E> for Elman {
    const GATES: usize = 1;
    const KEPT: usize = 1;
    const ROTATION: usize = 0;

    #[inline(always)]
    fn forward(row: Forward<'_, E>) {
        let Forward { sums: [input, product], biases: [b, c], kept, state, .. } = row;
        activate(kept, [input, product, b, c], E::tanh);
        state.copy_from_slice(kept);
    }

    #[inline(always)]
    fn backward(row: Backward<'_, E>) {
        for (kept, state) in row.kept.iter_mut().zip(row.state) {
            *kept = *state * (E::ONE - *kept * *kept);
            *state = E::ZERO;
        }
    }
}
