//! Every kind of split has its documented properties, and agrees with scikit-learn's if there is one.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use crossfold_data::{Folds, FoldsError, SplitKeys, Targets, Whole};
use crossfold_study::{Generator, Seed, Splits};
use serde::Deserialize;

/// Splits by scikit-learn, from `tests/fixtures/sklearn/make_splits.py`.
#[derive(Deserialize)]
struct Fixture {
    series: Vec<Series>,
    grouped: Vec<Grouped>,
    stratified_grouped: Vec<StratifiedGrouped>,
    leave_one_out: LeaveOneOut,
    predefined: Predefined,
}

#[derive(Deserialize)]
struct Series {
    periods: u32,
    folds: u32,
    gap: u32,
    window: Option<u32>,
    /// The ranges of training and validation periods, ends excluded; `None` if there are too few periods.
    splits: Option<Vec<[[u32; 2]; 2]>>,
}

#[derive(Deserialize)]
struct Grouped {
    groups: Vec<u32>,
    folds: u32,
    fold_of: Vec<i64>,
}

#[derive(Deserialize)]
struct StratifiedGrouped {
    groups: Vec<u32>,
    classes: Vec<u32>,
    folds: u32,
    fold_of: Vec<i64>,
    mean_unevenness: f64,
}

#[derive(Deserialize)]
struct LeaveOneOut {
    groups: Vec<u32>,
    fold_of: Vec<i64>,
}

#[derive(Deserialize)]
struct Predefined {
    folds: Vec<i64>,
    fold_of: Vec<i64>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../../../tests/fixtures/sklearn/splits.json")).unwrap()
}

fn classes(labels: &[u32]) -> Targets {
    let names = (0..labels.iter().max().map_or(0, |last| last + 1)).map(|class| class.to_string()).collect();
    Targets::Classes { labels: labels.to_vec(), names }
}

fn by_groups(groups: &[u32]) -> SplitKeys {
    SplitKeys { groups: Some(groups.to_vec()), ..SplitKeys::default() }
}

fn by_time(periods: &[u32]) -> SplitKeys {
    SplitKeys { periods: Some(periods.to_vec()), ..SplitKeys::default() }
}

fn by_folds(folds: &[i64]) -> SplitKeys {
    let fold = |&fold: &i64| u32::try_from(fold).ok();
    SplitKeys { folds: Some(folds.iter().map(fold).collect()), ..SplitKeys::default() }
}

fn name(column: &str) -> Option<String> {
    Some(column.to_owned())
}

fn grouped(folds: u32, stratified: bool, shuffle: bool) -> Splits {
    Splits::KFold { folds, repeats: if shuffle { 2 } else { 1 }, stratified, shuffle, groups: name("g") }
}

fn leave_out() -> Splits {
    Splits::LeaveOneGroupOut { groups: "g".to_owned() }
}

fn predefined() -> Splits {
    Splits::Predefined { column: "f".to_owned(), groups: None, time: None }
}

fn series(folds: u32, gap: u32, window: Option<u32>) -> Splits {
    Splits::TimeSeries { folds, time: "t".to_owned(), gap, window }
}

fn latest(share: f64, gap: u32) -> Splits {
    Splits::LatestHoldOut { share, time: "t".to_owned(), gap }
}

fn hold_out(share: f64, stratified: bool, groups: bool) -> Splits {
    Splits::HoldOut { share, stratified, groups: groups.then(|| "g".to_owned()) }
}

/// Splits rows whose targets don't matter.
fn split(keys: &SplitKeys, rows: usize, splits: &Splits) -> Result<Folds, FoldsError> {
    Folds::new(&classes(&vec![0; rows]), keys, splits, Seed(3))
}

/// The fold that each row validates in a repeat; −1 for none.
fn fold_of(folds: &Folds, rows: usize, repeat: u32) -> Vec<i64> {
    let mut fold_of = vec![-1; rows];
    for id in folds.ids().into_iter().filter(|id| id.repeat == repeat) {
        for &row in folds.validation(id) {
            assert_eq!(fold_of[row as usize], -1, "row {row} validates once");
            fold_of[row as usize] = i64::from(id.fold);
        }
    }
    fold_of
}

