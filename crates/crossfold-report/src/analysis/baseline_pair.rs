//! Two baselines side by side: which of their rows match, and how far apart their scores are.

use std::collections::{BTreeMap, BTreeSet};

use crossfold_network::Task;
use crossfold_study::{Direction, InfluenceSource, Metric, Predictions, Truth, influence};
use serde::Serialize;

use super::baseline::Baseline;
use super::out_of_fold::{PerRow, RowChanges};
use super::statistics::{CrossedSide, Difference, Overlap, Population, Shares, Side, UnitShares, number_places, sign};

/// The rows and folds that two baselines share, which decide how they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairing {
    /// The same rows validate the same folds: each row and each fold is compared with itself.
    RowsAndFolds,
    /// The same rows in other folds: each row is compared with itself.
    Rows,
    /// The same folds, where one side does not record how each row did.
    Folds,
    /// Two independent samples.
    Nothing,
}

/// How a second baseline compares with a first.
pub(crate) struct BaselinePair {
    pub(crate) matched: Pairing,
    /// How much better the second is: greater is better, whatever the metric. `None` if the variance of scores can't be
    /// estimated.
    pub(crate) difference: Option<Difference>,
    pub(crate) changed: Option<RowChanges>,
}

/// The ends of a difference's interval in the metric's own unit, given those of one of which greater is better; limited
/// to differences that the metric can have.
pub(crate) fn in_unit(metric: Metric, [low, high]: [f64; 2]) -> [f64; 2] {
    let ends = match metric.direction() {
        Direction::Maximize => [low, high],
        Direction::Minimize => [-high, -low],
    };
    let [least, most] = metric.range();
    ends.map(|end| end.clamp(least - most, most - least))
}

impl Baseline {
    /// Compares `second` with this baseline; both are judged by the same metric.
    pub(crate) fn pair_with(&self, second: &Baseline, population: Population) -> BaselinePair {
        self.pair(second, self.has_same_rows(second), population)
    }

    /// Compares two sides whose rows of equal numbers are equal if `have_rows`.
    pub(crate) fn pair(&self, second: &Baseline, have_rows: bool, population: Population) -> BaselinePair {
        let have_folds = have_rows && self.has_same_folds(second);
        // If one side does not record the rows of folds and the folds are the same, the other side's are used.
        let parts = |own: &Baseline, other: &Baseline| match (own.parts.is_empty(), have_folds) {
            (true, true) => other.parts.clone(),
            (true, false) | (false, _) => own.parts.clone(),
        };
        let shares = [(self, second), (second, self)].map(|(own, other)| own.shares(&parts(own, other)));
        let rows = shares.each_ref().map(|shares| shares.as_ref().map(validated_rows));
        let same_rows = have_rows && rows[0].is_some() && rows[0] == rows[1];
        let matched = match (same_rows, have_folds) {
            (true, true) => Pairing::RowsAndFolds,
            (true, false) => Pairing::Rows,
            (false, true) => Pairing::Folds,
            (false, false) => Pairing::Nothing,
        };
        let numbers = shares.each_ref().map(|shares| shares.as_ref().map(number_rows));
        let folds = [(self, &shares[0]), (second, &shares[1])]
            .map(|(own, shares)| shares.as_ref().map(|shares| own.folds_of(shares)).unwrap_or_default());
        // New rows come in new groups.
        let groups = [self, second].map(|own| match (population, same_rows) {
            (Population::SameRows, _) => None,
            (Population::NewRows, true) => self.known_groups().or(second.known_groups()),
            (Population::NewRows, false) => own.known_groups(),
        });
        let by_group = [0, 1].map(|place| share_by_group(shares[place].as_ref()?, &folds[place], groups[place]?));
        let scores = [self, second].map(Baseline::oriented_scores);
        let values = shares.map(|shares| shares.map(|shares| shares.into_values().collect::<Vec<f64>>()));
        let side = |place: usize| {
            let of_rows = values[place].as_deref().zip(numbers[place].as_deref());
            let of_rows = of_rows.map(|(values, rows)| Shares { values, rows });
            Side { scores: &scores[place], shares: by_group[place].as_ref().map(UnitShares::shares).or(of_rows) }
        };
        let overlap = Overlap { rows: same_rows, folds: have_folds };
        let crossed = |place: usize| CrossedSide { side: side(place), folds: &folds[place] };
        let difference = if matched == Pairing::Rows && population == Population::SameRows {
            Difference::estimate_crossed(crossed(0), crossed(1))
        } else {
            Difference::estimate(side(0), side(1), overlap, population)
        };
        BaselinePair { matched, difference, changed: if have_rows { self.row_changes(second) } else { None } }
    }

