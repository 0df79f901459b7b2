//! The rows that validate a fold: what is true of them, and what a fit predicts.

use std::sync::Arc;

use super::FoldId;

/// The rows that validate a fold, in the order of its predictions.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidationRows {
    pub fold: FoldId,
    /// Ascending: of a table, the rows of its file that they begin on, counted from 0 under the header; of
    /// images, their places among those to train on.
    pub rows: Vec<u32>,
    /// What is true of them.
    pub truth: Truth,
}

/// The targets of some rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// Places in [`StudyRecord::classes`](crate::StudyRecord::classes).
    Labels(Vec<u32>),
    Numbers(Vec<f64>),
}

/// Of a fit's validation rows, ascending by row: class probabilities, rows × classes; or a number a
/// row, in the target's unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictions(pub Arc<[f32]>);

impl Predictions {
    /// What a row of so many outputs takes, in bytes.
    pub fn bytes_per_row(outputs: usize) -> u64 {
        (outputs * size_of::<f32>()) as u64
    }
}