/// The fixture's measure of unevenness: the mean over classes of the standard deviation of their shares in the folds.
fn unevenness(labels: &[u32], fold_of: &[i64], folds: u32) -> f64 {
    let classes = labels.iter().max().unwrap() + 1;
    let deviation = |class| {
        let share = |fold: u32| {
            let is_in = |(label, other): (&u32, &i64)| *label == class && *other == i64::from(fold);
            labels.iter().zip(fold_of).filter(|&pair| is_in(pair)).count() as f64
        };
        let all = labels.iter().filter(|label| **label == class).count() as f64;
        let even = 1.0 / f64::from(folds);
        ((0..folds).map(|fold| (share(fold) / all - even).powi(2)).sum::<f64>() * even).sqrt()
    };
    (0..classes).map(deviation).sum::<f64>() / f64::from(classes)
}

#[test]
fn time_series_match_scikit_learn() {
    for Series { periods, folds, gap, window, splits } in fixture().series {
        // One to three rows per period, the last periods first.
        let rows: Vec<u32> = (0..periods).rev().flat_map(|period| vec![period; 1 + period as usize * 7 % 3]).collect();
        let rows_in = |[first, behind]: [u32; 2]| -> Vec<u32> {
            (0..).zip(&rows).filter(|(_, period)| (first..behind).contains(period)).map(|(row, _)| row).collect()
        };
        let found = split(&by_time(&rows), rows.len(), &self::series(folds, gap, window));
        match (found, splits) {
            (Ok(found), Some(splits)) => {
                assert_eq!(found.ids().len(), splits.len());
                for (id, [training, validation]) in found.ids().into_iter().zip(splits) {
                    let case = format!("{periods} periods, {folds} folds, gap {gap}, window {window:?}, {id:?}");
                    assert_eq!(found.training(id), rows_in(training), "{case}");
                    assert_eq!(found.validation(id), rows_in(validation), "{case}");
                }
            }
            (found, None) => assert_eq!(found.unwrap_err(), FoldsError::TooFewPeriods { folds, periods, gap }),
            (Err(error), Some(_)) => panic!("{error}"),
        }
    }
}

#[test]
fn unshuffled_groups_match_scikit_learn_or_are_more_even() {
    for Grouped { groups, folds, fold_of: expected } in fixture().grouped {
        let found = split(&by_groups(&groups), groups.len(), &grouped(folds, false, false)).unwrap();
        assert_eq!(fold_of(&found, groups.len(), 0), expected);
    }
    let mut sums = [0.0; 2];
    for StratifiedGrouped { groups, classes: labels, folds, fold_of: expected, .. } in fixture().stratified_grouped {
        let splits = grouped(folds, true, false);
        let found = Folds::new(&classes(&labels), &by_groups(&groups), &splits, Seed(1)).unwrap();
        let [found, expected] =
            [fold_of(&found, groups.len(), 0), expected].map(|fold_of| unevenness(&labels, &fold_of, folds));
        assert!(found < expected + 1e-12, "{folds} folds: {found}, and {expected} with scikit-learn");
        sums = [sums[0] + found, sums[1] + expected];
    }
    assert!(sums[0] < 0.6 * sums[1], "{sums:?}");
}

