//! What a study's trials amount to, kept in the store: a look at a study need not read hundreds of thousands of fits.

use crossfold_report::{Leaderboard, TableText, TrialCounts, Unfinished};
use crossfold_study::{Store, StoreError, StudyName};
use serde::{Deserialize, Serialize};

use crate::version::{CROSSFOLD_VERSION, GIT_REVISION};

/// A study's trials at a glance.
#[derive(Serialize, Deserialize)]
pub struct TrialsSummary {
    /// Trials of the study as far as it is known.
    pub planned: usize,
    pub counts: TrialCounts,
    /// The metric with the winner's mean over folds.
    pub best: Option<String>,
    /// Why the trials have not all ended.
    pub unfinished: Option<Unfinished>,
}

impl TrialsSummary {
    pub(crate) fn new(leaderboard: &Leaderboard<'_>) -> TrialsSummary {
        let metric = leaderboard.metric();
        let mean = leaderboard.winner().and_then(|winner| winner.mean);
        TrialsSummary {
            planned: leaderboard.rows().len(),
            counts: leaderboard.counts(),
            unfinished: Unfinished::new(leaderboard),
            best: mean.map(|mean| format!("{} {}", metric.label(), crossfold_report::format_score(metric, mean.get()))),
        }
    }
}

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

#[cfg(test)]
mod tests {
    use crossfold_store::MemoryStore;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_another_release_found_is_found_again() {
        let (store, study) = (MemoryStore::default(), StudyName::new("a").unwrap());
        for (release, is_known) in [(release(), true), ("0.0.1 ".to_owned(), false)] {
            let trials = TrialsSummary { planned: 1, counts: TrialCounts::default(), best: None, unfinished: None };
            let table = json!({
                "keys": [[], [], []], "second": [], "rung": null, "hyperparameters": [], "parameters": [],
                "settings": [], "heading": null, "caption": "",
            });
            let standing = json!({"release": release, "trials": trials, "table": table});
            store.put_standing(&study, &standing.to_string()).unwrap();
            assert_eq!(Standing::find(&store, &study).unwrap().is_some(), is_known, "{release}");
        }
    }
}
