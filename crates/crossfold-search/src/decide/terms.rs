//! What decisions need to know of the data.

use crossfold_study::{Configuration, MAX_PARAMETERS, Shape, StudyRecord};

/// What decisions need to know of the data.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub shape: Shape,
    /// Rows that a fold trains on.
    pub rows: u64,
    /// Rows that validate a fold to those that it trains on.
    pub ratio: f64,
}

impl Terms {
    /// Those of so many rows, of which so many validate the first fold; what trains it is taken to be all others.
    pub fn new(shape: Shape, rows: u64, validation: u64) -> Terms {
        let rows = rows.saturating_sub(validation).max(1);
        Terms { shape, rows, ratio: validation as f64 / rows as f64 }
    }

    /// Those of a stored study.
    pub fn of(record: &StudyRecord) -> Terms {
        let validation = record.validation.first().map_or(0, |fold| fold.rows.len() as u64);
        Terms::new(record.shape, record.rows, validation)
    }

    /// Whether a network fits the data, and memory.
    pub fn admits(&self, configuration: &Configuration) -> bool {
        configuration.layers(self.shape).is_ok() && configuration.parameters(self.shape) <= MAX_PARAMETERS
    }

    /// Floating-point operations of an epoch of a fit.
    pub fn epoch_flops(&self, configuration: &Configuration) -> f64 {
        configuration.training_flops(self.shape) as f64 * self.rows as f64
    }
}
