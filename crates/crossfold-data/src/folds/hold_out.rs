//! One part held out of some rows: a validation part, the test rows, or the inner validation part of a fit.
//!
//! All three keep what the study's splits keep: periods in their order, predefined folds and groups whole. A row that
//! knows more about another one than new rows will therefore never judges it.

use crossfold_study::Generator;

use super::error::{FoldsError, Whole};
use super::groups::{draw_groups, rows_by_group};
use super::time;
use super::{Division, Shortage};
use crate::split_keys::{Kept, SplitKeys};
use crate::strata;
use crate::targets::Targets;

/// Holds out about a `share`, in (0, 1), of the rows.
///
/// With periods, the last ones are held out, after the splits' gap. Otherwise random predefined folds, groups or rows
/// are, if `stratified` with about the same share of each class (of numbers: of each tenth of their ranks). Rows that
/// no predefined fold validates always train.
///
/// # Errors
/// If either part would be empty.
pub(crate) fn hold_out(
    targets: &Targets,
    keys: &SplitKeys,
    share: f64,
    stratified: bool,
    generator: &mut Generator,
) -> Result<Division, FoldsError> {
    divide(targets, keys, share, stratified, Shortage::Refuse, generator)
}

/// As [`hold_out`], stratified, but neither part is empty if there are two rows: at least one row, group, predefined
/// fold or period is held out, but not all. If all rows are of one group or period, rows are drawn from it.
pub(crate) fn hold_out_inner(targets: &Targets, keys: &SplitKeys, share: f64, generator: &mut Generator) -> Division {
    match divide(targets, keys, share, true, Shortage::Fill, generator) {
        Ok(division) => division,
        // Fewer than two rows.
        Err(_) => ((0..targets.len() as u32).collect(), Vec::new()),
    }
}

fn divide(
    targets: &Targets,
    keys: &SplitKeys,
    share: f64,
    stratified: bool,
    shortage: Shortage,
    generator: &mut Generator,
) -> Result<Division, FoldsError> {
    let rows = targets.len();
    let (held_out, whole) = match keys.kept(shortage == Shortage::Fill) {
        Kept::Order => {
            let (training, held_out) = latest(keys, share, keys.gap, shortage)?;
            // Rows that only train can't judge.
            let judges = |row: &u32| keys.folds.as_ref().is_none_or(|folds| folds[*row as usize].is_some());
            let some: Vec<u32> = held_out.iter().copied().filter(judges).collect();
            return Ok((training, if some.is_empty() { held_out } else { some }));
        }
        Kept::Groups(groups) => {
            let strata = if stratified { strata::labels(targets) } else { vec![0; rows] };
            (draw_groups(groups, &strata, share, shortage, generator), Whole::Groups(rows_by_group(groups).len()))
        }
        Kept::Folds(folds) => (draw_folds(targets, folds, share, shortage, generator), Whole::Folds(keys.fold_count())),
        Kept::Rows => {
            let count = (share * rows as f64).round() as usize;
            let count = if shortage == Shortage::Fill { count.clamp(1, (rows - 1).max(1)) } else { count };
            let drawn = if count == 0 || count >= rows {
                (0..count.min(rows) as u32).collect()
            } else {
                strata::draw(strata::split(targets, stratified), count, generator)
            };
            (drawn, Whole::Rows(rows))
        }
    };
    let empty = |purpose| FoldsError::EmptyPart { share, whole, purpose };
    if held_out.is_empty() {
        Err(empty("hold out"))
    } else if held_out.len() >= rows {
        Err(empty("train on"))
    } else {
        Ok((complement(rows as u32, &held_out), held_out))
    }
}

/// Draws predefined folds whole. `share` is of all rows, also of those that only train.
fn draw_folds(
    targets: &Targets,
    folds: &[Option<u32>],
    share: f64,
    shortage: Shortage,
    generator: &mut Generator,
) -> Vec<u32> {
    let judging: Vec<u32> = (0..).zip(folds).filter_map(|(row, fold)| fold.map(|_| row)).collect();
    let folds: Vec<u32> = folds.iter().copied().flatten().collect();
    let share = (share * targets.len() as f64 / judging.len() as f64).min(1.0);
    let strata = strata::labels(&targets.select_rows(&judging));
    let drawn = draw_groups(&folds, &strata, share, shortage, generator);
    drawn.into_iter().map(|place| judging[place as usize]).collect()
}

/// The rows in the last `share` of the periods, and those before, without `gap` periods in between.
pub(super) fn latest(keys: &SplitKeys, share: f64, gap: u32, shortage: Shortage) -> Result<Division, FoldsError> {
    let periods = time::count(keys.periods());
    let (length, gap) = match (shortage, (share * f64::from(periods)).round() as u32) {
        (Shortage::Refuse, length) => (length, gap),
        (Shortage::Fill, length) => {
            let length = length.clamp(1, periods - 1);
            (length, gap.min(periods - length - 1))
        }
    };
    let empty = |gap, purpose| FoldsError::EmptyPart { share, whole: Whole::Periods { periods, gap }, purpose };
    if length == 0 {
        Err(empty(0, "hold out"))
    } else if length >= periods {
        Err(empty(0, "train on"))
    } else {
        time::split(keys.periods(), periods - length, length, gap, None).ok_or_else(|| empty(gap, "train on"))
    }
}

