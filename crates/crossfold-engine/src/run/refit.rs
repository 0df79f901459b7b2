//! The winner, or the ensemble, retrained and scored once on the test rows.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use crossfold_data::Dataset;
use crossfold_model::{CombinedNetworks, TrainedNetwork, WeightsError};
use crossfold_report::{
    Exhibits, Leaderboard, MISTAKES_SHOWN, NestedFold, Picture, Pictures, Row, RowDigests, RowIds, TestRows, TestScore,
};
use crossfold_sources::Adapter;
use crossfold_study::{Evaluation, Failure, FitEnd, FitKey, LoggedRun, Metric, Refit, RefitRecord};

use super::{FinishedSearch, StudyRun};
use crate::error::Error;
use crate::member::Member;
use crate::model_file::Model;
use crate::notice::{Notice, Watch};
use crate::parallel::in_parallel;
use crate::prepared::PreparedStudy;
use crate::study_results::{Retraining, StudyResults};

/// How the winner's refit ended.
pub(super) enum RefitEnd {
    /// There is no winner, or no refit was asked for.
    NotAsked,
    Refitted(Box<Refitted>),
    /// There is no network, or none worth a score, and why.
    Failed(String),
    /// A stop was requested.
    Cancelled,
}

impl RefitEnd {
    pub(super) fn refitted(&self) -> Option<&Refitted> {
        match self {
            RefitEnd::Refitted(refitted) => Some(refitted),
            RefitEnd::NotAsked | RefitEnd::Failed(_) | RefitEnd::Cancelled => None,
        }
    }
}

/// The winner, or an ensemble, retrained.
pub(super) struct Refitted {
    /// Those of the networks that were trained longest.
    pub(super) epochs: u32,
    pub(super) networks: u32,
    /// The number of folds that networks were trained on; 0 where they were on all rows.
    pub(super) folds: usize,
    pub(super) record: RefitRecord,
    pub(super) exhibits: Exhibits,
    /// The text of `model.json`.
    pub(super) model: String,
}

/// A network with its scores on the test rows, and what else is known of them, where they are asked for.
type TestedNetwork = (RefitRecord, TestedRows);

/// What is retrained, and what it follows from.
struct Retrained<'a> {
    searched: &'a FinishedSearch,
    winner: &'a Row<'a>,
    key: &'a FitKey,
    retraining: &'a Retraining,
    run: &'a LoggedRun,
}

/// What is known of a network on the test rows beside its scores.
#[derive(Default)]
struct TestedRows {
    /// The standard errors of its scores, by metric.
    errors: BTreeMap<Metric, f64>,
    /// Its predictions.
    rows: Option<TestRows>,
}

impl StudyRun<'_, '_> {
    /// Retrains the winner, or the ensemble, where that is asked for, or finds it in the store, and writes its files.
    pub(super) fn refit(
        &self,
        searched: &FinishedSearch,
        results: &StudyResults<'_>,
        leaderboard: &Leaderboard<'_>,
        run: &LoggedRun,
        nested: &[NestedFold],
        watch: &mut dyn Watch,
    ) -> Result<RefitEnd, Error> {
        let winner = match (self.prepared.study.finish.refit, leaderboard.winner()) {
            (Refit::Best | Refit::OneSe | Refit::Folds, Some(winner)) if !searched.too_many_failures => winner,
            (Refit::Best | Refit::OneSe | Refit::Folds | Refit::None, _) => return Ok(RefitEnd::NotAsked),
        };
        let (stored, retraining) = (results.refit(leaderboard, winner)?, results.retraining(leaderboard, winner));
        // A temperature and the members of an ensemble are in the key, and not known when a fresh run removes what is stored.
        let is_known_before = retraining.temperature == 1.0 && retraining.alone().is_some();
        let stored = stored.filter(|_| !self.options.fresh || is_known_before);
        let (key, epochs) = results.refit_key(leaderboard, winner);
        let retrained = Retrained { searched, winner, key: &key, retraining: &retraining, run };
        let tested = match &stored {
            Some(refit) => self.recall_refit(&retrained, refit, watch)?,
            None => self.train_winner(&retrained, &run.suspects, watch)?,
        };
        let (record, TestedRows { errors, rows: test_rows }) = match tested {
            Ok(tested) => tested,
            Err(FitEnd::Failed(failure)) => return Ok(refit_failed(failure.to_string(), watch)),
            Err(FitEnd::Cancelled | FitEnd::Complete | FitEnd::Stopped) => {
                watch.notice(&Notice::RefitCancelled);
                return Ok(RefitEnd::Cancelled);
            }
        };
        if !is_known_before {
            self.engine.store.add_references(&self.record.name, &[key])?;
        }
        if stored.as_ref() != Some(&record) {
            self.engine.store.put_refit(&key, epochs, &record)?;
        }
        if !retraining.folds.is_empty() {
            self.forget_fold_networks(searched, winner)?;
        }
        let mut exhibits = Exhibits::new(errors, self.pictures(results, winner)?, nested.to_vec());
        exhibits.rows = self.file_rows(results, winner)?;
        exhibits.test_rows = test_rows;
        let model = self.model(&retraining).text(&record.weights);
        self.files(results, watch).write_refit(leaderboard, winner, &record, (Some(&model), Some(&exhibits)))?;
        let scored = results.test(&record);
        let scores = scored.map(|scored| TestScore::all(scored, Some(&exhibits))).unwrap_or_default();
        if scores.is_empty() && self.record.test_digest.is_some() {
            return Ok(refit_failed("the score on the test rows is not finite".to_owned(), watch));
        }
        watch.notice(&Notice::RefitEnded { epochs });
        if let Some(&score) = scored {
            let metric = self.prepared.study.metric;
            watch.notice(&Notice::Tested { metric, score, scores: &scores });
        }
        self.announce_test_use(watch)?;
        let (networks, folds) = (retraining.networks(), retraining.folds.len());
        Ok(RefitEnd::Refitted(Box::new(Refitted { epochs, networks, folds, record, exhibits, model })))
    }

