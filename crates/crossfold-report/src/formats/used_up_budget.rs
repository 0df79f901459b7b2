//! The budget that ended a search, in words.

use std::time::Duration;

use super::figure::rounded;

/// Which `limit` of the budget ended a search and, if no trial is complete, how one would be: `time_missing` is how much more
/// the quickest needs, if that is known.
pub fn describe_used_up_budget(limit: &str, leaves_no_winner: bool, time_missing: Option<Duration>) -> Vec<String> {
    let ended = format!("the search ended by `budget.{limit}`");
    if !leaves_no_winner {
        return vec![ended];
    }
    let needs = time_missing.map(|time| format!(": the quickest needs about {} more", rounded(time)));
    vec![
        format!("{ended} before any trial was complete{}", needs.unwrap_or_default()),
        format!("hint: raise `budget.{limit}`, or ask for fewer epochs or folds; what is trained is kept"),
    ]
}
