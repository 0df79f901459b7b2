//! Events of fits.

use std::time::Duration;

use crate::{ConfigurationNumber, EpochReport, FitEnd, FoldId};

/// A message from a worker. Events of the same fit arrive in order.
#[derive(Clone, Debug)]
pub enum Event {
    /// A worker started a fit.
    FitStarted { configuration: ConfigurationNumber, fold: FoldId },
    /// A fit completed an epoch. The report has no predictions.
    EpochDone { configuration: ConfigurationNumber, fold: FoldId, report: EpochReport },
    /// A fit ended, which is its last event.
    FitEnded {
        configuration: ConfigurationNumber,
        fold: FoldId,
        end: FitEnd,
        /// Wall time of the fit.
        elapsed: Duration,
    },
}

impl Event {
    /// The fit that it is of.
    pub fn fit(&self) -> (ConfigurationNumber, FoldId) {
        match self {
            Event::FitStarted { configuration, fold }
            | Event::EpochDone { configuration, fold, .. }
            | Event::FitEnded { configuration, fold, .. } => (*configuration, *fold),
        }
    }
}