    /// The means of each metric that both sides have.
    pub(crate) fn pair_metrics(&self, second: &Baseline) -> BTreeMap<Metric, [f64; 2]> {
        let both = |(&metric, &first): (&Metric, &f64)| Some((metric, [first, *second.metrics.get(&metric)?]));
        self.metrics.iter().filter_map(both).collect()
    }

    /// The lines of the origin that differ, by name; empty text where a side lacks the line.
    pub(crate) fn differing_origin(&self, second: &Baseline) -> BTreeMap<String, [String; 2]> {
        let by_name = |baseline: &Baseline| -> BTreeMap<String, String> {
            let line = |line: &String| line.split_once(' ').map(|(name, value)| (name.to_owned(), value.to_owned()));
            baseline.origin.iter().filter_map(line).collect()
        };
        let (first, second) = (by_name(self), by_name(second));
        let names = first.keys().chain(second.keys());
        let both = |name: &String| [&first, &second].map(|lines| lines.get(name).cloned().unwrap_or_default());
        names.map(|name| (name.clone(), both(name))).filter(|(_, [first, second])| first != second).collect()
    }

    fn origin_line(&self, name: &str) -> Option<&str> {
        self.origin.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
    }

    pub(crate) fn has_same_rows(&self, other: &Baseline) -> bool {
        let data = self.origin_line("data");
        self.rows == other.rows && data.is_some() && data == other.origin_line("data")
    }

    /// Whether each fold has the same validation rows on both sides, given that the rows are the same.
    fn has_same_folds(&self, other: &Baseline) -> bool {
        let ids = |baseline: &Baseline| baseline.folds.iter().map(|fold| (fold.repeat, fold.fold)).collect::<Vec<_>>();
        let same_parts = if self.parts.is_empty() || other.parts.is_empty() {
            // Folds are drawn from the seed as the spec defines them.
            let seed = self.origin_line("seed");
            let same_seed = seed.is_some() && seed == other.origin_line("seed");
            same_seed && section(&self.spec, "cross_validation") == section(&other.spec, "cross_validation")
        } else {
            self.parts == other.parts
        };
        same_parts && ids(self) == ids(other)
    }

    fn row_changes(&self, other: &Baseline) -> Option<RowChanges> {
        match self.metric.task() {
            Task::Classification => RowChanges::count_classes(&self.correct, &other.correct),
            Task::Regression => RowChanges::compare_errors(self.metric, &self.errors, &other.errors),
        }
    }

    /// The folds' scores, oriented so that greater is better.
    fn oriented_scores(&self) -> Vec<f64> {
        self.folds.iter().map(|fold| sign(self.metric) * fold.score).collect()
    }

    pub(crate) fn repeats(&self) -> u32 {
        self.folds.iter().map(|fold| fold.repeat).max().unwrap_or(1)
    }

    /// By repeat and row, the share of each row in the mean score, oriented so that greater is better. `None` where it
    /// is not known.
    fn shares(&self, parts: &[PerRow<u32>]) -> Option<BTreeMap<(u32, usize), f64>> {
        let mut shares = BTreeMap::new();
        for fold in &self.folds {
            let PerRow(line) = parts.get(fold.repeat as usize - 1)?;
            let rows: Vec<usize> = (0..line.len()).filter(|&row| line[row] == Some(fold.fold)).collect();
            let scale = sign(self.metric) / (rows.len() * self.folds.len()) as f64;
            let influences = self.influences_on(fold.repeat, &rows)?;
            shares.extend(rows.iter().zip(influences).map(|(&row, value)| ((fold.repeat, row), value * scale)));
        }
        (!shares.is_empty() && shares.values().all(|share| share.is_finite())).then_some(shares)
    }

