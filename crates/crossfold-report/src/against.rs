//! Two baselines side by side: which of their rows match, and how far their scores are apart.

use std::collections::{BTreeMap, BTreeSet};

use crossfold_network::Task;
use crossfold_study::{Direction, Metric, Predictions, Truth, influence};
use serde::Serialize;

use crate::Baseline;
use crate::out_of_fold::{Changed, PerRow};
use crate::statistics::{Common, Difference, Shares, Side, mean};

/// What two sides have in common, and so how they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Matched {
    /// The same rows validate the same folds: each row is compared with itself, and each fold.
    RowsAndFolds,
    /// The same rows, split otherwise: each row is compared with itself.
    Rows,
    /// The same folds, of whose rows one side doesn't say how it did.
    Folds,
    /// They are two samples.
    Nothing,
}

/// What a difference is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// Whether networks trained again on these very rows come to the same, as a gate asks. Two samples are never these
    /// very rows.
    TheseRows,
    /// Whether one configuration is better on more such rows.
    SuchRows,
}

/// How a second baseline compares with a first.
pub(crate) struct Against {
    pub(crate) matched: Matched,
    /// How much better the second is: greater is better, whatever the metric. `None` where nothing says how much scores
    /// scatter.
    pub(crate) difference: Option<Difference>,
    pub(crate) changed: Option<Changed>,
    /// Validation rows to training rows, as far as they count for the difference.
    pub(crate) ratio: f64,
}

/// 1 where greater is better, −1 where less is.
pub(crate) fn sign(metric: Metric) -> f64 {
    match metric.direction() {
        Direction::Maximize => 1.0,
        Direction::Minimize => -1.0,
    }
}

/// Between which values a difference is in the metric's own unit, from one of which greater is better; within those
/// that it can have.
pub(crate) fn in_unit(metric: Metric, [least, most]: [f64; 2]) -> [f64; 2] {
    let ends = match metric.direction() {
        Direction::Maximize => [least, most],
        Direction::Minimize => [-most, -least],
    };
    let [lowest, greatest] = metric.range();
    ends.map(|end| end.clamp(lowest - greatest, greatest - lowest))
}

impl Baseline {
    /// Compares `second` with this; both are judged by one metric.
    pub(crate) fn against(&self, second: &Baseline, about: About) -> Against {
        let have_rows = self.has_rows_of(second);
        let have_folds = have_rows && self.has_folds_of(second);
        // Where one doesn't say which rows are a fold's, the other does for both, if folds are the same.
        let parts = |own: &Baseline, other: &Baseline| match (own.parts.is_empty(), have_folds) {
            (true, true) => other.parts.clone(),
            (true, false) | (false, _) => own.parts.clone(),
        };
        let shares = [(self, second), (second, self)].map(|(own, other)| own.shares(&parts(own, other)));
        let rows = shares.each_ref().map(|shares| shares.as_ref().map(validated));
        let same_rows = have_rows && rows[0].is_some() && rows[0] == rows[1];
        let matched = match (same_rows, have_folds) {
            (true, true) => Matched::RowsAndFolds,
            (true, false) => Matched::Rows,
            (false, true) => Matched::Folds,
            (false, false) => Matched::Nothing,
        };
        let ratio = |baseline: &Baseline| match (about, matched) {
            (About::TheseRows, Matched::RowsAndFolds | Matched::Rows | Matched::Folds) => 0.0,
            (About::TheseRows, Matched::Nothing) | (About::SuchRows, _) => baseline.ratio_or_guess(),
        };
        let numbers = shares.each_ref().map(|shares| shares.as_ref().map(numbered));
        let scores = [self, second].map(Baseline::scores);
        let values = shares.map(|shares| shares.map(|shares| shares.into_values().collect::<Vec<f64>>()));
        let side = |place: usize, baseline: &Baseline| Side {
            scores: &scores[place],
            shares: values[place]
                .as_deref()
                .zip(numbers[place].as_deref())
                .map(|(values, rows)| Shares { values, rows }),
            ratio: ratio(baseline),
        };
        let common = Common { rows: same_rows, folds: have_folds };
        Against {
            matched,
            difference: Difference::of(side(0, self), side(1, second), common),
            changed: if have_rows { self.changed(second) } else { None },
            ratio: (ratio(self) + ratio(second)) / 2.0,
        }
    }

