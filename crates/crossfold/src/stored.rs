//! The store of a results folder, and the studies in it.

use crossfold_engine::{Error as EngineError, StoredStudy};
use crossfold_store::SqliteStore;
use crossfold_study::{Store, StudyName};

use crate::args::ResultsArgs;
use crate::error::Error;

/// Opens the store to look up the study `name`, which is unknown where there is no store.
pub(crate) fn open(args: &ResultsArgs, name: &str) -> Result<SqliteStore, Error> {
    SqliteStore::open_existing(&args.folder)?.ok_or_else(|| unknown(args, name, Vec::new()))
}

/// Finds a study by its name.
pub(crate) fn find(store: &dyn Store, args: &ResultsArgs, name: &str) -> Result<StoredStudy, Error> {
    StoredStudy::find(store, name).map_err(|error| in_folder(error, args))
}

/// Adds the folder to what the engine says of an unknown study.
pub(crate) fn in_folder(error: EngineError, args: &ResultsArgs) -> Error {
    if let EngineError::UnknownStudy { name, known } = error { unknown(args, &name, known) } else { error.into() }
}

pub(crate) fn unknown(args: &ResultsArgs, name: &str, known: Vec<StudyName>) -> Error {
    let known = known.iter().map(StudyName::to_string).collect();
    Error::UnknownStudy { name: name.to_owned(), folder: args.folder.clone(), known }
}
