//! Studies as they were last run, and the fits they refer to.

use crossfold_network::{Form, Shape};
use crossfold_study::{FitKey, FoldId, StudyName, StudyRecord, Truth, ValidationRows};
use rusqlite::{Connection, Transaction, params};
use serde_json::{from_str, to_string};

use super::refusal::Refusal;

pub(crate) fn put(transaction: &Transaction<'_>, study: &StudyRecord, refers_to: &[FitKey]) -> Result<(), Refusal> {
    remove(transaction, &study.name)?;
    let form = match study.shape.form {
        Form::Flat => None,
        form @ (Form::Image { .. } | Form::Sequence { .. }) => Some(to_string(&form)?),
    };
    transaction.execute(
        "INSERT INTO studies VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        params![
            study.name.as_str(),
            study.spec,
            to_string(&study.overrides)?,
            study.folder,
            study.origin,
            study.shape.inputs as i64,
            study.shape.outputs as i64,
            to_string(&study.classes)?,
            study.rows as i64,
            study.test_digest,
            study.started,
            study.record,
            study.shape.looked_up as i64,
            study.model,
            form,
            study.exhibits,
        ],
    )?;
    let mut insert = transaction.prepare_cached("INSERT INTO validation VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for ValidationRows { fold, rows, truth } in &study.validation {
        let FoldId { repeat, fold } = fold;
        let (labels, numbers) = match truth {
            Truth::Labels(labels) => (bytes(labels, u32::to_le_bytes), None),
            Truth::Numbers(numbers) => (Vec::new(), Some(bytes(numbers, f64::to_le_bytes))),
        };
        let rows = bytes(rows, u32::to_le_bytes);
        insert.execute(params![study.name.as_str(), repeat, fold, rows, labels, numbers])?;
    }
    add_references(transaction, &study.name, refers_to)
}

pub(crate) fn add_references(transaction: &Transaction<'_>, study: &StudyName, keys: &[FitKey]) -> Result<(), Refusal> {
    let mut insert = transaction.prepare_cached("INSERT OR IGNORE INTO study_fits VALUES (?1, ?2)")?;
    for key in keys {
        insert.execute(params![study.as_str(), key.as_bytes()])?;
    }
    Ok(())
}

pub(crate) fn put_record(
    transaction: &Transaction<'_>,
    study: &StudyName,
    record: &str,
    model: Option<&str>,
    exhibits: Option<&str>,
) -> Result<(), Refusal> {
    let row = params![study.as_str(), record, model, exhibits];
    transaction.execute("UPDATE studies SET record = ?2, model = ?3, exhibits = ?4 WHERE name = ?1", row)?;
    Ok(())
}

pub(crate) fn get(connection: &Connection, name: &StudyName) -> Result<Option<StudyRecord>, Refusal> {
    let mut select = connection.prepare_cached(
        "SELECT spec, overrides, folder, origin, inputs, outputs, classes, rows, test_digest, started, record, \
         looked_up, model, form, exhibits \
         FROM studies WHERE name = ?1",
    )?;
    let mut found = select.query([name.as_str()])?;
    let Some(row) = found.next()? else { return Ok(None) };
    let count = |column: usize| row.get::<_, i64>(column).map(i64::unsigned_abs);
    let form = row.get::<_, Option<String>>(13)?.map_or(Ok(Form::Flat), |form| from_str(&form))?;
    Ok(Some(StudyRecord {
        name: name.clone(),
        spec: row.get(0)?,
        overrides: from_str(&row.get::<_, String>(1)?)?,
        folder: row.get(2)?,
        origin: row.get(3)?,
        shape: Shape { inputs: count(4)? as usize, outputs: count(5)? as usize, looked_up: count(11)?, form },
        classes: from_str(&row.get::<_, String>(6)?)?,
        rows: count(7)?,
        test_digest: row.get(8)?,
        validation: validation(connection, name)?,
        started: row.get(9)?,
        record: row.get(10)?,
        model: row.get(12)?,
        exhibits: row.get(14)?,
    }))
}

