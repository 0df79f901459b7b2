//! Errors of SQLite and of the file system, as the store's errors.

use std::io;
use std::path::Path;

use crossfold_study::{StoreError, StudyName, shortened};
use rusqlite::ErrorCode;

/// Why a request failed, before the file is known that is named to the user.
#[derive(Debug)]
pub(crate) enum Refusal {
    Sqlite(rusqlite::Error),
    /// The file is of another program.
    NotOurs,
    /// The file is of a newer version.
    Newer {
        found: u32,
        known: u32,
    },
    /// The file is of an older version, and another process has it open.
    OlderInUse {
        found: u32,
    },
    /// Stored values that this program can't have written.
    Corrupt(String),
    /// A record that doesn't match its digest, by its name, and a study that it belongs to.
    Record {
        record: String,
        study: Option<StudyName>,
    },
    Store(StoreError),
    /// A file of the store is a link, or something else that is not ours.
    NotOwn(crossfold_system::Refusal),
    /// The path is longer than SQLite takes, in bytes.
    LongPath {
        length: usize,
    },
    Io(io::Error),
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Refusal {
        Refusal::Sqlite(error)
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Refusal {
        Refusal::Corrupt(shortened(&error.to_string()).into_owned())
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        Refusal::Io(error)
    }
}

/// The kind of access that was attempted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

impl Refusal {
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Refusal::Sqlite(error) if has_code(error, ErrorCode::DatabaseBusy) || has_code(error, ErrorCode::DatabaseLocked))
    }

    /// Whether values could be read but not understood.
    pub(crate) fn is_of_values(&self) -> bool {
        let is_code_free = matches!(self, Refusal::Sqlite(error) if error.sqlite_error_code().is_none());
        is_code_free || matches!(self, Refusal::Corrupt(_))
    }

    /// The store's error, with the file that users know the store by.
    pub(crate) fn at(self, path: &Path, access: Access) -> StoreError {
        let path = path.display().to_string();
        let cannot = |path: String, reason: String| match access {
            Access::Read => StoreError::NotReadable { path, reason },
            Access::Write => StoreError::NotWritable { path, reason },
        };
        match self {
            Refusal::Store(error) => error,
            Refusal::NotOurs => StoreError::Damaged { path, reason: "it is not crossfold's".to_owned() },
            Refusal::Corrupt(reason) => StoreError::Damaged { path, reason },
            Refusal::Record { record, study } => StoreError::DamagedRecord { path, record, study },
            Refusal::Newer { found, known } => StoreError::Newer { path, found, known },
            Refusal::OlderInUse { found } => {
                let reason = format!("it has version {found}, and can be converted once no other process has it open");
                StoreError::Busy { path, reason }
            }
            Refusal::NotOwn(refusal) => cannot(refusal.path.display().to_string(), refusal.source.to_string()),
            Refusal::LongPath { length } => {
                let most = super::MAX_PATH;
                cannot(
                    path,
                    format!(
                        "its path has {length} bytes, but SQLite opens at most {most}; use another folder with `--results DIR`"
                    ),
                )
            }
            Refusal::Io(error) => cannot(path, error.to_string()),
            Refusal::Sqlite(error) => {
                let reason = error.to_string();
                match error.sqlite_error_code() {
                    Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged { path, reason },
                    Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { path, reason },
                    // A value of the wrong type, or a missing table, which this program can't have written.
                    None | Some(ErrorCode::TypeMismatch | ErrorCode::Unknown) => StoreError::Damaged { path, reason },
                    Some(_) => cannot(path, reason),
                }
            }
        }
    }
}

fn has_code(error: &rusqlite::Error, code: ErrorCode) -> bool {
    error.sqlite_error_code() == Some(code)
}
