//! A study retrained for a gate or a baseline.

use std::collections::BTreeMap;
use std::sync::Arc;

use crossfold_network::Configuration;
use crossfold_report::FoldTrace;
use crossfold_search::ReusePolicy;
use crossfold_study::{Fingerprint, FoldId, Objective, Plan, Results, StudyRecord};

use crate::engine::Engine;
use crate::error::Error;
use crate::fingerprinting::FingerprintingTrainer;
use crate::notice::{SearchKind, Watch};
use crate::prepared::PreparedStudy;
use crate::search::StudySearch;
use crate::study_results::StudyResults;

pub(crate) struct Retraining<'a> {
    prepared: &'a PreparedStudy,
    record: StudyRecord,
    plan: Arc<Plan>,
    results: Results,
    fingerprinting: FingerprintingTrainer<'a>,
}

impl<'a> Engine<'a> {
    /// Trains the fits of a study that the store lacks. With `fingerprints`, keeps those of the weights after each epoch.
    pub(crate) fn retrain(
        &self,
        prepared: &'a PreparedStudy,
        fingerprints: bool,
        watch: &mut dyn Watch,
    ) -> Result<Retraining<'a>, Error> {
        let record = prepared.record(self.machine.now());
        let fingerprinting = FingerprintingTrainer::new(&prepared.trainer);
        let objective: &dyn Objective = if fingerprints { &fingerprinting } else { &prepared.trainer };
        let run = self.begin_run(&prepared.study.name, true)?;
        let search = StudySearch {
            objective,
            reuse: ReusePolicy { retry: true, ..ReusePolicy::default() },
            refers: false,
            ..StudySearch::new(*self, prepared, SearchKind::Retraining, &run)
        };
        let (plan, results) = search.search(Vec::new(), watch)?.course.into_parts();
        Ok(Retraining { prepared, record, plan, results, fingerprinting })
    }
}

impl Retraining<'_> {
    /// The study with its results, which `engine`'s store has.
    pub(crate) fn results<'s>(&'s self, engine: &Engine<'s>) -> StudyResults<'s> {
        let PreparedStudy { study, origin, .. } = self.prepared;
        let Retraining { record, plan, results, .. } = self;
        StudyResults { study, plan, origin, record, results, store: engine.store }
    }

    /// Each epoch of the winner, where fingerprints were kept; empty without a winner.
    pub(crate) fn winner_trace(&self, engine: &Engine<'_>) -> Vec<FoldTrace> {
        let results = self.results(engine);
        let leaderboard = results.leaderboard();
        let Some(winner) = leaderboard.winner() else { return Vec::new() };
        let weights = self.weights(winner.configuration);
        crossfold_report::trace_folds(&self.plan, winner.trial.configuration, &self.results, &weights)
    }

    /// Fingerprints of a configuration's weights after each epoch, by fold.
    fn weights(&self, configuration: &Configuration) -> BTreeMap<FoldId, Vec<Fingerprint>> {
        self.fingerprinting.weights(configuration)
    }
}
