//! The gate: is a baseline's network, retrained, still as good?

use std::path::Path;

use crossfold_report::{BaselineError, GateComparison, GateCriteria, GateReport, UntrainedGate};

use crate::baseline::{BaselineFile, add_digests, winner_baseline};
use crate::engine::Engine;
use crate::error::Error;
use crate::notice::Watch;
use crate::prepared::PreparedStudy;

/// What a gate found.
pub enum GateOutcome {
    /// No trial was complete, so there is nothing to compare.
    Untrained(UntrainedGate),
    Compared(Box<GateComparison>),
}

impl GateOutcome {
    /// For writing it.
    pub fn report(&self) -> &dyn GateReport {
        match self {
            GateOutcome::Untrained(untrained) => untrained,
            GateOutcome::Compared(comparison) => &**comparison,
        }
    }
}

impl BaselineFile {
    /// Refuses an exact comparison with a baseline that has no fingerprints of weights.
    ///
    /// # Errors
    /// [`Error::Baseline`].
    pub fn check_traced(&self) -> Result<(), Error> {
        if self.baseline.trace.is_empty() { Err(self.unusable(BaselineError::NoTrace)) } else { Ok(()) }
    }

    fn unusable(&self, error: BaselineError) -> Error {
        Error::Baseline { path: self.path.clone(), error }
    }
}

impl Engine<'_> {
    /// Retrains a baseline's study, and compares its winner with the baseline. Of a study of the same name in the store
    /// nothing changes but its fits.
    ///
    /// # Errors
    /// As [`Engine::run`]; [`Error::Baseline`] where the two can't be compared.
    pub fn gate(
        &self,
        file: &BaselineFile,
        prepared: &PreparedStudy,
        criteria: GateCriteria,
        watch: &mut dyn Watch,
    ) -> Result<GateOutcome, Error> {
        let retraining = self.retrain(prepared, criteria.exact, watch)?;
        let results = retraining.results(self);
        let leaderboard = results.leaderboard();
        if leaderboard.counts().complete == 0 {
            return Ok(GateOutcome::Untrained(UntrainedGate::new(&leaderboard, &file.baseline.name)));
        }
        let mut fresh = winner_baseline(&results, Path::new("."))?;
        if !file.baseline.row_digests.is_empty() {
            add_digests(&mut fresh, prepared);
        }
        if criteria.exact {
            fresh.trace = retraining.winner_trace(self);
        }
        let comparison = file.baseline.gate(&fresh, criteria).map_err(|error| file.unusable(error))?;
        Ok(GateOutcome::Compared(Box::new(comparison)))
    }
}