/// The row numbers below `rows` that aren't in `some`. Both lists ascend.
pub(crate) fn complement(rows: u32, some: &[u32]) -> Vec<u32> {
    let mut some = some.iter().peekable();
    (0..rows).filter(|row| some.next_if_eq(&row).is_none()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crossfold_study::Seed;

    use super::*;

    /// Random classes and keys of a few rows.
    struct Case {
        targets: Targets,
        codes: Vec<u32>,
        share: f64,
        generator: Generator,
    }

    fn cases() -> impl Iterator<Item = Case> {
        (0..300).map(|seed| {
            let mut generator = Seed(seed).subset();
            let (rows, codes) = (6 + generator.below(40) as u32, 2 + generator.below(5) as u32);
            let labels = (0..rows).map(|_| generator.below(3) as u32).collect();
            let targets = Targets::Classes { labels, names: ["a", "b", "c"].map(str::to_owned).to_vec() };
            let codes = (0..rows).map(|row| if row < codes { row } else { generator.below(codes.into()) as u32 });
            let codes = codes.collect();
            let share = [0.01, 0.1, 0.3, 0.9, 0.99][seed as usize % 5];
            Case { targets, codes, share, generator }
        })
    }

    fn codes_of(codes: &[u32], rows: &[u32]) -> BTreeSet<u32> {
        rows.iter().map(|&row| codes[row as usize]).collect()
    }

    #[test]
    fn inner_parts_keep_groups_and_folds_whole() {
        for Case { targets, codes, share, mut generator } in cases() {
            let folds = codes.iter().map(|&code| (code > 0).then(|| code - 1)).collect::<Vec<_>>();
            let groups = SplitKeys { groups: Some(codes.clone()), ..SplitKeys::default() };
            let folds = SplitKeys { folds: Some(folds), ..SplitKeys::default() };
            let halves = (0..codes.len() as u32).map(|row| Some(row % 2)).collect();
            let both = SplitKeys { groups: Some(codes.clone()), folds: Some(halves), ..SplitKeys::default() };
            for keys in [groups, folds, both] {
                let (training, held_out) = hold_out_inner(&targets, &keys, share, &mut generator);
                assert_eq!(training.len() + held_out.len(), codes.len());
                assert!(!training.is_empty() && !held_out.is_empty(), "{share} of {codes:?}");
                // A single fold can't be held out.
                if keys.groups.is_some() || keys.fold_count() > 1 {
                    let (trained, held) = (codes_of(&codes, &training), codes_of(&codes, &held_out));
                    assert!(trained.is_disjoint(&held), "{share} of {codes:?}: {held_out:?}");
                    assert!(keys.groups.is_some() || !held.contains(&0), "rows in no fold only train");
                }
            }
        }
    }

    #[test]
    fn inner_parts_are_the_last_periods_behind_the_gap() {
        for Case { targets, codes, share, mut generator } in cases() {
            let periods = codes.iter().max().unwrap() + 1;
            let gap = generator.below(6) as u32;
            let keys = SplitKeys { periods: Some(codes.clone()), gap, ..SplitKeys::default() };
            let (training, held_out) = hold_out_inner(&targets, &keys, share, &mut generator);
            let (trained, held) = (codes_of(&codes, &training), codes_of(&codes, &held_out));
            let first = *held.first().unwrap();
            assert_eq!(held, (first..periods).collect());
            // The gap shrinks where there are too few periods.
            let end = first - gap.min(first - 1);
            assert_eq!(trained, (0..end).collect(), "{share} of {periods} periods with a gap of {gap}");
        }
    }

    /// Ten periods of two rows, of which the second is in no fold.
    #[test]
    fn rows_that_only_train_never_judge() {
        let targets = Targets::Numbers(vec![0.0; 20]);
        let periods = Some((0..20).map(|row| row / 2).collect());
        let folds = Some((0..20).map(|row| (row % 2 == 0).then_some(row / 10)).collect());
        let keys = SplitKeys { periods, folds, ..SplitKeys::default() };
        let (training, held_out) = hold_out_inner(&targets, &keys, 0.3, &mut Seed(1).subset());
        assert_eq!((training, held_out), ((0..14).collect(), vec![14, 16, 18]));
    }

    /// Twenty folds of two rows beside sixty rows that only train.
    #[test]
    fn a_share_of_predefined_folds_is_of_all_rows() {
        let targets = Targets::Classes { labels: vec![0; 100], names: vec!["a".to_owned()] };
        let folds = Some((0..100).map(|row| (row < 40).then_some(row / 2)).collect());
        let keys = SplitKeys { folds, ..SplitKeys::default() };
        let (training, held_out) = hold_out(&targets, &keys, 0.2, false, &mut Seed(1).subset()).unwrap();
        assert_eq!([training.len(), held_out.len()], [80, 20]);
    }

    #[test]
    fn one_group_or_period_is_divided_by_rows() {
        let targets = Targets::Numbers(vec![0.0; 10]);
        let codes = || Some(vec![0; 10]);
        let groups = SplitKeys { groups: codes(), ..SplitKeys::default() };
        let periods = SplitKeys { periods: codes(), gap: 1, ..SplitKeys::default() };
        let folds = SplitKeys { folds: Some(vec![Some(0); 10]), ..SplitKeys::default() };
        let all: Vec<u32> = (0..10).collect();
        for keys in [groups, periods, folds] {
            let (training, held_out) = hold_out_inner(&targets, &keys, 0.2, &mut Seed(1).subset());
            assert_eq!([training.len(), held_out.len()], [8, 2]);
            assert!(keys.is_indivisible(&all));
        }
        assert!(!SplitKeys::default().is_indivisible(&all));
        let train_only = SplitKeys { folds: Some(vec![None; 10]), ..SplitKeys::default() };
        assert!(!train_only.is_indivisible(&all));
    }
}
