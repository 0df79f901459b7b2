//! The winner retrained on each fold, as in the search, for networks that predict together.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use crossfold_model::{TrainedNetwork, Trainer};
use crossfold_report::Row;
use crossfold_study::{
    EpochReport, Event, Fit, FitEnd, FitKey, FoldId, LoggedRun, Objective, Part, RefitRecord, Stop, Trained,
};

use super::{FinishedSearch, StudyRun};
use crate::error::Error;
use crate::notice::{SearchKind, Watch};
use crate::prepared::PreparedStudy;
use crate::search::StudySearch;

/// Trains as its trainer does, and keeps the weights that the trial's scores are of.
struct WeightKeeper<'a> {
    trainer: &'a Trainer,
    /// The epochs at which the trial reads its fits, which may train further for others.
    epochs: u32,
    /// Files of weights that nobody has taken yet.
    weights: Mutex<BTreeMap<FoldId, Vec<u8>>>,
}

impl WeightKeeper<'_> {
    fn take(&self, fold: FoldId) -> Option<Vec<u8>> {
        self.weights.lock().unwrap_or_else(PoisonError::into_inner).remove(&fold)
    }
}

impl Objective for WeightKeeper<'_> {
    fn fit(&self, fit: &Fit<'_>, stop: &Stop, report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>) -> Trained {
        let (trained, network) = self.trainer.fit_with_network(fit, self.epochs, stop, report);
        if let (Part::Fold(fold), Some(network)) = (fit.part, network) {
            self.weights.lock().unwrap_or_else(PoisonError::into_inner).insert(fold, network.safetensors());
        }
        trained
    }
}

impl StudyRun<'_, '_> {
    /// Retrains the winner on each fold, since networks of the search are not kept, and returns the file of all weights. Each
    /// network is stored once its scores turn out to be those of the search, so that a later run doesn't retrain it.
    ///
    /// # Errors
    /// [`StoreError::Differs`](crossfold_study::StoreError::Differs) where the scores are others, and where the store can't be
    /// used.
    pub(super) fn train_folds(
        &self,
        searched: &FinishedSearch,
        winner: &Row<'_>,
        run: &LoggedRun,
        watch: &mut dyn Watch,
    ) -> Result<Result<Vec<u8>, FitEnd>, Error> {
        let PreparedStudy { trainer, study, .. } = self.prepared;
        let (store, epochs) = (self.engine.store, winner.trial.epochs);
        let keys = self.fold_network_keys(searched, winner);
        store.add_references(&study.name, &keys.values().copied().collect::<Vec<_>>())?;
        let mut known = BTreeMap::new();
        if !self.options.fresh {
            for (&fold, key) in &keys {
                let stored = store
                    .refit(key, epochs)?
                    .filter(|stored| trainer.fold_network(winner.configuration, fold, &stored.weights).is_ok());
                known.extend(stored.map(|stored| (fold, stored.weights)));
            }
        }
        let missing: Vec<FoldId> = keys.keys().filter(|fold| !known.contains_key(fold)).copied().collect();
        let keeper = WeightKeeper { trainer, epochs, weights: Mutex::default() };
        let search = StudySearch {
            objective: &keeper,
            reuse: self.reuse_policy(),
            ..StudySearch::new(self.engine, self.prepared, SearchKind::Folds, run)
        };
        let (mut failure, mut refused) = (None, None);
        if !missing.is_empty() {
            search.retrain(&searched.plan, winner.trial.configuration, &missing, watch, &mut |event| {
                let Event::FitEnded { fold, end, .. } = event else { return };
                match (keeper.take(*fold), end) {
                    (Some(weights), _) => {
                        let record = RefitRecord { weights, tests: Vec::new() };
                        refused = refused.take().or(store.put_refit(&keys[fold], epochs, &record).err());
                        known.insert(*fold, record.weights);
                    }
                    (None, FitEnd::Failed(reason)) => failure = Some(failure.take().unwrap_or_else(|| reason.clone())),
                    (None, FitEnd::Complete | FitEnd::Stopped | FitEnd::Cancelled) => {}
                }
            })?;
        }
        refused.map_or(Ok(()), Err)?;
        if known.len() < keys.len() {
            return Ok(Err(failure.map_or(FitEnd::Cancelled, FitEnd::Failed)));
        }
        // In the plan's order.
        let weights = searched.plan.folds.iter().filter_map(|fold| known.remove(fold)).collect();
        Ok(Ok(TrainedNetwork::join_weights(weights).expect("they are files of weights")))
    }

    /// Removes the networks of single folds, once they are stored together.
    pub(super) fn forget_fold_networks(&self, searched: &FinishedSearch, winner: &Row<'_>) -> Result<(), Error> {
        let keys: Vec<FitKey> = self.fold_network_keys(searched, winner).into_values().collect();
        Ok(self.engine.store.remove_fits(&self.prepared.study.name, &keys)?)
    }

    /// The keys under which the network of each fold is stored until all are.
    fn fold_network_keys(&self, searched: &FinishedSearch, winner: &Row<'_>) -> BTreeMap<FoldId, FitKey> {
        let origin = &self.prepared.origin;
        let key = |&fold: &FoldId| (fold, origin.fold_network_key(winner.configuration, fold));
        searched.plan.folds.iter().map(key).collect()
    }
}
