//! A dense matrix, column by column.

/// Rows × columns of numbers in double precision, column by column.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: Vec<Vec<f64>>,
}

impl Matrix {
    /// # Panics
    /// If a column has another number of rows.
    pub fn from_columns(rows: usize, columns: Vec<Vec<f64>>) -> Matrix {
        assert!(columns.iter().all(|column| column.len() == rows), "all columns have the same number of rows");
        Matrix { rows, columns }
    }

    pub(crate) fn zeros(rows: usize, columns: usize) -> Matrix {
        Matrix { rows, columns: vec![vec![0.0; rows]; columns] }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns, each as long as there are rows.
    pub fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    pub(crate) fn columns_mut(&mut self) -> &mut [Vec<f64>] {
        &mut self.columns
    }

    /// The given rows, in the given order.
    pub fn select_rows(&self, rows: &[u32]) -> Matrix {
        let select = |column: &Vec<f64>| rows.iter().map(|&row| column[row as usize]).collect();
        Matrix { rows: rows.len(), columns: self.columns.iter().map(select).collect() }
    }

    /// For each row, the sum of its values times `weights`, and `constant`.
    pub fn weighted_sums(&self, weights: &[f64], constant: f64) -> Vec<f64> {
        let mut sums = vec![constant; self.rows];
        for (column, &weight) in self.columns.iter().zip(weights) {
            add_scaled(&mut sums, column, weight);
        }
        sums
    }
}

/// Adds `factor` × `values` to `sums`.
pub(crate) fn add_scaled(sums: &mut [f64], values: &[f64], factor: f64) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += factor * value);
}

/// The inner product, summed in eight lanes in a fixed order.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut lanes = [0.0; LANES];
    let (whole_a, whole_b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = whole_a.remainder().iter().zip(whole_b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in whole_a.zip(whole_b) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(lane, (a, b))| *lane += a * b);
    }
    lanes.iter().sum::<f64>() + rest
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
