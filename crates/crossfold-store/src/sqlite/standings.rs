//! What the trials of a study amount to, so that a glance at it need not read all of its fits.

use crossfold_study::StudyName;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::digest::Digest;
use super::fits;
use super::refusal::Refusal;

pub(super) fn put(transaction: &Transaction<'_>, study: &StudyName, standing: &str) -> Result<(), Refusal> {
    let fits = fits::digest_of_all(transaction, study)?;
    let mut insert =
        transaction.prepare_cached("INSERT OR REPLACE INTO standings VALUES (?1, ?2, ?3, digest_of(?1, ?2, ?3))")?;
    insert.execute(params![study.as_str(), standing, fits])?;
    Ok(())
}

/// The standing that was stored last; `None` if a fit of the study has changed since. A damaged one is none.
pub(super) fn get(connection: &Connection, study: &StudyName) -> Result<Option<String>, Refusal> {
    let mut select = connection.prepare_cached(
        "SELECT standing, fits FROM standings WHERE study = ?1 AND digest = digest_of(study, standing, fits)",
    )?;
    let found = select.query_row([study.as_str()], |row| Ok((row.get(0)?, Digest::read(row, 1)?))).optional()?;
    let Some((standing, fits)) = found else { return Ok(None) };
    Ok((fits::digest_of_all(connection, study)? == fits).then_some(standing))
}
