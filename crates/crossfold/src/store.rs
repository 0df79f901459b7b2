//! The store of a results folder: the one place that opens it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crossfold_engine::{Error as EngineError, StoredStudy};
use crossfold_store::{SqliteStore, WriteAccess};
use crossfold_study::{CrashLog, Store, StudyName};
use crossfold_system::mounts;

use crate::args::ResultsArgs;
use crate::error::Error;
use crate::terminal::Terminal;

/// A store with its crash log.
pub(crate) trait ResultsStore: Store + CrashLog {
    /// What users should know about where it is stored.
    fn remarks(&self) -> &[String];
}

impl ResultsStore for SqliteStore {
    fn remarks(&self) -> &[String] {
        self.remarks()
    }
}

/// Opens the store to write to it, with caches; creates it where there is none. No transaction is open while `gate` is locked.
pub(crate) fn open(
    args: &ResultsArgs,
    caches: &[PathBuf],
    terminal: &Terminal,
    gate: Arc<Mutex<()>>,
) -> Result<Box<dyn ResultsStore>, Error> {
    Ok(Box::new(open_file(args, terminal, gate)?.with_caches(caches)?))
}

/// As [`open`], to move records from one file to another.
pub(crate) fn open_file(args: &ResultsArgs, terminal: &Terminal, gate: Arc<Mutex<()>>) -> Result<SqliteStore, Error> {
    let access = WriteAccess { gate, tell: Box::new(terminal.speaker()) };
    Ok(SqliteStore::open_with(&args.folder, &mounts(), access)?)
}

/// Opens the store to read it; `None` where there is none.
pub(crate) fn open_existing(args: &ResultsArgs) -> Result<Option<Box<dyn ResultsStore>>, Error> {
    let store = SqliteStore::open_existing(&args.folder)?;
    Ok(store.map(|store| Box::new(store) as Box<dyn ResultsStore>))
}

/// Opens the store, where there is one, and caches, to read them. Remarks name the caches that are not there.
pub(crate) fn open_with_caches(
    args: &ResultsArgs,
    caches: &[PathBuf],
) -> Result<(Vec<SqliteStore>, Vec<String>), Error> {
    let (caches, remarks) = SqliteStore::open_caches(caches)?;
    Ok((SqliteStore::open_existing(&args.folder)?.into_iter().chain(caches).collect(), remarks))
}

/// Opens the store to read the study `name`, which is unknown where there is no store.
pub(crate) fn open_for(args: &ResultsArgs, name: &str) -> Result<Box<dyn ResultsStore>, Error> {
    open_existing(args)?.ok_or_else(|| unknown_study(args, name, Vec::new()))
}

/// Reads a study by its name.
pub(crate) fn find_study(args: &ResultsArgs, name: &str) -> Result<(Box<dyn ResultsStore>, StoredStudy), Error> {
    let store = open_for(args, name)?;
    let study = StoredStudy::find(&*store, name).map_err(|error| in_folder(error, args))?;
    Ok((store, study))
}

/// The name of a stored study.
pub(crate) fn known(store: &dyn Store, name: &str, args: &ResultsArgs) -> Result<StudyName, Error> {
    let studies = store.studies()?;
    let found = studies.iter().find(|study| study.as_str() == name).cloned();
    found.ok_or_else(|| unknown_study(args, name, studies))
}

/// Adds the folder to the engine's error about an unknown study.
pub(crate) fn in_folder(error: EngineError, args: &ResultsArgs) -> Error {
    if let EngineError::UnknownStudy { name, known } = error { unknown_study(args, &name, known) } else { error.into() }
}

pub(crate) fn unknown_study(args: &ResultsArgs, name: &str, known: Vec<StudyName>) -> Error {
    let known = known.iter().map(StudyName::to_string).collect();
    Error::UnknownStudy { name: name.to_owned(), folder: args.folder.clone(), known }
}
