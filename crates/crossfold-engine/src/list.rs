//! The stored studies at a glance.

use crossfold_study::{Store, StoreError, StudyName, StudyRecord};

use crate::error::Error;
use crate::standing::{Standing, TrialsSummary};
use crate::stored_study::StoredStudy;

/// A stored study at a glance.
pub struct StudySummary {
    pub name: StudyName,
    /// When it was last run, RFC 3339 in UTC. Empty where that is damaged.
    pub started: String,
    /// `None` where this release refuses its spec, or `damage` is known.
    pub trials: Option<TrialsSummary>,
    /// The first damaged record of the study.
    pub damage: Option<StoreError>,
}

impl StudySummary {
    /// Its line in a table of studies: name, complete trials of all, failed ones, the best score, the last run.
    pub fn cells(&self) -> [String; 5] {
        let StudySummary { name, started, trials, damage } = self;
        let dash = || "-".to_owned();
        let Some(TrialsSummary { planned, counts, best }) = trials else {
            let why = if damage.is_some() { "damaged" } else { "spec not understood" };
            return [name.to_string(), dash(), dash(), why.to_owned(), started.clone()];
        };
        let complete = format!("{}/{planned}", counts.complete);
        [name.to_string(), complete, counts.failed.to_string(), best.clone().unwrap_or_else(dash), started.clone()]
    }
}

/// All stored studies, by name. A damaged one hides no other. The digests of fits are checked only where a study's last run
/// did not end, or its fits changed since.
///
/// # Errors
/// Where the store can't be read.
pub fn list(store: &dyn Store) -> Result<Vec<StudySummary>, Error> {
    let mut summaries = Vec::new();
    for name in store.studies()? {
        let mut summary = StudySummary { name, started: String::new(), trials: None, damage: None };
        match summarize(store, &mut summary) {
            Err(Error::Store(damage @ StoreError::DamagedRecord { .. })) => {
                summary.damage = Some(damage.of(&summary.name))
            }
            summarized => summarized?,
        }
        summaries.push(summary);
    }
    Ok(summaries)
}

fn summarize(store: &dyn Store, summary: &mut StudySummary) -> Result<(), Error> {
    if let Some(record) = store.study(&summary.name)? {
        summary.started.clone_from(&record.started);
        summary.trials = trials(store, record)?;
    }
    Ok(())
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
