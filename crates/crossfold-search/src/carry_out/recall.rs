//! The fits of a search that are stored already, and need no training.

use std::collections::{BTreeMap, BTreeSet};

use crossfold_study::{
    ConfigurationNumber, Failure, FitEnd, FitKey, FitRecord, FoldId, Origin, Part, Plan, PlannedConfiguration, Store,
    StoreError, StoredFit,
};

use crate::decide::course::Course;
use crate::decide::fit_request::FitRequest;

/// The number of keys that are looked up at once, so that a plan of a million fits does not need memory for all.
const AT_ONCE: usize = 4096;

/// Which stored fits are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReusePolicy {
    /// None: all fits are retrained.
    pub fresh: bool,
    /// Not those that were in training during each of the last three crashes: they are retried.
    pub retry: bool,
}

impl ReusePolicy {
    /// Whether a stored fit serves for this many epochs.
    pub(crate) fn serves(self, epochs: u32, stored: &StoredFit) -> bool {
        let is_over = stored.epochs.len() >= epochs as usize
            || match &stored.end {
                FitEnd::Stopped => true,
                FitEnd::Failed(Failure::Suspect) => !self.retry,
                FitEnd::Failed(failure) => failure.is_final(),
                FitEnd::Complete | FitEnd::Cancelled => false,
            };
        is_over && !self.fresh
    }
}

/// Repeats a search from the store, finished or not, as far as stored fits go. Reports are made from its results.
///
/// # Errors
/// If the store can't be read.
pub fn replay(course: &mut Course<'_>, origin: &Origin, store: &dyn Store) -> Result<(), StoreError> {
    loop {
        let requests = course.ask();
        look_up(course, origin, store, &requests, &mut |course, request, stored| {
            if let Some(stored) = stored {
                course.recall(request, &stored);
            }
        })?;
        if !course.tell_next() {
            break;
        }
    }
    recall_secured(course, origin, store)
}

/// Recalls trials that were trained to their end when the time of an earlier run was over.
fn recall_secured(course: &mut Course<'_>, origin: &Origin, store: &dyn Store) -> Result<(), StoreError> {
    for (trial, requests) in course.secured_fits() {
        let keys: Vec<FitKey> = requests.iter().map(|request| key(course.plan(), origin, request)).collect();
        let stored: Vec<StoredFit> = stored_fits(course, store, &keys)?.into_iter().flatten().collect();
        let is_whole = |(stored, request): (&StoredFit, &FitRequest)| {
            stored.epochs.len() >= request.epochs as usize || stored.end == FitEnd::Stopped
        };
        if stored.len() == requests.len() && stored.iter().zip(&requests).all(is_whole) {
            requests.iter().zip(&stored).for_each(|(request, stored)| course.recall(request, stored));
            course.reopen(trial);
        }
    }
    Ok(())
}

/// The stored fits with these keys. One that learnt another task can only be of a forged import: it is as good as none, and
/// the store refuses the one that is trained in its place.
fn stored_fits(course: &Course<'_>, store: &dyn Store, keys: &[FitKey]) -> Result<Vec<Option<StoredFit>>, StoreError> {
    let is_of_task = |fit: &StoredFit| fit.epochs.iter().all(|epoch| epoch.report.training.task() == course.task());
    Ok(store.fits(keys)?.into_iter().map(|stored| stored.filter(is_of_task)).collect())
}

