//! Test rows that are taken from the study's own.

use crossfold_study::{Seed, Splits};

use crate::folds::{FoldsError, complement, hold_out, latest};
use crate::study_data::TableRows;

/// Rows to train on, and rows to test on, separated by the same rules as `splits` separates folds: groups stay together
/// and test rows are the latest ones. So the refitted network knows no more of the test rows than a fold's network knows
/// of its validation rows.
///
/// With a gap, rows between the two are in neither.
///
/// # Errors
/// If either part would be empty.
pub(crate) fn set_aside(
    all: TableRows,
    splits: &Splits,
    share: f64,
    seed: Seed,
) -> Result<(TableRows, TableRows), FoldsError> {
    let at_random = |stratified| {
        let test = hold_out(&all.targets, &all.keys, share, stratified, &mut seed.test())?;
        Ok((complement(all.targets.len() as u32, &test), test))
    };
    let split: Result<_, FoldsError> = match splits {
        Splits::KFold { stratified, .. } | Splits::HoldOut { stratified, .. } => at_random(*stratified),
        Splits::LeaveOneGroupOut { .. } => at_random(false),
        Splits::LatestHoldOut { gap, .. } | Splits::TimeSeries { gap, .. } => latest(&all.keys, share, *gap),
        Splits::Predefined { time: Some(_), .. } => latest(&all.keys, share, 0),
        Splits::Predefined { time: None, .. } => at_random(true),
    };
    let (train, test) = split?;
    Ok((all.select_rows(&train), all.select_rows(&test)))
}
