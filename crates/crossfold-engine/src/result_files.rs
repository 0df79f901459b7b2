//! A study's result files: the run that trained it and `report` on another day write the same bytes.

use crossfold_report::{Exhibits, Importance, Leaderboard, OutOfFoldView, Page, Report, Row, TestScore};
use crossfold_study::{PlannedConfiguration, RefitRecord};

use std::io::{self, Write};

use crate::card;
use crate::clock::Clock;
use crate::error::Error;
use crate::files::absolute;
use crate::model_file::{CARD, MODEL, Model, SPEC, WEIGHTS};
use crate::notice::{Notice, Stage, Watch, timed};
use crate::results_folder::ResultsFolder;
use crate::study_results::StudyResults;

/// A study's result files, and where they are written.
pub(crate) struct ResultFiles<'a> {
    pub(crate) results: &'a StudyResults<'a>,
    pub(crate) folder: &'a ResultsFolder,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) watch: &'a mut dyn Watch,
}

impl ResultFiles<'_> {
    /// Writes what the search found, and removes an earlier run's files that are written later.
    pub(crate) fn write_search(&mut self, leaderboard: &Leaderboard<'_>) -> Result<(), Error> {
        let results = self.results;
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
            self.folder.remove(stale)?;
        }
        for stale in [WEIGHTS, MODEL, SPEC, CARD] {
            self.folder.remove(&format!("model/{stale}"))?;
        }
        self.write("leaderboard.csv", |out| crossfold_report::write_leaderboard(out, leaderboard))?;
        self.write("folds.csv", |out| {
            crossfold_report::write_folds(out, results.study, results.plan, results.results)
        })?;
        self.write("curves.csv", |out| crossfold_report::write_curves(out, results.study, results.results))?;
        self.write("timings.csv", |out| crossfold_report::write_timings(out, results.study, results.results))?;
        self.write("README.md", |out| crossfold_report::write_dictionary(out, leaderboard, &results.record.classes))?;
        let Some(winner) = leaderboard.winner() else { return Ok(()) };
        let spec = results.winner_spec(winner, &absolute(self.folder.path()));
        self.write("best.yaml", |out| out.write_all(spec.as_bytes()))?;
        if let Some(predictions) = results.predictions(winner)? {
            let folds: Vec<_> = results.record.validation.iter().zip(&predictions).collect();
            let classes = &results.record.classes;
            self.write("predictions.csv", |out| {
                crossfold_report::write_predictions(out, results.study, classes, &folds)
            })?;
        }
        Ok(())
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
        let mut write = |file: &str, bytes: &[u8]| self.write(&format!("model/{file}"), |out| out.write_all(bytes));
        write(WEIGHTS, &refit.weights)?;
        write(SPEC, spec.as_bytes())?;
        if let Some(text) = model {
            write(MODEL, text.as_bytes())?;
            // From the text, as it is stored, so that a run and a report know the same.
            let model = Model::from_text(text);
            let card = model.and_then(|model| card::card(results, leaderboard, winner, refit, exhibits, &model));
            card.map_or(Ok(()), |card| write(CARD, &card))?;
        }
        if let Some(scored) = results.test(refit) {
            let scores = TestScore::all(scored, exhibits);
            self.write("test.csv", |out| crossfold_report::write_test(out, results.study, &scores))?;
        }
        Ok(())
    }

    /// Writes `study.json`.
    pub(crate) fn write_record(&mut self, record: &str) -> Result<(), Error> {
        self.write("study.json", |out| out.write_all(record.as_bytes()))
    }

    /// Writes what people read, once everything is known. `refit` is `None` where nothing was refitted; `record` is the text
    /// of `study.json`.
    pub(crate) fn write_reports(
        &mut self,
        leaderboard: &Leaderboard<'_>,
        refit: Option<&RefitRecord>,
        exhibits: Option<&Exhibits>,
        record: Option<&str>,
    ) -> Result<(), Error> {
        let results = self.results;
        let importance =
            timed(Stage::Importance, self.clock, self.watch, || Importance::new(leaderboard, results.study.seed));
        if let Some(importance) = &importance {
            self.write("importance.csv", |out| crossfold_report::write_importance(out, results.study, importance))?;
        }
        let scored = refit.and_then(|refit| results.test(refit));
        let test = scored.map(|scored| TestScore::all(scored, exhibits)).unwrap_or_default();
        let (importance, origin) = (importance.as_ref(), results.origin.text());
        let nested = exhibits.map_or(&[][..], |exhibits| &exhibits.nested);
        if !nested.is_empty() {
            self.write("nested.csv", |out| crossfold_report::write_nested(out, results.study, nested))?;
        }
        let report = Report { board: leaderboard, importance, nested, test: &test, origin };
        self.write("report.md", |out| crossfold_report::write_report(out, &report))?;

        let predictions = leaderboard.winner().map(|winner| results.predictions(winner)).transpose()?.flatten();
        let folds: Option<Vec<_>> =
            predictions.as_ref().map(|predictions| results.record.validation.iter().zip(predictions).collect());
        let summary = crossfold_report::summary(leaderboard, importance, nested, &test);
        let price = |planned: &PlannedConfiguration| planned.configuration.training_flops(results.record.shape);
        let spec = String::from_utf8_lossy(&results.record.spec);
        let page = Page {
            summary: &summary,
            importance,
            out_of_fold: folds.as_ref().map(|folds| OutOfFoldView { classes: &results.record.classes, folds }),
            pictures: exhibits.and_then(|exhibits| exhibits.pictures.as_ref()),
            test: (!test.is_empty()).then_some(&test[..]),
            record,
            ..Page::new(leaderboard, results.results, &price, &spec)
        };
        self.write("report.html", |out| crossfold_report::write_html(out, &page))
    }
    /// Writes a file by `fill`, and tells that.
    fn write(&mut self, name: &str, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let began = self.clock.elapsed();
        self.folder.write(name, fill)?;
        let took = self.clock.elapsed().saturating_sub(began);
        self.watch.notice(&Notice::FileWritten { name, took });
        Ok(())
    }
}
