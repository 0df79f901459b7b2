//! Squared error, the loss of every regression here; all in the scale that networks learn.

use crossfold_study::Tally;

use crate::real::Real;

/// Scores a number a row, and turns each into the gradient of the rows' mean loss: 2·(z − t) / rows.
pub(crate) fn score_and_differentiate<E: Real>(outputs: &mut [E], targets: &[f32]) -> Tally {
    let tally = score(outputs, targets);
    let share = E::from_elem(2.0 / targets.len() as f64);
    for (output, &target) in outputs.iter_mut().zip(targets) {
        *output = (*output - E::from_elem(target)) * share;
    }
    tally
}

/// Scores a number a row, added up in the order of the rows; the spread is left at 0.
pub(crate) fn score<E: Real>(outputs: &[E], targets: &[f32]) -> Tally {
    let (mut squared, mut absolute) = (0.0, 0.0);
    for (&output, &target) in outputs.iter().zip(targets) {
        let error = output.to_f64() - f64::from(target);
        squared += error * error;
        absolute += error.abs();
    }
    Tally::Numbers { rows: targets.len() as u32, squared, absolute, spread: 0.0 }
}
