//! The tables, and how files of older versions become files of this one.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use rusqlite::{Connection, Transaction, TransactionBehavior};

mod older;

use super::refusal::Refusal;
use super::{digest, scores};

/// The version of the tables, in the file's `user_version`.
///
/// 1: the first. 2: numbers beside classes (`epochs_of_numbers`, `tests_of_numbers`,
/// `validation.numbers`), `studies.looked_up`, and `studies.model`. 3: classes' scores in `epochs` and `tests`,
/// what an inner validation part showed in both tables of epochs, fits that `stopped`, and `studies.form`. 4:
/// `studies.exhibits`. 5: where fits can go on (`checkpoints`), and what searches decided (`journal`). 6: scores by
/// metric (`metrics`, and `scores` in the tables of epochs and tests), in place of a column per metric. 7: `digests`, by
/// which damaged records are noticed, `standings`, and `validation.groups`.
pub(crate) const SCHEMA_VERSION: u32 = VERSIONS.len() as u32;

/// The scripts that make each version from the one before, the first from an empty file.
const VERSIONS: [&str; 7] = [FIRST, NUMBERS, SCORES, EXHIBITS, COURSES, SCORES_BY_METRIC, DIGESTS];

/// "CFLD", in the file's header, by which our files are recognised.
const APPLICATION_ID: u32 = 0x4346_4C44;

