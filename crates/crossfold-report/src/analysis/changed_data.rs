//! What became of a baseline's rows where the data have changed, and both sides on the rows that have not.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

use crossfold_study::{Evaluation, InfluenceSource, RowDigest, Tally};
use serde::Serialize;

use super::baseline::{Baseline, FoldRecord};
use super::out_of_fold::PerRow;
use super::row_digests::RowDigests;
use super::statistics::mean;

/// What became of a baseline's rows, including those that are set aside for a test. A row with an edited feature counts as
/// removed and as added.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ChangedData {
    /// What rows were matched by.
    pub matched_by: RowIdentity,
    /// Number of rows of the study with the same inputs and the same target on both sides.
    pub unchanged: usize,
    /// Number of rows with the same inputs and another target.
    pub relabelled: usize,
    /// Number of unchanged rows that are test rows on one side alone. An edited row changes which rows are drawn for the
    /// test. `None` where the baseline doesn't know its test rows; those that moved are then removed or added.
    pub moved: Option<usize>,
    /// Number of the baseline's rows that the new data lack.
    pub removed: usize,
    /// Number of new rows that the baseline's data lacked.
    pub added: usize,
    /// Number of unchanged rows that both sides predicted out of fold, if the comparison is made on them: each is compared
    /// with itself. `None` where they are too few, so that two samples are compared.
    pub compared: Option<usize>,
    /// The baseline's mean over all of its rows.
    pub baseline: f64,
    /// The new mean over all of its rows.
    pub fresh: f64,
}

/// What a row is recognised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowIdentity {
    /// The values of its features.
    Content,
    /// Its place in the file. Every row has other features, as after one was dropped from the spec, but the same target.
    Place,
}

/// Changed data, with both sides reduced to the rows that are compared.
pub(crate) struct ChangedRows {
    pub(crate) counts: ChangedData,
    /// The baseline, then the new training, each with the same rows in the same order; `None` as
    /// [`ChangedData::compared`] is.
    pub(crate) sides: Option<[Baseline; 2]>,
}

impl Baseline {
    /// Matches the rows of other data with this baseline's. `None` where a side doesn't have the digests of its rows.
    ///
    /// The unchanged rows are compared if both sides predicted at least half of the rows of the smaller side. The rule looks
    /// at rows alone and not at what was predicted, so it doesn't favour any outcome.
    pub(crate) fn match_rows(&self, fresh: &Baseline) -> Option<ChangedRows> {
        if self.row_digests.is_empty() || fresh.row_digests.is_empty() {
            return None;
        }
        let knows_test_rows = self.knows_test_rows() || fresh.test_digests.is_empty();
        let no_test_rows = RowDigests::default();
        let matched = match_digests(
            [self, fresh]
                .map(|side| [&side.row_digests, if knows_test_rows { &side.test_digests } else { &no_test_rows }]),
        );
        let Matched { identity, unchanged, relabelled, moved, removed, added } = matched;
        let [old, new] = [self, fresh].map(Baseline::predicted_rows);
        let both = unchanged.iter().filter(|[first, second]| old.contains(first) && new.contains(second));
        let (first, second): (Vec<usize>, Vec<usize>) = both.map(|&[first, second]| (first, second)).unzip();
        let are_enough = first.len() > 1 && 2 * first.len() >= old.len().min(new.len());
        let sides = are_enough.then(|| Some([self.select_rows(&first)?, fresh.select_rows(&second)?])).flatten();
        let counts = ChangedData {
            matched_by: identity,
            unchanged: unchanged.len(),
            relabelled,
            moved: knows_test_rows.then_some(moved),
            removed,
            added,
            compared: sides.as_ref().map(|_| first.len()),
            baseline: self.mean,
            fresh: fresh.mean,
        };
        Some(ChangedRows { counts, sides })
    }

    /// The rows that validate any of the folds.
    fn predicted_rows(&self) -> HashSet<usize> {
        let rows_of = |fold: &FoldRecord| self.rows_of_fold(fold);
        self.folds.iter().flat_map(rows_of).collect()
    }

    fn rows_of_fold(&self, fold: &FoldRecord) -> Vec<usize> {
        let Some(PerRow(parts)) = self.parts.get(fold.repeat as usize - 1) else { return Vec::new() };
        (0..parts.len()).filter(|&row| parts[row] == Some(fold.fold)).collect()
    }

