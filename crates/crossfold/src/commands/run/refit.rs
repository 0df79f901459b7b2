//! What becomes of the winner: trained once more on all rows, and scored once on the test rows.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use crossfold_model::TrainedNetwork;
use crossfold_report::{Exhibits, Leaderboard, MISTAKES_SHOWN, NestedFold, Picture, Pictures, Row, TestScore};
use crossfold_study::{DataSource, Failure, FitEnd, FitKey, Metric, Part, Refit, RefitRecord, Scored, Store};

use super::{Run, Searched, in_words};
use crate::error::Error;
use crossfold_engine::Model;
use crossfold_engine::Prepared;
use crossfold_engine::{ResultFiles, StudyResults};

/// What became of the winner.
pub(super) enum Finish {
    /// Nobody won, or no refit was asked for.
    None,
    Refitted(Box<Refitted>),
    /// There is no network, or none worth a score, and why.
    Failed(String),
    Stopped,
}

/// A network trained on all rows.
pub(super) struct Refitted {
    pub(super) epochs: u32,
    pub(super) record: RefitRecord,
    /// How it did on the test rows; empty where none were asked for.
    pub(super) test: Vec<TestScore>,
    pub(super) exhibits: Exhibits,
    /// The text of `model.json`.
    pub(super) model: String,
}