    fn line(&self, name: &str) -> Option<&str> {
        self.origin.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
    }

    fn has_rows_of(&self, other: &Baseline) -> bool {
        self.rows == other.rows && self.line("data").is_some() && self.line("data") == other.line("data")
    }

    /// Whether the same of the same rows validate each fold.
    fn has_folds_of(&self, other: &Baseline) -> bool {
        let ids = |baseline: &Baseline| baseline.folds.iter().map(|fold| (fold.repeat, fold.fold)).collect::<Vec<_>>();
        let same_parts = if self.parts.is_empty() || other.parts.is_empty() {
            // Splits are drawn from the seed as the spec has them.
            let seeds = self.line("seed").is_some() && self.line("seed") == other.line("seed");
            seeds && section(&self.spec, "cross_validation") == section(&other.spec, "cross_validation")
        } else {
            self.parts == other.parts
        };
        same_parts && ids(self) == ids(other)
    }

    fn changed(&self, other: &Baseline) -> Option<Changed> {
        match self.metric.task() {
            Task::Classification => Changed::of_classes(&self.correct, &other.correct),
            Task::Regression => Changed::of_numbers(self.metric, &self.errors, &other.errors),
        }
    }

    /// Greater is better.
    fn scores(&self) -> Vec<f64> {
        self.folds.iter().map(|fold| sign(self.metric) * fold.score).collect()
    }

    /// As it is kept, or else as it is of folds of equal size.
    fn ratio_or_guess(&self) -> f64 {
        let folds = self.folds.iter().filter(|fold| fold.repeat == 1).count();
        self.ratio.unwrap_or(if folds > 1 { 1.0 / (folds - 1) as f64 } else { 0.0 })
    }

    pub(crate) fn repeats(&self) -> u32 {
        self.folds.iter().map(|fold| fold.repeat).max().unwrap_or(1)
    }

    /// By repeat and row, the share that each row has in the mean of scores; greater is better. `None` where it isn't
    /// known.
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

    /// How much each of a fold's `rows` weighs in its score.
    fn influences_on(&self, repeat: u32, rows: &[usize]) -> Option<Vec<f64>> {
        let repeat = repeat as usize - 1;
        let values = |lines: &[PerRow<f32>]| -> Option<Vec<f32>> {
            let PerRow(line) = lines.get(repeat)?;
            rows.iter().map(|&row| *line.get(row)?).collect()
        };
        match self.metric {
            Metric::Accuracy => {
                let line = self.correct.get(repeat)?.as_bytes();
                let is_right = |&row: &usize| match line.get(row)? {
                    b'1' => Some(1.0),
                    b'0' => Some(0.0),
                    _ => None,
                };
                let right: Vec<f64> = rows.iter().map(is_right).collect::<Option<_>>()?;
                let share = mean(&right);
                Some(right.into_iter().map(|right| right - share).collect())
            }
            Metric::Rmse | Metric::Mae => {
                // Of targets of 0, predictions are errors.
                let truth = Truth::Numbers(vec![0.0; rows.len()]);
                influence(self.metric, &truth, &Predictions(values(&self.errors)?.into()), 0)
            }
            Metric::LogLoss
            | Metric::BalancedAccuracy
            | Metric::F1
            | Metric::RocAuc
            | Metric::AveragePrecision
            | Metric::Brier
            | Metric::CalibrationError
            | Metric::R2 => Some(values(&self.influences)?.into_iter().map(f64::from).collect()),
        }
    }
}

/// Which rows validate, in any repeat.
fn validated(shares: &BTreeMap<(u32, usize), f64>) -> BTreeSet<usize> {
    shares.keys().map(|&(_, row)| row).collect()
}

/// Of each place the number of its row among all rows that validate.
fn numbered(shares: &BTreeMap<(u32, usize), f64>) -> Vec<usize> {
    let numbers: BTreeMap<usize, usize> = validated(shares).into_iter().zip(0..).collect();
    shares.keys().map(|(_, row)| numbers[row]).collect()
}

