//! A study's result files: the run that trained it and a later report write the same bytes.

use std::borrow::Cow;
use std::io::{self, Write};

use crossfold_model::TrainedNetwork;
use crossfold_report::{
    Exhibits, FigureWidth, Importance, Leaderboard, RESULT_FILES, RefitFiles, ReportInputs, Row, RowIds, Stage,
    TestScore,
};
use crossfold_study::{PlannedConfiguration, Predictions, RefitRecord, ValidationRows};

use crate::card;
use crate::coefficients;
use crate::error::Error;
use crate::files::absolute;
use crate::machine::Machine;
use crate::model_file::Model;
use crate::notice::{Notice, TimedStage, Watch, timed};
use crate::results_folder::ResultsFolder;
use crate::study_results::StudyResults;

/// Writes a study's result files, stage by stage as more is known.
pub(crate) struct ResultFiles<'a> {
    pub(crate) results: &'a StudyResults<'a>,
    pub(crate) folder: &'a ResultsFolder,
    /// The width of figures, if they were asked for.
    pub(crate) figures: Option<FigureWidth>,
    pub(crate) machine: &'a dyn Machine,
    pub(crate) watch: &'a mut dyn Watch,
}

impl ResultFiles<'_> {
    /// Writes what the search found, and removes an earlier run's files that are written later.
    pub(crate) fn write_search(
        &mut self,
        leaderboard: &Leaderboard<'_>,
        row_ids: Option<&RowIds>,
    ) -> Result<(), Error> {
        for stale in RESULT_FILES.iter().filter(|file| file.may_be_stale()) {
            self.folder.remove(stale.path)?;
        }
        let results = self.results;
        let winner = leaderboard.winner();
        let winner_spec = winner.map(|winner| results.winner_spec(winner, &absolute(self.folder.path())));
        let predictions = winner.map(|winner| results.predictions(winner)).transpose()?.flatten();
        let folds = predictions.as_deref().map(|predictions| out_of_fold(results, predictions));
        with_inputs(results, leaderboard, |inputs| {
            let (winner_spec, out_of_fold) = (winner_spec.as_deref(), folds.as_deref());
            self.write_stage(Stage::Search, &ReportInputs { winner_spec, out_of_fold, row_ids, ..inputs })
        })
    }

    /// Writes the network trained on all rows with its description, and its score on the test rows where there is one.
    /// `model` is the text of `model.json`, where it is known.
    pub(crate) fn write_refit(
        &mut self,
        leaderboard: &Leaderboard<'_>,
        winner: &Row<'_>,
        refit: &RefitRecord,
        (model, exhibits): (Option<&str>, Option<&Exhibits>),
    ) -> Result<(), Error> {
        let results = self.results;
        let spec = results.winner_spec(winner, &absolute(self.folder.path()).join("model"));
        // From the stored text, so that a run and a report have the same values.
        let known = model.and_then(Model::from_text);
        let retraining = results.retraining(leaderboard, winner);
        let card = known
            .as_ref()
            .and_then(|model| card::card(results, leaderboard, winner, &retraining, refit, exhibits, model));
        let test = results.test(refit).map(|scored| TestScore::all(scored, exhibits)).unwrap_or_default();
        let alone = retraining.alone().map(|member| &member.configuration);
        let shapes = results.shapes();
        let weights = match alone {
            Some(winner) => TrainedNetwork::current_weights(winner, shapes.of(winner), &refit.weights),
            None => Cow::Borrowed(&refit.weights[..]),
        };
        // Coefficients are those of one network.
        let alone = alone.filter(|_| retraining.networks() == 1);
        let of_winner = known.as_ref().filter(|model| model.describes(&retraining)).zip(alone);
        let coefficients = of_winner.map(|(model, winner)| {
            coefficients::coefficients(model, (winner, shapes.of(winner)), results.record, &weights)
        });
        let coefficients = coefficients.unwrap_or_default();
        let refit =
            RefitFiles { weights: &weights, spec: &spec, model, card: card.as_ref(), coefficients: &coefficients };
        with_inputs(results, leaderboard, |inputs| {
            let test_rows = exhibits.and_then(|exhibits| exhibits.test_rows.as_ref());
            self.write_stage(Stage::Refit, &ReportInputs { refit: Some(refit), test: &test, test_rows, ..inputs })
        })
    }

    /// Writes the record and what people read, once everything is known. `refit` is `None` where nothing was refitted;
    /// `record` is the text of `study.json`.
    pub(crate) fn write_reports(
        &mut self,
        leaderboard: &Leaderboard<'_>,
        refit: Option<&RefitRecord>,
        exhibits: Option<&Exhibits>,
        record: Option<&str>,
    ) -> Result<(), Error> {
        let (results, figures) = (self.results, self.figures);
        with_inputs(results, leaderboard, |inputs| {
            self.write_stage(Stage::Record, &ReportInputs { study_json: record, ..inputs })
        })?;
        let importance = timed(TimedStage::Importance, self.machine, self.watch, || {
            Importance::new(leaderboard, results.study.seed)
        });
        let scored = refit.and_then(|refit| results.test(refit));
        let test = scored.map(|scored| TestScore::all(scored, exhibits)).unwrap_or_default();
        let predictions = leaderboard.winner().map(|winner| results.predictions(winner)).transpose()?.flatten();
        let folds = predictions.as_deref().map(|predictions| out_of_fold(results, predictions));
        with_inputs(results, leaderboard, |inputs| {
            let inputs = ReportInputs {
                importance: importance.as_ref(),
                variables: exhibits.and_then(|exhibits| exhibits.variables.as_ref()),
                nested: exhibits.map_or(&[][..], |exhibits| &exhibits.nested),
                test: &test,
                out_of_fold: folds.as_deref(),
                pictures: exhibits.and_then(|exhibits| exhibits.pictures.as_ref()),
                file_rows: exhibits.and_then(|exhibits| exhibits.rows.as_ref()),
                study_json: record,
                figures,
                ..inputs
            };
            self.write_stage(Stage::Report, &inputs)?;
            self.write_stage(Stage::Page, &inputs)
        })
    }

    /// Writes the files of a stage that exist for `inputs`.
    fn write_stage(&mut self, stage: Stage, inputs: &ReportInputs<'_>) -> Result<(), Error> {
        let mut files = RESULT_FILES.iter().filter(|file| file.stage == stage && file.exists(inputs));
        files.try_for_each(|file| self.write(file.path, |out| file.write(out, inputs)))
    }

    /// Writes a file by `fill`, and sends a notice of it.
    fn write(&mut self, name: &str, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let began = self.machine.elapsed();
        self.folder.write(name, fill)?;
        let took = self.machine.elapsed().saturating_sub(began);
        self.watch.notice(&Notice::FileWritten { name, took });
        Ok(())
    }
}

/// Hands over what every result file is made from.
fn with_inputs<T>(
    results: &StudyResults<'_>,
    leaderboard: &Leaderboard<'_>,
    write: impl FnOnce(ReportInputs<'_>) -> T,
) -> T {
    let shapes = results.shapes();
    let price =
        |planned: &PlannedConfiguration| planned.configuration.training_flops(shapes.of(&planned.configuration));
    let spec = String::from_utf8_lossy(&results.record.spec);
    let texts = [&*spec, results.origin.text()];
    let inputs = ReportInputs::new(leaderboard, results.results, &results.record.classes, texts, &price);
    write(ReportInputs { rows: results.record.rows, ..inputs })
}

fn out_of_fold<'a>(
    results: &StudyResults<'a>,
    predictions: &'a [Predictions],
) -> Vec<(&'a ValidationRows, &'a Predictions)> {
    results.record.validation.iter().zip(predictions).collect()
}
