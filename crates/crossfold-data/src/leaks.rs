//! Leaks: information about the rows that score a network in the rows that it is trained on.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{Hash, Hasher};

use crossfold_study::{FoldId, Splits};

use crate::column::Values;
use crate::folds::Folds;
use crate::remark::{Remark, SuspectedGroups};
use crate::study_data::{Rows, StudyData, TableRows};
use crate::targets::Targets;

/// Leaks between the training and validation rows of folds.
pub fn find_in_folds(data: &StudyData, folds: &Folds, splits: &Splits) -> Vec<Remark> {
    let Rows::Table(rows) = &data.train else { return Vec::new() };
    let duplicates = find_duplicates_across_folds(rows, folds, &data.features);
    let others = match splits {
        Splits::Predefined { groups, time, .. } => {
            let groups = groups.as_ref().and_then(|column| find_divided_group(rows, column));
            let time = time.as_ref().and_then(|column| find_validation_before_training(rows, folds, column));
            [groups, time]
        }
        Splits::KFold { .. }
        | Splits::HoldOut { .. }
        | Splits::LatestHoldOut { .. }
        | Splits::LeaveOneGroupOut { .. }
        | Splits::TimeSeries { .. } => [None, None],
    };
    duplicates.into_iter().chain(others.into_iter().flatten()).collect()
}

/// The suspected groups with training and validation rows of the same fold, unless the splits keep other groups together or
/// follow time.
pub fn find_divided_groups(
    data: &StudyData,
    folds: &Folds,
    splits: &Splits,
    suspected: Vec<SuspectedGroups>,
) -> Vec<Remark> {
    let Rows::Table(rows) = &data.train else { return Vec::new() };
    if splits.groups().is_some() || splits.time().is_some() {
        return Vec::new();
    }
    let is_divided = |groups: &SuspectedGroups| {
        let Some(values) = values(rows, &groups.column) else { return false };
        let group = |row: &u32| values.bits(rows.steps_of_row(*row).start as usize);
        folds.ids().into_iter().filter(|id| id.repeat == 0).any(|id| {
            let training: HashSet<_> = folds.training(id).iter().filter_map(group).collect();
            folds.validation(id).iter().filter_map(group).any(|group| training.contains(&group))
        })
    };
    suspected.into_iter().filter(is_divided).map(Remark::DividedGroups).collect()
}

/// Leaks between training rows and the rows of a test file.
pub(crate) fn find_in_test(train: &TableRows, test: &TableRows, features: &[String], splits: &Splits) -> Vec<Remark> {
    let duplicates = find_duplicates_in_test(train, test, features);
    let others = [find_shared_groups(train, test, splits), find_test_before_training(train, test, splits)];
    duplicates.into_iter().chain(others.into_iter().flatten()).collect()
}

/// Groups with training and test rows, if the study's splits keep groups together.
fn find_shared_groups(train: &TableRows, test: &TableRows, splits: &Splits) -> Option<Remark> {
    let column = match splits {
        Splits::KFold { groups, .. } | Splits::HoldOut { groups, .. } | Splits::Predefined { groups, .. } => {
            groups.as_ref()?
        }
        Splits::LeaveOneGroupOut { groups } => groups,
        Splits::LatestHoldOut { .. } | Splits::TimeSeries { .. } => return None,
    };
    // Groups are compared by name, because their order may differ between files.
    let first = |rows: &TableRows| -> Option<BTreeMap<String, usize>> {
        let values = values(rows, column)?;
        let line = |row: u32| (values.text(rows.steps_of_row(row).start), rows.lines[row as usize]);
        // Rows are inserted in reverse, so that the first row of each group remains.
        Some((0..rows.targets.len() as u32).rev().map(line).filter(|(group, _)| !group.is_empty()).collect())
    };
    let (trained, tested) = (first(train)?, first(test)?);
    let both: Vec<[usize; 2]> = tested.iter().filter_map(|(group, &b)| Some([*trained.get(group)?, b])).collect();
    let &lines = both.first()?;
    Some(Remark::GroupInTest { column: column.clone(), groups: both.len(), lines })
}

