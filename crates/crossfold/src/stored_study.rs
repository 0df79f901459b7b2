//! A study as the store knows it.

use std::path::{Path, PathBuf};

use crossfold_store::SqliteStore;
use crossfold_study::{Origin, Plan, Results, Store, Study, StudyName, StudyRecord};

use crate::args::ResultsArgs;
use crate::error::Error;
use crate::result_files::ResultFiles;
use crate::spec_file::SpecFile;
use crate::terminal::Terminal;

pub(crate) struct StoredStudy {
    pub(crate) record: StudyRecord,
    pub(crate) study: Study,
    pub(crate) plan: Plan,
    pub(crate) origin: Origin,
    pub(crate) results: Results,
}

impl StoredStudy {
    /// Finds a study by its name.
    pub(crate) fn find(
        store: &SqliteStore,
        name: &str,
        args: &ResultsArgs,
        terminal: &Terminal,
    ) -> Result<StoredStudy, Error> {
        let record = StudyName::new(name).map(|name| store.study(&name)).transpose()?.flatten();
        match record {
            Some(record) => StoredStudy::read(store, record, terminal),
            None => Err(unknown(name, args, store.studies()?)),
        }
    }

    /// Reads a study's spec again, and all that is stored of its fits.
    pub(crate) fn read(store: &SqliteStore, record: StudyRecord, terminal: &Terminal) -> Result<StoredStudy, Error> {
        let path = Path::new(&record.folder).join(format!("{}.yaml (as stored)", record.name));
        let study = SpecFile::given(path, record.spec.clone()).check(&record.overrides, terminal)?;
        let plan = crossfold_search::plan(&study, record.validation.iter().map(|rows| rows.fold).collect());
        let origin = Origin::stored(record.origin.clone(), &study.splits);
        let results = crossfold_search::recall_all(&plan, &origin, store)?;
        Ok(StoredStudy { record, study, plan, origin, results })
    }

    pub(crate) fn files<'a>(&'a self, store: &'a SqliteStore) -> ResultFiles<'a> {
        let StoredStudy { record, study, plan, origin, results } = self;
        ResultFiles { study, plan, origin, record, results, store }
    }
}

/// The store to look into.
pub(crate) fn open(args: &ResultsArgs, name: &str) -> Result<SqliteStore, Error> {
    SqliteStore::open_existing(&args.folder)?.ok_or_else(|| unknown(name, args, Vec::new()))
}

pub(crate) fn unknown(name: &str, args: &ResultsArgs, known: Vec<StudyName>) -> Error {
    let known = known.iter().map(StudyName::to_string).collect();
    Error::UnknownStudy { name: name.to_owned(), folder: PathBuf::from(&args.folder), known }
}