/// Holds on average over a hundred seeds. Without stratification, shares are much less even.
#[test]
fn shuffled_groups_are_more_even_than_with_scikit_learn() {
    for StratifiedGrouped { groups, classes: labels, folds, mean_unevenness, .. } in fixture().stratified_grouped {
        let all = |stratified| -> Vec<f64> {
            let deal = |seed| {
                let splits = grouped(folds, stratified, true);
                let found = Folds::new(&classes(&labels), &by_groups(&groups), &splits, Seed(seed)).unwrap();
                unevenness(&labels, &fold_of(&found, groups.len(), 0), folds)
            };
            (0..100).map(deal).collect()
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let found = all(true);
        assert!(mean(&found) <= mean_unevenness, "{} > {mean_unevenness}", mean(&found));
        assert!(mean(&all(false)) > 1.5 * mean(&found), "{}", mean(&all(false)));
    }
}

#[test]
fn left_out_groups_and_predefined_folds_match_scikit_learn() {
    let Fixture { leave_one_out: LeaveOneOut { groups, fold_of: expected }, predefined: named, .. } = fixture();
    let found = split(&by_groups(&groups), groups.len(), &leave_out()).unwrap();
    assert_eq!(fold_of(&found, groups.len(), 0), expected);

    let found = split(&by_folds(&named.folds), named.folds.len(), &predefined()).unwrap();
    assert_eq!(fold_of(&found, named.folds.len(), 0), named.fold_of);
    // Rows without a fold train in all folds.
    for id in found.ids() {
        let training = found.training(id);
        let expected = |row: &usize| named.folds[*row] != i64::from(id.fold);
        let expected: Vec<u32> = (0..named.folds.len()).filter(expected).map(|row| row as u32).collect();
        assert_eq!(training, expected);
    }
}

/// Random rows, each with a group, a class and a period.
struct Case {
    groups: Vec<u32>,
    labels: Vec<u32>,
    periods: Vec<u32>,
    generator: Generator,
}

impl Case {
    fn all() -> impl Iterator<Item = Case> {
        (0..300).map(|seed| {
            let mut generator = Seed(seed).subset();
            let rows = 12 + generator.below(90) as usize;
            let mut codes = |count: u64| {
                // Each code has a row.
                let mut codes: Vec<u32> = (0..rows as u64)
                    .map(|row| if row < count { row as u32 } else { generator.below(count) as u32 })
                    .collect();
                generator.shuffle(&mut codes);
                codes
            };
            let (groups, labels, periods) = (codes(4 + seed % 9), codes(2 + seed % 4), codes(5 + seed % 8));
            Case { groups, labels, periods, generator }
        })
    }

    fn rows(&self) -> usize {
        self.groups.len()
    }

    fn below(&mut self, bound: u64) -> u32 {
        self.generator.below(bound) as u32
    }
}

fn at<'a>(values: &'a [u32], rows: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
    rows.iter().map(|&row| values[row as usize])
}

#[test]
fn groups_are_never_split() {
    for mut case in Case::all() {
        let folds = 2 + case.below(3);
        let share = 0.2 + f64::from(case.below(5)) / 10.0;
        let k_folds = [(false, false), (false, true), (true, false), (true, true)]
            .map(|(stratified, shuffle)| grouped(folds, stratified, shuffle));
        let others = [leave_out(), hold_out(share, true, true), hold_out(share, false, true)];
        for splits in k_folds.iter().chain(&others) {
            let found = match Folds::new(&classes(&case.labels), &by_groups(&case.groups), splits, Seed(7)) {
                Ok(found) => found,
                // With few large groups no part may be near enough to the share.
                Err(FoldsError::EmptyPart { whole: Whole::Groups(_), .. }) => continue,
                Err(error) => panic!("{error}"),
            };
            for id in found.ids() {
                let (training, validation) = (found.training(id), found.validation(id));
                assert!(!validation.is_empty() && !training.is_empty(), "{splits:?}");
                assert_eq!(training.len() + validation.len(), case.rows());
                assert!(
                    at(&case.groups, validation).all(|group| at(&case.groups, &training).all(|other| other != group)),
                    "{splits:?} {id:?}"
                );
            }
            let is_once = !matches!(splits, Splits::HoldOut { .. });
            for id in found.ids().iter().filter(|id| is_once && id.fold == 0) {
                assert!(!fold_of(&found, case.rows(), id.repeat).contains(&-1), "{splits:?}: each row validates");
            }
        }
    }
}