    /// This baseline on some of its rows alone, renumbered in the given order. `None` where its folds' scores on them are
    /// unknown.
    fn select_rows(&self, rows: &[usize]) -> Option<Baseline> {
        let select_marks = |line: &String| -> String {
            let marks = line.as_bytes();
            rows.iter().map(|&row| marks.get(row).map_or('-', |&mark| char::from(mark))).collect()
        };
        let mut selected = Baseline {
            rows: rows.len() as u64,
            correct: self.correct.iter().map(select_marks).collect(),
            errors: select_values(&self.errors, rows),
            parts: select_values(&self.parts, rows),
            influences: select_values(&self.influences, rows),
            row_digests: RowDigests::default(),
            test_digests: RowDigests::default(),
            ..self.clone()
        };
        let folds = std::mem::take(&mut selected.folds);
        for fold in folds {
            let rows = selected.rows_of_fold(&fold);
            if !rows.is_empty() {
                let score = selected.score_on(&fold, &rows)?;
                selected.centre_influences(fold.repeat, &rows);
                selected.folds.push(FoldRecord { score, ..fold });
            }
        }
        selected.mean = mean(&selected.folds.iter().map(|fold| fold.score).collect::<Vec<_>>());
        Some(selected)
    }

    /// The score of some rows of a fold, given that of all. It is exact for means over rows, such as accuracy, log loss and
    /// absolute error, and for RMSE; for others to first order, by the rows' [`influence`](crossfold_study::influence).
    fn score_on(&self, fold: &FoldRecord, rows: &[usize]) -> Option<f64> {
        let repeat = fold.repeat as usize - 1;
        match self.metric.influence_source() {
            InfluenceSource::Correctness => {
                let marks = self.correct.get(repeat)?.as_bytes();
                let right = rows.iter().filter(|&&row| marks.get(row) == Some(&b'1')).count();
                Some(right as f64 / rows.len() as f64)
            }
            InfluenceSource::Error => {
                let errors: Vec<f64> = values_of(&self.errors, repeat, rows)?.into_iter().map(f64::from).collect();
                let squared = errors.iter().map(|error| error * error).sum();
                let absolute = errors.iter().map(|error| error.abs()).sum();
                let tally = Tally::Numbers { rows: rows.len() as u32, squared, absolute, spread: 0.0 };
                Evaluation::from(tally).get(self.metric)
            }
            InfluenceSource::Predictions => {
                let influences = values_of(&self.influences, repeat, rows)?;
                Some(fold.score + influences.iter().map(|&value| f64::from(value)).sum::<f64>() / rows.len() as f64)
            }
        }
    }

    /// Has the influences of a fold's rows sum to 0 again.
    fn centre_influences(&mut self, repeat: u32, rows: &[usize]) {
        let repeat = repeat as usize - 1;
        let Some(values) = values_of(&self.influences, repeat, rows) else { return };
        let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / rows.len() as f64;
        let PerRow(line) = &mut self.influences[repeat];
        rows.iter().zip(values).for_each(|(&row, value)| line[row] = Some((f64::from(value) - mean) as f32));
    }
}

fn values_of(lines: &[PerRow<f32>], repeat: usize, rows: &[usize]) -> Option<Vec<f32>> {
    let PerRow(line) = lines.get(repeat)?;
    rows.iter().map(|&row| *line.get(row)?).collect()
}

fn select_values<T: Copy>(lines: &[PerRow<T>], rows: &[usize]) -> Vec<PerRow<T>> {
    let select = |PerRow(line): &PerRow<T>| PerRow(rows.iter().map(|&row| *line.get(row)?).collect());
    lines.iter().map(select).collect()
}

/// The rows of two data sets that match.
struct Matched {
    identity: RowIdentity,
    /// The places of the study's rows with the same inputs and target, in the second one's order.
    unchanged: Vec<[usize; 2]>,
    /// Number of further rows with the same inputs.
    relabelled: usize,
    /// Number of rows with the same inputs and target that are test rows on one side alone.
    moved: usize,
    /// Number of other rows of the first.
    removed: usize,
    /// Number of other rows of the second.
    added: usize,
}

/// A row of a study, or one that is set aside for its test.
#[derive(Clone, Copy)]
struct KnownRow {
    is_test: bool,
    place: usize,
    digest: RowDigest,
}

