//! Scores of classes as columns; none where numbers are learnt.

use crossfold_network::Task;
use crossfold_study::ClassScores;
use rusqlite::{Row, Statement};

/// How many columns they take.
pub(crate) fn width(task: Task) -> usize {
    match task {
        Task::Classification => 6,
        Task::Regression => 0,
    }
}

/// Sets the parameters from `at` on; what isn't there leaves them empty.
pub(crate) fn bind(
    statement: &mut Statement<'_>,
    task: Task,
    at: usize,
    scores: Option<ClassScores>,
) -> rusqlite::Result<()> {
    let columns = scores.map_or([None; 6], columns);
    columns.iter().take(width(task)).zip(at..).try_for_each(|(score, place)| statement.raw_bind_parameter(place, score))
}

/// The scores whose first column is `at`; `None` where they are empty.
pub(crate) fn read(row: &Row<'_>, task: Task, at: usize) -> rusqlite::Result<Option<ClassScores>> {
    let balanced_accuracy = match task {
        Task::Classification => row.get(at)?,
        Task::Regression => None,
    };
    let Some(balanced_accuracy) = balanced_accuracy else { return Ok(None) };
    Ok(Some(ClassScores {
        balanced_accuracy,
        f1: row.get(at + 1)?,
        roc_auc: row.get(at + 2)?,
        average_precision: row.get(at + 3)?,
        brier: row.get(at + 4)?,
        calibration_error: row.get(at + 5)?,
    }))
}

/// What two have to have in common to be the same: each score to the last bit.
pub(crate) fn bits(scores: ClassScores) -> [Option<u64>; 6] {
    columns(scores).map(|score| score.map(f64::to_bits))
}

fn columns(scores: ClassScores) -> [Option<f64>; 6] {
    let ClassScores { balanced_accuracy, f1, roc_auc, average_precision, brier, calibration_error } = scores;
    [Some(balanced_accuracy), Some(f1), roc_auc, Some(average_precision), Some(brier), Some(calibration_error)]
}