fn values<'a>(rows: &'a TableRows, column: &str) -> Option<&'a Values> {
    rows.table.column(column).map(|column| &column.values)
}

/// Rows that are compared by their target and the features of all their steps.
struct ComparedRows<'a> {
    rows: &'a TableRows,
    /// In the order of the features, which may differ from that of the file.
    columns: Vec<&'a Values>,
}

/// One compared value of a row.
#[derive(Hash, PartialEq)]
enum Cell<'a> {
    /// The bits of a number, or a class.
    Number(u64),
    /// The name of a level, because the order of levels may differ between files.
    Level(Option<&'a str>),
}

impl<'a> ComparedRows<'a> {
    fn new(rows: &'a TableRows, features: &[String]) -> ComparedRows<'a> {
        ComparedRows { rows, columns: features.iter().filter_map(|name| values(rows, name)).collect() }
    }

    fn cells(&self, row: u32) -> impl Iterator<Item = Cell<'a>> {
        let target = match &*self.rows.targets {
            Targets::Classes { labels, .. } => Cell::Number(u64::from(labels[row as usize])),
            Targets::Numbers(numbers) => number_cell(numbers[row as usize]),
        };
        let steps = self.rows.steps_of_row(row);
        let cell = |values: &'a Values, step: u32| match values {
            Values::Numbers(numbers) => number_cell(numbers[step as usize]),
            Values::Levels { codes, levels } => {
                Cell::Level(levels.get(codes[step as usize] as usize).map(String::as_str))
            }
        };
        let columns = self.columns.iter();
        let features = columns.flat_map(move |values| steps.clone().map(move |step| cell(values, step)));
        std::iter::once(target).chain(features)
    }

    fn rows(&self) -> std::ops::Range<u32> {
        0..self.rows.targets.len() as u32
    }
}

/// A cell for a number. All missing numbers are equal, and so are 0 and −0.
fn number_cell(number: f64) -> Cell<'static> {
    Cell::Number(if number.is_nan() { f64::NAN } else { number + 0.0 }.to_bits())
}

/// For each of `rows`, the first row of `among` that is equal to it.
fn find_first_equal(among: &ComparedRows<'_>, rows: &ComparedRows<'_>) -> Vec<Option<u32>> {
    let hash = |rows: &ComparedRows<'_>, row: u32| {
        let mut hasher = DefaultHasher::new();
        rows.cells(row).for_each(|cell| cell.hash(&mut hasher));
        hasher.finish()
    };
    let mut first = HashMap::new();
    for row in among.rows() {
        first.entry(hash(among, row)).or_insert(row);
    }
    // Rows with equal hashes are almost certainly equal. Comparing their cells makes sure.
    let equal = |row: u32| {
        let &other = first.get(&hash(rows, row))?;
        among.cells(other).eq(rows.cells(row)).then_some(other)
    };
    rows.rows().map(equal).collect()
}

/// Validation rows of the first repeat that equal a training row of the same fold.
fn find_duplicates_across_folds(rows: &TableRows, folds: &Folds, features: &[String]) -> Option<Remark> {
    let compared = ComparedRows::new(rows, features);
    let first = find_first_equal(&compared, &compared);
    let first_of = |row: u32| first[row as usize].unwrap_or(row);
    if compared.rows().all(|row| first_of(row) == row) {
        return None;
    }
    let mut pairs: Vec<[u32; 2]> = Vec::new();
    for id in folds.ids().into_iter().filter(|id| id.repeat == 0) {
        // For each set of equal rows, at the index of its first row: its first training row.
        let mut trains = vec![None; first.len()];
        folds.training(id).into_iter().rev().for_each(|row| trains[first_of(row) as usize] = Some(row));
        let pair = |&row: &u32| trains[first_of(row) as usize].map(|other| [row.min(other), row.max(other)]);
        pairs.extend(folds.validation(id).iter().filter_map(pair));
    }
    let lines = pairs.iter().min()?.map(|row| rows.lines[row as usize]);
    Some(Remark::Duplicates { pairs: pairs.len(), lines })
}

