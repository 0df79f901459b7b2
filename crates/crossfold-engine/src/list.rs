//! The stored studies at a glance.

use crossfold_report::TrialCounts;
use crossfold_study::{Metric, Score, Store, StudyName, StudyRecord};

use crate::error::Error;
use crate::stored_study::StoredStudy;

/// A stored study at a glance.
pub struct StudySummary {
    pub name: StudyName,
    /// When it was last run, RFC 3339 in UTC.
    pub started: String,
    /// `None` where this release refuses its spec.
    pub trials: Option<TrialsSummary>,
}

/// A study's trials at a glance.
pub struct TrialsSummary {
    /// Trials of the study as far as it is known.
    pub planned: usize,
    pub counts: TrialCounts,
    /// The winner's mean over folds.
    pub best: Option<(Metric, Score)>,
}

/// All stored studies, by name.
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
    let stored = match StoredStudy::read(store, record) {
        Ok(stored) => stored,
        // The other studies are shown all the same.
        Err(Error::Spec(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let leaderboard = stored.results(store).leaderboard();
    let mean = leaderboard.winner().and_then(|winner| winner.mean);
    let best = mean.map(|mean| (stored.study.metric, mean));
    Ok(Some(TrialsSummary { planned: stored.plan.trials.len(), counts: leaderboard.counts(), best }))
}
