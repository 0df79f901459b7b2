//! The tables.

use rusqlite::{Connection, Row, TransactionBehavior};

use super::refusal::Refusal;

/// The version of the tables, in the file's `user_version`.
///
/// 1: the first. 2: numbers beside classes (`epochs_of_numbers`, `tests_of_numbers`,
/// `validation.numbers`), `studies.looked_up`, and `studies.model`. 3: classes' scores in `epochs` and `tests`,
/// what an inner validation part showed in both tables of epochs, fits that `stopped`, and `studies.form`. 4:
/// `studies.exhibits`. 5: where fits can go on (`checkpoints`), and what searches decided (`journal`).
pub const SCHEMA_VERSION: u32 = VERSIONS.len() as u32;

/// What makes each version of the one before it, the first of an empty file.
const VERSIONS: [&str; 5] = [FIRST, NUMBERS, SCORES, EXHIBITS, COURSES];

/// "CFLD", in the file's header: what tells our files from others'.
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

/// Shows a file of an older version as one of this, to a connection that only looks: what it can't have
/// is empty. A view of the connection's own stands before the file's table.
const FIRST_AS_FOURTH: &str = "
CREATE TEMP TABLE epochs_of_numbers (fit, epoch);
CREATE TEMP TABLE tests_of_numbers (key, epochs, digest);
CREATE TEMP VIEW validation AS SELECT *, NULL AS numbers FROM main.validation;
CREATE TEMP VIEW studies AS SELECT *, 0 AS looked_up, NULL AS model, NULL AS form, NULL AS exhibits
    FROM main.studies;
";
const SECOND_AS_FOURTH: &str = "
CREATE TEMP VIEW epochs_of_numbers AS SELECT *, NULL AS watched_loss, NULL AS best FROM main.epochs_of_numbers;
CREATE TEMP VIEW studies AS SELECT *, NULL AS form, NULL AS exhibits FROM main.studies;
";
const THIRD_AS_FOURTH: &str = "
CREATE TEMP VIEW studies AS SELECT *, NULL AS exhibits FROM main.studies;
";
/// Of the first two.
const UNSCORED: &str = "
CREATE TEMP VIEW epochs AS SELECT *, NULL AS balanced_accuracy, NULL AS f1, NULL AS roc_auc,
    NULL AS average_precision, NULL AS brier, NULL AS calibration_error, NULL AS watched_loss, NULL AS best
    FROM main.epochs;
CREATE TEMP VIEW tests AS SELECT *, NULL AS balanced_accuracy, NULL AS f1, NULL AS roc_auc,
    NULL AS average_precision, NULL AS brier, NULL AS calibration_error FROM main.tests;
";
/// Of the first four.
const FOURTH_AS_FIFTH: &str = "
CREATE TEMP TABLE checkpoints (fit, epochs, state);
CREATE TEMP TABLE journal (study, number, line);
";

/// Brings the file, empty or older, to this version; refuses one that is not ours, or newer.
pub(crate) fn prepare(connection: &mut Connection) -> Result<(), Refusal> {
    // Looked at without a lock first: nearly always there is nothing to do.
    if version(connection)? == SCHEMA_VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    for script in &VERSIONS[version(&transaction)? as usize..] {
        transaction.execute_batch(script)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    Ok(transaction.commit()?)
}

/// Readies a connection that only looks, without a change to the file; `false` where there is nothing
/// to look at yet.
pub(crate) fn prepare_to_read(connection: &Connection) -> Result<bool, Refusal> {
    let version = version(connection)?;
    for script in match version {
        1 => [FIRST_AS_FOURTH, UNSCORED, FOURTH_AS_FIFTH].as_slice(),
        2 => &[SECOND_AS_FOURTH, UNSCORED, FOURTH_AS_FIFTH],
        3 => &[THIRD_AS_FOURTH, FOURTH_AS_FIFTH],
        4 => &[FOURTH_AS_FIFTH],
        _ => &[],
    } {
        connection.execute_batch(script)?;
    }
    Ok(version > 0)
}

/// The file's version; 0 where there are no tables yet.
///
/// # Errors
/// Where the file is somebody else's, or of a newer version.
pub(crate) fn version(connection: &Connection) -> Result<u32, Refusal> {
    // In one statement, which sees the file as it was at one moment: another process may be making its tables.
    let select = "SELECT (SELECT count(*) FROM sqlite_schema), application_id, user_version
                  FROM pragma_application_id, pragma_user_version";
    let row = |row: &Row<'_>| Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?, row.get::<_, u32>(2)?));
    let (tables, id, version) = connection.query_row(select, [], row)?;
    match (tables, id, version) {
        (0, _, 0) => Ok(0),
        (_, APPLICATION_ID, 1..=SCHEMA_VERSION) => Ok(version),
        (_, APPLICATION_ID, newer) => Err(Refusal::Newer(newer)),
        (..) => Err(Refusal::NotOurs),
    }
}
