//! Failed trials by reason, and the values of hyperparameters that they have in common.

use crossfold_network::{Param, significant};
use crossfold_study::{Failure, TrialState};
use serde::Serialize;

use crate::analysis::leaderboard::{Leaderboard, Row};

/// The share of pairs of a failed and another trial of which the failed one must have the larger value (or the smaller one)
/// for a hyperparameter to be named.
const SEPARATED: f64 = 0.9;

/// Trials that failed for one reason.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct FailureGroup {
    /// Such as `the loss is not finite`.
    reason: String,
    /// Their values of the hyperparameters that distinguish them from trials that didn't fail: `learning rate 3.1 to 98`.
    values: Vec<String>,
    trials: Vec<u32>,
}

/// The most frequent reason first.
pub(super) fn groups(board: &Leaderboard<'_>) -> Vec<FailureGroup> {
    let mut groups: Vec<(String, Vec<&Row<'_>>)> = Vec::new();
    for row in board.rows() {
        let TrialState::Failed { failure, .. } = &row.state else { continue };
        let reason = reason(failure);
        match groups.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((reason, vec![row])),
        }
    }
    groups.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    let group = |(reason, rows): (String, Vec<&Row<'_>>)| FailureGroup {
        reason,
        values: board.searched().filter_map(|param| range(board, &rows, param)).collect(),
        trials: rows.iter().map(|row| row.trial.number.0).collect(),
    };
    groups.into_iter().map(group).collect()
}

/// Why a fit failed, without the epoch, which differs from trial to trial.
fn reason(failure: &Failure) -> String {
    match failure {
        Failure::NotFinite { .. } => "the loss is not finite".to_owned(),
        Failure::Panic(_) | Failure::TimedOut(_) | Failure::Suspect => failure.to_string(),
    }
}

/// The range of a hyperparameter in `failed`, where it separates them from the trials that didn't fail.
fn range(board: &Leaderboard<'_>, failed: &[&Row<'_>], param: Param) -> Option<String> {
    let number = |row: &Row<'_>| row.value(param)?.number();
    let values: Vec<f64> = failed.iter().filter_map(|row| number(row)).collect();
    let others = board.rows().iter().filter(|row| !matches!(row.state, TrialState::Failed { .. }));
    let mut others: Vec<f64> = others.filter_map(number).collect();
    others.sort_by(f64::total_cmp);
    if values.len() < failed.len() || others.is_empty() {
        return None;
    }
    // The area under the ROC curve: ties count half.
    let below = |value: f64| {
        let (less, not_more) =
            (others.partition_point(|&other| other < value), others.partition_point(|&other| other <= value));
        (less + not_more) as f64 / 2.0
    };
    let share = values.iter().map(|&value| below(value)).sum::<f64>() / (values.len() * others.len()) as f64;
    let [low, high] = [f64::min, f64::max].map(|end| values.iter().copied().reduce(end).unwrap_or(f64::NAN));
    let name = param.name().replace('_', " ");
    let range =
        if low == high { significant(low, 4) } else { format!("{} to {}", significant(low, 4), significant(high, 4)) };
    (share.max(1.0 - share) >= SEPARATED).then(|| format!("{name} {range}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_study::{Metric, Plan};

    /// Trial 3, of 4 nodes, failed; trials 4 and 5, of 8 nodes, were cancelled, and those without a hidden layer have no
    /// nodes. Of 4 other numbers of epochs, 2 are as large as its 2, so that it is above 3 of them with ties as halves.
    #[test]
    fn failed_trials_are_grouped_with_the_values_that_distinguish_them() {
        let (study, mut plan, results) = (example::study(Metric::Accuracy), example::plan(), example::results());
        let grouped = |plan: &Plan| groups(&Leaderboard::new(&study, plan, &results, example::SHAPE));
        let group = |values: &[&str]| FailureGroup {
            reason: "the loss is not finite".to_owned(),
            values: values.iter().map(|&value| value.to_owned()).collect(),
            trials: vec![3],
        };
        // Trial 2, of 4 nodes as well, is complete.
        assert_eq!(grouped(&plan), [group(&[])]);
        plan.trials.remove(2);
        assert_eq!(grouped(&plan), [group(&["nodes 4"])]);
    }

    #[test]
    fn without_failures_there_is_no_group() {
        let (study, mut plan, results) = (example::study(Metric::Accuracy), example::plan(), example::results());
        plan.trials.truncate(2);
        assert_eq!(groups(&Leaderboard::new(&study, &plan, &results, example::SHAPE)), []);
    }
}
