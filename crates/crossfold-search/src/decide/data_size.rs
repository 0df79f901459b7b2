//! The size of the data.

use crossfold_network::{Configuration, MAX_PARAMETERS, Shapes};
use crossfold_study::StudyRecord;

/// The size of the data that decisions depend on.
#[derive(Clone, Debug)]
pub struct DataSize {
    pub shapes: Shapes,
    /// Training rows of a fold.
    pub rows: u64,
    /// The ratio of a fold's validation rows to its training rows.
    pub ratio: f64,
}

impl DataSize {
    /// The size of data of `rows` rows, `validation` of which validate the first fold. All others are taken to train it.
    pub fn new(shapes: impl Into<Shapes>, rows: u64, validation: u64) -> DataSize {
        let rows = rows.saturating_sub(validation).max(1);
        DataSize { shapes: shapes.into(), rows, ratio: validation as f64 / rows as f64 }
    }

    /// The size of the data of a stored study, whose networks have these shapes.
    pub fn from_record(record: &StudyRecord, shapes: Shapes) -> DataSize {
        let validation = record.validation.first().map_or(0, |fold| fold.rows.len() as u64);
        DataSize::new(shapes, record.rows, validation)
    }

    /// The number of rows of the study.
    pub(crate) fn all_rows(&self) -> u64 {
        self.rows + (self.ratio * self.rows as f64).round() as u64
    }

    /// Whether a network fits the data, and memory.
    pub(crate) fn admits(&self, configuration: &Configuration) -> bool {
        let shape = self.shapes.of(configuration);
        configuration.layers(shape).is_ok() && configuration.parameters(shape) <= MAX_PARAMETERS
    }

    /// Floating-point operations of one epoch of a fit.
    pub fn epoch_flops(&self, configuration: &Configuration) -> f64 {
        configuration.training_flops(self.shapes.of(configuration)) as f64 * self.rows as f64
    }
}
