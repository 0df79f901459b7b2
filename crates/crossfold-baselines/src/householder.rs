//! Triangular decomposition by Householder's reflections (Golub and Van Loan 2013, "Matrix computations", sections 5.2 and 5.4).

use crate::matrix::{Matrix, add_scaled, dot};

/// The share of the largest value on the diagonal below which one is rounding. Inputs are in single precision; scikit-learn's
/// `LinearRegression` has the same limit for singular values.
const TOLERANCE: f64 = 1e-6;

/// The upper triangle R of a matrix A = Q R, the columns of A in another order; and what Q's transpose makes of a vector.
pub(crate) struct Triangle {
    /// min(rows, columns) × columns; 0 below the diagonal.
    pub(crate) r: Matrix,
    /// The first values of Qᵀ b, one per row of `r`.
    pub(crate) rotated: Vec<f64>,
    /// The sum of squares of the other values of Qᵀ b: what no combination of columns explains.
    pub(crate) unexplained: f64,
    /// The column of A that each column of `r` is.
    pub(crate) order: Vec<usize>,
}

impl Triangle {
    /// Decomposes `a`, and multiplies `b` by the transpose of Q. If `pivots`, the column with the largest rest comes next,
    /// so that the absolute values on the diagonal do not grow.
    pub(crate) fn new(mut a: Matrix, mut b: Vec<f64>, pivots: bool) -> Triangle {
        let (rows, columns) = (a.rows(), a.columns().len());
        let steps = rows.min(columns);
        let mut order: Vec<usize> = (0..columns).collect();
        for step in 0..steps {
            if pivots {
                let rest = |column: &Vec<f64>| dot(&column[step..], &column[step..]);
                let rests: Vec<f64> = a.columns()[step..].iter().map(rest).collect();
                // The first of equal ones.
                let largest =
                    (1..rests.len()).fold(0, |best, next| if rests[next] > rests[best] { next } else { best });
                a.columns_mut().swap(step, step + largest);
                order.swap(step, step + largest);
            }
            let (done, others) = a.columns_mut().split_at_mut(step + 1);
            let own = &mut done[step];
            let Some(reflection) = Reflection::new(&own[step..]) else { continue };
            others.iter_mut().for_each(|column| reflection.apply(&mut column[step..]));
            reflection.apply(&mut b[step..]);
            own[step] = reflection.image;
            own[step + 1..].fill(0.0);
        }
        let top = |column: &Vec<f64>| column[..steps].to_vec();
        let r = Matrix::from_columns(steps, a.columns().iter().map(top).collect());
        let unexplained = dot(&b[steps..], &b[steps..]);
        b.truncate(steps);
        Triangle { r, rotated: b, unexplained, order }
    }

    /// Number of values on the diagonal that are more than rounding.
    fn rank(&self) -> usize {
        let diagonal = |step: usize| self.r.columns()[step][step].abs();
        let least = if self.r.rows() > 0 { TOLERANCE * diagonal(0) } else { 0.0 };
        (0..self.r.rows()).take_while(|&step| diagonal(step) > least).count()
    }

    /// The shortest of the vectors x with the least |A x − b|.
    pub(crate) fn shortest_solution(&self) -> Vec<f64> {
        let (rank, columns) = (self.rank(), self.r.columns().len());
        let mut found = vec![0.0; columns];
        if rank == columns {
            found.copy_from_slice(&self.solve_upper(&self.rotated));
        } else if rank > 0 {
            // The transpose of R's first rows is Z T, so that x = Z T⁻ᵀ c.
            let row = |at: usize| self.r.columns().iter().map(|column| column[at]).collect::<Vec<f64>>();
            let mut transposed = Matrix::from_columns(columns, (0..rank).map(row).collect());
            let mut reflections = Vec::new();
            for step in 0..rank {
                let (done, others) = transposed.columns_mut().split_at_mut(step + 1);
                let own = &mut done[step];
                let reflection = Reflection::new(&own[step..]);
                if let Some(reflection) = &reflection {
                    others.iter_mut().for_each(|column| reflection.apply(&mut column[step..]));
                    own[step] = reflection.image;
                }
                reflections.push(reflection);
            }
            for step in 0..rank {
                let own = &transposed.columns()[step];
                found[step] = (self.rotated[step] - dot(&own[..step], &found[..step])) / own[step];
            }
            for (step, reflection) in reflections.iter().enumerate().rev() {
                if let Some(reflection) = reflection {
                    reflection.apply(&mut found[step..]);
                }
            }
        }
        self.in_order(&found)
    }

    /// The solution of R x = `b`, for a square R without zeros on its diagonal; in the order of R's columns.
    pub(crate) fn solve_upper(&self, b: &[f64]) -> Vec<f64> {
        let mut found = b.to_vec();
        for step in (0..found.len()).rev() {
            let column = &self.r.columns()[step];
            found[step] /= column[step];
            let value = found[step];
            add_scaled(&mut found[..step], &column[..step], -value);
        }
        found
    }

    /// Values of R's columns in the order of A's.
    pub(crate) fn in_order(&self, values: &[f64]) -> Vec<f64> {
        let mut ordered = vec![0.0; values.len()];
        self.order.iter().zip(values).for_each(|(&column, &value)| ordered[column] = value);
        ordered
    }
}

/// The reflection that maps a vector to a multiple of the first unit vector.
struct Reflection {
    /// x − 2 v (v·x) / (v·v) is the image of x.
    v: Vec<f64>,
    /// 2 / (v·v).
    factor: f64,
    /// The first value of the image.
    image: f64,
}

impl Reflection {
    /// `None` for a vector of zeros, which is its own image.
    fn new(x: &[f64]) -> Option<Reflection> {
        let norm = libm::sqrt(dot(x, x));
        let first = *x.first()?;
        if norm == 0.0 {
            return None;
        }
        // The sign that doesn't cancel.
        let image = if first > 0.0 { -norm } else { norm };
        let mut v = x.to_vec();
        v[0] -= image;
        let factor = 2.0 / dot(&v, &v);
        Some(Reflection { v, factor, image })
    }

    fn apply(&self, x: &mut [f64]) {
        let along = self.factor * dot(&self.v, x);
        add_scaled(x, &self.v, -along);
    }
}
