//! `budget`: limits that end a search early.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checked::Raw;
use super::duration::Span;
use super::findings::Findings;
use super::number::{Count, Positive, Real};
use super::path::Path;
use crossfold_study::{Budget, MAX_TRIALS};

/// Limits on the search, which ends at the first that is reached. Left out: it ends when its strategy has no more trials.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(rename = "Budget", extend("minProperties" = 1))]
pub(super) struct BudgetSpec {
    /// The most trials.
    trials: Option<Count<1, { MAX_TRIALS }>>,
    /// The most fits of all trials together.
    fits: Option<Count<1, MOST>>,
    /// The most epochs of all fits together.
    epochs: Option<Count<1, MOST>>,
    /// The most floating-point operations of all fits together.
    flops: Option<Real<Positive>>,
    /// The longest that a run may take, retraining and reports included: `90s`, `15m`, `8h`, `1h30m`, `2d`, or seconds.
    wall: Option<Span>,
    /// The most trials in a row that are no better than the best before them.
    without_improvement: Option<Count<1, { MAX_TRIALS }>>,
}

const MOST: u64 = 1_000_000_000_000;

/// Checks a budget. An empty map is a mistake.
pub(super) fn check(given: Option<BudgetSpec>, findings: &mut Findings<'_>) -> Budget {
    let at = Path::new("budget");
    if given.is_some() && findings.tree.get(&at).is_some_and(|node| node.entries().is_empty()) {
        findings.wrong(&at, "expected at least one limit, found none").hint =
            Some("for example `budget: {wall: 8h}`; leave it out to search to the end".to_owned());
    }
    let BudgetSpec { trials, fits, epochs, flops, wall, without_improvement } = given.unwrap_or_default();
    Budget {
        trials: trials.and_then(|trials| trials.checked()),
        fits: fits.map(|fits| fits.get()),
        epochs: epochs.map(|epochs| epochs.get()),
        flops: flops.and_then(|flops| flops.checked()),
        wall: wall.map(|wall| wall.0),
        without_improvement: without_improvement.and_then(|trials| trials.checked()),
    }
}

/// Whether `budget` ends every search. A limit on trials without improvement doesn't, since trials may improve forever. A limit
/// with a mistake counts as one that does.
pub(super) fn may_end(budget: &Budget, findings: &Findings<'_>) -> bool {
    let Budget { trials, fits, epochs, flops, wall, without_improvement: _ } = budget;
    let at = Path::new("budget");
    trials.is_some()
        || fits.is_some()
        || epochs.is_some()
        || flops.is_some()
        || wall.is_some()
        || findings.holes.iter().any(|hole| hole.is_within(&at))
}
