//! A tally in columns: rows, correct and loss of classes; rows, squared, absolute and spread of numbers.

use crossfold_network::Task;
use crossfold_study::Tally;
use rusqlite::types::Null;
use rusqlite::{Row, Statement};

/// How many columns a tally has.
pub(crate) fn width(task: Task) -> usize {
    match task {
        Task::Classification => 3,
        Task::Regression => 4,
    }
}

/// Sets a statement's parameters from `at` on, to null without a tally.
pub(crate) fn bind(statement: &mut Statement<'_>, task: Task, at: usize, tally: Option<Tally>) -> rusqlite::Result<()> {
    match tally {
        None => (at..at + width(task)).try_for_each(|place| statement.raw_bind_parameter(place, Null)),
        Some(Tally::Classes { rows, correct, loss }) => {
            statement.raw_bind_parameter(at, rows)?;
            statement.raw_bind_parameter(at + 1, correct)?;
            statement.raw_bind_parameter(at + 2, loss)
        }
        Some(Tally::Numbers { rows, squared, absolute, spread }) => {
            statement.raw_bind_parameter(at, rows)?;
            statement.raw_bind_parameter(at + 1, squared)?;
            statement.raw_bind_parameter(at + 2, absolute)?;
            statement.raw_bind_parameter(at + 3, spread)
        }
    }
}

/// The tally whose first column is `at`; `None` if the column is null.
pub(crate) fn read(row: &Row<'_>, task: Task, at: usize) -> rusqlite::Result<Option<Tally>> {
    let Some(rows) = row.get(at)? else { return Ok(None) };
    Ok(Some(match task {
        Task::Classification => Tally::Classes { rows, correct: row.get(at + 1)?, loss: row.get(at + 2)? },
        Task::Regression => {
            Tally::Numbers { rows, squared: row.get(at + 1)?, absolute: row.get(at + 2)?, spread: row.get(at + 3)? }
        }
    }))
}
