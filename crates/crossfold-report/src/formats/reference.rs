//! Predictions without inputs in words.

use crossfold_network::Task;
use crossfold_study::Direction;

use super::figure::Precision;
use super::markdown::code;
use crate::analysis::leaderboard::Leaderboard;
use crate::analysis::reference_score::{ConstantAnswer, NoReference, ReferenceComparison, ReferenceVerdict};

/// The best trial beside predictions without inputs, or why these have no score.
pub(super) fn against_reference(board: &Leaderboard<'_>) -> Option<String> {
    let (findings, best) = (board.findings()?, board.best()?);
    let ReferenceComparison { score, answer, verdict } = match &findings.reference {
        Ok(reference) => reference,
        Err(reason) => return Some(no_reference(board, *reason)),
    };
    let (answer, score) = (answer_in_words(answer), Precision::for_board(board).show(*score));
    let is_better = match verdict {
        ReferenceVerdict::Better => "is significantly better",
        ReferenceVerdict::NotShown => "is not significantly better",
        ReferenceVerdict::NotBetter => "is not better",
        ReferenceVerdict::Unknown => return Some(format!("always answering {answer} scores {score}")),
    };
    Some(format!("trial {} {is_better} than always answering {answer} ({score})", best.trial.number))
}

/// Why there is no score of predictions without inputs, without a full stop.
fn no_reference(board: &Leaderboard<'_>, reason: NoReference) -> String {
    let metric = board.metric();
    let (answer, its) = match (metric.task(), metric.direction()) {
        (Task::Classification, Direction::Minimize) => ("the classes' shares", "their"),
        (Task::Classification, Direction::Maximize) => ("the majority class", "its"),
        (Task::Regression, _) => ("the mean", "its"),
    };
    let metric = metric.in_words();
    let why = match reason {
        NoReference::NearlyPerfect => format!("{its} {metric} is nearly perfect"),
        NoReference::AbsentClass => {
            format!("{its} {metric} is infinite, since a class of one fold has no rows in the others")
        }
        NoReference::Undefined => format!("{its} {metric} is undefined"),
        NoReference::NoRows => "the validation rows are not stored; run the study again".to_owned(),
    };
    format!("no score of {answer} is shown for reference: {why}")
}

/// What is predicted without inputs, as people say it.
pub(super) fn answer_in_words(answer: &ConstantAnswer) -> String {
    match answer {
        ConstantAnswer::Class(class) => code(class),
        ConstantAnswer::LargestClass => "the largest class".to_owned(),
        ConstantAnswer::ClassShares => "the classes' shares".to_owned(),
        ConstantAnswer::Mean => "the mean".to_owned(),
    }
}
