//! Embeddings of categorical features (Guo and Berkhahn 2016).

use crossfold_data::Embedding;
use crossfold_kernels::Real;
use crossfold_network::Configuration;

use crate::checkpoint::{StateReader, StateWriter};
use crate::parameters::Table;
use crate::steps::descent::{Descent, Penalties};

/// Turns rows of dense features and codes into the first layer's input: the dense features, then the vector of each
/// code.
pub(super) struct Lookup<E> {
    /// The number of a row's features that aren't codes.
    dense: usize,
    tables: Vec<TrainedTable<E>>,
}

struct TrainedTable<E> {
    table: Table<E>,
    descent: Descent<E>,
    gradient: Vec<E>,
}

impl<E: Real> Lookup<E> {
    /// `None` if rows have no codes.
    pub(super) fn new(configuration: &Configuration, features: usize, tables: Vec<Table<E>>) -> Option<Lookup<E>> {
        if tables.is_empty() {
            return None;
        }
        let dense = features - tables.len();
        let tables = tables.into_iter().map(|table| TrainedTable {
            descent: Descent::new(configuration.optimizer, Penalties::default(), table.values.len()),
            gradient: vec![E::ZERO; table.values.len()],
            table,
        });
        Some(Lookup { dense, tables: tables.collect() })
    }

    /// The number of values in a row that the first layer reads.
    fn width(&self) -> usize {
        self.dense + self.tables.iter().map(|trained| trained.table.embedding.width).sum::<usize>()
    }

    /// Sets `values` to rows × (dense + all widths).
    pub(super) fn look_up(&self, features: &[E], values: &mut Vec<E>) {
        values.clear();
        for row in features.chunks_exact(self.dense + self.tables.len()) {
            values.extend_from_slice(&row[..self.dense]);
            for (trained, &code) in self.tables.iter().zip(&row[self.dense..]) {
                values.extend_from_slice(trained.table.vector(code));
            }
        }
    }

    /// Sets the tables' gradients, given `delta`, the gradient of the result of [`Lookup::look_up`] for `features`.
    pub(super) fn differentiate(&mut self, features: &[E], delta: &[E]) {
        let (wide, width, dense) = (self.dense + self.tables.len(), self.width(), self.dense);
        self.tables.iter_mut().for_each(|trained| trained.gradient.fill(E::ZERO));
        for (row, delta) in features.chunks_exact(wide).zip(delta.chunks_exact(width)) {
            let mut rest = &delta[dense..];
            for (trained, &code) in self.tables.iter_mut().zip(&row[dense..]) {
                let Embedding { width, .. } = trained.table.embedding;
                let (own, others) = rest.split_at(width);
                let start = code.to_f64() as usize * width;
                for (sum, &value) in trained.gradient[start..start + width].iter_mut().zip(own) {
                    *sum += value;
                }
                rest = others;
            }
        }
    }

    /// Calls a function with each table's gradient.
    pub(super) fn visit_gradients(&mut self, take: &mut dyn FnMut(&mut [E])) {
        self.tables.iter_mut().for_each(|trained| take(&mut trained.gradient));
    }

    /// Calls a function with each table's vectors.
    pub(super) fn visit_values(&mut self, take: &mut dyn FnMut(&mut [E])) {
        self.tables.iter_mut().for_each(|trained| take(&mut trained.table.values));
    }

    pub(super) fn step(&mut self, learning_rate: f64) {
        for trained in &mut self.tables {
            trained.descent.step(&mut trained.table.values, &trained.gradient, learning_rate);
        }
    }

    /// Writes each table's vectors and the state of its optimizer.
    pub(super) fn write(&mut self, state: &mut StateWriter) {
        for TrainedTable { table, descent, gradient: _ } in &mut self.tables {
            state.write_values(&table.values);
            descent.write(state);
        }
    }

    pub(super) fn read(&mut self, state: &mut StateReader<'_>) {
        for TrainedTable { table, descent, gradient: _ } in &mut self.tables {
            state.read_values(&mut table.values);
            descent.read(state);
        }
    }

    /// Whether all vectors are finite.
    pub(super) fn is_finite(&self) -> bool {
        self.tables.iter().all(|trained| trained.table.values.iter().all(|value| value.is_finite()))
    }

    /// The current tables.
    pub(super) fn tables(&self) -> Vec<Table<E>> {
        self.tables.iter().map(|trained| trained.table.clone()).collect()
    }
}
