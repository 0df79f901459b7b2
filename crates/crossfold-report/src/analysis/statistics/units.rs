//! The independent units among validation rows, and how much an estimate varies with them.

use std::collections::BTreeMap;

use crossfold_study::ValidationRows;

use super::evidence::{Evidence, Place, number_places};
use super::paired::Shares;
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

/// The shares of units in a mean over folds: one per fold and unit, for a [`Difference`](super::Difference).
pub(crate) struct UnitShares {
    pub(crate) values: Vec<f64>,
    /// The unit of each share.
    pub(crate) units: Vec<usize>,
    /// The fold of each share.
    folds: Vec<usize>,
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

impl UnitShares {
    /// Sums the shares of rows by fold and unit, given the fold and the unit of each. The shares of a fold sum to 0, which hides
    /// the more the fewer units it has, so a unit with the part h of the fold's rows is divided by √(1 − h), as in
    /// [`Units::scatter`]. The share of a fold's only unit is 0: how much units vary shows only between such folds. Rows that
    /// are their own units stay as they are.
    pub(crate) fn new(shares: &[f64], places: &[Place]) -> UnitShares {
        let mut sums: BTreeMap<(usize, usize), (f64, usize)> = BTreeMap::new();
        let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
        for (place, share) in places.iter().zip(shares) {
            let (sum, rows) = sums.entry((place.fold, place.row)).or_default();
            *sum += share;
            *rows += 1;
            *sizes.entry(place.fold).or_default() += 1;
        }
        if sums.len() == places.len() {
            let (folds, units) = places.iter().map(|place| (place.fold, place.row)).unzip();
            return UnitShares { values: shares.to_vec(), units, folds };
        }
        let own = |(&(fold, _), &(sum, rows)): (&(usize, usize), &(f64, usize))| {
            let rest = 1.0 - rows as f64 / sizes[&fold] as f64;
            if rest > 0.0 { sum / rest.sqrt() } else { 0.0 }
        };
        let (folds, units) = sums.keys().copied().unzip();
        UnitShares { values: sums.iter().map(own).collect(), units, folds }
    }

    pub(crate) fn shares(&self) -> Shares<'_> {
        Shares { values: &self.values, rows: &self.units }
    }
}

impl Evidence {
    /// The same with independent units in place of rows, of which there are `count`: `units` has the fold and the unit of each of
    /// [`Evidence::places`]. A unit that is a whole fold has the fold's deviation from the mean over folds as its share.
    pub(crate) fn by_unit(&self, units: &[Place], count: usize) -> Evidence {
        let sums = |shares: &[f32]| {
            let shares: Vec<f64> = shares.iter().map(|&share| f64::from(share)).collect();
            UnitShares::new(&shares, units)
        };
        let UnitShares { units: numbers, folds, .. } = sums(&vec![0.0; units.len()]);
        let places: Vec<Place> = folds.iter().zip(numbers).map(|(&fold, row)| Place { fold, row }).collect();
        let mut sizes = vec![0; self.folds()];
        folds.iter().for_each(|&fold| sizes[fold] += 1);
        let of_trial = |(scores, shares): (&Vec<f64>, &Option<Vec<f32>>)| {
            let mean = mean(scores);
            let of_unit = |(&share, &fold): (&f64, &usize)| match sizes[fold] {
                1 => ((scores[fold] - mean) / scores.len() as f64) as f32,
                _ => share as f32,
            };
            Some(sums(shares.as_ref()?).values.iter().zip(&folds).map(of_unit).collect())
        };
        let shares = self.scores.iter().zip(&self.shares).map(of_trial).collect();
        Evidence { scores: self.scores.clone(), shares, places, sizes, rows: count }
    }
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

#[cfg(test)]
mod tests {
    use super::super::noise::Noise;
    use super::super::paired::{Difference, Overlap, Population, Side};
    use super::super::row_variances::RowVariances;
    use super::super::ties::{LEVEL, Ties};
    use super::super::{deviations, draw_rows};
    use super::*;
    use crossfold_study::{Generator, Seed};