/// The last group goes to the smallest fold, so folds differ by at most the largest group.
#[test]
fn grouped_folds_differ_by_at_most_one_group() {
    for mut case in Case::all() {
        let folds = 2 + case.below(3);
        let largest = (0..).map(|group| case.groups.iter().filter(|&&other| other == group).count());
        let largest = largest.take_while(|&rows| rows > 0).max().unwrap();
        for shuffle in [false, true] {
            let found = split(&by_groups(&case.groups), case.rows(), &grouped(folds, false, shuffle)).unwrap();
            for ids in found.ids().chunks(folds as usize) {
                let sizes = || ids.iter().map(|&id| found.validation(id).len());
                assert!(sizes().max().unwrap() - sizes().min().unwrap() <= largest);
            }
        }
    }
}

#[test]
fn repeats_deal_groups_differently() {
    let groups: Vec<u32> = (0..60).map(|row| row / 3).collect();
    for stratified in [false, true] {
        let labels: Vec<u32> = (0..60).map(|row| row % 2).collect();
        let splits = grouped(4, stratified, true);
        let found = Folds::new(&classes(&labels), &by_groups(&groups), &splits, Seed(1)).unwrap();
        assert_ne!(fold_of(&found, 60, 0), fold_of(&found, 60, 1));
    }
}

#[test]
fn training_ends_one_gap_before_validation() {
    let mut made = 0;
    for mut case in Case::all() {
        let periods = case.periods.iter().max().unwrap() + 1;
        let (gap, window) = (case.below(4), [None, Some(1 + case.below(4))][case.below(2) as usize]);
        let share = 0.1 + f64::from(case.below(7)) / 10.0;
        for splits in [series(2 + case.below(4), gap, window), latest(share, gap)] {
            let Ok(found) = split(&by_time(&case.periods), case.rows(), &splits) else { continue };
            made += 1;
            let mut validated = Vec::new();
            for id in found.ids() {
                let (training, validation) = (found.training(id), found.validation(id));
                let [first, last] = [training.as_slice(), validation].map(|part| {
                    let periods = || at(&case.periods, part);
                    (periods().min().unwrap(), periods().max().unwrap())
                });
                let ((trained, latest), (earliest, validates_to)) = (first, last);
                assert_eq!(latest + gap + 1, earliest, "{splits:?} {id:?}");
                // Training and validation rows are whole, consecutive periods.
                let rows_in = |range: std::ops::RangeInclusive<u32>| {
                    case.periods.iter().filter(|period| range.contains(period)).count()
                };
                assert_eq!(training.len(), rows_in(trained..=latest), "ties stay together");
                assert_eq!(validation.len(), rows_in(earliest..=validates_to), "ties stay together");
                let asked = if matches!(splits, Splits::TimeSeries { .. }) { window } else { None };
                let wide = asked.unwrap_or(periods).min(latest + 1);
                assert_eq!(latest + 1 - trained, wide, "{splits:?} {id:?}");
                validated.extend(earliest..=validates_to);
            }
            assert!(validated.is_sorted_by(|a, b| a + 1 == *b), "stretches follow one another: {validated:?}");
            assert_eq!(validated.last(), Some(&(periods - 1)), "up to the last period");
            if let Splits::LatestHoldOut { share, .. } = splits {
                assert!((validated.len() as f64 - share * f64::from(periods)).abs() <= 0.5, "{share} {validated:?}");
            }
        }
    }
    assert!(made > 300, "{made} of 600 splits have enough periods");
}

/// The number of `rows` in each of `strata`.
fn counts(strata: &[u32], rows: &[u32]) -> Vec<usize> {
    let count = strata.iter().max().unwrap() + 1;
    (0..count).map(|stratum| at(strata, rows).filter(|&other| other == stratum).count()).collect()
}

#[test]
fn hold_out_keeps_class_shares_to_within_one_row() {
    for mut case in Case::all() {
        let share = 0.1 + f64::from(case.below(80)) / 100.0;
        let found = Folds::new(&classes(&case.labels), &SplitKeys::default(), &hold_out(share, true, false), Seed(9));
        let found = found.unwrap();
        let validation = found.validation(found.ids()[0]);
        assert_eq!(validation.len(), (share * case.rows() as f64).round() as usize);
        let all: Vec<u32> = (0..case.rows() as u32).collect();
        for (drawn, size) in counts(&case.labels, validation).into_iter().zip(counts(&case.labels, &all)) {
            let due = validation.len() as f64 * size as f64 / case.rows() as f64;
            assert!((drawn as f64 - due).abs() < 1.0, "{drawn} of {size}, {due} due");
        }
    }
}

