//! Test rows that are set aside from a study's rows.

use crossfold_study::{Seed, Splits};

use crate::folds::{FoldsError, complement, hold_out, latest};
use crate::study_data::TableRows;

/// Splits rows into training and test rows by the same rules as `splits`: groups stay together, and with an order in
/// time test rows are the latest. The refitted network then knows no more about test rows than a fold's network about
/// its validation rows.
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
