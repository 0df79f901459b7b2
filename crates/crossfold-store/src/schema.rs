//! The tables.

use rusqlite::{Connection, TransactionBehavior};

use crate::fault::Refusal;

/// The version of the tables, in the file's `user_version`.
///
/// 1: the first.
pub const SCHEMA_VERSION: u32 = 1;

/// "CFLD", in the file's header: what tells our files from others'.
const APPLICATION_ID: u32 = 0x4346_4C44;

const TABLES: &str = "
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
-- Class probabilities of the validation rows: little-endian floats of 32 bits, rows × classes.
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

/// Makes the tables in an empty file; refuses one that is not ours, or newer.
pub(crate) fn prepare(connection: &mut Connection) -> Result<(), Refusal> {
    // Looked at without a lock first: nearly always there is nothing to do.
    if !is_empty(connection)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    if is_empty(&transaction)? {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    }
    Ok(transaction.commit()?)
}

/// Whether there are no tables yet.
///
/// # Errors
/// Where the file is somebody else's, or of a newer version.
pub(crate) fn is_empty(connection: &Connection) -> Result<bool, Refusal> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, u32>(0));
    let tables: u32 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let (id, version) = (pragma("application_id")?, pragma("user_version")?);
    match (tables, id, version) {
        (0, _, 0) => Ok(true),
        (_, APPLICATION_ID, SCHEMA_VERSION) => Ok(false),
        (_, APPLICATION_ID, newer) => Err(Refusal::Newer(newer)),
        (..) => Err(Refusal::NotOurs),
    }
}