impl Run<'_> {
    pub(super) fn finish(
        &self,
        searched: &Searched,
        files: &StudyResults<'_>,
        leaderboard: &Leaderboard<'_>,
        suspects: &BTreeSet<FitKey>,
        nested: &[NestedFold],
    ) -> Result<Finish, Error> {
        let winner = match (self.prepared.study.finish.refit, leaderboard.winner()) {
            (Refit::Best | Refit::OneSe, Some(winner)) if !searched.too_many_failures => winner,
            (Refit::Best | Refit::OneSe | Refit::None, _) => return Ok(Finish::None),
        };
        let (stored, epochs) = (files.refit(winner)?, files.refit_epochs(winner));
        let refitted = match &stored {
            Some(refit) => self.recall_refit(winner, epochs, refit),
            None => self.refit(winner, epochs, suspects),
        };
        let (refit, test_errors) = match refitted {
            Ok(refitted) => refitted,
            Err(FitEnd::Failed(failure)) => return Ok(Finish::Failed(failure.to_string())),
            Err(FitEnd::Cancelled | FitEnd::Complete | FitEnd::Stopped) => return Ok(Finish::Stopped),
        };
        let key = self.prepared.origin.key(&winner.configuration.for_refit(), Part::All);
        if stored.as_ref() != Some(&refit) {
            self.store.put_refit(&key, epochs, &refit)?;
        }
        let exhibits = Exhibits::new(test_errors, self.pictures(files, winner)?, nested.to_vec());
        let model = self.model(winner, epochs).text();
        let writer = ResultFiles { results: files, folder: &self.folder };
        writer.write_refit(leaderboard, winner, &refit, (Some(&model), Some(&exhibits)))?;
        let test = files.test(&refit).map(|scored| TestScore::all(scored, Some(&exhibits))).unwrap_or_default();
        if !test.is_empty() {
            tracing::info!("scored on the test rows: {}", in_words(self.prepared.study.metric, &test));
        } else if self.record.test_digest.is_some() {
            return Ok(Finish::Failed("the score on the test rows is not finite".to_owned()));
        }
        Ok(Finish::Refitted(Box::new(Refitted { epochs, record: refit, test, exhibits, model })))
    }

    /// The rows on which the winner is most mistaken, where they are images.
    pub(super) fn pictures(&self, files: &StudyResults<'_>, winner: &Row<'_>) -> Result<Option<Pictures>, Error> {
        let Some(predictions) = files.predictions(winner)? else { return Ok(None) };
        let folds: Vec<_> = self.record.validation.iter().zip(&predictions).collect();
        let mistakes = crossfold_report::worst_mistakes(&self.record.classes, &folds, MISTAKES_SHOWN);
        let drawn: Vec<_> = mistakes
            .iter()
            .filter_map(|mistake| {
                let (side, pixels) = self.prepared.data().picture(mistake.row)?;
                Some((side, Picture { row: mistake.row, pixels: pixels.to_vec() }))
            })
            .collect();
        let Some(&([height, width], _)) = drawn.first() else { return Ok(None) };
        let images = drawn.into_iter().map(|(_, picture)| picture).collect();
        Ok(Some(Pictures { height: height as u32, width: width as u32, images }))
    }

    /// Trains the winner on all rows, and scores it on the test rows where that is asked for.
    fn refit(
        &self,
        winner: &Row<'_>,
        epochs: u32,
        suspects: &BTreeSet<FitKey>,
    ) -> Result<(RefitRecord, BTreeMap<Metric, f64>), FitEnd> {
        let stop = self.signals.stop();
        if stop.is_requested() {
            return Err(FitEnd::Cancelled);
        }
        let key = self.prepared.origin.key(&winner.configuration.for_refit(), Part::All);
        if suspects.contains(&key) {
            return Err(FitEnd::Failed(Failure::Suspect));
        }
        tracing::info!(trial = winner.trial.number.0, epochs, "refitting the winner on all rows");
        let which = match winner.rank {
            Some(1) => "the winner".to_owned(),
            _ => format!("trial {}, the simplest within one standard error of the first,", winner.trial.number),
        };
        self.terminal.say(&format!("refitting {which} on all {} rows", self.prepared.data().rows()));
        self.store.mark(0, Some(&key));
        let network = crossfold_search::catch(|| {
            self.prepared
                .trainer
                .refit(&winner.configuration.for_refit(), epochs, stop, &mut |_| ControlFlow::Continue(()))
        });
        self.store.mark(0, None);
        let mut network = network.map_err(FitEnd::Failed)??;
        let (tests, errors) = self.test(&mut network).unzip();
        Ok((
            RefitRecord { weights: network.safetensors(), tests: tests.into_iter().collect() },
            errors.unwrap_or_default(),
        ))
    }

    fn model(&self, winner: &Row<'_>, epochs: u32) -> Model {
        let Prepared { study, trainer, .. } = self.prepared;
        let adapter = match &study.data.source {
            DataSource::Mnist { .. } => None,
            DataSource::Csv(table) => trainer.views().adapter(table),
        };
        Model::new(study.name.as_str(), study.device, &winner.configuration.for_refit(), epochs, adapter)
    }

    /// The digest of the test rows, where they are asked for, with the network's score on them and how sure it is, where
    /// it is finite.
    fn test(&self, network: &mut TrainedNetwork) -> Option<((String, Scored), BTreeMap<Metric, f64>)> {
        let digest = self.record.test_digest.clone()?;
        let rows = self.prepared.trainer.views().test()?;
        let (scored, predictions) = network.predict(&rows);
        let truth = rows.targets().truth(&rows.all());
        let errors = crossfold_report::errors_of_rows(&truth, &predictions, self.record.classes.len());
        scored.tally.is_finite().then_some(((digest, scored), errors))
    }

    /// A stored network, scored on the test rows if they are asked for: how sure its score is isn't stored with it.
    fn recall_refit(
        &self,
        winner: &Row<'_>,
        epochs: u32,
        stored: &RefitRecord,
    ) -> Result<(RefitRecord, BTreeMap<Metric, f64>), FitEnd> {
        if self.record.test_digest.is_none() {
            return Ok((stored.clone(), BTreeMap::new()));
        }
        match self.prepared.trainer.network(winner.configuration, &stored.weights) {
            Ok(mut network) => {
                let mut refit = stored.clone();
                let Some((test, errors)) = self.test(&mut network) else { return Ok((refit, BTreeMap::new())) };
                if !refit.tests.contains(&test) {
                    refit.tests.push(test);
                }
                Ok((refit, errors))
            }
            // Weights that don't fit their configuration are as good as none.
            Err(error) => {
                tracing::warn!("the stored network can't be used: {error}");
                self.refit(winner, epochs, &BTreeSet::new())
            }
        }
    }
}
