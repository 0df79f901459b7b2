//! A study's fits: found in the store, or trained and put there.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Instant;

use crossfold_search::{Kept, Outcome, Recalled, RunError, Search, Wanted};
use crossfold_study::{
    ConfigurationNumber, Event, Failure, FitEnd, FitKey, FitRecord, FoldId, Objective, Part, Results, Stop, Store,
    StoreError, Trial, TrialNumber,
};

use crate::preparation::Prepared;

/// Predictions of trials that can't be among the best any more are dropped when so many fits have
/// ended: the store stays small without being asked after each.
const DROP_EVERY: usize = 256;

pub(crate) struct Sweep<'a> {
    pub(crate) prepared: &'a Prepared,
    /// What trains: the prepared trainer, or one around it.
    pub(crate) objective: &'a dyn Objective,
    pub(crate) store: &'a dyn Store,
    pub(crate) jobs: NonZeroUsize,
    pub(crate) stop: &'a Stop,
}

/// A run that the store knows to be under way, until this is dropped.
pub(crate) struct Begun<'a>(&'a dyn Store);

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl<'a> Sweep<'a> {
    /// Tells the store that a run begins, and which fits not to try again: those that were being
    /// trained at each of the last three deaths. Returns these, too.
    pub(crate) fn begin(&self, retry: bool) -> Result<(Begun<'a>, Vec<FitKey>), StoreError> {
        let suspects =
            self.store.begin(&self.prepared.study.name, self.jobs.get().min(self.prepared.plan.fits().max(1)))?;
        let begun = Begun(self.store);
        if retry || suspects.is_empty() {
            return Ok((begun, Vec::new()));
        }
        let suspect: BTreeSet<&FitKey> = suspects.iter().collect();
        let mut records: Vec<FitRecord> = self.fits().filter(|fit| suspect.contains(&fit.key)).collect();
        let keys: Vec<FitKey> = records.iter().map(|fit| fit.key).collect();
        for (record, stored) in records.iter_mut().zip(self.store.fits(&keys)?) {
            // As long as what is stored of it, so that its end takes the place of the one before.
            record.epochs = stored.map(|stored| stored.epochs).unwrap_or_default();
        }
        self.store.commit(&records)?;
        Ok((begun, suspects))
    }

    /// Every fit of the plan, as a suspect without an epoch.
    fn fits(&self) -> impl Iterator<Item = FitRecord> {
        let Prepared { plan, origin, .. } = self.prepared;
        plan.configurations.iter().flat_map(move |planned| {
            plan.folds.iter().map(move |&fold| FitRecord {
                key: origin.key(&planned.configuration, Part::Fold(fold)),
                configuration: planned.configuration.canonical(),
                part: Part::Fold(fold),
                end: FitEnd::Failed(Failure::Suspect),
                epochs: Vec::new(),
                checkpoint: None,
            })
        })
    }

    /// What needn't be trained again.
    pub(crate) fn recall(&self, wanted: Wanted) -> Result<Recalled, StoreError> {
        let Prepared { plan, origin, .. } = self.prepared;
        crossfold_search::recall(plan, origin, self.store, wanted)
    }

    /// Trains what is missing.
    pub(crate) fn train(
        &self,
        recalled: Recalled,
        observe: &mut dyn FnMut(&Event, &Results),
    ) -> Result<Outcome, RunError> {
        let kept = self.prepared.kept();
        let (mut ended, mut cut_short, mut refused, mut dropped) = (0_usize, false, None, BTreeSet::new());
        let mut outcome =
            self.run(&recalled.missing, recalled.results, kept != Kept::Best(0), &mut |event, results| {
                observe(event, results);
                ended += usize::from(matches!(event, Event::FitEnded { .. }));
                cut_short |= matches!(event, Event::FitEnded { end: FitEnd::Cancelled | FitEnd::Failed(_), .. });
                if matches!(event, Event::FitEnded { .. }) && ended.is_multiple_of(DROP_EVERY) && refused.is_none() {
                    refused = self.drop_predictions(kept, results, &mut dropped).err();
                }
            })?;
        refused.map_or(Ok(()), Err)?;
        if cut_short || self.stop.is_requested() {
            // A fit that came to an early end may have been stored with more epochs before: what counts is
            // what is stored, and what a report made later will show.
            let Prepared { plan, origin, .. } = self.prepared;
            outcome.results = crossfold_search::recall_all(plan, origin, self.store)?;
        }
        Ok(outcome)
    }

    /// Which fits lack predictions that the result files are made from: those of the trials that keep theirs, and of the
    /// `winner`. No other trial's stay in the store.
    ///
    /// An edit of the space can ask for an epoch that was reported and not predicted at, or bring a trial among the best
    /// whose predictions have long been dropped.
    pub(crate) fn lacking_predictions(
        &self,
        results: &Results,
        winner: Option<&Trial>,
    ) -> Result<BTreeSet<(ConfigurationNumber, FoldId)>, StoreError> {
        let Prepared { plan, study, .. } = self.prepared;
        let kept = self.prepared.kept();
        // The winner's stay: by `one_se` it needn't be among the best.
        let winner = winner.filter(|_| kept != Kept::Best(0));
        let mut not_dropped: BTreeSet<TrialNumber> = winner.map(|winner| winner.number).into_iter().collect();
        self.drop_predictions(kept, results, &mut not_dropped)?;
        if kept == Kept::Best(0) {
            return Ok(BTreeSet::new());
        }
        let (mut trials, _) = kept.split(plan, results, study.metric);
        trials.extend(winner.and_then(|winner| plan.trials.get(winner.number.0 as usize)));
        self.without_predictions(results, &trials)
    }

    /// Trains fits again for their predictions; what they report is known.
    pub(crate) fn predict(&self, lacking: &BTreeSet<(ConfigurationNumber, FoldId)>) -> Result<(), RunError> {
        self.run(lacking, Results::default(), true, &mut |_, _| {})?;
        Ok(())
    }

    /// Drops the predictions of trials that don't keep theirs, but for those `dropped` before.
    fn drop_predictions(
        &self,
        kept: Kept,
        results: &Results,
        dropped: &mut BTreeSet<TrialNumber>,
    ) -> Result<(), StoreError> {
        let Prepared { plan, origin, study, .. } = self.prepared;
        if kept == Kept::All {
            return Ok(());
        }
        let (stay, mut out) = kept.split(plan, results, study.metric);
        out.retain(|trial| dropped.insert(trial.number));
        // Trials of a fit that stopped early read it at the same epoch.
        let stay: BTreeSet<_> = crossfold_search::places(plan, origin, results, &stay).into_iter().collect();
        let mut places = crossfold_search::places(plan, origin, results, &out);
        places.retain(|place| !stay.contains(place));
        self.store.forget_predictions(&study.name, &places)
    }

    fn without_predictions(
        &self,
        results: &Results,
        trials: &[&Trial],
    ) -> Result<BTreeSet<(ConfigurationNumber, FoldId)>, StoreError> {
        let Prepared { plan, origin, .. } = self.prepared;
        let places = crossfold_search::places(plan, origin, results, trials);
        let keys: Vec<FitKey> = places.iter().map(|(key, _)| *key).collect();
        let stored = self.store.fits(&keys)?;
        let fits = trials.iter().flat_map(|trial| plan.folds.iter().map(|&fold| (trial.configuration, fold)));
        let lacks = |(_, ((_, epoch), stored)): &((_, _), (&(FitKey, u32), Option<crossfold_study::StoredFit>))| {
            stored.as_ref().is_none_or(|stored| stored.predicted.binary_search(epoch).is_err())
        };
        Ok(fits.zip(places.iter().zip(stored)).filter(lacks).map(|(fit, _)| fit).collect())
    }

    fn run(
        &self,
        missing: &BTreeSet<(ConfigurationNumber, FoldId)>,
        known: Results,
        predictions: bool,
        observe: &mut dyn FnMut(&Event, &Results),
    ) -> Result<Outcome, RunError> {
        let Prepared { study, plan, origin, .. } = self.prepared;
        let began = Instant::now();
        let search = Search {
            plan,
            schedule: &self.prepared.schedule(&|configuration, fold| missing.contains(&(configuration, fold))),
            origin,
            objective: self.objective,
            store: self.store,
            limits: study.limits,
            predictions,
            jobs: self.jobs,
            clock: &|| began.elapsed(),
        };
        crossfold_search::run(&search, known, self.stop, observe)
    }
}