const FIRST: &str = "
-- A fit, by the hash of all that could change its bits. A refit has no repeat and fold.
CREATE TABLE fits (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    configuration TEXT NOT NULL,
    repeat INTEGER,
    fold INTEGER,
    -- complete, cancelled, not_finite, panic, timed_out or suspect; `detail` is the epoch, message or seconds.
    ended TEXT NOT NULL,
    detail TEXT
) STRICT;
CREATE TABLE epochs (
    fit INTEGER NOT NULL REFERENCES fits ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    training_rows INTEGER NOT NULL,
    training_correct INTEGER NOT NULL,
    training_loss REAL NOT NULL,
    validation_rows INTEGER,
    validation_correct INTEGER,
    validation_loss REAL,
    nanoseconds INTEGER NOT NULL,
    PRIMARY KEY (fit, epoch)
) STRICT, WITHOUT ROWID;
-- Of the validation rows, class probabilities, rows × classes, or numbers: little-endian floats of 32 bits.
CREATE TABLE predictions (
    fit INTEGER NOT NULL REFERENCES fits ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    probabilities BLOB NOT NULL,
    PRIMARY KEY (fit, epoch)
) STRICT;
-- Networks trained on all rows, as safetensors files, and how they did on test rows.
CREATE TABLE refits (
    key BLOB NOT NULL,
    epochs INTEGER NOT NULL,
    weights BLOB NOT NULL,
    PRIMARY KEY (key, epochs)
) STRICT;
CREATE TABLE tests (
    key BLOB NOT NULL,
    epochs INTEGER NOT NULL,
    digest TEXT NOT NULL,
    rows INTEGER NOT NULL,
    correct INTEGER NOT NULL,
    loss REAL NOT NULL,
    PRIMARY KEY (key, epochs, digest),
    FOREIGN KEY (key, epochs) REFERENCES refits ON DELETE CASCADE
) STRICT;
CREATE TABLE studies (
    name TEXT PRIMARY KEY,
    spec BLOB NOT NULL,
    overrides TEXT NOT NULL,
    folder TEXT NOT NULL,
    origin TEXT NOT NULL,
    inputs INTEGER NOT NULL,
    outputs INTEGER NOT NULL,
    classes TEXT NOT NULL,
    rows INTEGER NOT NULL,
    test_digest TEXT,
    started TEXT NOT NULL,
    record TEXT
) STRICT;
-- Rows that validate a fold and their classes: little-endian integers of 32 bits.
CREATE TABLE validation (
    study TEXT NOT NULL REFERENCES studies ON DELETE CASCADE,
    repeat INTEGER NOT NULL,
    fold INTEGER NOT NULL,
    rows BLOB NOT NULL,
    labels BLOB NOT NULL,
    PRIMARY KEY (study, repeat, fold)
) STRICT;
-- Keys of fits and refits that a study has a use for, be they stored yet or not.
CREATE TABLE study_fits (
    study TEXT NOT NULL REFERENCES studies ON DELETE CASCADE,
    key BLOB NOT NULL,
    PRIMARY KEY (study, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX study_fits_by_key ON study_fits (key);
-- At how many of its study's last deaths a fit was in flight, without a death between them when it was not.
CREATE TABLE deaths (
    study TEXT NOT NULL,
    key BLOB NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (study, key)
) STRICT, WITHOUT ROWID;
";

const NUMBERS: &str = "
-- As `epochs`, where numbers are learnt: sums over the rows, in the target's unit.
CREATE TABLE epochs_of_numbers (
    fit INTEGER NOT NULL REFERENCES fits ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    training_rows INTEGER NOT NULL,
    training_squared REAL NOT NULL,
    training_absolute REAL NOT NULL,
    training_spread REAL NOT NULL,
    validation_rows INTEGER,
    validation_squared REAL,
    validation_absolute REAL,
    validation_spread REAL,
    nanoseconds INTEGER NOT NULL,
    PRIMARY KEY (fit, epoch)
) STRICT, WITHOUT ROWID;
CREATE TABLE tests_of_numbers (
    key BLOB NOT NULL,
    epochs INTEGER NOT NULL,
    digest TEXT NOT NULL,
    rows INTEGER NOT NULL,
    squared REAL NOT NULL,
    absolute REAL NOT NULL,
    spread REAL NOT NULL,
    PRIMARY KEY (key, epochs, digest),
    FOREIGN KEY (key, epochs) REFERENCES refits ON DELETE CASCADE
) STRICT;
-- What is true of a fold's rows in place of labels: little-endian floats of 64 bits.
ALTER TABLE validation ADD COLUMN numbers BLOB;
ALTER TABLE studies ADD COLUMN looked_up INTEGER NOT NULL DEFAULT 0;
-- The text of model.json.
ALTER TABLE studies ADD COLUMN model TEXT;
";

const SCORES: &str = "
-- Of the validation rows, metrics by their names; roc_auc is empty where it is undefined.
ALTER TABLE epochs ADD COLUMN balanced_accuracy REAL;
ALTER TABLE epochs ADD COLUMN f1 REAL;
ALTER TABLE epochs ADD COLUMN roc_auc REAL;
ALTER TABLE epochs ADD COLUMN average_precision REAL;
ALTER TABLE epochs ADD COLUMN brier REAL;
ALTER TABLE epochs ADD COLUMN calibration_error REAL;
-- Where something watches an inner validation part: its mean loss, and the epoch with the least so far.
ALTER TABLE epochs ADD COLUMN watched_loss REAL;
ALTER TABLE epochs ADD COLUMN best INTEGER;
ALTER TABLE epochs_of_numbers ADD COLUMN watched_loss REAL;
ALTER TABLE epochs_of_numbers ADD COLUMN best INTEGER;
ALTER TABLE tests ADD COLUMN balanced_accuracy REAL;
ALTER TABLE tests ADD COLUMN f1 REAL;
ALTER TABLE tests ADD COLUMN roc_auc REAL;
ALTER TABLE tests ADD COLUMN average_precision REAL;
ALTER TABLE tests ADD COLUMN brier REAL;
ALTER TABLE tests ADD COLUMN calibration_error REAL;
-- What a row's inputs are together, as JSON; empty where they are in no order.
ALTER TABLE studies ADD COLUMN form TEXT;
";

const EXHIBITS: &str = "
-- What reports show beside fits, as JSON.
ALTER TABLE studies ADD COLUMN exhibits TEXT;
";

const COURSES: &str = "
-- Fits as they stood after some of their epochs, in the objective's own words. A cache.
CREATE TABLE checkpoints (
    fit INTEGER PRIMARY KEY REFERENCES fits ON DELETE CASCADE,
    epochs INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT;
-- What a study's search decided, in lines numbered 0, 1, … A search may write them before its study is stored.
CREATE TABLE journal (
    study TEXT NOT NULL,
    number INTEGER NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (study, number)
) STRICT, WITHOUT ROWID;
";

const SCORES_BY_METRIC: &str = "
-- Numbers of metrics, by which scores are stored.
CREATE TABLE metrics (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO metrics VALUES (1, 'balanced_accuracy'), (2, 'f1'), (3, 'roc_auc'), (4, 'average_precision'),
    (5, 'brier'), (6, 'calibration_error');
CREATE TABLE scored_epochs (
    fit INTEGER NOT NULL REFERENCES fits ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    nanoseconds INTEGER NOT NULL,
    training_rows INTEGER NOT NULL,
    training_correct INTEGER NOT NULL,
    training_loss REAL NOT NULL,
    validation_rows INTEGER,
    validation_correct INTEGER,
    validation_loss REAL,
    watched_loss REAL,
    best INTEGER,
    -- Of the validation rows, what their sums don't tell.
    scores BLOB,
    PRIMARY KEY (fit, epoch)
) STRICT, WITHOUT ROWID;
INSERT INTO scored_epochs
    SELECT fit, epoch, nanoseconds, training_rows, training_correct, training_loss, validation_rows, validation_correct,
        validation_loss, watched_loss, best,
        scores_of_columns(balanced_accuracy, f1, roc_auc, average_precision, brier, calibration_error)
    FROM epochs;
DROP TABLE epochs;
ALTER TABLE scored_epochs RENAME TO epochs;
ALTER TABLE epochs_of_numbers ADD COLUMN scores BLOB;
CREATE TABLE scored_tests (
    key BLOB NOT NULL,
    epochs INTEGER NOT NULL,
    digest TEXT NOT NULL,
    rows INTEGER NOT NULL,
    correct INTEGER NOT NULL,
    loss REAL NOT NULL,
    scores BLOB,
    PRIMARY KEY (key, epochs, digest),
    FOREIGN KEY (key, epochs) REFERENCES refits ON DELETE CASCADE
) STRICT;
INSERT INTO scored_tests
    SELECT key, epochs, digest, rows, correct, loss,
        scores_of_columns(balanced_accuracy, f1, roc_auc, average_precision, brier, calibration_error)
    FROM tests;
DROP TABLE tests;
ALTER TABLE scored_tests RENAME TO tests;
ALTER TABLE tests_of_numbers ADD COLUMN scores BLOB;
";

const DIGESTS: &str = "
-- Digests of records. `kind` is fit, predictions, checkpoint, refit, study, references, journal or metrics; `record` the
-- key, the fit's row or the name; `number` the epoch or number of epochs.
CREATE TABLE digests (
    kind TEXT NOT NULL,
    record ANY NOT NULL,
    number INTEGER NOT NULL,
    digest INTEGER NOT NULL,
    PRIMARY KEY (kind, record, number)
) STRICT, WITHOUT ROWID;
-- What the trials of a study amount to, as its last run found: a cache. `fits` is the digest of the study's fits then, and
-- `digest` that of the row.
CREATE TABLE standings (
    study TEXT PRIMARY KEY REFERENCES studies ON DELETE CASCADE,
    standing TEXT NOT NULL,
    fits INTEGER NOT NULL,
    digest INTEGER NOT NULL
) STRICT;
-- Where the splits keep groups together: little-endian integers of 32 bits.
ALTER TABLE validation ADD COLUMN groups BLOB;
ALTER TABLE deaths ADD COLUMN digest INTEGER;
UPDATE deaths SET digest = digest_of(study, key, count);
";

/// Brings an empty or older file to this version. `seal` writes the digests of its records.
///
/// # Errors
/// If the file is of another program or of a newer version.
pub(crate) fn prepare(
    connection: &mut Connection,
    seal: impl FnOnce(&Transaction<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    // Checked without a lock first, because nearly always there is nothing to do.
    if version(connection)? == SCHEMA_VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it in the meantime.
    for script in &VERSIONS[version(&transaction)? as usize..] {
        transaction.execute_batch(script)?;
    }
    seal(&transaction)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    Ok(transaction.commit()?)
}

/// Prepares a connection that only reads, without a change to the file; `false` if there are no tables yet.
pub(crate) fn prepare_to_read(connection: &Connection) -> Result<bool, Refusal> {
    let version = version(connection)?;
    for script in older::scripts(version) {
        connection.execute_batch(script)?;
    }
    Ok(version > 0)
}

/// The tables and indexes of a file, by name, each as the text of its statement. Another program may quote names, space text
/// and comment on it otherwise.
type Objects = BTreeSet<(String, String)>;

fn object(name: &str, sql: &str) -> (String, String) {
    let uncommented = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    let text: String = uncommented.flat_map(str::split_whitespace).collect();
    (name.to_owned(), text.replace(&format!("\"{name}\""), name))
}

/// What each version has, from the first. Anything else in a file could make a lookup take for ever.
fn expected() -> &'static [Objects] {
    static EXPECTED: OnceLock<Vec<Objects>> = OnceLock::new();
    EXPECTED.get_or_init(|| build_each().expect("the scripts make tables in an empty file"))
}

fn build_each() -> Result<Vec<Objects>, Refusal> {
    let connection = Connection::open_in_memory()?;
    scores::add_function(&connection)?;
    digest::add_function(&connection)?;
    let build = |script: &&str| -> Result<Objects, Refusal> {
        connection.execute_batch(script)?;
        Ok(read(&connection)?.0)
    };
    VERSIONS.iter().map(build).collect()
}

/// The objects in a file, and its application and version.
fn read(connection: &Connection) -> Result<(Objects, u32, u32), Refusal> {
    // One statement sees the file as it was at one moment, while another process may be creating its tables.
    let mut select = connection.prepare(
        "SELECT name, sql, application_id, user_version FROM pragma_application_id, pragma_user_version
         LEFT JOIN sqlite_schema ON sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let mut rows = select.query([])?;
    let (mut objects, mut id, mut version) = (Objects::new(), 0, 0);
    while let Some(row) = rows.next()? {
        (id, version) = (row.get(2)?, row.get(3)?);
        let (name, sql): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
        objects.extend(name.zip(sql).map(|(name, sql)| object(&name, &sql)));
    }
    Ok((objects, id, version))
}

/// The file's version; 0 if there are no tables yet.
///
/// # Errors
/// If the file is of another program or of a newer version.
pub(crate) fn version(connection: &Connection) -> Result<u32, Refusal> {
    let (objects, id, version) = read(connection)?;
    match (id, version) {
        (_, 0) if objects.is_empty() => Ok(0),
        (APPLICATION_ID, 1..=SCHEMA_VERSION) if objects == expected()[version as usize - 1] => Ok(version),
        (APPLICATION_ID, newer) if newer > SCHEMA_VERSION => {
            Err(Refusal::Newer { found: newer, known: SCHEMA_VERSION })
        }
        (_, _) => Err(Refusal::NotOurs),
    }
}
