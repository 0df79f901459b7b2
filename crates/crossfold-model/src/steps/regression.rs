//! Losses of regressions, on standardised targets.

use crossfold_kernels::Real;
use crossfold_network::Loss;
use crossfold_study::Tally;

/// Scores one output per row, and turns outputs into the gradient of the mean loss.
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
            differentiate(&|error| clamp(error, E::ZERO) * share);
        }
        Loss::Huber { delta } => {
            let (share, delta) = (E::from_f64(1.0 / rows), E::from_f64(delta));
            differentiate(&|error| clamp(error, delta) * share);
        }
        Loss::CrossEntropy { .. } => panic!("a checked study's loss is of its task"),
    }
    tally
}

/// Returns an error clamped to ±`bound`, or its sign if the bound is 0.
fn clamp<E: Real>(error: E, bound: E) -> E {
    let limit = if bound > E::ZERO { bound } else { E::ONE };
    if error > bound {
        limit
    } else if error < -bound {
        -limit
    } else {
        error
    }
}

/// Scores one output per row, summed in the order of the rows. The spread is left at 0.
pub(crate) fn score<E: Real>(outputs: &[E], targets: &[f32]) -> Tally {
    let (mut squared, mut absolute) = (0.0, 0.0);
    for (&output, &target) in outputs.iter().zip(targets) {
        let error = output.to_f64() - f64::from(target);
        squared += error * error;
        absolute += error.abs();
    }
    Tally::Numbers { rows: targets.len() as u32, squared, absolute, spread: 0.0 }
}
