//! The scores and influences of a study's trials, which statistics are computed from.

use std::collections::BTreeSet;

use super::mean;

/// The fold scores of the best trials, and the share of each row in them. The trials are in the leaderboard's order;
/// scores are oriented so that greater is better. Of evidence [by unit](Evidence::by_unit), rows are independent units, such as groups.
pub(crate) struct Evidence {
    /// The scores of each trial on the folds on which the metric is defined.
    pub(crate) scores: Vec<Vec<f64>>,
    /// The shares of rows in each trial's mean, in the order of [`Evidence::places`]; `None` where predictions are not
    /// stored.
    pub(crate) shares: Vec<Option<Vec<f32>>>,
    /// The validation rows, fold after fold.
    pub(crate) places: Vec<Place>,
    /// Number of validation rows of each fold.
    pub(crate) sizes: Vec<usize>,
    /// Number of distinct validation rows.
    pub(crate) rows: usize,
}

/// A validation row of a fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Number of the fold among those on which the metric is defined.
    pub(crate) fold: usize,
    /// Number of the row among all validation rows, the same in each repeat.
    pub(crate) row: usize,
}

impl Evidence {
    /// Number of trials.
    pub(crate) fn trials(&self) -> usize {
        self.scores.len()
    }

    /// Number of folds with a score.
    pub(crate) fn folds(&self) -> usize {
        self.sizes.len()
    }

    /// The mean score of a trial over folds.
    pub(crate) fn mean(&self, trial: usize) -> f64 {
        mean(&self.scores[trial])
    }

    /// The numbers of the trials whose rows are known.
    pub(crate) fn known(&self) -> Vec<usize> {
        (0..self.trials()).filter(|&trial| self.shares[trial].is_some()).collect()
    }

    /// The variance of a fold's score that rows explain, averaged over folds, given the shares of a trial's rows in the order of
    /// [`Evidence::places`]: a share is a row's influence divided by the number of rows of the fold and the number of folds.
    pub(super) fn fold_variance(&self, shares: impl Iterator<Item = f64>) -> f64 {
        let mut squares = vec![0.0; self.folds()];
        self.places.iter().zip(shares).for_each(|(place, share)| squares[place.fold] += share * share);
        let of_fold = |(squares, &rows): (&f64, &usize)| squares * rows as f64 / (rows.max(2) - 1) as f64;
        self.folds() as f64 * squares.iter().zip(&self.sizes).map(of_fold).sum::<f64>()
    }

    /// Of each distinct row, the first fold that it validates.
    pub(super) fn first_folds(&self) -> Vec<usize> {
        let mut folds = vec![usize::MAX; self.rows];
        self.places.iter().for_each(|place| folds[place.row] = folds[place.row].min(place.fold));
        folds
    }

    /// The shares of a trial's rows, summed over the folds that a row validates: one share per distinct row.
    pub(crate) fn shares_by_row(&self, trial: usize) -> Option<Vec<f32>> {
        let mut rows = vec![0.0; self.rows];
        self.places.iter().zip(self.shares[trial].as_ref()?).for_each(|(place, share)| rows[place.row] += share);
        Some(rows)
    }
}

/// The places of the folds' validation rows, or groups, given their numbers; and how many distinct ones there are.
pub(crate) fn number_places<'a>(folds: impl Iterator<Item = &'a [u32]> + Clone) -> (Vec<Place>, usize) {
    let distinct: BTreeSet<u32> = folds.clone().flatten().copied().collect();
    let distinct: Vec<u32> = distinct.into_iter().collect();
    let row = |row: &u32| distinct.binary_search(row).expect("each number is among the distinct ones");
    let places = |(fold, numbers): (usize, &'a [u32])| {
        numbers.iter().map(|number| Place { fold, row: row(number) }).collect::<Vec<_>>()
    };
    (folds.enumerate().flat_map(places).collect(), distinct.len())
}
