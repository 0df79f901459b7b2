//! Networks trained on all of a study's rows.

use crossfold_study::{FitKey, RefitRecord, Tally};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::fault::Refusal;

pub(crate) fn put(
    transaction: &Transaction<'_>,
    key: &FitKey,
    epochs: u32,
    refit: &RefitRecord,
) -> Result<(), Refusal> {
    let RefitRecord { weights, tests } = refit;
    transaction.execute("DELETE FROM refits WHERE key = ?1 AND epochs = ?2", params![key.as_bytes(), epochs])?;
    transaction.execute("INSERT INTO refits VALUES (?1, ?2, ?3)", params![key.as_bytes(), epochs, weights])?;
    for (digest, Tally { rows, correct, loss }) in tests {
        let test = params![key.as_bytes(), epochs, digest, rows, correct, loss];
        transaction.execute("INSERT INTO tests VALUES (?1, ?2, ?3, ?4, ?5, ?6)", test)?;
    }
    transaction.execute("DELETE FROM deaths WHERE key = ?1", [key.as_bytes()])?;
    Ok(())
}

pub(crate) fn get(connection: &Connection, key: &FitKey, epochs: u32) -> Result<Option<RefitRecord>, Refusal> {
    let which = params![key.as_bytes(), epochs];
    let weights = connection
        .query_row("SELECT weights FROM refits WHERE key = ?1 AND epochs = ?2", which, |row| row.get(0))
        .optional()?;
    let Some(weights) = weights else { return Ok(None) };
    let mut tests = connection.prepare_cached(
        "SELECT digest, rows, correct, loss FROM tests WHERE key = ?1 AND epochs = ?2 ORDER BY digest",
    )?;
    let tests = tests.query_map(which, |row| {
        Ok((row.get(0)?, Tally { rows: row.get(1)?, correct: row.get(2)?, loss: row.get(3)? }))
    })?;
    Ok(Some(RefitRecord { weights, tests: tests.collect::<Result<_, _>>()? }))
}
