//! The simple recurrent layer (Elman 1990): h ← tanh(W·x + b + U·h + c).

use super::{BackwardStep, CellRule, ForwardStep, map};
use crate::Real;

/// Stores the state after the step.
pub struct Elman;

impl<E: Real> CellRule<E> for Elman {
    const KEPT: usize = 1;
    const ROTATION: usize = 0;

    #[inline(always)]
    fn forward(row: ForwardStep<'_, E>) {
        map(row.kept, E::tanh);
        row.state.copy_from_slice(row.kept);
    }

    #[inline(always)]
    fn backward(row: BackwardStep<'_, E>) {
        for (kept, state) in row.kept.iter_mut().zip(row.state) {
            *kept = *state * (E::ONE - *kept * *kept);
            *state = E::ZERO;
        }
    }
}
