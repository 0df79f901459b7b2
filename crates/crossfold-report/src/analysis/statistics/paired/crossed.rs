//! The difference of two networks' scores on the same rows, where each side has folds of its own.

use super::{
    Difference, Rows, Side, StandardError, Training, Variance, by_row, difference_beyond_rounding, mean, variance,
};
use crate::analysis::statistics::sample_variance;

/// A side of a comparison, and the folds that its rows validate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CrossedSide<'a> {
    pub(crate) side: Side<'a>,
    /// For each share the place of its fold's score.
    pub(crate) folds: &'a [usize],
}

impl Difference {
    /// Estimates how much better the second side is on the very same rows, which validate other folds there. `None` where a
    /// side's rows aren't known.
    ///
    /// A row's difference has three parts: the noise of the row, and that of the two networks that predicted it, each of
    /// which predicted all rows of a fold. The variance is the sum of three components, as for clusters that cross (Cameron,
    /// Gelbach and Miller 2011, "Robust inference with multiway clustering", Journal of Business & Economic Statistics 29):
    /// that of rows, and for each side's folds what the means of the rows' differences vary beyond their rows, by an
    /// analysis of variance. How hard a row is drops out of all three. The scores of folds by themselves, in which it
    /// doesn't, would tell much less of the noise of training.
    pub(crate) fn estimate_crossed(first: CrossedSide<'_>, second: CrossedSide<'_>) -> Option<Difference> {
        let folds = first.side.scores.len().min(second.side.scores.len());
        let rows = Rows::for_difference(first.side.shares?, second.side.shares?, folds);
        let training = [first.training_against(second)?, second.training_against(first)?];
        let variance = Variance::new(Some(rows), &training);
        let value = difference_beyond_rounding(mean(first.side.scores), mean(second.side.scores));
        if variance.total() == 0.0 && value != 0.0 {
            return None;
        }
        let kept_by_repeats = if variance.total() > 0.0 { variance.rows / variance.total() } else { 0.0 };
        Some(Difference { value, errors: [StandardError::of(&variance); 2], kept_by_repeats })
    }
}

impl CrossedSide<'_> {
    /// The score of each share's row alone: that of its fold plus the row's influence.
    fn outcomes(&self) -> Option<Vec<f64>> {
        let count = self.side.scores.len();
        let mut sizes = vec![0_u32; count];
        self.folds.iter().for_each(|&fold| sizes[fold] += 1);
        let outcome =
            |(share, &fold): (&f64, &usize)| self.side.scores[fold] + share * f64::from(sizes[fold]) * count as f64;
        Some(self.side.shares?.values.iter().zip(self.folds).map(outcome).collect())
    }

    /// The variance of the mean that is due to this side's training: nothing for a single fold.
    fn training_against(&self, other: CrossedSide<'_>) -> Option<Training> {
        let (own, others) = (self.outcomes()?, other.outcomes()?);
        let (rows, other_rows) = (self.side.shares?.rows, other.side.shares?.rows);
        let sums = by_row(&others, other_rows);
        let repeats = by_row(&vec![1.0; other_rows.len()], other_rows);
        let mut differences = vec![Vec::new(); self.side.scores.len()];
        for ((&row, outcome), &fold) in rows.iter().zip(own).zip(self.folds) {
            differences[fold].push(sums[row] / repeats[row] - outcome);
        }
        differences.retain(|fold| fold.len() > 1);
        if differences.len() < 2 {
            return Some(Training::default());
        }
        let means: Vec<f64> = differences.iter().map(|fold| mean(fold)).collect();
        let within = |(fold, &mean): (&Vec<f64>, &f64)| sample_variance(fold, mean) / fold.len() as f64;
        let within: Vec<f64> = differences.iter().zip(&means).map(within).collect();
        let count = means.len();
        let between = Training::new(variance(&means), count);
        let excess = between.excess - mean(&within) / count as f64;
        Some(if excess > 0.0 { Training { excess, ..between } } else { Training::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Shares;
    use super::*;

    /// Eight rows. The first side has folds of rows 0 to 3 and 4 to 7, the second of even and odd ones. By hand: the first
    /// is right on rows 0 and 4, the second on 0, 1, 3, 4, 5. The differences are 0 1 0 1 0 1 0 0; by the first side's folds
    /// their means are 1/2 and 1/4, with variances of 1/3 and 1/4 within; by the second's 0 and 3/4, with 0 and 1/4.
    #[test]
    fn each_sides_folds_tell_of_its_training() {
        let rows: Vec<usize> = (0..8).collect();
        let (halves, parity) = ([0, 0, 0, 0, 1, 1, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1]);
        let first = [0.75, -0.25, -0.25, -0.25, 0.75, -0.25, -0.25, -0.25].map(|influence| influence / 8.0);
        let second = [0.5, 0.25, -0.5, 0.25, 0.5, 0.25, -0.5, -0.75].map(|influence| influence / 8.0);
        let side = |scores, values, folds| CrossedSide {
            side: Side { scores, shares: Some(Shares { values, rows: &rows }) },
            folds,
        };
        let a = side(&[0.25, 0.25], &first, &halves);
        let b = side(&[0.5, 0.75], &second, &parity);
        let check = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} and not {expected}");
        assert_eq!(a.outcomes().unwrap(), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        // Between folds (1/4)²/2 = 1/32, less than (1/3 + 1/4)/2/4 within.
        check(a.training_against(b).unwrap().excess, 0.0);
        // Between folds (3/4)²/2 = 9/32, within (0 + 1/4)/2/4 = 1/32, of a mean over two folds.
        check(b.training_against(a).unwrap().excess, 0.125);
        let found = Difference::estimate_crossed(a, b).unwrap();
        // Rows: centred differences of −1/4, 1/2, −1/4, 1/2, −1/4, 1/2, −1/4, −1/2 over 8, whose squares sum to 5/4.
        check(found.value, 0.375);
        check(found.error(), (1.25 / 64.0 * 8.0 / 7.0 + 0.125_f64).sqrt());
    }
}
