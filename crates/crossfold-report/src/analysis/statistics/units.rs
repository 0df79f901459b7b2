//! The independent units among validation rows, and how much an estimate varies with them.

use crossfold_study::ValidationRows;

use super::evidence::{Place, number_places};
use super::row_variances::kurtosis_freedom;
use super::{mean, sample_variance};

/// The independent units among the validation rows of some folds: groups where the splits keep groups together, else rows.
pub(super) struct Units {
    /// The unit of each validation row, fold after fold.
    pub(super) places: Vec<Place>,
    /// Number of units.
    pub(super) count: usize,
    /// Number of validation rows of each fold.
    pub(super) sizes: Vec<usize>,
}

/// How much an estimate varies with its units, and between folds. An estimate is a mean over validation rows, of which each
/// contributes its weight times its influence.
pub(super) struct Scatter {
    /// The variance due to units, each counted once in any number of repeats.
    pub(super) units: f64,
    /// Degrees of freedom of `units`, as its fourth moments tell.
    pub(super) freedom: f64,
    /// The variance between folds of a fold's mean influence; 0 for a single fold.
    pub(super) between: f64,
    /// What the units explain of `between`. Infinite if a fold is a single unit, which explains all of it.
    pub(super) explained: f64,
}

impl Units {
    /// `None` where the splits have groups that are not known.
    pub(super) fn new(parts: &[&ValidationRows], has_groups: bool) -> Option<Units> {
        let numbers =
            |part: &&'_ ValidationRows| if has_groups { part.groups.clone() } else { Some(part.rows.clone()) };
        let numbers: Vec<Vec<u32>> = parts.iter().map(numbers).collect::<Option<_>>()?;
        let (places, count) = number_places(numbers.iter().map(Vec::as_slice));
        Some(Units { places, count, sizes: numbers.iter().map(Vec::len).collect() })
    }

    /// The scatter of an estimate; `contributions` are those of each place, and `weights` of a row of each fold. `None` for
    /// fewer than two units.
    pub(super) fn scatter(&self, contributions: &[f64], weights: &[f64]) -> Option<Scatter> {
        if self.count < 2 {
            return None;
        }
        let mut of_units = vec![0.0; self.count];
        let mut of_folds = vec![0.0; self.sizes.len()];
        for (place, contribution) in self.places.iter().zip(contributions) {
            of_units[place.row] += contribution;
            of_folds[place.fold] += contribution;
        }
        let squares: f64 = of_units.iter().map(|own| own * own).sum();
        let fourth: f64 = of_units.iter().map(|own| (own * own).powi(2)).sum();
        let count = self.count as f64;
        let units = squares * count / (count - 1.0);
        let deviations: Vec<f64> =
            (0..of_folds.len()).map(|fold| of_folds[fold] / (self.sizes[fold] as f64 * weights[fold])).collect();
        let (between, explained) = match deviations.len() {
            1 => (0.0, 0.0),
            folds => {
                let within = self.within_folds(contributions, weights, &deviations);
                let between = sample_variance(&deviations, mean(&deviations));
                // Repeats have their rows in common, and so much less between them.
                (between, ((within - folds as f64 * units) / (folds as f64 - 1.0)).max(0.0))
            }
        };
        Some(Scatter { units, freedom: kurtosis_freedom(squares, fourth, count).max(2.0), between, explained })
    }

    /// The variances of the folds' mean influences that are due to their own units, summed (Bell and McCaffrey 2002, "Bias reduction in
    /// standard errors for linear regression with multi-stage samples", Survey Methodology 28: a unit with the share h of the
    /// fold's rows has its square divided by 1 − h).
    fn within_folds(&self, contributions: &[f64], weights: &[f64], deviations: &[f64]) -> f64 {
        let mut within = 0.0;
        let (mut sums, mut counts) = (vec![0.0; self.count], vec![0_u32; self.count]);
        let mut start = 0;
        for (fold, &size) in self.sizes.iter().enumerate() {
            let places = start..start + size;
            let common = deviations[fold] * weights[fold];
            let scale = (size as f64 * weights[fold]).powi(-2);
            start = places.end;
            for place in places.clone() {
                let unit = self.places[place].row;
                sums[unit] += contributions[place] - common;
                counts[unit] += 1;
            }
            for place in places {
                let unit = self.places[place].row;
                if counts[unit] > 0 {
                    let rest = 1.0 - f64::from(counts[unit]) / size as f64;
                    let square = scale * sums[unit] * sums[unit];
                    within += if rest > 0.0 { square / rest } else { f64::INFINITY };
                    (sums[unit], counts[unit]) = (0.0, 0);
                }
            }
        }
        within
    }
}