    /// Says how many other networks were scored on the study's test rows, if any: who looks at several such scores chooses by
    /// them. Result files can't say it, since they don't depend on what else is stored.
    fn announce_test_use(&self, watch: &mut dyn Watch) -> Result<(), Error> {
        let Some(digest) = &self.record.test_digest else { return Ok(()) };
        let mut found = self.engine.store.test_use(digest)?;
        found.networks = found.networks.saturating_sub(1);
        found.studies.retain(|study| *study != self.record.name);
        if found.networks > 0 {
            watch.notice(&Notice::TestRowsUsed(&found));
        }
        Ok(())
    }

    /// The images on which the winner is most mistaken; `None` where rows are no images.
    pub(super) fn pictures(&self, results: &StudyResults<'_>, winner: &Row<'_>) -> Result<Option<Pictures>, Error> {
        let Some(predictions) = results.predictions(winner)? else { return Ok(None) };
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

    /// Retrains the winner, and scores it on the test rows where that is asked for.
    fn train_winner(
        &self,
        &Retrained { searched, winner, key, retraining, run }: &Retrained<'_>,
        suspects: &BTreeSet<FitKey>,
        watch: &mut dyn Watch,
    ) -> Result<Result<TestedNetwork, FitEnd>, Error> {
        let stop = self.engine.stop;
        if stop.is_requested() {
            return Ok(Err(FitEnd::Cancelled));
        }
        if suspects.contains(key) {
            return Ok(Err(FitEnd::Failed(Failure::Suspect)));
        }
        let (trial, rows) = (winner.trial.number, self.prepared.data().rows());
        let (members, epochs, networks) = (retraining.members.len(), retraining.epochs(), retraining.networks());
        let weights = match retraining.folds.len() {
            0 => {
                watch.notice(&Notice::RefitBegan { trial, rank: winner.rank, members, epochs, networks, rows });
                run.running.mark(0, Some(key));
                let weights = self.train_members(retraining);
                run.running.mark(0, None);
                weights
            }
            folds => {
                watch.notice(&Notice::FoldsBegan { trial, epochs, folds, rows });
                self.train_folds(searched, winner, run, watch)?
            }
        };
        let weights = match weights {
            Ok(weights) => weights,
            Err(end) => return Ok(Err(end)),
        };
        let mut network = self.load(retraining, &weights).expect("weights of a training fit its configuration");
        let (tests, tested) = self.test(retraining, &mut network).unzip();
        let record = RefitRecord { weights, tests: tests.into_iter().collect() };
        Ok(Ok((record, tested.unwrap_or_default())))
    }

    /// Trains all networks on all rows, as many at the same time as there are jobs. Returns the file of their weights, those of
    /// the first member first.
    fn train_members(&self, retraining: &Retraining) -> Result<Vec<u8>, FitEnd> {
        let (trainer, stop) = (&self.prepared.trainer, self.engine.stop);
        let members = retraining.members.iter();
        let networks: Vec<(&Member, u32)> =
            members.flat_map(|member| (0..member.networks).map(move |seed| (member, seed))).collect();
        let train = |place: usize| {
            let (member, seed) = networks[place];
            let trained = crossfold_search::catch_panic(|| {
                let (configuration, epochs) = (&member.configuration, member.epochs);
                trainer.refit(configuration, (epochs, seed), stop, &mut |_| ControlFlow::Continue(()))
            });
            trained.map_err(FitEnd::Failed)?.map(|network| network.safetensors())
        };
        let trained = in_parallel(self.engine.jobs, networks.len(), train);
        let weights = trained.into_iter().collect::<Result<Vec<_>, FitEnd>>()?;
        Ok(TrainedNetwork::join_weights(weights).expect("they are files of weights"))
    }

    fn load(&self, retraining: &Retraining, weights: &[u8]) -> Result<CombinedNetworks, WeightsError> {
        let trainer = &self.prepared.trainer;
        let networks = match (&retraining.folds[..], &retraining.members[..]) {
            (folds @ [_, ..], [winner, ..]) => trainer.fold_networks(&winner.configuration, folds, weights)?,
            (_, members) => {
                let members: Vec<_> = members.iter().map(Member::loaded).collect();
                CombinedNetworks::from(trainer.network(&members, weights)?)
            }
        };
        Ok(networks.at_temperature(retraining.temperature))
    }

    /// A stored network, scored on the test rows if they are asked for: the standard errors of its scores aren't stored.
    fn recall_refit(
        &self,
        retrained: &Retrained<'_>,
        stored: &RefitRecord,
        watch: &mut dyn Watch,
    ) -> Result<Result<TestedNetwork, FitEnd>, Error> {
        if self.record.test_digest.is_none() {
            return Ok(Ok((stored.clone(), TestedRows::default())));
        }
        match self.load(retrained.retraining, &stored.weights) {
            Ok(mut network) => {
                let mut refit = stored.clone();
                let Some((test, tested)) = self.test(retrained.retraining, &mut network) else {
                    return Ok(Ok((refit, TestedRows::default())));
                };
                if !refit.tests.contains(&test) {
                    refit.tests.push(test);
                }
                Ok(Ok((refit, tested)))
            }
            // Weights that don't fit their configuration are as good as none.
            Err(error) => {
                watch.notice(&Notice::StoredNetworkRefused { reason: &error.to_string() });
                self.train_winner(retrained, &BTreeSet::new(), watch)
            }
        }
    }

    fn model(&self, retraining: &Retraining) -> Model {
        let PreparedStudy { study, trainer, reader, .. } = self.prepared;
        let (steps, parts) = (retraining.steps(), retraining.parts());
        let adapter = match (study.data.source.table(), reader) {
            (Some(table), Some(reader)) => Adapter::new(trainer.views(), steps, &parts, table, reader),
            (Some(_) | None, _) => None,
        };
        let digests = || trainer.views().part_with(steps, parts[0]).rows.row_digests();
        let rows = adapter.as_ref().map(|_| RowDigests::of_a_set(digests()));
        Model::new(study.name.as_str(), study.device, retraining, adapter, rows.unwrap_or_default())
    }

    /// The digest of the test rows, where they are asked for, with the network's score on them and its predictions, where it
    /// is finite.
    fn test(
        &self,
        retraining: &Retraining,
        network: &mut CombinedNetworks,
    ) -> Option<((String, Evaluation), TestedRows)> {
        let digest = self.record.test_digest.clone()?;
        let views = self.prepared.trainer.views();
        let parts = retraining.parts();
        let rows = parts.iter().map(|&part| views.test(retraining.steps(), part)).collect::<Option<Vec<Dataset>>>()?;
        let (scored, predictions) = network.predict(&rows.iter().collect::<Vec<_>>());
        let truth = rows[0].targets().truth(&rows[0].all());
        let errors = crossfold_report::sampling_errors(&truth, &predictions, self.record.classes.len());
        let data = self.prepared.data();
        let places = data.test_places();
        let ids = RowIds::new(&places, data.test_identifiers());
        let rows = Some(TestRows::new(places, ids, truth, &predictions));
        scored.tally.is_finite().then_some(((digest, scored), TestedRows { errors, rows }))
    }
}

fn refit_failed(reason: String, watch: &mut dyn Watch) -> RefitEnd {
    watch.notice(&Notice::RefitFailed { reason: &reason });
    RefitEnd::Failed(reason)
}