/// Matches rows by content; each side has its study's rows, then its test rows. Rows that stayed where they were come first,
/// and of rows that are equal, the first is matched with the first.
fn match_digests(sides: [[&RowDigests; 2]; 2]) -> Matched {
    let mut rest = sides.map(|[study, test]| {
        let known = |is_test| move |(place, digest)| KnownRow { is_test, place, digest };
        study.rows().map(known(false)).chain(test.rows().map(known(true))).collect::<Vec<_>>()
    });
    let stayed = take_equal(&mut rest, |row| (row.is_test, row.digest));
    let moved = take_equal(&mut rest, |row| row.digest).len();
    let relabelled = take_equal(&mut rest, |row| row.digest.inputs).len();
    let [removed, added] = rest.map(|rows| rows.len());
    let in_study = stayed.into_iter().filter(|[first, _]| !first.is_test);
    let unchanged: Vec<[usize; 2]> = in_study.map(|pair| pair.map(|row| row.place)).collect();
    let [first, second] = sides.map(|[study, _]| study);
    let targets = |digests: &RowDigests| -> Vec<(usize, [u8; 2])> {
        digests.rows().map(|(place, digest)| (place, digest.target)).collect()
    };
    let in_order = targets(first);
    let is_same_order = in_order == targets(second) && is_telling(&in_order);
    if unchanged.is_empty() && moved == 0 && relabelled == 0 && is_same_order {
        let unchanged = first.rows().map(|(place, _)| [place, place]).collect();
        return Matched { identity: RowIdentity::Place, unchanged, relabelled: 0, moved: 0, removed: 0, added: 0 };
    }
    Matched { identity: RowIdentity::Content, unchanged, relabelled, moved, removed, added }
}

/// Whether no other rows are likely to have these targets in this order: it changes often. In a file that is sorted by class, it
/// changes once per class, whatever the rows.
fn is_telling(targets: &[(usize, [u8; 2])]) -> bool {
    /// The number of changes that chance doesn't reach.
    const CHANGES: usize = 20;
    let changes = targets.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    changes >= CHANGES || 2 * changes >= targets.len()
}

