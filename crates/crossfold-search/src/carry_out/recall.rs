//! What of a search is stored already, so that it needn't be trained again.

use std::collections::{BTreeMap, BTreeSet};

use crossfold_study::{
    ConfigurationNumber, Failure, FitEnd, FitKey, FitRecord, FoldId, Origin, Part, Plan, PlannedConfiguration, Store,
    StoreError, StoredFit, Trial,
};

use crate::decide::course::Course;
use crate::decide::wish::Wish;

/// Keys looked up at once: a plan of a million fits needs no room for all of them.
const AT_ONCE: usize = 4096;

/// How much of what is stored will do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Nothing: all is trained again.
    pub fresh: bool,
    /// Fits that were being trained at each of the last three deaths are trained again.
    pub retry: bool,
}

impl Wanted {
    /// Whether what is stored will do for so many epochs.
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

/// Follows a search through what is stored, finished or not, as far as that leads: what a report is made from.
///
/// # Errors
/// Where the store can't be read.
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
    if course.may_have_been_cut_short() { find_whole(course, origin, store) } else { Ok(()) }
}

/// Finds trials that were brought to their end when the time was over, since nobody had come there.
fn find_whole(course: &mut Course<'_>, origin: &Origin, store: &dyn Store) -> Result<(), StoreError> {
    let plan = course.plan();
    let folds = |trial: &Trial| -> Vec<Wish> {
        let (configuration, epochs) = (trial.configuration, trial.epochs);
        plan.folds.iter().map(|&fold| Wish { configuration, fold, epochs }).collect()
    };
    let wishes: Vec<Vec<Wish>> = plan.trials.iter().map(folds).collect();
    for wishes in wishes {
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

/// Looks each wish up in the store.
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

/// Of each fit the wish of the most epochs, by configuration, then fold.
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

/// The fits of a plan that what is stored won't do for.
///
/// # Errors
/// Where the store can't be read.
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

/// Sets those of `wishes` aside that were being trained at each of the last three deaths: they are stored as failed, as
/// long as what is stored of them, so that their end takes the place of the one before.
pub(crate) fn set_aside(
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
