//! Test rows that are set aside from a study's rows.

use crossfold_study::{Seed, Splits};

use crate::folds::{FoldsError, Whole, hold_out};
use crate::study_data::TableRows;

/// Splits rows into training and test rows by the same rules as `splits`: groups and predefined folds stay together,
/// and with an order in time test rows are the latest. The refitted network then knows no more about test rows than a
/// fold's network about its validation rows.
///
/// With a gap, rows between the two are in neither.
///
/// # Errors
/// If either part would be empty, or if too few predefined folds would be left.
pub(crate) fn set_aside(
    all: TableRows,
    splits: &Splits,
    share: f64,
    seed: Seed,
) -> Result<(TableRows, TableRows), FoldsError> {
    let stratified = match splits {
        Splits::KFold { stratified, .. } | Splits::HoldOut { stratified, .. } => *stratified,
        Splits::Predefined { .. } => true,
        Splits::LeaveOneGroupOut { .. } | Splits::LatestHoldOut { .. } | Splits::TimeSeries { .. } => false,
    };
    let (train, test) = hold_out(&all.targets, &all.keys, share, stratified, &mut seed.test())?;
    let (train, test) = (all.select_rows(&train), all.select_rows(&test));
    let only_trains = || train.keys.folds.iter().flatten().any(Option::is_none);
    let empty = |purpose| FoldsError::EmptyPart { share, whole: Whole::Folds(all.keys.fold_count()), purpose };
    match (all.keys.fold_count(), train.keys.fold_count()) {
        (1.., 0) => Err(empty("validate")),
        (2.., 1) if !only_trains() => Err(empty("train on")),
        (0.., 0..) => Ok((train, test)),
    }
}