/// Ranks are known by construction: row r has the target with rank `ranks[r]`.
#[test]
fn numeric_strata_are_even_across_folds() {
    for mut case in Case::all() {
        let rows = case.rows();
        let mut ranks: Vec<u32> = (0..rows as u32).collect();
        case.generator.shuffle(&mut ranks);
        // Unevenly spaced numbers, some of them negative.
        let numbers = ranks.iter().map(|&rank| (f64::from(rank) - 20.0).powi(3)).collect();
        let targets = Targets::Numbers(numbers);
        let tenths: Vec<u32> = ranks.iter().map(|&rank| rank * 10 / rows as u32).collect();

        let folds = 2 + case.below(5);
        let splits = Splits::KFold { folds, repeats: 1, stratified: true, shuffle: true, groups: None };
        let found = Folds::new(&targets, &SplitKeys::default(), &splits, Seed(2)).unwrap();
        let parts: Vec<Vec<usize>> = found.ids().iter().map(|&id| counts(&tenths, found.validation(id))).collect();
        for tenth in 0..10 {
            let counts = || parts.iter().map(|part| part[tenth]);
            assert!(counts().max().unwrap() - counts().min().unwrap() <= 1, "{parts:?}");
        }
        assert!(!fold_of(&found, rows, 0).contains(&-1));

        let found = Folds::new(&targets, &SplitKeys::default(), &hold_out(0.3, true, false), Seed(2)).unwrap();
        let all: Vec<u32> = (0..rows as u32).collect();
        let validation = found.validation(found.ids()[0]);
        for (drawn, size) in counts(&tenths, validation).into_iter().zip(counts(&tenths, &all)) {
            assert!((drawn as f64 - size as f64 * validation.len() as f64 / rows as f64).abs() < 1.0);
        }
    }
}

/// If each group has a single class, a class misses its share by at most half its largest group, because a group is
/// taken if it brings the class nearer to its share.
#[test]
fn single_class_groups_are_held_out_proportionally() {
    for mut case in Case::all() {
        let labels: Vec<u32> = case.groups.iter().map(|group| group % 2).collect();
        let share = 0.2 + f64::from(case.below(5)) / 10.0;
        let found = Folds::new(&classes(&labels), &by_groups(&case.groups), &hold_out(share, true, true), Seed(4));
        let Ok(found) = found else { continue };
        let all: Vec<u32> = (0..case.rows() as u32).collect();
        let sizes = |class: usize| counts(&case.groups, &all).into_iter().skip(class).step_by(2);
        let dues: Vec<f64> = counts(&labels, &all).into_iter().map(|size| share * size as f64).collect();
        if (0..2).all(|class| sizes(class).all(|rows| rows as f64 >= 2.0 * dues[class])) {
            // If no group brings its class nearer, groups are drawn without stratification.
            continue;
        }
        let drawn = counts(&labels, found.validation(found.ids()[0]));
        for (class, (&drawn, due)) in drawn.iter().zip(&dues).enumerate() {
            let largest = sizes(class).max().unwrap() as f64;
            assert!((drawn as f64 - due).abs() <= largest / 2.0 + 1e-9, "{drawn}, {due} due");
        }
    }
}

/// Groups of five rows with one class each, four in five of them of class 0: fifty rows should have ten of class 1.
#[test]
fn grouped_hold_out_keeps_the_share_of_a_small_class() {
    let groups: Vec<u32> = (0..250).map(|row| row / 5).collect();
    let labels: Vec<u32> = groups.iter().map(|group| u32::from(group % 5 == 0)).collect();
    let draw = |stratified, seed| {
        let found =
            Folds::new(&classes(&labels), &by_groups(&groups), &hold_out(0.2, stratified, true), Seed(seed)).unwrap();
        counts(&labels, found.validation(found.ids()[0]))
    };
    for seed in 1..=20 {
        assert_eq!(draw(true, seed), [40, 10]);
    }
    // Without stratification the number of rows is right, but not the classes.
    assert!((1..=20).all(|seed| draw(false, seed).iter().sum::<usize>() == 50));
    assert!((1..=20).any(|seed| draw(false, seed)[1] != 10));
}

