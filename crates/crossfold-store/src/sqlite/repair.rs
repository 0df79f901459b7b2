//! Damaged records of a study are removed, so that what they held is trained again; records of older files get digests.

use crossfold_study::{FitKey, StudyName};
use rusqlite::{Params, Row, Transaction};

use super::digest::Record;
use super::refusal::Refusal;
use super::scores::MetricNumbers;
use super::{fits, garbage, refits, studies};

/// Selects the fits and networks that `study` (`?1`) refers to, and those that no study does, by the column with their keys.
/// Damage of other studies stays, so that commands for them go on to name it.
fn own(key: &str) -> String {
    format!("({key} IN (SELECT key FROM study_fits WHERE study = ?1) OR {key} NOT IN (SELECT key FROM study_fits))")
}

/// Removes damaged fits, predictions, checkpoints and networks of `study` or of none, and `study` with its journal where they
/// are damaged. Returns how many records there were.
pub(super) fn remove_damaged(transaction: &Transaction<'_>, study: &StudyName) -> Result<usize, Refusal> {
    let metrics = MetricNumbers::read(transaction)?;
    let (which, own_key) = ([study.as_str()], own("key"));
    let mut removed = transaction.execute(&lost(), which)?;
    ORPHANS.iter().try_for_each(|script| transaction.execute(script, []).map(drop))?;
    let select = format!("SELECT id, key FROM fits NOT INDEXED WHERE {own_key}");
    for (id, key) in rows(transaction, &select, which, |row| (row.get::<_, i64>(0), row.get(1)))? {
        if !is_whole_fit(transaction, &metrics, key)? {
            transaction.execute("DELETE FROM fits WHERE id = ?1", [id?])?;
            removed += 1;
        }
    }
    let select = format!("SELECT key, epochs FROM refits WHERE {own_key}");
    for (key, epochs) in rows(transaction, &select, which, |row| (row.get(0), row.get(1)))? {
        removed += usize::from(!keep_whole_refit(transaction, key?, epochs?)?);
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
        removed += transaction.execute(&format!("{script} AND fit IN (SELECT id FROM fits WHERE {own_key})"), which)?;
    }
    transaction.execute(&lost(), which)?;
    Ok(removed)
}

fn is_whole_fit(
    transaction: &Transaction<'_>,
    metrics: &MetricNumbers,
    key: rusqlite::Result<[u8; 32]>,
) -> Result<bool, Refusal> {
    let Ok(key) = key else { return Ok(false) };
    is_whole(fits::look_up(transaction, metrics, &FitKey::from_bytes(key)))
}

/// Removes a network unless it is whole. Returns whether it is.
fn keep_whole_refit(transaction: &Transaction<'_>, key: Vec<u8>, epochs: i64) -> Result<bool, Refusal> {
    let known = <[u8; 32]>::try_from(&key[..]).ok().map(FitKey::from_bytes).zip(u32::try_from(epochs).ok());
    let is_whole = match known {
        Some((key, epochs)) => is_whole(refits::get(transaction, &key, epochs))?,
        None => false,
    };
    if !is_whole {
        transaction.execute("DELETE FROM refits WHERE key = ?1 AND epochs = ?2", (key, epochs))?;
    }
    Ok(is_whole)
}

/// Removes predictions and checkpoints that don't match their digests.
const DAMAGED_PARTS: [&str; 2] = [
    "DELETE FROM predictions WHERE digest_of(fit, epoch, probabilities) IS NOT
         (SELECT digest FROM digests WHERE kind = 'predictions' AND record = fit AND number = epoch)",
    "DELETE FROM checkpoints WHERE digest_of(fit, epochs, state) IS NOT
         (SELECT digest FROM digests WHERE kind = 'checkpoint' AND record = fit AND number = 0)",
];

/// Removes digests of records that are lost, or were just removed.
fn lost() -> String {
    let (own_record, of_others) = (own("record"), format!("SELECT id FROM fits WHERE NOT {}", own("key")));
    format!(
        "DELETE FROM digests WHERE CASE kind
         WHEN 'fit' THEN NOT EXISTS (SELECT 1 FROM fits WHERE key = record) AND {own_record}
         WHEN 'refit' THEN NOT EXISTS (SELECT 1 FROM refits WHERE key = record AND epochs = number) AND {own_record}
         WHEN 'predictions' THEN NOT EXISTS (SELECT 1 FROM predictions WHERE fit = record AND epoch = number)
             AND record NOT IN ({of_others})
         WHEN 'checkpoint' THEN NOT EXISTS (SELECT 1 FROM checkpoints WHERE fit = record) AND record NOT IN ({of_others})
         ELSE FALSE END"
    )
}

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
        Err(Refusal::Record { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Writes the digests of all records of a file that had none. Fits and networks that can't be read are removed, and so are
/// studies without a name; returns how many. A study that can't be read gets no digest, by which it is known to be damaged.
pub(super) fn seal_all(transaction: &Transaction<'_>) -> Result<usize, Refusal> {
    let metrics = MetricNumbers::read(transaction)?;
    let mut removed = 0;
    for (id, key) in rows(transaction, "SELECT id, key FROM fits", [], |row| (row.get::<_, i64>(0), row.get(1)))? {
        match key {
            Ok(known) if is_whole_fit(transaction, &metrics, Ok(known))? => {
                fits::seal(transaction, &FitKey::from_bytes(known))?;
            }
            Ok(_) | Err(_) => removed += transaction.execute("DELETE FROM fits WHERE id = ?1", [id?])?,
        }
    }
    fits::seal_parts(transaction)?;
    for (key, epochs) in rows(transaction, "SELECT key, epochs FROM refits", [], |row| (row.get(0), row.get(1)))? {
        let (key, epochs): (Vec<u8>, i64) = (key?, epochs?);
        if keep_whole_refit(transaction, key.clone(), epochs)? {
            let key = <[u8; 32]>::try_from(key).expect("a whole network has a key");
            refits::seal(transaction, &FitKey::from_bytes(key), epochs as u32)?;
        } else {
            removed += 1;
        }
    }
    let named = "SELECT name FROM studies UNION SELECT study FROM journal";
    for name in rows(transaction, named, [], |row| row.get::<_, String>(0))?.into_iter().flatten() {
        let Some(name) = StudyName::new(&name) else { continue };
        if is_whole(studies::get(transaction, &name))? {
            studies::seal(transaction, &name)?;
        }
        let references = studies::digest_of_references(transaction, &name)?;
        Record::References(&name).seal(transaction, references)?;
        if is_whole(studies::journal(transaction, &name))?
            && transaction.prepare_cached("SELECT 1 FROM journal WHERE study = ?1")?.exists([name.as_str()])?
        {
            studies::seal_journal(transaction, &name)?;
        }
    }
    MetricNumbers::seal(transaction)?;
    Ok(removed + garbage::remove_nameless(transaction)?)
}

/// All rows of a statement, read before any of them is changed.
fn rows<T, P: Params>(
    transaction: &Transaction<'_>,
    select: &str,
    parameters: P,
    read: impl Fn(&Row<'_>) -> T,
) -> Result<Vec<T>, Refusal> {
    let mut select = transaction.prepare(select)?;
    let mut rows = select.query(parameters)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row));
    }
    Ok(all)
}
