//! A study's result files, made from what is stored and from nothing else: by the run that trained
//! it and by `report` on another day, the same bytes.

use std::collections::BTreeSet;
use std::path::Path;

use crossfold_report::{Exhibits, Importance, Leaderboard, OutOfFoldView, Page, Report, Row, TestScore};
use crossfold_search::Kept;
use crossfold_study::{
    DataSpec, Origin, Part, Plan, PlannedConfiguration, Predictions, RefitRecord, Results, Scored, Store, StoreError,
    Study, StudyRecord, TrialNumber,
};

use crate::card;
use crate::error::Error;
use crate::logging::timed;
use crate::model_file::{CARD, MODEL, Model, SPEC, WEIGHTS};
use crate::preparation::absolute;
use crate::results_folder::ResultsFolder;

/// What the files are made from.
pub(crate) struct ResultFiles<'a> {
    pub(crate) study: &'a Study,
    pub(crate) plan: &'a Plan,
    pub(crate) origin: &'a Origin,
    pub(crate) record: &'a StudyRecord,
    pub(crate) results: &'a Results,
    pub(crate) store: &'a dyn Store,
}

impl<'a> ResultFiles<'a> {
    pub(crate) fn leaderboard(&self) -> Leaderboard<'a> {
        Leaderboard::new(self.study, self.plan, self.results, self.record.shape)
    }

    /// The leaderboard with what its scores support.
    pub(crate) fn judged(&self) -> Result<Leaderboard<'a>, StoreError> {
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

    /// Writes what the search found, and removes what an earlier run left of what is yet to come.
    pub(crate) fn write_search(&self, leaderboard: &Leaderboard<'_>, folder: &ResultsFolder) -> Result<(), Error> {
        for stale in [
            "study.json",
            "best.yaml",
            "predictions.csv",
            "test.csv",
            "importance.csv",
            "nested.csv",
            "report.md",
            "report.html",
        ] {
            folder.remove(stale)?;
        }
        for stale in [WEIGHTS, MODEL, SPEC, CARD] {
            folder.remove(&format!("model/{stale}"))?;
        }
        folder.write("leaderboard.csv", |out| crossfold_report::write_leaderboard(out, leaderboard))?;
        folder.write("folds.csv", |out| crossfold_report::write_folds(out, self.study, self.plan, self.results))?;
        folder.write("curves.csv", |out| crossfold_report::write_curves(out, self.study, self.results))?;
        folder.write("timings.csv", |out| crossfold_report::write_timings(out, self.study, self.results))?;
        folder.write("README.md", |out| crossfold_report::write_dictionary(out, leaderboard, &self.record.classes))?;
        let Some(winner) = leaderboard.winner() else { return Ok(()) };
        folder.write("best.yaml", |out| out.write_all(self.best(winner, &absolute(folder.path())).as_bytes()))?;
        if let Some(predictions) = self.predictions(winner)? {
            let folds: Vec<_> = self.record.validation.iter().zip(&predictions).collect();
            let classes = &self.record.classes;
            folder.write("predictions.csv", |out| {
                crossfold_report::write_predictions(out, self.study, classes, &folds)
            })?;
        }
        Ok(())
    }

    /// Writes the network trained on all rows with what there is to know of it, and its score on the test rows where
    /// there is one. `model` is the text of `model.json`, where it is known.
    pub(crate) fn write_refit(
        &self,
        leaderboard: &Leaderboard<'_>,
        winner: &Row<'_>,
        refit: &RefitRecord,
        (model, exhibits): (Option<&str>, Option<&Exhibits>),
        folder: &ResultsFolder,
    ) -> Result<(), Error> {
        let write = |file: &str, bytes: &[u8]| folder.write(&format!("model/{file}"), |out| out.write_all(bytes));
        write(WEIGHTS, &refit.weights)?;
        write(SPEC, self.best(winner, &absolute(folder.path()).join("model")).as_bytes())?;
        if let Some(text) = model {
            write(MODEL, text.as_bytes())?;
            // From the text, as it is stored: so both commands are told the same.
            let model = Model::from_text(text);
            let card = model.and_then(|model| card::card(self, leaderboard, winner, refit, exhibits, &model));
            card.map_or(Ok(()), |card| write(CARD, &card))?;
        }
        if let Some(scored) = self.test(refit) {
            let scores = TestScore::all(scored, exhibits);
            folder.write("test.csv", |out| crossfold_report::write_test(out, self.study, &scores))?;
        }
        Ok(())
    }

    /// Writes what people read, once all that there is to know is known: `refit` is `None` where nothing was refitted,
    /// `record` is the text of `study.json`.
    pub(crate) fn write_reports(
        &self,
        leaderboard: &Leaderboard<'_>,
        refit: Option<&RefitRecord>,
        exhibits: Option<&Exhibits>,
        record: Option<&str>,
        folder: &ResultsFolder,
    ) -> Result<(), Error> {
        let importance = timed("found what matters", || Importance::new(leaderboard, self.study.seed));
        if let Some(importance) = &importance {
            folder.write("importance.csv", |out| crossfold_report::write_importance(out, self.study, importance))?;
        }
        let scored = refit.and_then(|refit| self.test(refit));
        let test = scored.map(|scored| TestScore::all(scored, exhibits)).unwrap_or_default();
        let (importance, origin) = (importance.as_ref(), self.origin.text());
        let nested = exhibits.map_or(&[][..], |exhibits| &exhibits.nested);
        if !nested.is_empty() {
            folder.write("nested.csv", |out| crossfold_report::write_nested(out, self.study, nested))?;
        }
        let report = Report { board: leaderboard, importance, nested, test: &test, origin };
        folder.write("report.md", |out| crossfold_report::write_report(out, &report))?;

        let predictions = leaderboard.winner().map(|winner| self.predictions(winner)).transpose()?.flatten();
        let folds: Option<Vec<_>> =
            predictions.as_ref().map(|predictions| self.record.validation.iter().zip(predictions).collect());
        let summary = crossfold_report::summary(leaderboard, importance, nested, &test);
        let price = |planned: &PlannedConfiguration| planned.configuration.training_flops(self.record.shape);
        let spec = String::from_utf8_lossy(&self.record.spec);
        let page = Page {
            summary: &summary,
            importance,
            out_of_fold: folds.as_ref().map(|folds| OutOfFoldView { classes: &self.record.classes, folds }),
            pictures: exhibits.and_then(|exhibits| exhibits.pictures.as_ref()),
            test: (!test.is_empty()).then_some(&test[..]),
            record,
            ..Page::new(leaderboard, self.results, &price, &spec)
        };
        folder.write("report.html", |out| crossfold_report::write_html(out, &page))
    }

    /// How the network did on the test rows that the study asks for.
    pub(crate) fn test<'r>(&self, refit: &'r RefitRecord) -> Option<&'r Scored> {
        let asked = self.record.test_digest.as_ref()?;
        let (_, scored) = refit.tests.iter().find(|(digest, _)| digest == asked)?;
        Some(scored)
    }

    /// The stored network of the winner, trained on all rows.
    pub(crate) fn refit(&self, winner: &Row<'_>) -> Result<Option<RefitRecord>, StoreError> {
        let key = self.origin.key(&winner.configuration.for_refit(), Part::All);
        self.store.refit(&key, self.refit_epochs(winner))
    }

    /// How many epochs the winner is trained for on all rows.
    pub(crate) fn refit_epochs(&self, winner: &Row<'_>) -> u32 {
        self.results.refit_epochs(self.plan, winner.trial)
    }

    /// The winner's predictions on each fold, in the plan's order; `None` unless all are stored.
    pub(crate) fn predictions(&self, winner: &Row<'_>) -> Result<Option<Vec<Predictions>>, StoreError> {
        let of = |&fold| {
            let key = self.origin.key(winner.configuration, Part::Fold(fold));
            self.store.predictions(&key, self.results.epoch_read(winner.trial, fold))
        };
        self.plan.folds.iter().map(of).collect()
    }

    /// The winner as a spec, with paths as they are `from` the folder it is written to, which is an absolute one.
    pub(crate) fn best(&self, winner: &Row<'_>, from: &Path) -> String {
        // Without links and `..` in them, the way from one folder to the other is short. A test file
        // need not exist where no test was asked for.
        let moved = |path: &Path| {
            let to = absolute(&Path::new(&self.record.folder).join(path));
            pathdiff::diff_paths(&to, from).unwrap_or(to)
        };
        let source = self.study.data.source.map_paths(moved);
        let data = DataSpec { source, train_rows: self.study.data.train_rows };
        crossfold_spec::write_single(self.study, &data, winner.configuration, winner.trial.epochs)
    }
}
