//! The budget that ended a search, in words.

use std::time::Duration;

use super::duration::rounded;

/// Which `limit` of the budget ended a search and, if no trial is complete, how one would be: `time_missing` is how much more
/// the quickest needs, if that is known. `time_kept` is what is left of a limited time.
pub fn describe_used_up_budget(
    limit: &str,
    leaves_no_winner: bool,
    time_missing: Option<Duration>,
    time_kept: Option<Duration>,
) -> Vec<String> {
    let ended = format!("the search ended by `budget.{limit}`");
    let kept = time_kept.filter(|kept| kept.as_millis() >= 50).map(rounded);
    if !leaves_no_winner {
        let kept = kept.map(|kept| format!("; {kept} of it are kept for retraining the winner and for reports"));
        return vec![ended + &kept.unwrap_or_default()];
    }
    let needs = match (time_missing.map(rounded), kept) {
        (Some(missing), Some(kept)) => {
            format!(": the quickest needs about {missing} more, and {kept} are kept for the reports")
        }
        (Some(missing), None) => format!(": the quickest needs about {missing} more"),
        (None, _) => String::new(),
    };
    vec![
        format!("{ended} before any trial was complete{needs}"),
        format!("hint: raise `budget.{limit}`, or ask for fewer epochs or folds; what is trained is kept"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_time_was_kept_for_is_said() {
        let seconds = |seconds: f64| Some(Duration::from_secs_f64(seconds));
        let said =
            |limit, missing, kept| describe_used_up_budget(limit, missing, seconds(3.0).filter(|_| missing), kept);
        assert_eq!(
            said("wall", false, seconds(4.14)),
            ["the search ended by `budget.wall`; 4.1 s of it are kept for retraining the winner and for reports"]
        );
        assert_eq!(said("fits", false, None), ["the search ended by `budget.fits`"]);
        assert_eq!(
            said("wall", true, seconds(2.5))[0],
            "the search ended by `budget.wall` before any trial was complete: the quickest needs about 3.0 s more, and 2.5 s \
             are kept for the reports"
        );
    }
}
