//! The stored studies at a glance.

use crossfold_study::{Store, StudyName, StudyRecord};

use crate::error::Error;
use crate::standing::{Standing, TrialsSummary};
use crate::stored_study::StoredStudy;

/// A stored study at a glance.
pub struct StudySummary {
    pub name: StudyName,
    /// When it was last run, RFC 3339 in UTC.
    pub started: String,
    /// `None` where this release refuses its spec.
    pub trials: Option<TrialsSummary>,
}

impl StudySummary {
    /// Its line in a table of studies: name, complete trials of all, failed ones, the best score, the last run.
    pub fn cells(&self) -> [String; 5] {
        let StudySummary { name, started, trials } = self;
        let dash = || "-".to_owned();
        let Some(TrialsSummary { planned, counts, best }) = trials else {
            return [name.to_string(), dash(), dash(), "spec not understood".to_owned(), started.clone()];
        };
        let complete = format!("{}/{planned}", counts.complete);
        [name.to_string(), complete, counts.failed.to_string(), best.clone().unwrap_or_else(dash), started.clone()]
    }
}

/// All stored studies, by name. Fits are held against their digests only where a study's last run did not end, or its fits
/// changed since.
///
/// # Errors
/// Where the store can't be read.
pub fn list(store: &dyn Store) -> Result<Vec<StudySummary>, Error> {
    let mut summaries = Vec::new();
    for name in store.studies()? {
        let Some(record) = store.study(&name)? else { continue };
        summaries.push(StudySummary { started: record.started.clone(), trials: trials(store, record)?, name });
    }
    Ok(summaries)
}

fn trials(store: &dyn Store, record: StudyRecord) -> Result<Option<TrialsSummary>, Error> {
    if let Some(standing) = Standing::find(store, &record.name)? {
        return Ok(Some(standing.trials));
    }
    let stored = match StoredStudy::read(store, record) {
        Ok(stored) => stored,
        // The other studies are shown all the same.
        Err(Error::Spec(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(TrialsSummary::new(&stored.results(store).leaderboard())))
}
