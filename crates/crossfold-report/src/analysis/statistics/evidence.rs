//! What a study's trials leave behind that statistics are made from.

use std::collections::BTreeSet;

use crossfold_study::{Direction, Predictions, ValidationRows, influence};

use super::mean;
use crate::analysis::leaderboard::{Leaderboard, Row};

/// Trials that are compared, the first of the leaderboard: pairs of more would take minutes and gigabytes.
pub(crate) const MOST_COMPARED: usize = 1000;

/// The first trials' folds, and how much each row weighs in its score. The trials are in the leaderboard's order;
/// greater is better, whatever the metric.
pub(crate) struct Evidence {
    /// Of each trial, the folds on which the metric is defined.
    pub(crate) scores: Vec<Vec<f64>>,
    /// Of each trial whose predictions are stored; what it is of a row is at its [`Evidence::places`].
    pub(crate) shares: Vec<Option<Vec<f32>>>,
    /// Of each trial, validation rows to training rows, the mean over its folds.
    pub(crate) ratios: Vec<f64>,
    /// Validation rows, fold after fold.
    pub(crate) places: Vec<Place>,
    /// Validation rows of each fold.
    pub(crate) sizes: Vec<usize>,
    /// Distinct rows that validate.
    pub(crate) rows: usize,
}

/// A row as it validates a fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Among the folds on which the metric is defined.
    pub(crate) fold: usize,
    /// Among the rows that validate any: the same for each repeat.
    pub(crate) row: usize,
}

impl Evidence {
    /// Gathers it from a leaderboard; `validation` are the rows of each of its folds, and `predictions` a trial's on
    /// each of them, where they are stored.
    ///
    /// # Errors
    /// Those of `predictions`.
    pub(crate) fn gather<E>(
        board: &Leaderboard<'_>,
        validation: &[ValidationRows],
        classes: usize,
        mut predictions: impl FnMut(&Row<'_>) -> Result<Option<Vec<Predictions>>, E>,
    ) -> Result<Evidence, E> {
        let scored: Vec<&Row<'_>> =
            board.rows().iter().take_while(|row| row.rank.is_some()).take(MOST_COMPARED).collect();
        let is_defined: Vec<bool> =
            scored.first().map(|row| row.scores.iter().map(Option::is_some).collect()).unwrap_or_default();
        let folds: Vec<usize> = (0..is_defined.len()).filter(|&fold| is_defined[fold]).collect();
        let metric = board.metric();
        let sign = match metric.direction() {
            Direction::Maximize => 1.0,
            Direction::Minimize => -1.0,
        };
        let (places, rows) = places(folds.iter().map(|&fold| &validation[fold]));
        let sizes: Vec<usize> = folds.iter().map(|&fold| validation[fold].rows.len()).collect();
        let mut shares = Vec::new();
        for row in &scored {
            let stored = predictions(row)?;
            let of = |stored: Vec<Predictions>| {
                let mut shares = Vec::with_capacity(places.len());
                for &fold in &folds {
                    let ValidationRows { truth, rows, .. } = &validation[fold];
                    let scale = sign / (rows.len() * folds.len()) as f64;
                    let weights = influence(metric, truth, &stored[fold], classes)?;
                    shares.extend(weights.into_iter().map(|weight| (weight * scale) as f32));
                }
                shares.iter().all(|share: &f32| share.is_finite()).then_some(shares)
            };
            shares.push(stored.and_then(of));
        }
        let scores = |row: &&Row<'_>| row.scores.iter().flatten().map(|score| sign * score).collect();
        Ok(Evidence {
            scores: scored.iter().map(scores).collect(),
            shares,
            ratios: scored.iter().map(|row| row.ratio.unwrap_or(0.0)).collect(),
            places,
            sizes,
            rows,
        })
    }

    /// How many trials there are.
    pub(crate) fn trials(&self) -> usize {
        self.scores.len()
    }

    /// How many folds have a score.
    pub(crate) fn folds(&self) -> usize {
        self.sizes.len()
    }

    /// A trial's mean over folds.
    pub(crate) fn mean(&self, trial: usize) -> f64 {
        mean(&self.scores[trial])
    }

    /// A trial's shares, those of a row summed over the folds that it validates.
    pub(crate) fn by_row(&self, shares: &[f32]) -> Vec<f32> {
        let mut rows = vec![0.0; self.rows];
        self.places.iter().zip(shares).for_each(|(place, share)| rows[place.row] += share);
        rows
    }
}

/// Rows of folds, and how many distinct ones there are.
fn places<'a>(folds: impl Iterator<Item = &'a ValidationRows> + Clone) -> (Vec<Place>, usize) {
    let distinct: BTreeSet<u32> = folds.clone().flat_map(|fold| &fold.rows).copied().collect();
    let distinct: Vec<u32> = distinct.into_iter().collect();
    let row = |row: &u32| distinct.binary_search(row).expect("all rows are among themselves");
    let of = |(fold, validation): (usize, &'a ValidationRows)| {
        validation.rows.iter().map(|number| Place { fold, row: row(number) }).collect::<Vec<_>>()
    };
    (folds.enumerate().flat_map(of).collect(), distinct.len())
}
