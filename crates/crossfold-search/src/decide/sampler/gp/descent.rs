//! Local minima of smooth functions in a box: L-BFGS (Nocedal and Wright 2006, "Numerical Optimization",
//! algorithms 7.4 and 7.5), steps projected into the box (Bertsekas 1982, "Projected Newton methods").

/// The number of steps from which the curvature is estimated.
const MEMORY: usize = 8;

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) steps: usize,
    /// A gradient is flat if no component is above this, after projection into the box.
    pub(super) flat: f64,
}

/// Descends from `start` in the box from `low` to `high`. Returns the point where it ends, and the value there.
///
/// `function` writes its gradient into its second argument. It may be infinite elsewhere than at the start.
pub(super) fn descend(
    start: &[f64],
    (low, high): (&[f64], &[f64]),
    limits: Limits,
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> (Vec<f64>, f64) {
    let mut at = start.to_vec();
    let mut gradient = vec![0.0; at.len()];
    let mut value = function(&at, &mut gradient);
    let mut pairs: Vec<Pair> = Vec::new();
    for _ in 0..limits.steps {
        let is_free: Vec<bool> = (0..at.len())
            .map(|i| !(at[i] <= low[i] && gradient[i] > 0.0 || at[i] >= high[i] && gradient[i] < 0.0))
            .collect();
        let free: Vec<f64> = gradient.iter().zip(&is_free).map(|(g, free)| if *free { *g } else { 0.0 }).collect();
        if free.iter().all(|g| g.abs() <= limits.flat) || !value.is_finite() {
            break;
        }
        let mut direction = newton(&pairs, &free, &is_free);
        if dot(&direction, &free) >= 0.0 {
            pairs.clear();
            direction = newton(&pairs, &free, &is_free);
        }
        let Some((next, next_value, next_gradient)) = step(&at, value, &free, &direction, (low, high), &mut function)
        else {
            if pairs.is_empty() {
                break;
            }
            pairs.clear();
            continue;
        };
        if let Some(pair) = Pair::new(&at, &next, &gradient, &next_gradient) {
            if pairs.len() == MEMORY {
                pairs.remove(0);
            }
            pairs.push(pair);
        }
        let is_still = value - next_value <= 1e-9 * value.abs().max(1.0);
        (at, value, gradient) = (next, next_value, next_gradient);
        if is_still {
            break;
        }
    }
    (at, value)
}

/// How a step changed the gradient.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    /// Their product.
    product: f64,
}

impl Pair {
    /// `None` where the function is not convex along the step.
    fn new(from: &[f64], to: &[f64], before: &[f64], after: &[f64]) -> Option<Pair> {
        let difference = |a: &[f64], b: &[f64]| -> Vec<f64> { b.iter().zip(a).map(|(b, a)| b - a).collect() };
        let (step, change) = (difference(from, to), difference(before, after));
        let product = dot(&step, &change);
        (product > 1e-10 * dot(&change, &change)).then_some(Pair { step, change, product })
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}

/// The negative gradient times the estimated inverse of the curvature, over the free coordinates.
fn newton(pairs: &[Pair], gradient: &[f64], is_free: &[bool]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let share = dot(&pair.step, &direction) / pair.product;
        add(&mut direction, -share, &pair.change);
        shares.push(share);
    }
    let size = match pairs.last() {
        Some(pair) => pair.product / dot(&pair.change, &pair.change),
        // A first step of at most a tenth in each coordinate.
        None => 0.1 / gradient.iter().fold(0.1, |most: f64, g| most.max(g.abs())),
    };
    direction.iter_mut().for_each(|d| *d *= size);
    for (pair, share) in pairs.iter().zip(shares.into_iter().rev()) {
        let correction = share - dot(&pair.change, &direction) / pair.product;
        add(&mut direction, correction, &pair.step);
    }
    for (d, is_free) in direction.iter_mut().zip(is_free) {
        if !is_free {
            *d = 0.0;
        }
    }
    direction
}

/// The first of ever shorter steps that descends as far as the slope promises (Armijo 1966); `None` if none does.
fn step(
    at: &[f64],
    value: f64,
    gradient: &[f64],
    direction: &[f64],
    (low, high): (&[f64], &[f64]),
    function: &mut impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Option<(Vec<f64>, f64, Vec<f64>)> {
    let mut length = 1.0;
    for _ in 0..12 {
        let next: Vec<f64> = (0..at.len()).map(|i| (at[i] + length * direction[i]).clamp(low[i], high[i])).collect();
        let promised: f64 = (0..at.len()).map(|i| gradient[i] * (next[i] - at[i])).sum();
        let mut slope = vec![0.0; at.len()];
        let next_value = function(&next, &mut slope);
        if promised < 0.0 && next_value <= value + 1e-4 * promised {
            return Some((next, next_value, slope));
        }
        // The minimum of the parabola through the known values, within bounds.
        let parabola = -promised * length / (2.0 * (next_value - value - promised));
        length = if parabola.is_finite() { parabola.clamp(0.1 * length, 0.5 * length) } else { 0.1 * length };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rosenbrock(at: &[f64], gradient: &mut [f64]) -> f64 {
        let (x, y) = (at[0], at[1]);
        gradient[0] = -400.0 * x * (y - x * x) - 2.0 * (1.0 - x);
        gradient[1] = 200.0 * (y - x * x);
        100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2)
    }

    const LIMITS: Limits = Limits { steps: 200, flat: 1e-8 };

    #[test]
    fn the_minimum_of_a_curved_valley_is_found() {
        let (at, value) = descend(&[-1.2, 1.0], (&[-5.0; 2], &[5.0; 2]), LIMITS, rosenbrock);
        assert!(value < 1e-10 && (at[0] - 1.0).abs() < 1e-4, "{at:?}");
    }

    /// On the edge x = ½ the lowest point is at y = x² = ¼.
    #[test]
    fn descent_stays_in_its_box() {
        let (at, value) = descend(&[-1.2, 1.0], (&[-2.0; 2], &[0.5, 2.0]), LIMITS, rosenbrock);
        assert_eq!(at[0], 0.5);
        assert!((at[1] - 0.25).abs() < 1e-4 && (value - 0.25).abs() < 1e-6, "{at:?}");
    }

    #[test]
    fn descent_ends_at_a_start_without_a_value() {
        let (at, value) = descend(&[0.5], (&[0.0], &[1.0]), LIMITS, |_, _| f64::INFINITY);
        assert_eq!((at, value), (vec![0.5], f64::INFINITY));
    }
}
