//! Hyperparameter settings as reports write them.

use crossfold_network::Setting;

use crate::analysis::leaderboard::{Leaderboard, Row};

/// `nodes=64`: a setting within text.
pub(super) fn assignment(setting: &Setting) -> String {
    format!("{}={setting}", setting.param())
}

/// `layers=2 nodes=64`: the settings of a trial that the study searches.
pub(super) fn assignments(board: &Leaderboard<'_>, row: &Row<'_>) -> String {
    let settings = board.searched().filter_map(|param| row.value(param));
    settings.map(|setting| assignment(&setting)).collect::<Vec<_>>().join(" ")
}

/// `layers=0 nodes=64; layers=0 nodes=128`: the combinations of searched values that a trial stands for. Empty for a
/// single combination, which the row itself shows.
pub(super) fn equivalent_points(board: &Leaderboard<'_>, row: &Row<'_>) -> String {
    if row.trial.stands_for.len() < 2 {
        return String::new();
    }
    let points = row.trial.stands_for.iter().map(|point| {
        let settings = board.searched().filter_map(|param| point.get(param));
        settings.map(assignment).collect::<Vec<_>>().join(" ")
    });
    points.collect::<Vec<_>>().join("; ")
}