fn find_duplicates_in_test(train: &TableRows, test: &TableRows, features: &[String]) -> Option<Remark> {
    let first = find_first_equal(&ComparedRows::new(train, features), &ComparedRows::new(test, features));
    let pair = |(row, other): (usize, &Option<u32>)| Some([train.lines[(*other)? as usize], test.lines[row]]);
    let pairs: Vec<[usize; 2]> = first.iter().enumerate().filter_map(pair).collect();
    let &lines = pairs.first()?;
    Some(Remark::DuplicatesInTest { pairs: pairs.len(), lines })
}

/// Test rows that are earlier than training rows.
fn find_test_before_training(train: &TableRows, test: &TableRows, splits: &Splits) -> Option<Remark> {
    let column = match splits {
        Splits::LatestHoldOut { time, .. } | Splits::TimeSeries { time, .. } => time,
        Splits::Predefined { time, .. } => time.as_ref()?,
        Splits::KFold { .. } | Splits::HoldOut { .. } | Splits::LeaveOneGroupOut { .. } => return None,
    };
    let (before, after) = (values(train, column)?, values(test, column)?);
    let order = match before {
        Values::Numbers(_) => &[],
        Values::Levels { levels, .. } => levels.as_slice(),
    };
    let times = |rows: &TableRows, values: &Values| -> Vec<(f64, usize)> {
        let time = |row: u32| read_time(values, rows.steps_of_row(row).start, order);
        (0..).zip(&rows.lines).filter_map(|(row, &line)| Some((time(row)?, line))).collect()
    };
    let by_time = |(a, _): &(f64, usize), (b, _): &(f64, usize)| a.total_cmp(b);
    let (last, a) = times(train, before).into_iter().max_by(by_time)?;
    let (first, b) = times(test, after).into_iter().min_by(by_time)?;
    (first < last).then(|| Remark::TestBeforeTraining { column: column.clone(), lines: [a, b] })
}

/// A number, or the index of a level in `order`; `None` if the value is missing or not in `order`.
fn read_time(values: &Values, row: u32, order: &[String]) -> Option<f64> {
    match values {
        Values::Numbers(numbers) => Some(numbers[row as usize]).filter(|number| !number.is_nan()),
        Values::Levels { codes, levels } => {
            let level = levels.get(codes[row as usize] as usize)?;
            order.iter().position(|other| other == level).map(|place| place as f64)
        }
    }
}

fn find_divided_group(rows: &TableRows, column: &str) -> Option<Remark> {
    let (groups, folds) = (rows.keys.groups.as_ref()?, rows.keys.folds.as_ref()?);
    let mut first: HashMap<u32, usize> = HashMap::new();
    let mut split: HashMap<u32, [usize; 2]> = HashMap::new();
    for (row, &group) in groups.iter().enumerate() {
        let before = *first.entry(group).or_insert(row);
        if folds[before] != folds[row] {
            split.entry(group).or_insert([before, row]);
        }
    }
    let lines = split.values().min()?.map(|row| rows.lines[row]);
    Some(Remark::GroupInTwoFolds { column: column.to_owned(), groups: split.len(), lines })
}

fn find_validation_before_training(rows: &TableRows, folds: &Folds, column: &str) -> Option<Remark> {
    let periods = rows.keys.periods.as_ref()?;
    let period = |row: &&u32| periods[**row as usize];
    let before = |id: FoldId| {
        let training = folds.training(id);
        let (last, first) = (training.iter().max_by_key(period)?, folds.validation(id).iter().min_by_key(period)?);
        (period(&first) < period(&last)).then(|| [*last, *first].map(|row| rows.lines[row as usize]))
    };
    let split: Vec<[usize; 2]> = folds.ids().into_iter().filter_map(before).collect();
    let &lines = split.first()?;
    Some(Remark::ValidationBeforeTraining { column: column.to_owned(), folds: split.len(), lines })
}