/// What a spec as `crossfold_spec::write_single` has it says under a key.
fn section<'a>(spec: &'a str, key: &str) -> Vec<&'a str> {
    let lines = spec.lines().skip_while(|line| line.strip_prefix(key) != Some(":"));
    lines.skip(1).take_while(|line| line.starts_with([' ', '-'])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::tests::{example, example_of_numbers};

    fn matched(change: impl FnOnce(&mut Baseline)) -> Matched {
        let (old, mut new) = (example(&[0.5, 0.5], "1001-"), example(&[1.0, 0.5], "1011-"));
        change(&mut new);
        old.against(&new, About::TheseRows).matched
    }

    #[test]
    fn rows_match_by_data_and_folds_by_their_rows() {
        assert_eq!(matched(|_| {}), Matched::RowsAndFolds);
        let split_otherwise = vec![PerRow(vec![Some(1), Some(1), Some(2), Some(2), None])];
        assert_eq!(matched(|new| new.parts = split_otherwise), Matched::Rows);
        assert_eq!(matched(|new| new.origin[0] = "data 42".to_owned()), Matched::Nothing);
        assert_eq!(matched(|new| new.rows = 6), Matched::Nothing);
        assert_eq!(matched(|new| new.correct.clear()), Matched::Folds);
        // Of before folds' rows were kept: the seed and the spec say it.
        assert_eq!(matched(|new| new.parts.clear()), Matched::RowsAndFolds);
        let seeded = |new: &mut Baseline| {
            new.parts.clear();
            new.origin[1] = "seed 2".to_owned();
        };
        assert_eq!(matched(seeded), Matched::Nothing);
        let specified = |new: &mut Baseline| {
            new.parts.clear();
            new.spec = "cross_validation:\n  folds: 2\nobjective:\n  metric: accuracy\n".to_owned();
        };
        assert_eq!(matched(specified), Matched::Nothing);
    }

    /// The second row comes right in the first of two folds of two rows: its difference is 1 less its fold's mean of ½,
    /// by 2 rows and 2 folds; the other's is −½.
    #[test]
    fn a_rows_share_is_its_own_less_its_folds() {
        let shares = |correct: &str, scores: &[f64]| {
            let baseline = example(scores, correct);
            baseline.shares(&baseline.parts).unwrap().into_values().collect::<Vec<_>>()
        };
        assert_eq!(shares("1001", &[0.5, 0.5]), [0.125, -0.125, -0.125, 0.125]);
        let against = example(&[0.5, 0.5], "1001").against(&example(&[1.0, 0.5], "1011"), About::TheseRows);
        let difference = against.difference.unwrap();
        // Rows: 2·⅛² · 4/3; folds' differences of ½ and 0 have the variance ⅛, and their mean half of it.
        assert_eq!((difference.value, against.ratio, difference.error()), (0.25, 0.0, 0.25));
    }

    /// Less is better; of errors 1 and 3 about 2.
    #[test]
    fn numbers_weigh_by_their_errors() {
        let baseline = Baseline { metric: Metric::Mae, ..example_of_numbers(&[2.0], "1 - -3") };
        let shares = baseline.shares(&baseline.parts).unwrap();
        assert_eq!(shares, [((1, 0), 0.5), ((1, 2), -0.5)].into());
        let unknown = Baseline { errors: Vec::new(), ..baseline };
        assert_eq!(unknown.shares(&unknown.parts), None);
    }

    #[test]
    fn of_two_samples_folds_that_share_rows_count_for_less() {
        let other = |new: &mut Baseline| new.origin[0] = "data 42".to_owned();
        let (old, mut new) = (example(&[0.5, 0.75], "1001"), example(&[0.75, 1.0], "1011"));
        let ratio = |new: &Baseline, about| old.against(new, about).ratio;
        assert_eq!([About::TheseRows, About::SuchRows].map(|about| ratio(&new, about)), [0.0, 0.25]);
        other(&mut new);
        assert_eq!(ratio(&new, About::TheseRows), 0.25);
        new.ratio = None;
        assert_eq!(ratio(&new, About::TheseRows), (0.25 + 1.0) / 2.0);
    }
}
