//! Test rows that are taken from the study's own.

use crossfold_study::{Seed, Splits};

use crate::folds::{hold_out, latest, others};
use crate::study_data::TableRows;
use crate::{DataError, FoldsError};

/// Rows to train on, and the rows to test on: split as `splits` would, so that what a fold's network
/// can't know of the rows that it is judged by, the refitted one can't know of the test rows.
///
/// With a gap, rows between the two are in neither.
pub(crate) fn set_aside(
    all: TableRows,
    splits: &Splits,
    share: f64,
    seed: Seed,
) -> Result<(TableRows, TableRows), DataError> {
    let at_random = |stratified| {
        let test = hold_out(&all.targets, &all.keys, share, stratified, &mut seed.test())?;
        Ok((others(all.targets.len() as u32, &test), test))
    };
    let split: Result<_, FoldsError> = match splits {
        Splits::KFold { stratified, .. } | Splits::HoldOut { stratified, .. } => at_random(*stratified),
        Splits::LeaveOneGroupOut { .. } => at_random(false),
        Splits::LatestHoldOut { gap, .. } | Splits::TimeSeries { gap, .. } => latest(&all.keys, share, *gap),
        Splits::Predefined { time: Some(_), .. } => latest(&all.keys, share, 0),
        Splits::Predefined { time: None, .. } => at_random(true),
    };
    let (train, test) = split.map_err(DataError::TestShare)?;
    Ok((all.of(&train), all.of(&test)))
}