/// Looks up the fit of each request in the store.
pub(crate) fn look_up(
    course: &mut Course<'_>,
    origin: &Origin,
    store: &dyn Store,
    requests: &[FitRequest],
    take: &mut dyn FnMut(&mut Course<'_>, &FitRequest, Option<StoredFit>),
) -> Result<(), StoreError> {
    for requests in longest(requests).chunks(AT_ONCE) {
        let keys: Vec<FitKey> = requests.iter().map(|request| key(course.plan(), origin, request)).collect();
        for (request, stored) in requests.iter().zip(stored_fits(course, store, &keys)?) {
            take(course, request, stored);
        }
    }
    Ok(())
}

/// For each fit, the request of the most epochs; by configuration, then fold.
pub(crate) fn longest(requests: &[FitRequest]) -> Vec<FitRequest> {
    let mut longest: BTreeMap<(ConfigurationNumber, FoldId), FitRequest> = BTreeMap::new();
    for request in requests {
        let known = longest.entry((request.configuration, request.fold)).or_insert(*request);
        known.epochs = known.epochs.max(request.epochs);
    }
    longest.into_values().collect()
}

pub(crate) fn key(plan: &Plan, origin: &Origin, request: &FitRequest) -> FitKey {
    origin.key(&plan.configuration(request.configuration).configuration, Part::Fold(request.fold))
}

/// The fits of a plan that no stored fit serves for.
///
/// # Errors
/// If the store can't be read.
pub fn missing_fits(
    plan: &Plan,
    origin: &Origin,
    store: &dyn Store,
    reuse: ReusePolicy,
) -> Result<BTreeSet<(ConfigurationNumber, FoldId)>, StoreError> {
    let mut missing = BTreeSet::new();
    look_up_all(plan, origin, store, &mut |planned, fold, stored| {
        if !stored.is_some_and(|stored| reuse.serves(planned.horizon(), &stored)) {
            missing.insert((planned.number, fold));
        }
    })?;
    Ok(missing)
}

fn look_up_all(
    plan: &Plan,
    origin: &Origin,
    store: &dyn Store,
    take: &mut dyn FnMut(&PlannedConfiguration, FoldId, Option<StoredFit>),
) -> Result<(), StoreError> {
    let at_once = (AT_ONCE / plan.folds.len().max(1)).max(1);
    for configurations in plan.configurations.chunks(at_once) {
        let fits = configurations.iter().flat_map(|planned| plan.folds.iter().map(move |&fold| (planned, fold)));
        let keys: Vec<FitKey> =
            fits.clone().map(|(planned, fold)| origin.key(&planned.configuration, Part::Fold(fold))).collect();
        for ((planned, fold), stored) in fits.zip(store.fits(&keys)?) {
            take(planned, fold, stored);
        }
    }
    Ok(())
}

/// The keys of a plan's fits, by configuration, then fold.
pub fn fit_keys<'a>(plan: &'a Plan, origin: &'a Origin) -> impl Iterator<Item = FitKey> + 'a {
    plan.configurations
        .iter()
        .flat_map(|planned| plan.folds.iter().map(|&fold| origin.key(&planned.configuration, Part::Fold(fold))))
}

/// Marks fits as failed in the store that were in training during each of the last three crashes. Such a record has the
/// epochs that are stored, so that it replaces the earlier end of the fit.
pub(crate) fn mark_suspects(
    plan: &Plan,
    origin: &Origin,
    store: &dyn Store,
    suspects: &BTreeSet<FitKey>,
    requests: &[FitRequest],
) -> Result<(), StoreError> {
    if suspects.is_empty() {
        return Ok(());
    }
    let mut records: Vec<FitRecord> = Vec::new();
    for request in longest(requests) {
        let key = key(plan, origin, &request);
        if suspects.contains(&key) {
            let planned = plan.configuration(request.configuration);
            let configuration = planned.configuration.canonical_without_steps();
            let (part, end) = (Part::Fold(request.fold), FitEnd::Failed(Failure::Suspect));
            records.push(FitRecord { key, configuration, part, end, epochs: Vec::new(), checkpoint: None });
        }
    }
    let keys: Vec<FitKey> = records.iter().map(|fit| fit.key).collect();
    for (record, stored) in records.iter_mut().zip(store.fits(&keys)?) {
        record.epochs = stored.map(|stored| stored.epochs).unwrap_or_default();
    }
    store.commit(&records)
}
