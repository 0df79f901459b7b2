//! Baseline methods as the page shows them.

use serde::Serialize;

use super::rounded::{Exact, Nine, exact};
use crate::analysis::baseline_row::BaselineRow;
use crate::analysis::leaderboard::Leaderboard;
use crate::formats::baselines::best_first;

/// A method and how far the best network is from it.
#[derive(Serialize)]
pub(super) struct BaselineView {
    name: &'static str,
    /// The rank that its score would have among the trials.
    place: usize,
    mean: Exact,
    standard_error: Option<Exact>,
    gap: Option<GapView>,
}

/// How much better the best network is; above 0 where it is better, whatever the metric.
#[derive(Serialize)]
struct GapView {
    difference: Exact,
    interval: [Exact; 2],
    p: Nine,
    is_shown: bool,
}

/// The methods of a study, the best first.
pub(super) fn baselines(board: &Leaderboard<'_>) -> Vec<BaselineView> {
    let view = |row: &BaselineRow| BaselineView {
        name: row.method.in_words(),
        place: row.trials_before + 1,
        mean: Exact(row.mean.get()),
        standard_error: row.standard_error.map(Exact),
        gap: row.gap.map(|gap| GapView {
            difference: Exact(gap.difference),
            interval: exact(gap.interval),
            p: Nine(gap.p),
            is_shown: gap.is_shown(),
        }),
    };
    best_first(board).into_iter().map(view).collect()
}
