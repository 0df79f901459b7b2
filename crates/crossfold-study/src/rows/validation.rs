//! The rows that validate a fold: their targets, and the predictions of a fit.

use std::sync::Arc;

use super::FoldId;

/// The rows that validate a fold, in the order of its predictions.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidationRows {
    pub fold: FoldId,
    /// Row numbers, ascending. Those of a table count from 0 after the header of its file (for sequences, their first rows);
    /// those of images are indices among the training images.
    pub rows: Vec<u32>,
    /// The group of each of these rows, by any numbers, where the splits keep groups together; `None` as well in stores of
    /// earlier versions, which don't have them.
    pub groups: Option<Vec<u32>>,
    /// The targets of these rows.
    pub truth: Truth,
}

/// The targets of some rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// Indices of [`StudyRecord::classes`](crate::StudyRecord::classes).
    Labels(Vec<u32>),
    Numbers(Vec<f64>),
}

/// Predictions of a fit's validation rows, in ascending order of rows: class probabilities, rows × classes; or one number per
/// row, in the target's unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictions(pub Arc<[f32]>);

impl Predictions {
    /// The memory of one row with this many outputs, in bytes.
    pub fn bytes_per_row(outputs: usize) -> u64 {
        (outputs * size_of::<f32>()) as u64
    }
}
