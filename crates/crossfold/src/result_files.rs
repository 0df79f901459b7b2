//! A study's result files, made from what is stored and from nothing else: by the run that trained
//! it and by `report` on another day, the same bytes.

use std::collections::BTreeSet;
use std::path::Path;

use crossfold_report::{
    Exhibits, Importance, Leaderboard, RESULT_FILES, RefitFiles, ReportInputs, Row, Stage, TestScore,
};
use crossfold_search::Kept;
use crossfold_study::{
    DataSpec, Evaluation, Origin, Part, Plan, PlannedConfiguration, Predictions, RefitRecord, Results, Store,
    StoreError, Study, StudyRecord, TrialNumber, ValidationRows,
};

use crate::card;
use crate::error::Error;
use crate::logging::timed;
use crate::model_file::Model;
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
        for stale in RESULT_FILES.iter().filter(|file| file.may_be_stale()) {
            folder.remove(stale.path)?;
        }
        let winner = leaderboard.winner();
        let winner_spec = winner.map(|winner| self.best(winner, &absolute(folder.path())));
        let predictions = winner.map(|winner| self.predictions(winner)).transpose()?.flatten();
        let folds = predictions.as_deref().map(|predictions| self.out_of_fold(predictions));
        self.with_inputs(leaderboard, |inputs| {
            let (winner_spec, out_of_fold) = (winner_spec.as_deref(), folds.as_deref());
            write_stage(Stage::Search, &ReportInputs { winner_spec, out_of_fold, ..inputs }, folder)
        })
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
        let spec = self.best(winner, &absolute(folder.path()).join("model"));
        // From the text, as it is stored: so both commands are told the same.
        let known = model.and_then(Model::from_text);
        let configuration = winner.configuration.for_refit();
        let card = known
            .as_ref()
            .and_then(|model| card::card(self, leaderboard, winner, &configuration, refit, exhibits, model));
        let test = self.test(refit).map(|scored| TestScore::all(scored, exhibits)).unwrap_or_default();
        let refit = RefitFiles { weights: &refit.weights, spec: &spec, model, card: card.as_ref() };
        self.with_inputs(leaderboard, |inputs| {
            write_stage(Stage::Refit, &ReportInputs { refit: Some(refit), test: &test, ..inputs }, folder)
        })
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
        let scored = refit.and_then(|refit| self.test(refit));
        let test = scored.map(|scored| TestScore::all(scored, exhibits)).unwrap_or_default();
        let predictions = leaderboard.winner().map(|winner| self.predictions(winner)).transpose()?.flatten();
        let folds = predictions.as_deref().map(|predictions| self.out_of_fold(predictions));
        self.with_inputs(leaderboard, |inputs| {
            let inputs = ReportInputs {
                importance: importance.as_ref(),
                nested: exhibits.map_or(&[][..], |exhibits| &exhibits.nested),
                test: &test,
                out_of_fold: folds.as_deref(),
                pictures: exhibits.and_then(|exhibits| exhibits.pictures.as_ref()),
                study_json: record,
                ..inputs
            };
            write_stage(Stage::Report, &inputs, folder)
        })
    }

    /// What every result file is made from.
    fn with_inputs<T>(&self, leaderboard: &Leaderboard<'_>, write: impl FnOnce(ReportInputs<'_>) -> T) -> T {
        let price = |planned: &PlannedConfiguration| planned.configuration.training_flops(self.record.shape);
        let spec = String::from_utf8_lossy(&self.record.spec);
        let texts = [&*spec, self.origin.text()];
        write(ReportInputs::new(leaderboard, self.results, &self.record.classes, texts, &price))
    }

    fn out_of_fold<'p>(&'p self, predictions: &'p [Predictions]) -> Vec<(&'p ValidationRows, &'p Predictions)> {
        self.record.validation.iter().zip(predictions).collect()
    }

    /// How the network did on the test rows that the study asks for.
    pub(crate) fn test<'r>(&self, refit: &'r RefitRecord) -> Option<&'r Evaluation> {
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

/// Writes the files of a stage.
fn write_stage(stage: Stage, inputs: &ReportInputs<'_>, folder: &ResultsFolder) -> Result<(), Error> {
    let files = RESULT_FILES.iter().filter(|file| file.stage == stage && file.exists(inputs));
    files.into_iter().try_for_each(|file| folder.write(file.path, |out| file.write(out, inputs)))
}