    /// The difference from constant scores of 0 of a side that scores `values`, which are row after row of units with `size` rows;
    /// `units` has the number of units of each fold.
    fn difference(values: &[f64], size: usize, units: &[usize]) -> Difference {
        let folds = || units.iter().enumerate().flat_map(|(fold, &units)| vec![fold; units * size]);
        let places: Vec<Place> = folds().enumerate().map(|(row, fold)| Place { fold, row: row / size }).collect();
        let of_fold = |wanted: usize| -> Vec<f64> {
            folds().zip(values).filter(|(fold, _)| *fold == wanted).map(|(_, value)| *value).collect()
        };
        let scores: Vec<f64> = (0..units.len()).map(|fold| mean(&of_fold(fold))).collect();
        let share = |(place, value): (&Place, &f64)| {
            (value - scores[place.fold]) / (units[place.fold] * size * units.len()) as f64
        };
        let shares: Vec<f64> = places.iter().zip(values).map(share).collect();
        let [own, nothing] = [shares, vec![0.0; values.len()]].map(|shares| UnitShares::new(&shares, &places));
        let zeros = vec![0.0; units.len()];
        let first = Side { scores: &zeros, shares: Some(nothing.shares()) };
        let second = Side { scores: &scores, shares: Some(own.shares()) };
        let overlap = Overlap { rows: true, folds: true };
        Difference::estimate(first, second, overlap, Population::NewRows).unwrap()
    }

    /// By hand: of a fold of four rows, a unit of one row has the share 0.3, so 0.3/√(3/4), and one of three rows −0.3/√(1/4).
    #[test]
    fn shares_of_units_allow_for_their_part_of_the_fold() {
        let places: Vec<Place> = [0, 1, 1, 1].map(|row| Place { fold: 0, row }).into();
        let shares = UnitShares::new(&[0.3, -0.1, -0.1, -0.1], &places);
        assert_eq!(shares.units, [0, 1]);
        let expected = [0.346_410_161_513_775_4, -0.6];
        assert!(
            shares.values.iter().zip(expected).all(|(found, value)| (found - value).abs() < 1e-12),
            "{:?}",
            shares.values
        );
    }

    /// Four folds of one group each, whose rows vary more than their means. Student's paired t test by hand: the means 0.3, 0.5,
    /// 0.2 and 0.4 have t = 5.4222 with 3 degrees of freedom, whose distribution is elementary.
    #[test]
    fn folds_of_one_group_are_compared_by_the_paired_t_test() {
        let found = difference(&[-0.7, 1.3, 1.5, -0.5, 1.2, -0.8, -0.6, 1.4], 2, &[1; 4]);
        assert!(
            (found.value - 0.35).abs() < 1e-9 && (found.value / found.error() - 5.422_176_684_690_383).abs() < 1e-9
        );
        assert!((found.p_value() - 0.012_307_551_821_486_129).abs() < 1e-9, "{}", found.p_value());
    }

    /// In how many of a thousand studies a mean difference is significant. Groups of ten rows and folds have effects of their own.
    fn significant(mean: f64, units: &[usize], generator: &mut Generator) -> usize {
        let study = |_: &usize| {
            let mut values = Vec::new();
            for &units in units {
                let fold = mean + 0.1 * generator.normal();
                for _ in 0..units {
                    let group = fold + 0.3 * generator.normal();
                    values.extend((0..10).map(|_| group + generator.normal()));
                }
            }
            difference(&values, 10, units).p_value() <= 0.05
        };
        (0..1000).filter(study).count()
    }

    /// Folds of one group, of two, of mostly one, and of four.
    const FOLDS: [&[usize]; 4] = [&[1; 16], &[2; 8], &[2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], &[4; 5]];

