//! A study with its results, read from the store alone: by the run that trained it and by a report on another day.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crossfold_report::{Leaderboard, Row};
use crossfold_search::Kept;
use crossfold_study::{
    DataSource, DataSpec, Origin, Part, Plan, Predictions, RefitRecord, Results, Scored, Store, StoreError, Study,
    StudyRecord, TableSource, TestRows, TrialNumber, spec,
};

use crate::preparation::absolute;
use crate::timed::timed;

/// A study with its results, and the store that holds the rest.
pub struct StudyResults<'a> {
    pub study: &'a Study,
    pub plan: &'a Plan,
    pub origin: &'a Origin,
    pub record: &'a StudyRecord,
    pub results: &'a Results,
    pub store: &'a dyn Store,
}

impl<'a> StudyResults<'a> {
    pub fn leaderboard(&self) -> Leaderboard<'a> {
        Leaderboard::new(self.study, self.plan, self.results, self.record.shape)
    }

    /// The leaderboard with what its scores support.
    pub fn judged(&self) -> Result<Leaderboard<'a>, StoreError> {
        let mut leaderboard = timed("ranked the trials", || self.leaderboard());
        // By those trials alone that keep their predictions: another study may keep more of them, and what a study comes
        // to doesn't hang on others.
        let (kept, _) = self.kept().split(self.plan, self.results, self.study.metric);
        let kept: BTreeSet<TrialNumber> = kept.into_iter().map(|trial| trial.number).collect();
        let of = |row: &Row<'_>| kept.contains(&row.trial.number).then(|| self.predictions(row)).transpose();
        timed("compared the trials", || leaderboard.judge(self.record, |row| Ok::<_, StoreError>(of(row)?.flatten())))?;
        Ok(leaderboard)
    }

    /// Which trials keep their predictions.
    fn kept(&self) -> Kept {
        let rows: usize = self.record.validation.iter().map(|validation| validation.rows.len()).sum();
        let bytes = rows as u64 * Predictions::bytes_per_row(self.record.shape.outputs);
        Kept::of(self.study, self.plan, bytes)
    }

    /// How the network did on the test rows that the study asks for.
    pub fn test<'r>(&self, refit: &'r RefitRecord) -> Option<&'r Scored> {
        let asked = self.record.test_digest.as_ref()?;
        let (_, scored) = refit.tests.iter().find(|(digest, _)| digest == asked)?;
        Some(scored)
    }

    /// The stored network of the winner, trained on all rows.
    pub fn refit(&self, winner: &Row<'_>) -> Result<Option<RefitRecord>, StoreError> {
        let key = self.origin.key(&winner.configuration.for_refit(), Part::All);
        self.store.refit(&key, self.refit_epochs(winner))
    }

    /// How many epochs the winner is trained for on all rows.
    pub fn refit_epochs(&self, winner: &Row<'_>) -> u32 {
        self.results.refit_epochs(self.plan, winner.trial)
    }

    /// The winner's predictions on each fold, in the plan's order; `None` unless all are stored.
    pub fn predictions(&self, winner: &Row<'_>) -> Result<Option<Vec<Predictions>>, StoreError> {
        let of = |&fold| {
            let key = self.origin.key(winner.configuration, Part::Fold(fold));
            self.store.predictions(&key, self.results.epoch_read(winner.trial, fold))
        };
        self.plan.folds.iter().map(of).collect()
    }

    /// The winner as a spec, with paths as they are `from` the folder it is written to, which is an absolute one.
    pub fn best(&self, winner: &Row<'_>, from: &Path) -> String {
        // Without links and `..` in them, the way from one folder to the other is short. A test file
        // need not exist where no test was asked for.
        let moved = |path: &PathBuf| {
            let to = absolute(&Path::new(&self.record.folder).join(path));
            pathdiff::diff_paths(&to, from).unwrap_or(to)
        };
        let source = match &self.study.data.source {
            DataSource::Mnist { path } => DataSource::Mnist { path: moved(path) },
            DataSource::Csv(table) => {
                let test = match &table.test {
                    TestRows::File(path) => TestRows::File(moved(path)),
                    other @ (TestRows::None | TestRows::Share(_)) => other.clone(),
                };
                DataSource::Csv(Box::new(TableSource { path: moved(&table.path), test, ..(**table).clone() }))
            }
        };
        let data = DataSpec { source, train_rows: self.study.data.train_rows };
        spec::write_single(self.study, &data, winner.configuration, winner.trial.epochs)
    }
}
