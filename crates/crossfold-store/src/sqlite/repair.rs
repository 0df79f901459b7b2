//! Damaged records are removed, so that what they held is trained again; records of older files get their digests.

use crossfold_study::{FitKey, StudyName};
use rusqlite::{Row, Transaction};

use super::digest::Record;
use super::refusal::Refusal;
use super::scores::MetricNumbers;
use super::{fits, refits, studies};

/// Removes damaged fits, predictions, checkpoints and networks, and `study` with its journal where they are damaged. Returns
/// how many records there were.
///
/// Other studies stay: they hold specs, which nothing here could make again.
pub(super) fn remove_damaged(transaction: &Transaction<'_>, study: &StudyName) -> Result<usize, Refusal> {
    let metrics = MetricNumbers::read(transaction)?;
    let mut removed = transaction.execute(LOST, [])?;
    ORPHANS.iter().try_for_each(|script| transaction.execute(script, []).map(drop))?;
    for (id, key) in rows(transaction, "SELECT id, key FROM fits NOT INDEXED", |row| (row.get(0), row.get(1)))? {
        let (id, key): (rusqlite::Result<i64>, rusqlite::Result<[u8; 32]>) = (id, key);
        let is_whole = match key {
            Ok(key) => is_whole(fits::look_up(transaction, &metrics, &FitKey::from_bytes(key)))?,
            Err(_) => false,
        };
        if !is_whole {
            transaction.execute("DELETE FROM fits WHERE id = ?1", [id?])?;
            removed += 1;
        }
    }
    for (key, epochs) in rows(transaction, "SELECT key, epochs FROM refits", |row| (row.get(0), row.get(1)))? {
        let (key, epochs): (Vec<u8>, i64) = (key?, epochs?);
        let known = <[u8; 32]>::try_from(&key[..]).ok().map(FitKey::from_bytes).zip(u32::try_from(epochs).ok());
        let is_whole = match known {
            Some((key, epochs)) => is_whole(refits::get(transaction, &key, epochs))?,
            None => false,
        };
        if !is_whole {
            transaction.execute("DELETE FROM refits WHERE key = ?1 AND epochs = ?2", (key, epochs))?;
            removed += 1;
        }
    }
    if !is_whole(studies::get(transaction, study))? {
        studies::remove(transaction, study)?;
        removed += 1;
    }
    if !is_whole(studies::journal(transaction, study))? {
        studies::remove_journal(transaction, study)?;
        removed += 1;
    }
    for script in DAMAGED_PARTS {
        removed += transaction.execute(script, [])?;
    }
    transaction.execute(LOST, [])?;
    Ok(removed)
}

/// Removes predictions and checkpoints that don't match their digests.
const DAMAGED_PARTS: [&str; 2] = [
    "DELETE FROM predictions WHERE digest_of(fit, epoch, probabilities) IS NOT
         (SELECT digest FROM digests WHERE kind = 'predictions' AND record = fit AND number = epoch)",
    "DELETE FROM checkpoints WHERE digest_of(fit, epochs, state) IS NOT
         (SELECT digest FROM digests WHERE kind = 'checkpoint' AND record = fit AND number = 0)",
];

/// Removes digests of records that are lost, or were just removed.
const LOST: &str = "DELETE FROM digests WHERE CASE kind
    WHEN 'fit' THEN NOT EXISTS (SELECT 1 FROM fits WHERE key = record)
    WHEN 'refit' THEN NOT EXISTS (SELECT 1 FROM refits WHERE key = record AND epochs = number)
    WHEN 'predictions' THEN NOT EXISTS (SELECT 1 FROM predictions WHERE fit = record AND epoch = number)
    WHEN 'checkpoint' THEN NOT EXISTS (SELECT 1 FROM checkpoints WHERE fit = record)
    ELSE FALSE END";

/// Removes what belonged to records that are lost: new ones may get their numbers.
const ORPHANS: [&str; 6] = [
    "DELETE FROM epochs WHERE fit NOT IN (SELECT id FROM fits)",
    "DELETE FROM epochs_of_numbers WHERE fit NOT IN (SELECT id FROM fits)",
    "DELETE FROM predictions WHERE fit NOT IN (SELECT id FROM fits)",
    "DELETE FROM checkpoints WHERE fit NOT IN (SELECT id FROM fits)",
    "DELETE FROM tests WHERE (key, epochs) NOT IN (SELECT key, epochs FROM refits)",
    "DELETE FROM tests_of_numbers WHERE (key, epochs) NOT IN (SELECT key, epochs FROM refits)",
];

fn is_whole<T>(read: Result<T, Refusal>) -> Result<bool, Refusal> {
    match read {
        Ok(_) => Ok(true),
        Err(Refusal::Record(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Writes the digests of all records of a file that had none.
pub(super) fn seal_all(transaction: &Transaction<'_>) -> Result<(), Refusal> {
    let keys = rows(transaction, "SELECT key FROM fits", |row| row.get(0))?;
    for key in keys.into_iter().flatten() {
        fits::seal(transaction, &FitKey::from_bytes(key))?;
    }
    fits::seal_parts(transaction)?;
    let keys =
        rows(transaction, "SELECT key, epochs FROM refits", |row| row.get(0).and_then(|key| Ok((key, row.get(1)?))))?;
    for (key, epochs) in keys.into_iter().flatten() {
        refits::seal(transaction, &FitKey::from_bytes(key), epochs)?;
    }
    let named = "SELECT name FROM studies UNION SELECT study FROM journal";
    for name in rows(transaction, named, |row| row.get::<_, String>(0))?.into_iter().flatten() {
        let Some(name) = StudyName::new(&name) else { continue };
        studies::seal(transaction, &name)?;
        let references = studies::digest_of_references(transaction, &name)?;
        Record::References(&name).seal(transaction, references)?;
        if transaction.prepare_cached("SELECT 1 FROM journal WHERE study = ?1")?.exists([name.as_str()])? {
            studies::seal_journal(transaction, &name)?;
        }
    }
    MetricNumbers::seal(transaction)
}

/// All rows of a statement, read before any of them is changed.
fn rows<T>(transaction: &Transaction<'_>, select: &str, read: impl Fn(&Row<'_>) -> T) -> Result<Vec<T>, Refusal> {
    let mut select = transaction.prepare(select)?;
    let mut rows = select.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row));
    }
    Ok(all)
}