/// A class of two rows is nearest to a share of one fifth with no row.
#[test]
fn groups_of_tiny_classes_are_held_out() {
    let groups: Vec<u32> = (0..40).map(|row| row / 2).collect();
    let labels: Vec<u32> = (0..40).map(|row| row % 20).collect();
    let found = Folds::new(&classes(&labels), &by_groups(&groups), &hold_out(0.2, true, true), Seed(1)).unwrap();
    assert_eq!(found.validation(found.ids()[0]).len(), 8);
}

#[test]
fn impossible_splits_are_refused_with_a_hint() {
    let check = |keys: &SplitKeys, rows: usize, splits: &Splits, message: &str, hint: &str| {
        let error = split(keys, rows, splits).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.hint().as_deref()), (message, Some(hint)));
    };
    let groups = by_groups(&[0, 0, 0, 1, 1, 1]);
    check(
        &groups,
        6,
        &grouped(3, true, true),
        "2 groups can't make 3 folds: each needs a group to validate",
        "ask for at most 2 `cross_validation.folds`, or name another column of groups",
    );
    for stratified in [false, true] {
        check(
            &groups,
            6,
            &hold_out(0.1, stratified, true),
            "a share of 0.1 of 2 groups leaves none to hold out",
            "rows of a group stay together: choose a share nearer to a half, or give more groups",
        );
    }
    check(
        &by_groups(&[0; 4]),
        4,
        &leave_out(),
        "`g` has the same value in all rows: they are one group, and there is no other to train on",
        "name another column of groups",
    );
    let many: Vec<u32> = (0..1001).collect();
    check(
        &by_groups(&many),
        1001,
        &leave_out(),
        "`g` makes 1001 folds, more than the maximum of 1000",
        "`cross_validation: {folds: 10, groups: g}` makes ten folds and keeps rows with the same value together",
    );
    assert_eq!(split(&by_groups(&many[..1000]), 1000, &leave_out()).unwrap().ids().len(), 1000);
    check(
        &by_folds(&(0..1001).collect::<Vec<_>>()),
        1001,
        &predefined(),
        "`f` makes 1001 folds, more than the maximum of 1000",
        "`cross_validation: {folds: 10, groups: f}` makes ten folds and keeps rows with the same value together",
    );
    let time = by_time(&[0, 1, 2, 3, 4, 4]);
    check(
        &time,
        6,
        &series(5, 0, None),
        "5 periods can't make 5 folds with a gap of 0: each trains on a period before it",
        "ask for fewer folds, or give more periods",
    );
    check(
        &time,
        6,
        &series(3, 2, None),
        "5 periods can't make 3 folds with a gap of 2: each trains on a period before it",
        "ask for fewer folds or a smaller `gap`",
    );
    check(
        &time,
        6,
        &latest(0.05, 1),
        "a share of 0.05 of 5 periods leaves none to hold out",
        "rows of one time stay together: choose a share nearer to a half, or give more periods",
    );
    check(
        &time,
        6,
        &latest(0.95, 0),
        "a share of 0.95 of 5 periods leaves none to train on",
        "rows of one time stay together: choose a share nearer to a half, or give more periods",
    );
    check(
        &time,
        6,
        &latest(0.4, 3),
        "a share of 0.4 of 5 periods, with a gap of 3, leaves none to train on",
        "choose a smaller `gap` or a smaller share, or give more periods",
    );
    let named =
        "the column holds a name or number of the fold that a row validates, and nothing for rows that only train";
    check(
        &by_folds(&[0, 0, 0]),
        3,
        &predefined(),
        "`f` puts all rows into one fold, so that there are none to train on",
        named,
    );
    check(&by_folds(&[-1, -1]), 2, &predefined(), "`f` puts no row into a fold", named);
}
