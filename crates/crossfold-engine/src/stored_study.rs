//! A study as it is stored.

use std::path::PathBuf;
use std::sync::Arc;

use crossfold_search::{Course, DataSize, JournalEntry};
use crossfold_study::{FoldId, Origin, Plan, Results, Store, Study, StudyName, StudyRecord};

use crate::check::lists_fits;
use crate::error::Error;
use crate::files::text_to_path;
use crate::spec_file::SpecFile;
use crate::study_results::{StudyResults, shapes};

/// A study as it is stored, with all results.
pub struct StoredStudy {
    pub record: StudyRecord,
    pub study: Study,
    pub plan: Arc<Plan>,
    pub origin: Origin,
    pub results: Results,
}

impl StoredStudy {
    /// Finds a study by its name.
    ///
    /// # Errors
    /// [`Error::UnknownStudy`] where there is none, or as [`StoredStudy::read`].
    pub fn find(store: &dyn Store, name: &str) -> Result<StoredStudy, Error> {
        let in_study = |error: Error| match (error, StudyName::new(name)) {
            (Error::Store(error), Some(name)) => Error::Store(error.of(&name)),
            (error, _) => error,
        };
        let record = StudyName::new(name).map(|name| store.study(&name).map_err(|error| error.of(&name)));
        match record.transpose()?.flatten() {
            Some(record) => StoredStudy::read(store, record).map_err(in_study),
            None => Err(Error::UnknownStudy { name: name.to_owned(), known: store.studies()? }),
        }
    }

    /// Reads a study's spec again, and everything that is stored of its fits.
    ///
    /// # Errors
    /// [`Error::Spec`] where this release refuses the spec, [`Error::Store`] where the store can't be read.
    pub fn read(store: &dyn Store, record: StudyRecord) -> Result<StoredStudy, Error> {
        let path = text_to_path(&record.folder).join(format!("{}.yaml (as stored)", record.name));
        let study = SpecFile::from_text(path, record.spec.clone()).check(&record.overrides)?;
        let origin = Origin::from_text(record.origin.clone(), &study.splits);
        let course = if lists_fits(&study) {
            let plan = crossfold_search::example_plan(&study, folds(&record), record.rows as usize, 0);
            Course::of_plan(&study, &plan, DataSize::from_record(&record, shapes(&record, &study)))
        } else {
            undecided(&record, &study)
        };
        let (plan, results) = replay(course, store, &record, &origin)?.into_parts();
        Ok(StoredStudy { record, study, plan, origin, results })
    }

    /// The study's search with all its decisions, as far as the stored fits lead.
    pub(crate) fn course(&self, store: &dyn Store) -> Result<Course<'_>, Error> {
        replay(undecided(&self.record, &self.study), store, &self.record, &self.origin)
    }

    /// The files that its runs read.
    pub(crate) fn inputs(&self) -> Vec<PathBuf> {
        crossfold_sources::files(&self.study.data.source, &text_to_path(&self.record.folder))
    }

    /// The study with its results, for files and leaderboards.
    pub fn results<'a>(&'a self, store: &'a dyn Store) -> StudyResults<'a> {
        let StoredStudy { record, study, plan, origin, results } = self;
        StudyResults { study, plan, origin, record, results, store }
    }
}

fn folds(record: &StudyRecord) -> Vec<FoldId> {
    record.validation.iter().map(|rows| rows.fold).collect()
}

/// The study's search before its first decision.
fn undecided<'s>(record: &StudyRecord, study: &'s Study) -> Course<'s> {
    Course::new(study, folds(record), DataSize::from_record(record, shapes(record, study)))
}

fn replay<'s>(
    mut course: Course<'s>,
    store: &dyn Store,
    record: &StudyRecord,
    origin: &Origin,
) -> Result<Course<'s>, Error> {
    course.repeat(journal(store, &record.name)?);
    crossfold_search::replay(&mut course, origin, store)?;
    Ok(course)
}

/// The journal of a study's search, up to the first line that isn't understood.
pub(crate) fn journal(store: &dyn Store, study: &StudyName) -> Result<Vec<JournalEntry>, Error> {
    Ok(store.journal(study)?.iter().map_while(|line| JournalEntry::from_text(line)).collect())
}
