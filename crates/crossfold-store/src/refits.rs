//! Networks trained on all of a study's rows.

use crossfold_network::Task;
use crossfold_study::{FitKey, RefitRecord, Scored, Tally};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::fault::Refusal;
use crate::{class_scores, tallies};

pub(crate) fn put(
    transaction: &Transaction<'_>,
    key: &FitKey,
    epochs: u32,
    refit: &RefitRecord,
) -> Result<(), Refusal> {
    let RefitRecord { weights, tests } = refit;
    transaction.execute("DELETE FROM refits WHERE key = ?1 AND epochs = ?2", params![key.as_bytes(), epochs])?;
    transaction.execute("INSERT INTO refits VALUES (?1, ?2, ?3)", params![key.as_bytes(), epochs, weights])?;
    for (digest, Scored { tally, classes }) in tests {
        let task = tally.task();
        let insert = match task {
            Task::Classification => "INSERT INTO tests VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            Task::Regression => "INSERT INTO tests_of_numbers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        };
        let mut insert = transaction.prepare_cached(insert)?;
        insert.raw_bind_parameter(1, key.as_bytes())?;
        insert.raw_bind_parameter(2, epochs)?;
        insert.raw_bind_parameter(3, digest)?;
        tallies::bind(&mut insert, task, 4, Some(*tally))?;
        class_scores::bind(&mut insert, task, 4 + tallies::width(task), *classes)?;
        insert.raw_execute()?;
    }
    transaction.execute("DELETE FROM deaths WHERE key = ?1", [key.as_bytes()])?;
    Ok(())
}

pub(crate) fn get(connection: &Connection, key: &FitKey, epochs: u32) -> Result<Option<RefitRecord>, Refusal> {
    let which = params![key.as_bytes(), epochs];
    let select = "SELECT weights FROM refits WHERE key = ?1 AND epochs = ?2";
    let Some(weights) = connection.query_row(select, which, |row| row.get(0)).optional()? else { return Ok(None) };
    let mut tests = Vec::new();
    for task in Task::ALL {
        let mut select = connection.prepare_cached(match task {
            Task::Classification => "SELECT * FROM tests WHERE key = ?1 AND epochs = ?2 ORDER BY digest",
            Task::Regression => "SELECT * FROM tests_of_numbers WHERE key = ?1 AND epochs = ?2 ORDER BY digest",
        })?;
        let test = |row: &Row<'_>| {
            let tally = tallies::read(row, task, 3)?.unwrap_or(Tally::none(task));
            Ok((row.get(2)?, Scored { tally, classes: class_scores::read(row, task, 3 + tallies::width(task))? }))
        };
        for test in select.query_map(which, test)? {
            tests.push(test?);
        }
    }
    Ok(Some(RefitRecord { weights, tests }))
}
