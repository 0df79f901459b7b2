//! Predictions without inputs in words.

use super::figure::Precision;
use super::markdown::code;
use crate::analysis::leaderboard::Leaderboard;
use crate::analysis::reference_score::{ConstantAnswer, ReferenceComparison, ReferenceVerdict};

/// The best trial beside predictions without inputs.
pub(super) fn against_reference(board: &Leaderboard<'_>) -> Option<String> {
    let (findings, best) = (board.findings()?, board.best()?);
    let ReferenceComparison { score, answer, verdict } = findings.reference.as_ref()?;
    let (answer, score) = (answer_in_words(answer), Precision::for_board(board).show(*score));
    let is_better = match verdict {
        ReferenceVerdict::Better => "is significantly better",
        ReferenceVerdict::NotShown => "is not significantly better",
        ReferenceVerdict::NotBetter => "is not better",
        ReferenceVerdict::Unknown => return Some(format!("always answering {answer} scores {score}")),
    };
    Some(format!("trial {} {is_better} than always answering {answer} ({score})", best.trial.number))
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
