//! How rows are split into training and validation parts.

mod deal;
mod error;
mod groups;
mod hold_out;
mod stratified_groups;
mod time;

use crossfold_study::{FoldId, Generator, Seed, Splits};

use crate::split_keys::SplitKeys;
use crate::strata;
use crate::targets::Targets;
pub(crate) use deal::deal;
use error::MAX_FOLDS;
pub use error::{FoldsError, Whole};
use groups::{deal_groups, rows_by_group};
use hold_out::latest;
pub(crate) use hold_out::{complement, hold_out, hold_out_inner};
use stratified_groups::deal_stratified_groups;

/// The training and validation parts of a study, as row numbers.
#[derive(Clone, Debug)]
pub struct Folds {
    ids: Vec<FoldId>,
    /// One per fold, in the order of `ids`.
    parts: Vec<Part>,
    rows: u32,
}

#[derive(Clone, Debug)]
struct Part {
    /// Ascending.
    validation: Vec<u32>,
    /// Ascending; `None` for all other rows.
    training: Option<Vec<u32>>,
}

impl Folds {
    /// Splits rows by their targets, and by the columns that `splits` names.
    ///
    /// In k-fold cross-validation every row is validated exactly once per repeat. The sizes of folds differ by at most
    /// one row. With stratification, so do the counts of each class (of numbers: of each tenth of their ranks) in the
    /// folds. A class with fewer rows than folds is in as many folds as it has rows. Without shuffling, each fold takes
    /// the next rows in file order (stratified: of each class), and all repeats are equal. Where groups stay together,
    /// sizes and counts are as even as the groups allow.
    ///
    /// A hold-out part is drawn at random. Its number of rows is the one nearest to the share. With stratification,
    /// this holds for each class to within one row. Where groups stay together, both are as near as the groups allow,
    /// which is to within half the largest group if each group has a single class.
    ///
    /// # Errors
    /// If a training or validation part would be empty.
    ///
    /// # Panics
    /// If `keys` lack a column that `splits` names.
    pub fn new(targets: &Targets, keys: &SplitKeys, splits: &Splits, seed: Seed) -> Result<Folds, FoldsError> {
        let all = u32::try_from(targets.len()).expect("row numbers fit in 32 bits");
        let held_out = |validation| Part { validation, training: None };
        let kept_together = match splits {
            Splits::KFold { groups, .. } | Splits::HoldOut { groups, .. } => groups.as_ref(),
            Splits::LeaveOneGroupOut { groups } => Some(groups),
            Splits::LatestHoldOut { .. } | Splits::TimeSeries { .. } | Splits::Predefined { .. } => None,
        };
        if let Some(column) = kept_together.filter(|_| rows_by_group(keys.groups()).len() == 1) {
            return Err(FoldsError::OneGroup { column: column.clone() });
        }
        let single = |part| (vec![FoldId { repeat: 0, fold: 0 }], vec![part]);
        let (ids, parts) = match splits {
            &Splits::KFold { folds, repeats, stratified, shuffle, groups: _ } => {
                let parts = k_fold(targets, keys, folds, repeats, stratified, shuffle, seed)?;
                (ids(repeats, folds), parts.into_iter().map(held_out).collect())
            }
            &Splits::HoldOut { share, stratified, groups: _ } => {
                single(Part::from(hold_out(targets, keys, share, stratified, &mut seed.folds(0))?))
            }
            Splits::LatestHoldOut { share, gap, time: _ } => {
                single(Part::from(latest(keys, *share, *gap, Shortage::Refuse)?))
            }
            Splits::LeaveOneGroupOut { groups: column } => {
                let groups = rows_by_group(keys.groups());
                refuse_too_many(column, groups.len())?;
                (ids(1, groups.len() as u32), groups.into_iter().map(held_out).collect())
            }
            &Splits::TimeSeries { folds, gap, window, time: _ } => {
                let periods = time::count(keys.periods());
                let series = time::series(keys.periods(), folds, gap, window);
                let series = series.ok_or(FoldsError::TooFewPeriods { folds, periods, gap })?;
                (ids(1, folds), series.into_iter().map(Part::from).collect())
            }
            Splits::Predefined { column, .. } => {
                let parts = predefined(keys, column, targets.len())?;
                (ids(1, parts.len() as u32), parts.into_iter().map(held_out).collect())
            }
        };
        Ok(Folds { ids, parts, rows: all })
    }

