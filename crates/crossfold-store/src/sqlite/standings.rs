//! What the trials of a study amount to, so that a glance at it need not read all of its fits.

use crossfold_study::StudyName;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::digest::Digest;
use super::refusal::Refusal;
use super::scores::MetricNumbers;
use super::{fits, studies};

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

/// Whether what a study's leaderboard is made of is what was stored; `false` where a fit or its predictions are not.
///
/// # Errors
/// [`Refusal::Record`] where the study, its journal or the numbers of metrics are damaged.
pub(super) fn is_whole(connection: &Connection, study: &StudyName) -> Result<bool, Refusal> {
    studies::get(connection, study)?;
    studies::journal(connection, study)?;
    MetricNumbers::read(connection)?;
    fits::are_whole(connection, study)
}
