//! Categorical features as vectors that the network learns (Guo and Berkhahn 2016).

use crossfold_data::Embedding;
use crossfold_network::Configuration;

use crate::checkpoint::{StateReader, StateWriter};
use crate::parameters::Table;
use crate::steps::descent::{Descent, Penalties};
use crossfold_kernels::Real;

/// Turns rows of dense features and codes into the first layer's input: the dense features, then each
/// code's vector.
pub(crate) struct Lookup<E> {
    /// Features of a row that are no codes.
    dense: usize,
    tables: Vec<LearntTable<E>>,
}

struct LearntTable<E> {
    table: Table<E>,
    descent: Descent<E>,
    gradient: Vec<E>,
}

impl<E: Real> Lookup<E> {
    /// `None` where there are no codes.
    pub(crate) fn new(configuration: &Configuration, features: usize, tables: Vec<Table<E>>) -> Option<Lookup<E>> {
        if tables.is_empty() {
            return None;
        }
        let dense = features - tables.len();
        let tables = tables.into_iter().map(|table| LearntTable {
            descent: Descent::new(configuration.optimizer, Penalties::default(), table.values.len()),
            gradient: vec![E::ZERO; table.values.len()],
            table,
        });
        Some(Lookup { dense, tables: tables.collect() })
    }

    fn width(&self) -> usize {
        self.dense + self.tables.iter().map(|learnt| learnt.table.embedding.width).sum::<usize>()
    }

    /// Sets `values` to rows × (dense + all widths).
    pub(crate) fn look_up(&self, features: &[E], values: &mut Vec<E>) {
        values.clear();
        for row in features.chunks_exact(self.dense + self.tables.len()) {
            values.extend_from_slice(&row[..self.dense]);
            for (learnt, &code) in self.tables.iter().zip(&row[self.dense..]) {
                values.extend_from_slice(learnt.table.vector(code));
            }
        }
    }

    /// Takes `delta`, the gradient of what [`Lookup::look_up`] made of `features`, to the tables.
    pub(crate) fn differentiate(&mut self, features: &[E], delta: &[E]) {
        let (wide, width, dense) = (self.dense + self.tables.len(), self.width(), self.dense);
        self.tables.iter_mut().for_each(|learnt| learnt.gradient.fill(E::ZERO));
        for (row, delta) in features.chunks_exact(wide).zip(delta.chunks_exact(width)) {
            let mut rest = &delta[dense..];
            for (learnt, &code) in self.tables.iter_mut().zip(&row[dense..]) {
                let Embedding { width, .. } = learnt.table.embedding;
                let (mine, others) = rest.split_at(width);
                let start = code.to_f64() as usize * width;
                for (sum, &value) in learnt.gradient[start..start + width].iter_mut().zip(mine) {
                    *sum += value;
                }
                rest = others;
            }
        }
    }

    /// Hands out each table's gradient.
    pub(crate) fn gradients(&mut self, take: &mut dyn FnMut(&mut [E])) {
        self.tables.iter_mut().for_each(|learnt| take(&mut learnt.gradient));
    }

    pub(crate) fn step(&mut self, learning_rate: f64) {
        for learnt in &mut self.tables {
            learnt.descent.step(&mut learnt.table.values, &learnt.gradient, learning_rate);
        }
    }

    /// Writes each table's vectors, and what its optimizer remembers.
    pub(crate) fn write(&mut self, state: &mut StateWriter) {
        for LearntTable { table, descent, gradient: _ } in &mut self.tables {
            state.values(&table.values);
            descent.write(state);
        }
    }

    pub(crate) fn read(&mut self, state: &mut StateReader<'_>) {
        for LearntTable { table, descent, gradient: _ } in &mut self.tables {
            state.values(&mut table.values);
            descent.read(state);
        }
    }

    /// Whether every vector is.
    pub(crate) fn is_finite(&self) -> bool {
        self.tables.iter().all(|learnt| learnt.table.values.iter().all(|value| value.is_finite()))
    }

    pub(crate) fn tables(&self) -> Vec<Table<E>> {
        self.tables.iter().map(|learnt| learnt.table.clone()).collect()
    }
}
