//! Studies as they were last run, and the fits they refer to.

use crossfold_network::{Form, Shape};
use crossfold_study::{FitKey, FoldId, StudyName, StudyRecord, Truth, ValidationRows};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Rows, Transaction, params};
use serde_json::{from_str, to_string};

use super::digest::{self, Digest, Record};
use super::refusal::Refusal;

/// Stores a study in place of an earlier record; the keys are in order, each once.
pub(crate) fn put(transaction: &Transaction<'_>, study: &StudyRecord, refers_to: &[FitKey]) -> Result<(), Refusal> {
    for table in ["validation", "standings"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE study = ?1"), [study.name.as_str()])?;
    }
    let form = match study.shape.form {
        Form::Flat => None,
        form @ (Form::Table(_) | Form::Image { .. } | Form::Sequence { .. }) => Some(to_string(&form)?),
    };
    transaction.execute(
        // Without a removal of the earlier row, which would remove the list of its fits.
        "INSERT INTO studies VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) \
         ON CONFLICT (name) DO UPDATE SET spec = ?2, overrides = ?3, folder = ?4, origin = ?5, inputs = ?6, \
         outputs = ?7, classes = ?8, rows = ?9, test_digest = ?10, started = ?11, record = ?12, looked_up = ?13, \
         model = ?14, form = ?15, exhibits = ?16",
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
    let mut insert = transaction.prepare_cached("INSERT INTO validation VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    for ValidationRows { fold, rows, groups, truth } in &study.validation {
        let FoldId { repeat, fold } = fold;
        let (labels, numbers) = match truth {
            Truth::Labels(labels) => (bytes(labels, u32::to_le_bytes), None),
            Truth::Numbers(numbers) => (Vec::new(), Some(bytes(numbers, f64::to_le_bytes))),
        };
        let rows = bytes(rows, u32::to_le_bytes);
        let groups = groups.as_ref().map(|groups| bytes(groups, u32::to_le_bytes));
        insert.execute(params![study.name.as_str(), repeat, fold, rows, labels, numbers, groups])?;
    }
    seal(transaction, &study.name)?;
    put_references(transaction, &study.name, refers_to)
}

/// Replaces the list of fits of a study. One that stays the same is not written again.
fn put_references(transaction: &Transaction<'_>, study: &StudyName, keys: &[FitKey]) -> Result<(), Refusal> {
    if !are_references(transaction, study, keys)? {
        transaction.execute("DELETE FROM study_fits WHERE study = ?1", [study.as_str()])?;
        let mut insert = transaction.prepare_cached("INSERT INTO study_fits VALUES (?1, ?2)")?;
        for key in keys {
            insert.execute(params![study.as_str(), key.as_bytes()])?;
        }
    }
    let name = ValueRef::Text(study.as_str().as_bytes());
    let digests = keys.iter().map(|key| Digest::of_values(&[name, ValueRef::Blob(key.as_bytes())]));
    Record::References(study).seal(transaction, digests.fold(Digest::EMPTY, Digest::plus))
}

/// Whether the stored list of fits of a study is `keys`.
fn are_references(transaction: &Transaction<'_>, study: &StudyName, keys: &[FitKey]) -> Result<bool, Refusal> {
    let mut select = transaction.prepare_cached("SELECT key FROM study_fits WHERE study = ?1 ORDER BY key")?;
    let (mut stored, mut keys) = (select.query([study.as_str()])?, keys.iter());
    while let Some(row) = stored.next()? {
        if keys.next().map(|key| &key.as_bytes()[..]) != row.get_ref(0)?.as_blob().ok() {
            return Ok(false);
        }
    }
    Ok(keys.next().is_none())
}

/// Writes the digest of a study.
pub(super) fn seal(transaction: &Transaction<'_>, name: &StudyName) -> Result<(), Refusal> {
    let mut select = transaction.prepare_cached(STUDY)?;
    let mut found = select.query([name.as_str()])?;
    let Some(row) = found.next()? else { return Ok(()) };
    let mut digest = Digest::of_row(row)?;
    let mut select = transaction.prepare_cached(VALIDATION)?;
    let mut folds = select.query([name.as_str()])?;
    while let Some(fold) = folds.next()? {
        digest.add_row(fold)?;
    }
    Record::Study(name).seal(transaction, digest)
}

const STUDY: &str = "SELECT spec, overrides, folder, origin, inputs, outputs, classes, rows, test_digest, started, \
                     record, looked_up, model, form, exhibits, name FROM studies WHERE name = ?1";

const VALIDATION: &str =
    "SELECT repeat, fold, rows, labels, numbers, groups FROM validation WHERE study = ?1 ORDER BY repeat, fold";

pub(crate) fn add_references(transaction: &Transaction<'_>, study: &StudyName, keys: &[FitKey]) -> Result<(), Refusal> {
    let mut insert = transaction
        .prepare_cached("INSERT OR IGNORE INTO study_fits VALUES (?1, ?2) RETURNING digest_of(study, key)")?;
    let mut digest = Record::References(study).kept(transaction)?.unwrap_or(Digest::EMPTY);
    for key in keys {
        let mut added = insert.query(params![study.as_str(), key.as_bytes()])?;
        while let Some(row) = added.next()? {
            digest = digest.plus(Digest::read(row, 0)?);
        }
    }
    Record::References(study).seal(transaction, digest)
}

/// Holds the lists of fits of all studies against their digests, before fits that are on none are removed.
pub(super) fn check_references(connection: &Connection) -> Result<(), Refusal> {
    names(connection)?
        .iter()
        .try_for_each(|name| Record::References(name).check(connection, Some(digest_of_references(connection, name)?)))
}

pub(super) fn digest_of_references(connection: &Connection, study: &StudyName) -> Result<Digest, Refusal> {
    let mut select = connection.prepare_cached("SELECT digest_of(study, key) FROM study_fits WHERE study = ?1")?;
    let mut rows = select.query([study.as_str()])?;
    sum(&mut rows)
}

/// The sum of the digests in the first column of all rows.
pub(super) fn sum(rows: &mut Rows<'_>) -> Result<Digest, Refusal> {
    let mut digest = Digest::EMPTY;
    while let Some(row) = rows.next()? {
        digest = digest.plus(Digest::read(row, 0)?);
    }
    Ok(digest)
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
    seal(transaction, study)
}

pub(crate) fn get(connection: &Connection, name: &StudyName) -> Result<Option<StudyRecord>, Refusal> {
    let record = Record::Study(name);
    let mut select = connection.prepare_cached(STUDY)?;
    let mut found = select.query([name.as_str()])?;
    let Some(row) = found.next()? else {
        record.check(connection, None)?;
        return Ok(None);
    };
    let mut digest = Digest::of_row(row)?;
    let validation = validation(connection, name, &mut digest)?;
    record.check(connection, Some(digest))?;
    let study = record.decoded(validation.and_then(|validation| read(row, name, validation)))?;
    if study.is_sound() { Ok(Some(study)) } else { Err(record.is_damaged()) }
}

fn read(row: &Row<'_>, name: &StudyName, validation: Vec<ValidationRows>) -> Result<StudyRecord, Refusal> {
    let count = |column: usize| row.get::<_, i64>(column).map(i64::unsigned_abs);
    let form = row.get::<_, Option<String>>(13)?.map_or(Ok(Form::Flat), |form| from_str(&form))?;
    Ok(StudyRecord {
        name: name.clone(),
        spec: row.get(0)?,
        overrides: from_str(&row.get::<_, String>(1)?)?,
        folder: row.get(2)?,
        origin: row.get(3)?,
        shape: Shape { inputs: count(4)? as usize, outputs: count(5)? as usize, looked_up: count(11)?, form },
        classes: from_str(&row.get::<_, String>(6)?)?,
        rows: count(7)?,
        test_digest: row.get(8)?,
        validation,
        started: row.get(9)?,
        record: row.get(10)?,
        model: row.get(12)?,
        exhibits: row.get(14)?,
    })
}

/// Reads the validation rows of a study, and adds them to its digest. The inner error is one of values.
fn validation(
    connection: &Connection,
    name: &StudyName,
    digest: &mut Digest,
) -> Result<Result<Vec<ValidationRows>, Refusal>, Refusal> {
    let mut select = connection.prepare_cached(VALIDATION)?;
    let mut found = select.query([name.as_str()])?;
    let mut validation = Ok(Vec::new());
    while let Some(row) = found.next()? {
        digest.add_row(row)?;
        validation = validation.and_then(|mut validation: Vec<_>| {
            validation.push(read_fold(row)?);
            Ok(validation)
        });
    }
    Ok(validation)
}

fn read_fold(row: &Row<'_>) -> Result<ValidationRows, Refusal> {
    let fold = FoldId { repeat: row.get(0)?, fold: row.get(1)? };
    let rows = numbers(row.get(2)?, u32::from_le_bytes)?;
    let truth = match row.get(4)? {
        None => Truth::Labels(numbers(row.get(3)?, u32::from_le_bytes)?),
        Some(bytes) => Truth::Numbers(numbers(bytes, f64::from_le_bytes)?),
    };
    let groups = row.get::<_, Option<_>>(5)?.map(|groups| numbers(groups, u32::from_le_bytes)).transpose()?;
    Ok(ValidationRows { fold, rows, groups, truth })
}

/// The names of all studies, also of those that are lost: reading one says so.
pub(crate) fn names(connection: &Connection) -> Result<Vec<StudyName>, Refusal> {
    let mut select = connection.prepare_cached(
        "SELECT name FROM studies UNION SELECT CAST(record AS TEXT) FROM digests WHERE kind = 'study' ORDER BY name",
    )?;
    let mut found = select.query([])?;
    let mut names = Vec::new();
    while let Some(row) = found.next()? {
        match row.get::<_, String>(0).ok().and_then(|name| StudyName::new(&name)) {
            Some(name) => names.push(name),
            // The digest has the name that the study was stored under.
            None if digest::are_kept(connection)? => {}
            None => return Err(Refusal::Corrupt("the name of a study is none".to_owned())),
        }
    }
    Ok(names)
}

/// The lines of a study's journal.
pub(crate) fn journal(connection: &Connection, study: &StudyName) -> Result<Vec<String>, Refusal> {
    let record = Record::Journal(study);
    let mut select = connection.prepare_cached(JOURNAL)?;
    let mut rows = select.query(params![study.as_str(), 0])?;
    let (mut lines, mut digest) = (Vec::new(), None);
    while let Some(row) = rows.next()? {
        digest = Some(digest.unwrap_or(Digest::EMPTY).plus(Digest::read(row, 0)?));
        lines.push(row.get(1));
    }
    record.check(connection, digest)?;
    record.decoded(lines.into_iter().collect::<Result<_, _>>())
}

/// Selects the lines of a journal from a number on, each behind its digest.
const JOURNAL: &str =
    "SELECT digest_of(study, number, line), line FROM journal WHERE study = ?1 AND number >= ?2 ORDER BY number";

pub(crate) fn put_journal(
    transaction: &Transaction<'_>,
    study: &StudyName,
    from: usize,
    lines: &[String],
) -> Result<(), Refusal> {
    let record = Record::Journal(study);
    let replaced = sum(&mut transaction.prepare_cached(JOURNAL)?.query(params![study.as_str(), from as i64])?)?;
    let kept = record.kept(transaction)?.unwrap_or(Digest::EMPTY);
    let mut digest = kept.minus(replaced).plus(Digest::EMPTY);
    let mut delete = transaction.prepare_cached("DELETE FROM journal WHERE study = ?1 AND number >= ?2")?;
    delete.execute(params![study.as_str(), from as i64])?;
    // There may be fewer lines than `from`; numbers have no gaps.
    let mut count = transaction.prepare_cached("SELECT count(*) FROM journal WHERE study = ?1")?;
    let count: i64 = count.query_row([study.as_str()], |row| row.get(0))?;
    let mut insert = transaction
        .prepare_cached("INSERT INTO journal VALUES (?1, ?2, ?3) RETURNING digest_of(study, number, line)")?;
    for (number, line) in (count..).zip(lines) {
        let added = insert.query_row(params![study.as_str(), number, line], |row| Digest::read(row, 0))?;
        digest = digest.plus(added);
    }
    if count == 0 && lines.is_empty() { record.unseal(transaction) } else { record.seal(transaction, digest) }
}

/// Writes the digest of a journal.
pub(super) fn seal_journal(transaction: &Transaction<'_>, study: &StudyName) -> Result<(), Refusal> {
    let digest = sum(&mut transaction.prepare_cached(JOURNAL)?.query(params![study.as_str(), 0])?)?;
    Record::Journal(study).seal(transaction, digest)
}

/// Removes a study and its journal.
pub(crate) fn remove_with_journal(transaction: &Transaction<'_>, name: &StudyName) -> Result<(), Refusal> {
    remove(transaction, name)?;
    remove_journal(transaction, name)
}

pub(super) fn remove_journal(transaction: &Transaction<'_>, name: &StudyName) -> Result<(), Refusal> {
    transaction.execute("DELETE FROM journal WHERE study = ?1", [name.as_str()])?;
    Record::Journal(name).unseal(transaction)
}

/// Removes a study and leaves its journal.
pub(super) fn remove(transaction: &Transaction<'_>, name: &StudyName) -> Result<(), Refusal> {
    // Where its row is lost, nothing else removes the others.
    for (table, column) in
        [("studies", "name"), ("validation", "study"), ("study_fits", "study"), ("standings", "study")]
    {
        transaction.prepare_cached(&format!("DELETE FROM {table} WHERE {column} = ?1"))?.execute([name.as_str()])?;
    }
    Record::Study(name).unseal(transaction)?;
    Record::References(name).unseal(transaction)
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
