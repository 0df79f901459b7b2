//! Minimising a smooth convex function: L-BFGS (Nocedal and Wright 2006, "Numerical optimization", algorithms 7.4 and 7.5).

use std::collections::VecDeque;

use crate::matrix::{add_scaled, dot};

/// Number of past steps that tell of the curvature.
const MEMORY: usize = 12;
const MOST_STEPS: usize = 3000;

/// Minimises `value`, which also writes the derivatives, from `start` on, until no derivative exceeds `tolerance` or the
/// value falls no further.
pub(crate) fn minimize(start: Vec<f64>, tolerance: f64, value: impl Fn(&[f64], &mut [f64]) -> f64) -> Vec<f64> {
    let mut at = start;
    let mut gradient = vec![0.0; at.len()];
    let mut height = value(&at, &mut gradient);
    let mut past: VecDeque<(Vec<f64>, Vec<f64>, f64)> = VecDeque::new();
    for _ in 0..MOST_STEPS {
        if gradient.iter().all(|slope| slope.abs() <= tolerance) {
            break;
        }
        let direction = direction(&gradient, &past);
        let slope = dot(&direction, &gradient);
        // Before anything is known of the curvature, a step of length 1.
        let mut length = if past.is_empty() { 1.0 / libm::sqrt(dot(&gradient, &gradient)) } else { 1.0 };
        let mut other = vec![0.0; at.len()];
        let (next, next_height) = loop {
            let mut next = at.clone();
            add_scaled(&mut next, &direction, length);
            let next_height = value(&next, &mut other);
            // Near the minimum, rounding hides how much it falls.
            let allowed = 1e-4 * length * slope + 1e-15 * height.abs();
            if next_height <= height + allowed {
                break (next, next_height);
            }
            length *= 0.5;
            if length < 1e-10 {
                return at;
            }
        };
        let step: Vec<f64> = next.iter().zip(&at).map(|(a, b)| a - b).collect();
        let change: Vec<f64> = other.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&step, &change);
        if curvature > f64::EPSILON * dot(&change, &change) {
            if past.len() == MEMORY {
                past.pop_front();
            }
            past.push_back((step, change, 1.0 / curvature));
        }
        (at, gradient, height) = (next, other, next_height);
    }
    at
}

/// The direction of Newton's step as the past tells it.
fn direction(gradient: &[f64], past: &VecDeque<(Vec<f64>, Vec<f64>, f64)>) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut factors = Vec::new();
    for (step, change, inverse) in past.iter().rev() {
        let factor = inverse * dot(step, &direction);
        add_scaled(&mut direction, change, -factor);
        factors.push(factor);
    }
    if let Some((_, change, inverse)) = past.back() {
        let scale = 1.0 / (inverse * dot(change, change));
        direction.iter_mut().for_each(|value| *value *= scale);
    }
    for ((step, change, inverse), factor) in past.iter().zip(factors.iter().rev()) {
        let along = inverse * dot(change, &direction);
        add_scaled(&mut direction, step, factor - along);
    }
    direction
}
