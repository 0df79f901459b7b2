//! What of a plan is stored already, so that it needn't be trained again.

use std::collections::BTreeSet;

use crossfold_study::{
    ConfigurationNumber, Failure, FitEnd, FitKey, FoldId, Origin, Part, Plan, PlannedConfiguration, Results, Store,
    StoreError, StoredFit,
};

/// Keys looked up at once: a plan of a million fits needs no room for all of them.
const AT_ONCE: usize = 4096;

/// What is known of a plan before it is carried out.
#[derive(Debug, Default)]
pub struct Recalled {
    pub results: Results,
    /// The fits still to train.
    pub missing: BTreeSet<(ConfigurationNumber, FoldId)>,
}

/// How much of what is stored will do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Nothing: all is trained again.
    pub fresh: bool,
    /// Fits that were being trained at each of the last three deaths are trained again.
    pub retry: bool,
}

/// Finds a plan's fits in the store; those that won't do are missing.
///
/// # Errors
/// Where the store can't be read.
pub fn recall(plan: &Plan, origin: &Origin, store: &dyn Store, wanted: Wanted) -> Result<Recalled, StoreError> {
    let mut recalled = Recalled::default();
    each(plan, origin, store, &mut |planned, fold, stored| match stored {
        Some(stored) if wanted.is_met(planned, &stored) => {
            recalled.results.recall(planned.number, fold, &stored, planned.horizon());
        }
        Some(_) | None => {
            recalled.missing.insert((planned.number, fold));
        }
    })?;
    Ok(recalled)
}

/// All that is stored of a plan, finished or not: what a report is made from.
///
/// # Errors
/// Where the store can't be read.
pub fn recall_all(plan: &Plan, origin: &Origin, store: &dyn Store) -> Result<Results, StoreError> {
    let mut results = Results::default();
    each(plan, origin, store, &mut |planned, fold, stored| {
        if let Some(stored) = stored {
            results.recall(planned.number, fold, &stored, planned.horizon());
        }
    })?;
    Ok(results)
}

/// The keys of a plan's fits, by configuration, then fold.
pub fn keys<'a>(plan: &'a Plan, origin: &'a Origin) -> impl Iterator<Item = FitKey> + 'a {
    plan.configurations
        .iter()
        .flat_map(|planned| plan.folds.iter().map(|&fold| origin.key(&planned.configuration, Part::Fold(fold))))
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

impl Wanted {
    fn is_met(self, planned: &PlannedConfiguration, stored: &StoredFit) -> bool {
        let is_over = stored.epochs.len() >= planned.horizon() as usize
            || match &stored.end {
                FitEnd::Stopped => true,
                FitEnd::Failed(Failure::Suspect) => !self.retry,
                FitEnd::Failed(failure) => failure.is_final(),
                FitEnd::Complete | FitEnd::Cancelled => false,
            };
        is_over && !self.fresh
    }
}
