//! A study as the store knows it.

use std::path::{Path, PathBuf};

use crossfold_search::{Course, Entry, Terms};
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
        let origin = Origin::stored(record.origin.clone(), &study.splits);
        let (plan, results) = StoredStudy::course(store, &record, &study, &origin)?.into_parts();
        Ok(StoredStudy { record, study, plan, origin, results })
    }

    /// The study's search as far as what is stored leads.
    pub(crate) fn course<'s>(
        store: &SqliteStore,
        record: &StudyRecord,
        study: &'s Study,
        origin: &Origin,
    ) -> Result<Course<'s>, Error> {
        let folds = record.validation.iter().map(|rows| rows.fold).collect();
        let mut course = Course::new(study, folds, Terms::of(record));
        course.follow(journal(store, &record.name)?);
        crossfold_search::follow(&mut course, origin, store)?;
        Ok(course)
    }

    pub(crate) fn files<'a>(&'a self, store: &'a SqliteStore) -> ResultFiles<'a> {
        let StoredStudy { record, study, plan, origin, results } = self;
        ResultFiles { study, plan, origin, record, results, store }
    }
}

/// What a study's search decided, as far as it was taken down.
pub(crate) fn journal(store: &dyn Store, study: &StudyName) -> Result<Vec<Entry>, Error> {
    Ok(store.journal(study)?.iter().map_while(|line| Entry::read(line)).collect())
}

/// The store to look into.
pub(crate) fn open(args: &ResultsArgs, name: &str) -> Result<SqliteStore, Error> {
    SqliteStore::open_existing(&args.folder)?.ok_or_else(|| unknown(name, args, Vec::new()))
}

pub(crate) fn unknown(name: &str, args: &ResultsArgs, known: Vec<StudyName>) -> Error {
    let known = known.iter().map(StudyName::to_string).collect();
    Error::UnknownStudy { name: name.to_owned(), folder: PathBuf::from(&args.folder), known }
}