/// Takes the rows with equal keys out of both sides; in the second one's order.
fn take_equal<K: Eq + Hash>(sides: &mut [Vec<KnownRow>; 2], key: impl Fn(&KnownRow) -> K) -> Vec<[KnownRow; 2]> {
    let [first, second] = sides.each_mut().map(std::mem::take);
    let mut places: HashMap<K, VecDeque<usize>> = HashMap::new();
    first.iter().enumerate().for_each(|(index, row)| places.entry(key(row)).or_default().push_back(index));
    let mut is_taken = vec![false; first.len()];
    let mut pairs = Vec::new();
    for row in second {
        match places.get_mut(&key(&row)).and_then(VecDeque::pop_front) {
            Some(index) => {
                is_taken[index] = true;
                pairs.push([first[index], row]);
            }
            None => sides[1].push(row),
        }
    }
    sides[0] = first.into_iter().zip(is_taken).filter(|(_, is_taken)| !is_taken).map(|(row, _)| row).collect();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::baseline::tests::{example, example_of_numbers};
    use crossfold_study::Metric;

    fn digests(rows: &[(u8, u8)]) -> RowDigests {
        let digest = |&(inputs, target): &(u8, u8)| RowDigest { inputs: [inputs; 6], target: [target; 2] };
        RowDigests(rows.iter().map(|row| (row.0 > 0).then(|| digest(row))).collect())
    }

    /// Rows 1 and 3 of the first are equal; the second has three of them, lacks the last, and has one with another target.
    #[test]
    fn equal_rows_are_matched_in_order() {
        let first = digests(&[(0, 0), (7, 1), (8, 1), (7, 1), (9, 2), (6, 1)]);
        let second = digests(&[(7, 1), (9, 1), (7, 1), (5, 1), (7, 1), (8, 1)]);
        let none = RowDigests::default();
        let match_study = |first: RowDigests, second: RowDigests| match_digests([[&first, &none], [&second, &none]]);
        let matched = match_study(first, second);
        assert_eq!(matched.unchanged, [[1, 0], [3, 2], [2, 5]]);
        assert_eq!((matched.relabelled, matched.identity), (1, RowIdentity::Content));
        let renamed = match_study(digests(&[(0, 0), (1, 1), (2, 2)]), digests(&[(0, 0), (3, 1), (4, 2)]));
        assert_eq!((renamed.unchanged, renamed.identity), (vec![[1, 1], [2, 2]], RowIdentity::Place));
        let others = match_study(digests(&[(1, 1), (2, 2)]), digests(&[(3, 1), (4, 1)]));
        assert_eq!((others.unchanged.len(), others.identity), (0, RowIdentity::Content));
    }

    /// Other rows have the same targets in the same order if both files are sorted by them.
    #[test]
    fn sorted_rows_are_not_matched_by_their_place() {
        let side = |inputs: u8, target: fn(u8) -> u8| {
            digests(&(0..60).map(|row| (inputs + row, target(row))).collect::<Vec<_>>())
        };
        let none = RowDigests::default();
        let identity = |target| match_digests([[&side(1, target), &none], [&side(100, target), &none]]).identity;
        assert_eq!(identity(|row| 1 + row / 30), RowIdentity::Content);
        assert_eq!(identity(|row| 1 + row % 3 / 2), RowIdentity::Place);
    }

    /// Row 2 moves to the test, row 6 from there; row 3 gets another target in the test; rows 4 and 7 are replaced; one of
    /// the two rows 5 is a test row on both sides.
    #[test]
    fn rows_that_move_to_the_test_are_no_other_rows() {
        let first = [digests(&[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]), digests(&[(5, 1), (6, 1), (7, 1)])];
        let second = [digests(&[(1, 1), (5, 1), (6, 1), (8, 1)]), digests(&[(3, 2), (5, 1), (2, 1), (9, 1)])];
        let matched = match_digests([first.each_ref(), second.each_ref()]);
        assert_eq!(matched.unchanged, [[0, 0], [4, 1]]);
        assert_eq!([matched.relabelled, matched.moved, matched.removed, matched.added], [1, 2, 2, 2]);
    }

    /// A baseline of version 5 doesn't know its test rows, so none of them is recognised.
    #[test]
    fn an_older_baseline_does_not_know_its_test_rows() {
        let side = |study, test| {
            let (row_digests, test_digests) = (digests(study), digests(test));
            Baseline { row_digests, test_digests, ..example(&[0.5, 0.5], "110") }
        };
        let old = side(&[(1, 1), (2, 1), (3, 1)], &[(4, 1)]);
        let new = side(&[(1, 1), (2, 1), (4, 1)], &[(3, 1)]);
        let counts = |old: &Baseline| {
            let counts = old.match_rows(&new).unwrap().counts;
            (counts.moved, counts.removed, counts.added)
        };
        assert_eq!(counts(&old), (Some(2), 0, 0));
        let older = Baseline { version: 5, test_digests: RowDigests::default(), ..old };
        assert_eq!(counts(&older), (None, 1, 1));
    }

    /// Of the folds of rows 0, 2, 4 and 1, 3, the rows 4, 1 and 0.
    #[test]
    fn scores_are_those_of_the_selected_rows() {
        let selected = example(&[2.0 / 3.0, 0.5], "10011").select_rows(&[4, 1, 0]).unwrap();
        assert_eq!((selected.correct[0].as_str(), String::from(selected.parts[0].clone()).as_str()), ("101", "1 2 1"));
        assert_eq!(selected.folds.iter().map(|fold| fold.score).collect::<Vec<_>>(), [1.0, 0.0]);
        assert_eq!((selected.mean, selected.rows), (0.5, 3));
        // √((3² + 4²) / 2) and 1, of errors 3, 1, 9, 5, 4.
        let numbers = example_of_numbers(&[6.0, 4.0], "3 1 9 5 4").select_rows(&[4, 1, 0]).unwrap();
        assert_eq!(numbers.folds.iter().map(|fold| fold.score).collect::<Vec<_>>(), [12.5_f64.sqrt(), 1.0]);
        // Log losses of 0.5 plus influences of 0.25, −0.5 and 0.25: those of the last two rows have the mean 0.375.
        let influences = vec![PerRow(vec![Some(0.25), Some(-0.5), Some(0.25)])];
        let losses = Baseline { metric: Metric::LogLoss, influences, ..example(&[0.5], "111") };
        let losses = losses.select_rows(&[1, 2]).unwrap();
        assert_eq!((losses.mean, losses.influences[0].0.clone()), (0.375, vec![Some(-0.375), Some(0.375)]));
    }

    /// Only rows that both sides predict are compared, and only if they are half of the smaller side.
    #[test]
    fn few_common_rows_are_not_compared_alone() {
        let side =
            |marks: &str, rows: &[(u8, u8)]| Baseline { row_digests: digests(rows), ..example(&[0.5, 0.5], marks) };
        let old = side("11-00", &[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]);
        let compared = |new: &Baseline| old.match_rows(new).unwrap().counts.compared;
        assert_eq!(compared(&side("1100", &[(1, 1), (2, 1), (3, 1), (6, 1)])), Some(2));
        assert_eq!(compared(&side("1100", &[(1, 1), (6, 1), (3, 1), (7, 1)])), None);
        assert!(old.match_rows(&example(&[0.5], "11")).is_none());
    }
}
