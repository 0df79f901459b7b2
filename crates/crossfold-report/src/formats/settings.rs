//! Hyperparameter settings as reports write them.

use crossfold_network::{Plain, Setting, significant};

use crate::analysis::leaderboard::{Leaderboard, Row};

/// A setting's value for people: numbers have four significant digits. Files, and what is copied into a spec, have all.
pub(super) fn value(setting: &Setting) -> String {
    plain_value(&setting.plain())
}

fn plain_value(plain: &Plain) -> String {
    match plain {
        Plain::Real(number) => significant(*number, 4),
        Plain::List(values) => format!("[{}]", values.iter().map(plain_value).collect::<Vec<_>>().join(", ")),
        Plain::Text(_) | Plain::Flag(_) | Plain::Count(_) => plain.to_string(),
    }
}

/// `nodes=64`: a setting within text for people.
pub(super) fn assignment(setting: &Setting) -> String {
    format!("{}={}", setting.param(), value(setting))
}

/// `layers=2 nodes=64`: the settings of a trial that the study searches, for people.
pub(super) fn assignments(board: &Leaderboard<'_>, row: &Row<'_>) -> String {
    let settings = board.searched().filter_map(|param| row.value(param));
    settings.map(|setting| assignment(&setting)).collect::<Vec<_>>().join(" ")
}

/// `layers=0 nodes=64; layers=0 nodes=128`: the combinations of searched values that a trial stands for, with all digits.
/// Empty for a single combination, which the row itself shows.
pub(super) fn equivalent_points(board: &Leaderboard<'_>, row: &Row<'_>) -> String {
    if row.trial.stands_for.len() < 2 {
        return String::new();
    }
    let points = row.trial.stands_for.iter().map(|point| {
        let settings = board.searched().filter_map(|param| point.get(param));
        settings.map(|setting| format!("{}={setting}", setting.param())).collect::<Vec<_>>().join(" ")
    });
    points.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_network::PerLayer;

    #[test]
    fn real_numbers_are_short() {
        let check = |setting: Setting, expected: &str| assert_eq!(assignment(&setting), expected);
        check(Setting::LearningRate(0.0008079862667031752), "learning_rate=0.000808");
        check(Setting::Nodes(131_072), "nodes=131072");
        check(Setting::Hidden(vec![128, 64]), "hidden=[128, 64]");
        check(Setting::Dropout(PerLayer::Each(vec![0.1 + 0.2, 0.123_456])), "dropout=[0.3, 0.1235]");
    }
}
