//! What happens while a plan is carried out.

use std::time::Duration;

use crate::{ConfigurationNumber, EpochReport, FitEnd, FoldId};

/// News from a worker, in the order in which its own fit produced it.
#[derive(Clone, Debug)]
pub enum Event {
    /// A thread has taken up a fit.
    FitStarted { configuration: ConfigurationNumber, fold: FoldId },
    /// A fit has come to the end of an epoch; the report is without predictions.
    EpochDone { configuration: ConfigurationNumber, fold: FoldId, report: EpochReport },
    /// A fit is over, one way or another: the last that is heard of it.
    FitEnded {
        configuration: ConfigurationNumber,
        fold: FoldId,
        end: FitEnd,
        /// Wall time of the fit.
        elapsed: Duration,
    },
}
