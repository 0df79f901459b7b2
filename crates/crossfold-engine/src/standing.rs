//! What a study's trials amount to, kept in the store: a look at a study need not read hundreds of thousands of fits.

use crossfold_report::{Leaderboard, TableText};
use crossfold_study::{Store, StoreError, StudyName};
use serde::{Deserialize, Serialize};

use crate::list::TrialsSummary;
use crate::version::{CROSSFOLD_VERSION, GIT_REVISION};

/// What a study's trials amount to.
#[derive(Serialize, Deserialize)]
pub(crate) struct Standing {
    /// The release that found it and its revision: others may judge trials in another way.
    release: String,
    pub(crate) trials: TrialsSummary,
    pub(crate) table: TableText,
}

impl Standing {
    /// Stores what a judged leaderboard amounts to.
    pub(crate) fn store(store: &dyn Store, study: &StudyName, leaderboard: &Leaderboard<'_>) -> Result<(), StoreError> {
        let (trials, table) = (TrialsSummary::new(leaderboard), TableText::of_first(leaderboard));
        let standing = Standing { release: release(), trials, table };
        store.put_standing(study, &serde_json::to_string(&standing).expect("text and numbers are JSON"))
    }

    /// What is stored and still holds.
    pub(crate) fn find(store: &dyn Store, study: &StudyName) -> Result<Option<Standing>, StoreError> {
        let standing = store.standing(study)?.and_then(|text| serde_json::from_str(&text).ok());
        Ok(standing.filter(|standing: &Standing| standing.release == release()))
    }
}

fn release() -> String {
    format!("{CROSSFOLD_VERSION} {}", GIT_REVISION.unwrap_or_default())
}
