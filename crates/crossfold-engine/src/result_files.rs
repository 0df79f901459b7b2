//! A study's result files: the run that trained it and `report` on another day write the same bytes.

use crossfold_report::{Exhibits, Importance, Leaderboard, OutOfFoldView, Page, Report, Row, TestScore};
use crossfold_study::{PlannedConfiguration, RefitRecord};

use crate::card;
use crate::error::Error;
use crate::model_file::{CARD, MODEL, Model, SPEC, WEIGHTS};
use crate::preparation::absolute;
use crate::results_folder::ResultsFolder;
use crate::study_results::StudyResults;
use crate::timed::timed;

/// A study's result files, and where they are written.
pub struct ResultFiles<'a> {
    pub results: &'a StudyResults<'a>,
    pub folder: &'a ResultsFolder,
}

impl ResultFiles<'_> {
    /// Writes what the search found, and removes what an earlier run left of what is yet to come.
    pub fn write_search(&self, leaderboard: &Leaderboard<'_>) -> Result<(), Error> {
        let ResultFiles { results, folder } = self;
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
        folder.write("folds.csv", |out| {
            crossfold_report::write_folds(out, results.study, results.plan, results.results)
        })?;
        folder.write("curves.csv", |out| crossfold_report::write_curves(out, results.study, results.results))?;
        folder.write("timings.csv", |out| crossfold_report::write_timings(out, results.study, results.results))?;
        folder
            .write("README.md", |out| crossfold_report::write_dictionary(out, leaderboard, &results.record.classes))?;
        let Some(winner) = leaderboard.winner() else { return Ok(()) };
        folder.write("best.yaml", |out| out.write_all(results.best(winner, &absolute(folder.path())).as_bytes()))?;
        if let Some(predictions) = results.predictions(winner)? {
            let folds: Vec<_> = results.record.validation.iter().zip(&predictions).collect();
            let classes = &results.record.classes;
            folder.write("predictions.csv", |out| {
                crossfold_report::write_predictions(out, results.study, classes, &folds)
            })?;
        }
        Ok(())
    }

    /// Writes the network trained on all rows with what there is to know of it, and its score on the test rows where
    /// there is one. `model` is the text of `model.json`, where it is known.
    pub fn write_refit(
        &self,
        leaderboard: &Leaderboard<'_>,
        winner: &Row<'_>,
        refit: &RefitRecord,
        (model, exhibits): (Option<&str>, Option<&Exhibits>),
    ) -> Result<(), Error> {
        let ResultFiles { results, folder } = self;
        let write = |file: &str, bytes: &[u8]| folder.write(&format!("model/{file}"), |out| out.write_all(bytes));
        write(WEIGHTS, &refit.weights)?;
        write(SPEC, results.best(winner, &absolute(folder.path()).join("model")).as_bytes())?;
        if let Some(text) = model {
            write(MODEL, text.as_bytes())?;
            // From the text, as it is stored: so both commands are told the same.
            let model = Model::from_text(text);
            let card = model.and_then(|model| card::card(results, leaderboard, winner, refit, exhibits, &model));
            card.map_or(Ok(()), |card| write(CARD, &card))?;
        }
        if let Some(scored) = results.test(refit) {
            let scores = TestScore::all(scored, exhibits);
            folder.write("test.csv", |out| crossfold_report::write_test(out, results.study, &scores))?;
        }
        Ok(())
    }

    /// Writes what people read, once all that there is to know is known: `refit` is `None` where nothing was refitted,
    /// `record` is the text of `study.json`.
    pub fn write_reports(
        &self,
        leaderboard: &Leaderboard<'_>,
        refit: Option<&RefitRecord>,
        exhibits: Option<&Exhibits>,
        record: Option<&str>,
    ) -> Result<(), Error> {
        let ResultFiles { results, folder } = self;
        let importance = timed("found what matters", || Importance::new(leaderboard, results.study.seed));
        if let Some(importance) = &importance {
            folder.write("importance.csv", |out| crossfold_report::write_importance(out, results.study, importance))?;
        }
        let scored = refit.and_then(|refit| results.test(refit));
        let test = scored.map(|scored| TestScore::all(scored, exhibits)).unwrap_or_default();
        let (importance, origin) = (importance.as_ref(), results.origin.text());
        let nested = exhibits.map_or(&[][..], |exhibits| &exhibits.nested);
        if !nested.is_empty() {
            folder.write("nested.csv", |out| crossfold_report::write_nested(out, results.study, nested))?;
        }
        let report = Report { board: leaderboard, importance, nested, test: &test, origin };
        folder.write("report.md", |out| crossfold_report::write_report(out, &report))?;

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
        folder.write("report.html", |out| crossfold_report::write_html(out, &page))
    }
}
