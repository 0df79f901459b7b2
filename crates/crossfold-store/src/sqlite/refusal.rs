//! What SQLite says went wrong, in the store's own words.

use std::io;
use std::path::Path;

use crossfold_study::StoreError;
use rusqlite::ErrorCode;

use super::schema::SCHEMA_VERSION;

/// Why something wasn't done, before it is known to which file.
#[derive(Debug)]
pub(crate) enum Refusal {
    Sqlite(rusqlite::Error),
    /// Of another program.
    NotOurs,
    /// Of a newer version.
    Newer(u32),
    /// Stored values that can't have come from here.
    Nonsense(String),
    /// The store's own word.
    Store(StoreError),
    Io(io::Error),
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Refusal {
        Refusal::Sqlite(error)
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Refusal {
        Refusal::Nonsense(error.to_string())
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        Refusal::Io(error)
    }
}

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trying {
    Read,
    Write,
}

impl Refusal {
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Refusal::Sqlite(error) if is(error, ErrorCode::DatabaseBusy) || is(error, ErrorCode::DatabaseLocked))
    }

    /// What to tell people, who know the store by its file.
    pub(crate) fn at(self, path: &Path, trying: Trying) -> StoreError {
        let path = path.display().to_string();
        let cannot = |path: String, reason: String| match trying {
            Trying::Read => StoreError::NotReadable { path, reason },
            Trying::Write => StoreError::NotWritable { path, reason },
        };
        match self {
            Refusal::Store(error) => error,
            Refusal::NotOurs => StoreError::Damaged { path, reason: "it is not crossfold's".to_owned() },
            Refusal::Nonsense(reason) => StoreError::Damaged { path, reason },
            Refusal::Newer(found) => StoreError::Newer { path, found, known: SCHEMA_VERSION },
            Refusal::Io(error) => cannot(path, error.to_string()),
            Refusal::Sqlite(error) => {
                let reason = error.to_string();
                match error.sqlite_error_code() {
                    Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged { path, reason },
                    Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { path, reason },
                    // A value of the wrong type, a table that isn't there: nobody wrote that from here.
                    None | Some(ErrorCode::TypeMismatch | ErrorCode::Unknown) => StoreError::Damaged { path, reason },
                    Some(_) => cannot(path, reason),
                }
            }
        }
    }
}

fn is(error: &rusqlite::Error, code: ErrorCode) -> bool {
    error.sqlite_error_code() == Some(code)
}
