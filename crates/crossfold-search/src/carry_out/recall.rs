//! The fits of a search that are stored already, and need no training.

use std::collections::{BTreeMap, BTreeSet};

use crossfold_study::{
    ConfigurationNumber, Failure, FitEnd, FitKey, FitRecord, FoldId, Origin, Part, Plan, PlannedConfiguration, Store,
    StoreError, StoredFit,
};

use crate::decide::course::Course;
use crate::decide::wish::Wish;

/// The number of keys that are looked up at once, so that a plan of a million fits does not need memory for all.
const AT_ONCE: usize = 4096;

/// Which stored fits are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// None: all fits are retrained.
    pub fresh: bool,
    /// Not those that were in training during each of the last three crashes: they are retried.
    pub retry: bool,
}

impl Wanted {
    /// Whether a stored fit serves for this many epochs.
    pub(crate) fn is_met(self, epochs: u32, stored: &StoredFit) -> bool {
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
pub fn follow(course: &mut Course<'_>, origin: &Origin, store: &dyn Store) -> Result<(), StoreError> {
    loop {
        let wishes = course.ask();
        look_up(course, origin, store, &wishes, &mut |course, wish, stored| {
            if let Some(stored) = stored {
                course.recall(wish, &stored);
            }
        })?;
        if !course.tell_next() {
            break;
        }
    }
    recall_finished_leader(course, origin, store)
}

/// Recalls a leader that was trained to its end when the time of an earlier run was over.
fn recall_finished_leader(course: &mut Course<'_>, origin: &Origin, store: &dyn Store) -> Result<(), StoreError> {
    for wishes in course.fits_if_cut_short() {
        let keys: Vec<FitKey> = wishes.iter().map(|wish| key(course.plan(), origin, wish)).collect();
        let stored: Vec<StoredFit> = store.fits(&keys)?.into_iter().flatten().collect();
        let is_whole = |(stored, wish): (&StoredFit, &Wish)| {
            stored.epochs.len() >= wish.epochs as usize || stored.end == FitEnd::Stopped
        };
        if stored.len() == wishes.len() && stored.iter().zip(&wishes).all(is_whole) {
            wishes.iter().zip(&stored).for_each(|(wish, stored)| course.recall(wish, stored));
        }
    }
    Ok(())
}

/// Looks up the fit of each wish in the store.
pub(crate) fn look_up(
    course: &mut Course<'_>,
    origin: &Origin,
    store: &dyn Store,
    wishes: &[Wish],
    take: &mut dyn FnMut(&mut Course<'_>, &Wish, Option<StoredFit>),
) -> Result<(), StoreError> {
    for wishes in longest(wishes).chunks(AT_ONCE) {
        let keys: Vec<FitKey> = wishes.iter().map(|wish| key(course.plan(), origin, wish)).collect();
        for (wish, stored) in wishes.iter().zip(store.fits(&keys)?) {
            take(course, wish, stored);
        }
    }
    Ok(())
}

/// For each fit, the wish of the most epochs; by configuration, then fold.
pub(crate) fn longest(wishes: &[Wish]) -> Vec<Wish> {
    let mut longest: BTreeMap<(ConfigurationNumber, FoldId), Wish> = BTreeMap::new();
    for wish in wishes {
        let known = longest.entry((wish.configuration, wish.fold)).or_insert(*wish);
        known.epochs = known.epochs.max(wish.epochs);
    }
    longest.into_values().collect()
}

pub(crate) fn key(plan: &Plan, origin: &Origin, wish: &Wish) -> FitKey {
    origin.key(&plan.configuration(wish.configuration).configuration, Part::Fold(wish.fold))
}

/// The fits of a plan that no stored fit serves for.
///
/// # Errors
/// If the store can't be read.
pub fn missing(
    plan: &Plan,
    origin: &Origin,
    store: &dyn Store,
    wanted: Wanted,
) -> Result<BTreeSet<(ConfigurationNumber, FoldId)>, StoreError> {
    let mut missing = BTreeSet::new();
    each(plan, origin, store, &mut |planned, fold, stored| {
        if !stored.is_some_and(|stored| wanted.is_met(planned.horizon(), &stored)) {
            missing.insert((planned.number, fold));
        }
    })?;
    Ok(missing)
}

fn each(
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
pub fn keys<'a>(plan: &'a Plan, origin: &'a Origin) -> impl Iterator<Item = FitKey> + 'a {
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
    wishes: &[Wish],
) -> Result<(), StoreError> {
    if suspects.is_empty() {
        return Ok(());
    }
    let mut records: Vec<FitRecord> = Vec::new();
    for wish in longest(wishes) {
        let key = key(plan, origin, &wish);
        if suspects.contains(&key) {
            let configuration = plan.configuration(wish.configuration).configuration.canonical();
            let (part, end) = (Part::Fold(wish.fold), FitEnd::Failed(Failure::Suspect));
            records.push(FitRecord { key, configuration, part, end, epochs: Vec::new(), checkpoint: None });
        }
    }
    let keys: Vec<FitKey> = records.iter().map(|fit| fit.key).collect();
    for (record, stored) in records.iter_mut().zip(store.fits(&keys)?) {
        record.epochs = stored.map(|stored| stored.epochs).unwrap_or_default();
    }
    store.commit(&records)
}
