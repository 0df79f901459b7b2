//! Baseline methods in words and in tables.

use crossfold_network::{Kind, joined};
use crossfold_study::BaselineMethod;
use serde::{Deserialize, Serialize};

use super::figure::Precision;
use crate::analysis::baseline_row::{BaselineGap, BaselineRow};
use crate::analysis::leaderboard::{Leaderboard, Row};

/// A method's row in a table of trials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BaselineLine {
    /// Number of the table's rows above it.
    pub(super) above: usize,
    /// The rank that its score would have, in brackets.
    pub(super) rank: String,
    pub(super) name: String,
    pub(super) score: String,
    /// How far the best network is from it.
    pub(super) gap: String,
}

/// The methods' rows in a table of the trials `rows`, the best first.
pub(super) fn baseline_lines(board: &Leaderboard<'_>, rows: &[&Row<'_>]) -> Vec<BaselineLine> {
    let precision = Precision::for_board(board);
    let is_by_rank = rows.is_sorted_by_key(|row| row.rank.unwrap_or(u32::MAX));
    let line = |baseline: &BaselineRow| {
        let is_before = |row: &&&Row<'_>| row.rank.is_some_and(|rank| rank as usize <= baseline.trials_before);
        let score = precision.show(baseline.mean.get());
        BaselineLine {
            above: if is_by_rank { rows.iter().filter(is_before).count() } else { rows.len() },
            rank: format!("({})", baseline.trials_before + 1),
            name: short_name(baseline.method).to_owned(),
            score: match baseline.standard_error {
                Some(error) => format!("{score} ± {}", precision.show(error)),
                None => score,
            },
            gap: baseline.gap.as_ref().map(|gap| gap_in_words(gap, precision)).unwrap_or_default(),
        }
    };
    best_first(board).into_iter().map(line).collect()
}

/// What a column of trial numbers has room for.
fn short_name(method: BaselineMethod) -> &'static str {
    match method {
        BaselineMethod::LeastSquares => "least squares",
        BaselineMethod::Ridge => "ridge",
        BaselineMethod::LogisticRegression => "logistic",
        BaselineMethod::BoostedTrees => "trees",
    }
}

pub(super) fn best_first<'a>(board: &'a Leaderboard<'_>) -> Vec<&'a BaselineRow> {
    let mut baselines: Vec<&BaselineRow> = board.baselines().iter().collect();
    baselines.sort_by(|a, b| a.mean.better_first(b.mean, board.metric().direction()));
    baselines
}

/// `0.012 ± 0.004 behind, significant`, seen from the best network.
pub(super) fn gap_in_words(gap: &BaselineGap, precision: Precision) -> String {
    let shown = if gap.is_shown() { "significant" } else { "tied" };
    let size = size(gap, precision);
    if gap.difference == 0.0 {
        return "equal".to_owned();
    }
    // The method is behind where the network is ahead.
    format!("{size} {}, {shown}", if gap.difference > 0.0 { "behind" } else { "ahead" })
}

fn size(gap: &BaselineGap, precision: Precision) -> String {
    format!("{} ± {}", precision.show(gap.difference.abs()), precision.show(gap.error))
}

/// How the best trial does against each method, without a full stop; `None` without methods that were compared.
pub(super) fn against_baselines(board: &Leaderboard<'_>) -> Option<String> {
    let precision = Precision::for_board(board);
    let part = |baseline: &BaselineRow| {
        let gap = baseline.gap?;
        let (name, size) = (baseline.method.in_words(), size(&gap, precision));
        Some(match gap.is_shown() {
            true if gap.difference > 0.0 => format!("beats {name} by {size}"),
            true => format!("loses to {name} by {size}"),
            false if gap.difference > 0.0 => format!("is statistically tied with {name} ({size} ahead)"),
            false if gap.difference < 0.0 => format!("is statistically tied with {name} ({size} behind)"),
            false => format!("is statistically tied with {name} (equal scores)"),
        })
    };
    let parts: Vec<String> = best_first(board).into_iter().filter_map(part).collect();
    let best = match board.winner()?.configuration.kind() {
        // Methods have names of linear models, too.
        Kind::Linear => "the best trial, a linear model,",
        Kind::Mlp | Kind::Cnn | Kind::Rnn => "the best network",
    };
    (!parts.is_empty()).then(|| format!("{best} {}", joined(&parts, "and")))
}