    /// Of each share, the place of its fold among this baseline's.
    fn folds_of(&self, shares: &BTreeMap<(u32, usize), f64>) -> Vec<usize> {
        let places: BTreeMap<(u32, u32), usize> =
            self.folds.iter().map(|fold| (fold.repeat, fold.fold)).zip(0..).collect();
        let place = |&(repeat, row): &(u32, usize)| {
            let fold = self.parts.get(repeat as usize - 1)?.0.get(row).copied()??;
            places.get(&(repeat, fold)).copied()
        };
        shares.keys().filter_map(place).collect()
    }

    /// The groups of rows; `None` where rows are independent, or their groups unknown.
    fn known_groups(&self) -> Option<&[Option<u32>]> {
        (!self.groups.is_empty()).then_some(&self.groups)
    }

    /// The influence of each of a fold's `rows` on its score.
    fn influences_on(&self, repeat: u32, rows: &[usize]) -> Option<Vec<f64>> {
        let repeat = repeat as usize - 1;
        let values = |lines: &[PerRow<f32>]| -> Option<Vec<f32>> {
            let PerRow(line) = lines.get(repeat)?;
            rows.iter().map(|&row| *line.get(row)?).collect()
        };
        match self.metric.influence_source() {
            InfluenceSource::Correctness => {
                // Predictions for rows of the first of two classes that are right or wrong as recorded.
                let line = self.correct.get(repeat)?.as_bytes();
                let is_right = |&row: &usize| match line.get(row)? {
                    b'1' => Some([1.0, 0.0]),
                    b'0' => Some([0.0, 1.0]),
                    _ => None,
                };
                let right: Vec<[f32; 2]> = rows.iter().map(is_right).collect::<Option<_>>()?;
                let truth = Truth::Labels(vec![0; rows.len()]);
                influence(self.metric, &truth, &Predictions(right.into_flattened().into()), 2)
            }
            InfluenceSource::Error => {
                // For targets of 0, predictions are errors.
                let truth = Truth::Numbers(vec![0.0; rows.len()]);
                influence(self.metric, &truth, &Predictions(values(&self.errors)?.into()), 0)
            }
            InfluenceSource::Predictions => Some(values(&self.influences)?.into_iter().map(f64::from).collect()),
        }
    }
}

/// The shares of groups of rows, given the fold of each share; `None` where the group of a row is not known.
fn share_by_group(shares: &BTreeMap<(u32, usize), f64>, folds: &[usize], groups: &[Option<u32>]) -> Option<UnitShares> {
    let group = |&(_, row): &(u32, usize)| groups.get(row).copied().flatten();
    let groups: Vec<u32> = shares.keys().map(group).collect::<Option<_>>()?;
    let (mut places, _) = number_places(std::iter::once(groups.as_slice()));
    places.iter_mut().zip(folds).for_each(|(place, &fold)| place.fold = fold);
    let values: Vec<f64> = shares.values().copied().collect();
    (folds.len() == values.len()).then(|| UnitShares::new(&values, &places))
}

/// The rows that validate in any repeat.
fn validated_rows(shares: &BTreeMap<(u32, usize), f64>) -> BTreeSet<usize> {
    shares.keys().map(|&(_, row)| row).collect()
}

/// Of each share, the number of its row among all rows that validate.
fn number_rows(shares: &BTreeMap<(u32, usize), f64>) -> Vec<usize> {
    let numbers: BTreeMap<usize, usize> = validated_rows(shares).into_iter().zip(0..).collect();
    shares.keys().map(|(_, row)| numbers[row]).collect()
}

