//! What happens while a plan is carried out.

use std::time::Duration;

use crate::{ConfigurationNumber, EpochReport, FitEnd, FoldId};

/// News from a worker, in the order in which its own fit produced it.
#[derive(Clone, Debug)]
pub enum Event {
    FitStarted {
        configuration: ConfigurationNumber,
        fold: FoldId,
    },
    EpochDone {
        configuration: ConfigurationNumber,
        fold: FoldId,
        report: EpochReport,
    },
    FitEnded {
        configuration: ConfigurationNumber,
        fold: FoldId,
        end: FitEnd,
        /// Wall time of the fit.
        elapsed: Duration,
    },
}