    /// 5 % of a thousand studies are 50, with a standard deviation of 7.
    #[test]
    fn with_few_groups_per_fold_noise_is_not_significant() {
        let mut generator = Seed(5).resampling();
        let found = FOLDS.map(|units| significant(0.0, units, &mut generator));
        assert!(found.iter().all(|&found| found <= 64), "{found:?}");
    }

    #[test]
    fn with_few_groups_per_fold_a_large_effect_is_significant() {
        let mut generator = Seed(5).resampling();
        let found = FOLDS.map(|units| significant(0.7, units, &mut generator));
        assert!(found.iter().all(|&found| found >= 900), "{found:?}");
    }

    /// A study of three equally good trials: four repeats of five folds of eight groups, each of 20 equal rows, on which each trial is
    /// right with the probability 0.8, in all repeats alike. The unit of each place is its group.
    fn grouped_study(generator: &mut Generator) -> (Evidence, Vec<Place>) {
        let [repeats, folds, size, groups] = [4_usize, 5, 20, 40];
        // Of each repeat, the groups in the order of its folds.
        let order: Vec<Vec<usize>> = (0..repeats)
            .map(|_| {
                let mut order: Vec<usize> = (0..groups).collect();
                generator.shuffle(&mut order);
                order
            })
            .collect();
        let parts: Vec<&[usize]> = order.iter().flat_map(|order| order.chunks(groups / folds)).collect();
        let rows =
            |part: &[usize]| -> Vec<usize> { part.iter().flat_map(|group| group * size..(group + 1) * size).collect() };
        let places = |unit: usize| -> Vec<Place> {
            let of_part = |(fold, part): (usize, &&[usize])| {
                rows(part).into_iter().map(move |row| Place { fold, row: row / unit }).collect::<Vec<_>>()
            };
            parts.iter().enumerate().flat_map(of_part).collect()
        };
        let mut trial = || {
            let right: Vec<f64> = (0..groups).map(|_| f64::from(u8::from(generator.uniform(0.0, 1.0) < 0.8))).collect();
            let score = |part: &&[usize]| mean(&part.iter().map(|&group| right[group]).collect::<Vec<_>>());
            let scores: Vec<f64> = parts.iter().map(score).collect();
            let places = places(size);
            let share = |place: &Place| ((right[place.row] - scores[place.fold]) / places.len() as f64) as f32;
            let shares: Vec<f32> = places.iter().map(share).collect();
            (scores, Some(shares))
        };
        let mut trials: Vec<(Vec<f64>, Option<Vec<f32>>)> = (0..3).map(|_| trial()).collect();
        trials.sort_by(|(a, _), (b, _)| mean(b).total_cmp(&mean(a)));
        let (scores, shares) = trials.into_iter().unzip();
        let sizes = vec![groups * size / folds; parts.len()];
        (Evidence { scores, shares, places: places(1), sizes, rows: groups * size }, places(size))
    }

    /// Whether any trial is called worse than the best.
    fn claims(evidence: &Evidence, generator: &mut Generator) -> bool {
        let by_unit: Vec<Option<Vec<f32>>> = (0..3).map(|trial| evidence.shares_by_row(trial)).collect();
        let draws: Vec<Vec<u8>> = (0..400).map(|_| draw_rows(evidence.rows, generator)).collect();
        let shares: Vec<&[f32]> = by_unit.iter().flatten().map(Vec::as_slice).collect();
        let drawn = deviations(&draws, &shares);
        let variances = RowVariances::estimate(evidence, &by_unit, &drawn);
        let ties = Ties::test(evidence, &Noise::estimate(evidence), &variances, drawn, generator);
        ties.adjusted.iter().any(|&level| level <= LEVEL)
    }