/// The lines below a top-level key of a generated spec.
fn section<'a>(spec: &'a str, key: &str) -> Vec<&'a str> {
    let lines = spec.lines().skip_while(|line| line.strip_prefix(key) != Some(":"));
    lines.skip(1).take_while(|line| line.starts_with([' ', '-'])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::baseline::tests::{example, example_of_numbers};

    fn matched(change: impl FnOnce(&mut Baseline)) -> Pairing {
        let (old, mut new) = (example(&[0.5, 0.5], "1001-"), example(&[1.0, 0.5], "1011-"));
        change(&mut new);
        old.pair_with(&new, Population::SameRows).matched
    }

    /// Two folds of eight rows, which are four groups of two equal rows each. By hand: the second side is right on one group more of
    /// the first fold and on two more of the second, so the rows' differences to their folds' means are 3/4 and −1/4, and 1/2
    /// and −1/2; shares are those by 16. Of a group of two, twice that, by √(1 − 1/4).
    #[test]
    fn new_rows_come_in_groups() {
        let sides = || (example(&[0.5, 0.25], "1111000011000000"), example(&[0.75, 0.75], "1111110011111100"));
        let halves = PerRow([1, 2].iter().flat_map(|&fold| vec![Some(fold); 8]).collect());
        let error = |groups: &[Option<u32>], population| {
            let (mut old, mut new) = sides();
            (old.parts, new.parts) = (vec![halves.clone()], vec![halves.clone()]);
            new.groups = groups.to_vec();
            old.pair_with(&new, population).difference.unwrap().error()
        };
        let groups: Vec<Option<u32>> = (0..16).map(|row| Some(7 + row / 2)).collect();
        let alone: Vec<Option<u32>> = (0..16).map(Some).collect();
        // The sum of the rows' squares, and of the groups'.
        let squares = (2.0 * 0.75_f64.powi(2) + 6.0 * 0.25_f64.powi(2) + 8.0 * 0.5_f64.powi(2)) / 256.0;
        let [by_row, by_group] = [squares * 16.0 / 15.0, 2.0 * squares / 0.75 * 8.0 / 7.0];
        for (groups, expected) in [(&[][..], by_row), (&alone, by_row), (&groups, by_group)] {
            let found = error(groups, Population::NewRows);
            assert!((found.powi(2) - expected).abs() < 1e-12, "{found}² and not {expected}");
        }
        assert_eq!(error(&groups, Population::SameRows), error(&[], Population::SameRows));
    }

    #[test]
    fn rows_match_by_data_and_folds_by_their_rows() {
        assert_eq!(matched(|_| {}), Pairing::RowsAndFolds);
        let split_otherwise = vec![PerRow(vec![Some(1), Some(1), Some(2), Some(2), None])];
        assert_eq!(matched(|new| new.parts = split_otherwise), Pairing::Rows);
        assert_eq!(matched(|new| new.origin[0] = "data 42".to_owned()), Pairing::Nothing);
        assert_eq!(matched(|new| new.rows = 6), Pairing::Nothing);
        assert_eq!(matched(|new| new.correct.clear()), Pairing::Folds);
        // In files of before the rows of folds were kept, the seed and the spec tell.
        assert_eq!(matched(|new| new.parts.clear()), Pairing::RowsAndFolds);
        let seeded = |new: &mut Baseline| {
            new.parts.clear();
            new.origin[1] = "seed 2".to_owned();
        };
        assert_eq!(matched(seeded), Pairing::Nothing);
        let specified = |new: &mut Baseline| {
            new.parts.clear();
            new.spec = "cross_validation:\n  folds: 2\nobjective:\n  metric: accuracy\n".to_owned();
        };
        assert_eq!(matched(specified), Pairing::Nothing);
    }

    /// The second row becomes right in the first of two folds of two rows: its difference is 1 minus its fold's mean of
    /// ½, divided by 2 rows and 2 folds; the other row's is −½.
    #[test]
    fn a_rows_share_is_centred_within_its_fold() {
        let shares = |correct: &str, scores: &[f64]| {
            let baseline = example(scores, correct);
            baseline.shares(&baseline.parts).unwrap().into_values().collect::<Vec<_>>()
        };
        assert_eq!(shares("1001", &[0.5, 0.5]), [0.125, -0.125, -0.125, 0.125]);
        let pair = example(&[0.5, 0.5], "1001").pair_with(&example(&[1.0, 0.5], "1011"), Population::SameRows);
        let difference = pair.difference.unwrap();
        // Rows: 2·⅛² · 4/3; folds' differences of ½ and 0 have the variance ⅛, and their mean half of it.
        assert_eq!((difference.value, difference.error()), (0.25, 0.25));
    }

    /// Less is better; the errors of 1 and 3 have the mean 2.
    #[test]
    fn numbers_are_compared_by_their_errors() {
        let baseline = Baseline { metric: Metric::Mae, ..example_of_numbers(&[2.0], "1 - -3") };
        let shares = baseline.shares(&baseline.parts).unwrap();
        assert_eq!(shares, [((1, 0), 0.5), ((1, 2), -0.5)].into());
        let unknown = Baseline { errors: Vec::new(), ..baseline };
        assert_eq!(unknown.shares(&unknown.parts), None);
    }
}
