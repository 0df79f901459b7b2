//! Fits and refits that no study refers to.

use crossfold_study::{Garbage, StudyName};
use rusqlite::{Connection, Transaction};

use super::refusal::Refusal;
use super::{digest, fits, studies};

/// About how many bytes an epoch takes in the file, with its keys.
pub(super) const BYTES_PER_EPOCH: u64 = 112;

const UNREFERRED: &str = "key NOT IN (SELECT key FROM study_fits)";

/// Removes studies whose names are damaged, once none is missed: until then one may be mended by hand. Returns how many.
pub(super) fn remove_nameless(transaction: &Transaction<'_>) -> Result<usize, Refusal> {
    Ok(transaction.execute(NAMELESS, [])?)
}

const NAMELESS: &str = "DELETE FROM studies WHERE (name GLOB '*[^a-z0-9-]*' OR length(name) NOT BETWEEN 1 AND 64)
    AND NOT EXISTS (SELECT 1 FROM digests WHERE kind = 'study' AND record NOT IN (SELECT name FROM studies))";

/// Counts what no study refers to, or only studies of `without`.
///
/// # Errors
/// If a study's list of fits is damaged, or a fit's key is: it would count as garbage.
pub(crate) fn count(connection: &Connection, without: &[StudyName]) -> Result<Garbage, Refusal> {
    studies::check_references(connection)?;
    if digest::are_kept(connection)? {
        for (table, kind) in [("fits", "fit"), ("refits", "refit")] {
            let renamed = format!(
                "SELECT 1 FROM {table} WHERE {UNREFERRED} \
                 AND NOT EXISTS (SELECT 1 FROM digests WHERE kind = '{kind}' AND record = key)"
            );
            if connection.prepare(&renamed)?.exists([])? {
                let record = format!("one of the {table} that no study refers to");
                return Err(Refusal::Record { record, study: None });
            }
        }
    }
    // Names of studies are of letters, digits and `-`.
    let names: Vec<String> = without.iter().map(|name| format!("'{name}'")).collect();
    let unreferred = format!("key NOT IN (SELECT key FROM study_fits WHERE study NOT IN ({}))", names.join(", "));
    let number = |sql: String| connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs);
    let sum_of_fits = |what: &str, table: &str| {
        number(format!("SELECT ifnull(sum({what}), 0) FROM {table} JOIN fits ON fits.id = fit WHERE {unreferred}"))
    };
    Ok(Garbage {
        fits: number(format!("SELECT count(*) FROM fits WHERE {unreferred}"))?,
        refits: number(format!("SELECT count(*) FROM refits WHERE {unreferred}"))?,
        bytes: (sum_of_fits("1", "epochs")? + sum_of_fits("1", "epochs_of_numbers")?) * BYTES_PER_EPOCH
            + sum_of_fits("length(probabilities)", "predictions")?
            + sum_of_fits("length(state)", "checkpoints")?
            + number(format!("SELECT ifnull(sum(length(weights)), 0) FROM refits WHERE {unreferred}"))?,
    })
}

pub(crate) fn remove(transaction: &Transaction<'_>) -> Result<Garbage, Refusal> {
    let garbage = count(transaction, &[])?;
    fits::remove_all(transaction, UNREFERRED, [])?;
    remove_nameless(transaction)?;
    Ok(garbage)
}

/// Returns free pages to the file system.
pub(crate) fn shrink(connection: &Connection) -> Result<(), Refusal> {
    // Each step returns one page.
    let mut vacuum = connection.prepare("PRAGMA incremental_vacuum")?;
    let mut steps = vacuum.query([])?;
    while steps.next()?.is_some() {}
    drop(steps);
    Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
}
