//! Least squares and ridge regression in closed form.

use crate::householder::Triangle;
use crate::matrix::{Matrix, dot, mean};

/// The penalties that [`ridge_by_gcv`] chooses from, for standardised inputs.
pub(crate) const PENALTIES: [f64; 9] = [1e-3, 1e-2, 1e-1, 1.0, 1e1, 1e2, 1e3, 1e4, 1e5];

/// A linear function of inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearFunction {
    pub intercept: f64,
    pub coefficients: Vec<f64>,
}

impl LinearFunction {
    /// The value for each row.
    pub fn predict(&self, inputs: &Matrix) -> Vec<f64> {
        inputs.weighted_sums(&self.coefficients, self.intercept)
    }
}

/// Inputs and targets without their means, decomposed.
struct Centred {
    triangle: Triangle,
    rows: usize,
    means: Vec<f64>,
    mean: f64,
}

impl Centred {
    fn new(inputs: &Matrix, targets: &[f64]) -> Centred {
        let means: Vec<f64> = inputs.columns().iter().map(|column| mean(column)).collect();
        let centred = |(column, mean): (&Vec<f64>, &f64)| column.iter().map(|value| value - mean).collect();
        let columns = inputs.columns().iter().zip(&means).map(centred).collect();
        let mean = mean(targets);
        let targets = targets.iter().map(|target| target - mean).collect();
        let triangle = Triangle::new(Matrix::from_columns(inputs.rows(), columns), targets, true);
        Centred { triangle, rows: inputs.rows(), means, mean }
    }

    fn function(&self, coefficients: Vec<f64>) -> LinearFunction {
        LinearFunction { intercept: self.mean - dot(&self.means, &coefficients), coefficients }
    }

    /// The ridge regression with this penalty: its triangle, and its coefficients in the triangle's order.
    fn penalised(&self, penalty: f64) -> (Triangle, Vec<f64>) {
        let r = &self.triangle.r;
        let (steps, columns) = (r.rows(), r.columns().len());
        // The rows of R, and below them a diagonal.
        let mut both = Matrix::zeros(steps + columns, columns);
        for (place, (column, top)) in both.columns_mut().iter_mut().zip(r.columns()).enumerate() {
            column[..steps].copy_from_slice(top);
            column[steps + place] = libm::sqrt(penalty);
        }
        let mut rotated = self.triangle.rotated.clone();
        rotated.resize(steps + columns, 0.0);
        let triangle = Triangle::new(both, rotated, false);
        let coefficients = triangle.solve_upper(&triangle.rotated);
        (triangle, coefficients)
    }

    /// The score of generalised cross-validation of a penalty, less is better: n × (residual sum of squares) / (n − trace)²,
    /// where the trace is that of the matrix that maps targets to predictions (Golub, Heath and Wahba 1979).
    fn gcv(&self, penalty: f64) -> f64 {
        let (triangle, coefficients) = self.penalised(penalty);
        let mut rest = self.triangle.rotated.clone();
        for (column, coefficient) in self.triangle.r.columns().iter().zip(&coefficients) {
            crate::matrix::add_scaled(&mut rest, column, -coefficient);
        }
        let residuals = dot(&rest, &rest) + self.triangle.unexplained;
        // The trace is p − penalty × |S⁻¹|², with the triangle S of the penalised problem; 1 is that of the intercept.
        let columns = coefficients.len();
        let mut inverse = 0.0;
        for place in 0..columns {
            let mut unit = vec![0.0; columns];
            unit[place] = 1.0;
            let solved = triangle.solve_upper(&unit);
            inverse += dot(&solved, &solved);
        }
        let (rows, trace) = (self.rows as f64, 1.0 + columns as f64 - penalty * inverse);
        rows * residuals / (rows - trace).max(f64::MIN_POSITIVE).powi(2)
    }
}

/// The linear function with the least squared error; of several, the one with the shortest coefficients.
///
/// # Panics
/// If there are no rows, or not as many targets.
pub fn least_squares(inputs: &Matrix, targets: &[f64]) -> LinearFunction {
    let centred = Centred::new(inputs, targets);
    centred.function(centred.triangle.shortest_solution())
}

/// The linear function with the least sum of the squared errors and `penalty` times the squared coefficients; the intercept
/// is not penalised.
pub fn ridge(inputs: &Matrix, targets: &[f64], penalty: f64) -> LinearFunction {
    let centred = Centred::new(inputs, targets);
    let (_, coefficients) = centred.penalised(penalty);
    centred.function(centred.triangle.in_order(&coefficients))
}

/// [`ridge`] with the one of the penalties from 10⁻³ to 10⁵ that generalised cross-validation on the same rows finds best, and that penalty.
pub fn ridge_by_gcv(inputs: &Matrix, targets: &[f64]) -> (LinearFunction, f64) {
    let centred = Centred::new(inputs, targets);
    let scored = PENALTIES.map(|penalty| (centred.gcv(penalty), penalty));
    let (_, penalty) =
        scored.into_iter().reduce(|best, next| if next.0 < best.0 { next } else { best }).unwrap_or_default();
    let (_, coefficients) = centred.penalised(penalty);
    (centred.function(centred.triangle.in_order(&coefficients)), penalty)
}