fn validation(connection: &Connection, name: &StudyName) -> Result<Vec<ValidationRows>, Refusal> {
    let mut select = connection.prepare_cached(
        "SELECT repeat, fold, rows, labels, numbers FROM validation WHERE study = ?1 ORDER BY repeat, fold",
    )?;
    let mut found = select.query([name.as_str()])?;
    let mut validation = Vec::new();
    while let Some(row) = found.next()? {
        let fold = FoldId { repeat: row.get(0)?, fold: row.get(1)? };
        let rows = numbers(row.get(2)?, u32::from_le_bytes)?;
        let truth = match row.get(4)? {
            None => Truth::Labels(numbers(row.get(3)?, u32::from_le_bytes)?),
            Some(bytes) => Truth::Numbers(numbers(bytes, f64::from_le_bytes)?),
        };
        validation.push(ValidationRows { fold, rows, truth });
    }
    Ok(validation)
}

pub(crate) fn names(connection: &Connection) -> Result<Vec<StudyName>, Refusal> {
    let mut select = connection.prepare_cached("SELECT name FROM studies ORDER BY name")?;
    let names = select.query_map([], |row| row.get::<_, String>(0))?;
    let name = |name: String| StudyName::new(&name).ok_or_else(|| Refusal::Corrupt(format!("`{name}` is no study")));
    names.map(|found| name(found?)).collect()
}

/// The lines of a study's journal.
pub(crate) fn journal(connection: &Connection, study: &StudyName) -> Result<Vec<String>, Refusal> {
    let mut select = connection.prepare_cached("SELECT line FROM journal WHERE study = ?1 ORDER BY number")?;
    Ok(select.query_map([study.as_str()], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

pub(crate) fn put_journal(
    transaction: &Transaction<'_>,
    study: &StudyName,
    from: usize,
    lines: &[String],
) -> Result<(), Refusal> {
    let mut delete = transaction.prepare_cached("DELETE FROM journal WHERE study = ?1 AND number >= ?2")?;
    delete.execute(params![study.as_str(), from as i64])?;
    // There may be fewer lines than `from`; numbers have no gaps.
    let mut kept = transaction.prepare_cached("SELECT count(*) FROM journal WHERE study = ?1")?;
    let kept: i64 = kept.query_row([study.as_str()], |row| row.get(0))?;
    let mut insert = transaction.prepare_cached("INSERT INTO journal VALUES (?1, ?2, ?3)")?;
    for (number, line) in (kept..).zip(lines) {
        insert.execute(params![study.as_str(), number, line])?;
    }
    Ok(())
}

/// Removes a study and its journal.
pub(crate) fn remove_with_journal(transaction: &Transaction<'_>, name: &StudyName) -> Result<(), Refusal> {
    remove(transaction, name)?;
    transaction.execute("DELETE FROM journal WHERE study = ?1", [name.as_str()])?;
    Ok(())
}

/// Removes a study and leaves its journal.
fn remove(transaction: &Transaction<'_>, name: &StudyName) -> Result<(), Refusal> {
    transaction.execute("DELETE FROM studies WHERE name = ?1", [name.as_str()])?;
    Ok(())
}

fn bytes<T: Copy, const N: usize>(numbers: &[T], bytes: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    numbers.iter().flat_map(|&number| bytes(number)).collect()
}

fn numbers<T, const N: usize>(bytes: Vec<u8>, number: impl Fn([u8; N]) -> T) -> Result<Vec<T>, Refusal> {
    match bytes.as_chunks() {
        (numbers, []) => Ok(numbers.iter().map(|&bytes| number(bytes)).collect()),
        (_, _) => Err(Refusal::Corrupt("rows of a fold are cut off".to_owned())),
    }
}
