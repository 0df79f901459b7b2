//! Losses of numbers; all in the scale that networks learn.

use crossfold_network::Loss;
use crossfold_study::Tally;

use crossfold_kernels::Real;

/// Scores a number a row, and turns each into the gradient of the rows' mean loss.
pub(crate) fn score_and_differentiate<E: Real>(outputs: &mut [E], targets: &[f32], loss: Loss) -> Tally {
    let tally = score(outputs, targets);
    let rows = targets.len() as f64;
    let mut differentiate = |slope: &dyn Fn(E) -> E| {
        for (output, &target) in outputs.iter_mut().zip(targets) {
            *output = slope(*output - E::from_f64(f64::from(target)));
        }
    };
    match loss {
        Loss::Squared => {
            let share = E::from_f64(2.0 / rows);
            differentiate(&|error| error * share);
        }
        Loss::Absolute => {
            let share = E::from_f64(1.0 / rows);
            differentiate(&|error| clamped(error, E::ZERO) * share);
        }
        Loss::Huber { delta } => {
            let (share, delta) = (E::from_f64(1.0 / rows), E::from_f64(delta));
            differentiate(&|error| clamped(error, delta) * share);
        }
        Loss::CrossEntropy { .. } => panic!("a checked study's loss is of its task"),
    }
    tally
}

/// An error within ±`bound`; where that is 0, its sign.
fn clamped<E: Real>(error: E, bound: E) -> E {
    let limit = if bound > E::ZERO { bound } else { E::ONE };
    if error > bound {
        limit
    } else if error < -bound {
        -limit
    } else {
        error
    }
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