    /// 5 % of 400 studies are 20, with a standard deviation of 4.4. By rows, what groups vary would be taken for noise of training,
    /// which repeats reduce.
    #[test]
    fn trials_of_a_grouped_study_are_compared_by_groups() {
        let mut generator = Seed(11).resampling();
        let (mut by_group, mut by_row) = (0, 0);
        for _ in 0..400 {
            let (evidence, units) = grouped_study(&mut generator);
            by_group += usize::from(claims(&evidence.by_unit(&units, 40), &mut generator));
            by_row += usize::from(claims(&evidence, &mut generator));
        }
        assert!(by_group <= 29, "{by_group}");
        assert!(by_row > 100, "{by_row}");
    }

    /// A study with one group of four rows per fold and three trials, of which the first is better by `effect`. The unit of each
    /// place is its group.
    fn study_with_a_group_per_fold(effect: f64, folds: usize, generator: &mut Generator) -> (Evidence, Vec<Place>) {
        const SIZE: usize = 4;
        let place = |row: usize, unit: usize| Place { fold: row / SIZE, row: row / unit };
        let places = |unit: usize| -> Vec<Place> { (0..folds * SIZE).map(|row| place(row, unit)).collect() };
        let of_groups: Vec<f64> = (0..folds).map(|_| generator.normal()).collect();
        let mut trial = |effect: f64| {
            let group = |fold: usize| of_groups[fold] + effect + 0.5 * generator.normal();
            let means: Vec<f64> = (0..folds).map(group).collect();
            let rows: Vec<f64> = (0..folds * SIZE).map(|row| means[row / SIZE] + 0.2 * generator.normal()).collect();
            let scores: Vec<f64> = rows.chunks(SIZE).map(mean).collect();
            let share = |(row, value): (usize, &f64)| ((value - scores[row / SIZE]) / rows.len() as f64) as f32;
            let shares: Vec<f32> = rows.iter().enumerate().map(share).collect();
            (scores, Some(shares))
        };
        let mut trials: Vec<(Vec<f64>, Option<Vec<f32>>)> = [effect, 0.0, 0.0].map(&mut trial).into();
        trials.sort_by(|(a, _), (b, _)| mean(b).total_cmp(&mean(a)));
        let (scores, shares) = trials.into_iter().unzip();
        (Evidence { scores, shares, places: places(1), sizes: vec![SIZE; folds], rows: folds * SIZE }, places(SIZE))
    }

    /// 5 % of 400 studies are 20, with a standard deviation of 4.4.
    #[test]
    fn trials_with_a_group_per_fold_are_compared_by_groups() {
        let mut generator = Seed(12).resampling();
        let mut count = |effect: f64| {
            let study = |_: &usize| {
                let (evidence, units) = study_with_a_group_per_fold(effect, 16, &mut generator);
                claims(&evidence.by_unit(&units, 16), &mut generator)
            };
            (0..400).filter(study).count()
        };
        let [none, large] = [count(0.0), count(1.0)];
        assert!(none <= 29, "{none}");
        assert!(large >= 380, "{large}");
    }

    /// The share of a group is what [`UnitShares`] has, in its fold.
    #[test]
    fn evidence_by_unit_has_a_share_per_fold_and_unit() {
        let (evidence, units) = grouped_study(&mut Seed(3).resampling());
        let by_unit = evidence.by_unit(&units, 40);
        assert_eq!((by_unit.places.len(), &by_unit.sizes, by_unit.rows), (160, &vec![8; 20], 40));
        let group = by_unit.places[9];
        assert_eq!(group.fold, 1);
        let row = units.iter().position(|unit| *unit == group).unwrap();
        let own = evidence.shares[1].as_ref().unwrap()[row] * 20.0 / (7.0_f32 / 8.0).sqrt();
        assert!((by_unit.shares[1].as_ref().unwrap()[9] - own).abs() < 1e-7);
        let alone = evidence.by_unit(&evidence.places, evidence.rows);
        assert_eq!((alone.shares, alone.places, alone.sizes), (evidence.shares, evidence.places, evidence.sizes));
    }
}