    /// The folds in ascending order: those of the first repeat, then the next.
    pub fn ids(&self) -> Vec<FoldId> {
        self.ids.clone()
    }

    /// The validation rows of a fold, ascending.
    ///
    /// # Panics
    /// If `id` isn't one of [`Folds::ids`].
    pub fn validation(&self, id: FoldId) -> &[u32] {
        &self.part(id).validation
    }

    /// The training rows of a fold, ascending.
    ///
    /// # Panics
    /// If `id` isn't one of [`Folds::ids`].
    pub fn training(&self, id: FoldId) -> Vec<u32> {
        let part = self.part(id);
        match &part.training {
            Some(rows) => rows.clone(),
            None => complement(self.rows, &part.validation),
        }
    }

    fn part(&self, id: FoldId) -> &Part {
        &self.parts[self.ids.binary_search(&id).expect("a fold of these splits")]
    }
}

/// Rows to train on and rows held out, both ascending. Rows in a gap are in neither.
type Division = (Vec<u32>, Vec<u32>);

/// What happens if a share leaves nothing to hold out or nothing to train on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shortage {
    /// An error.
    Refuse,
    /// A row, group or period goes to the empty side, and a gap shrinks.
    Fill,
}

impl From<Division> for Part {
    fn from((training, validation): Division) -> Part {
        Part { validation, training: Some(training) }
    }
}

fn ids(repeats: u32, folds: u32) -> Vec<FoldId> {
    (0..repeats).flat_map(|repeat| (0..folds).map(move |fold| FoldId { repeat, fold })).collect()
}

fn k_fold(
    targets: &Targets,
    keys: &SplitKeys,
    folds: u32,
    repeats: u32,
    stratified: bool,
    shuffle: bool,
    seed: Seed,
) -> Result<Vec<Vec<u32>>, FoldsError> {
    let rows = targets.len();
    let assign_repeat: Box<dyn Fn(Option<Generator>) -> Vec<Vec<u32>>> = match &keys.groups {
        Some(groups) => {
            let count = rows_by_group(groups).len();
            if folds as usize > count {
                return Err(FoldsError::MoreFoldsThanGroups { folds, groups: count });
            }
            let strata = stratified.then(|| strata::labels(targets));
            Box::new(move |generator| match &strata {
                Some(strata) => deal_stratified_groups(groups, strata, folds as usize, generator),
                None => deal_groups(groups, folds as usize, generator),
            })
        }
        None => {
            if folds as usize > rows {
                return Err(FoldsError::MoreFoldsThanRows { folds, rows });
            }
            let strata = strata::split(targets, stratified);
            Box::new(move |generator| {
                let mut strata = strata.clone();
                if let Some(mut generator) = generator {
                    strata.iter_mut().for_each(|stratum| generator.shuffle(stratum));
                }
                deal(&strata, folds as usize)
            })
        }
    };
    Ok((0..repeats).flat_map(|repeat| assign_repeat(shuffle.then(|| seed.folds(repeat)))).collect())
}

fn refuse_too_many(column: &str, folds: usize) -> Result<(), FoldsError> {
    if folds > MAX_FOLDS { Err(FoldsError::TooManyFolds { column: column.to_owned(), folds }) } else { Ok(()) }
}

fn predefined(keys: &SplitKeys, column: &str, rows: usize) -> Result<Vec<Vec<u32>>, FoldsError> {
    let folds = keys.folds();
    let count = folds.iter().flatten().max().ok_or_else(|| FoldsError::NoFold { column: column.to_owned() })? + 1;
    refuse_too_many(column, count as usize)?;
    let mut parts = vec![Vec::new(); count as usize];
    for (row, fold) in (0..).zip(folds) {
        if let Some(fold) = fold {
            parts[*fold as usize].push(row);
        }
    }
    if parts.iter().any(|part: &Vec<u32>| part.len() == rows) {
        return Err(FoldsError::OneFold { column: column.to_owned() });
    }
    Ok(parts)
}

#[cfg(test)]
mod tests;
