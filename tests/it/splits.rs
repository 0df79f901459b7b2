//! The rows that validate and train in each fold, from a run's result files.

use std::collections::{BTreeMap, BTreeSet};

use crate::harness::{Row, Workplace, number, table};
use crate::people::rows;

const PEOPLE: u64 = 150;

/// A network whose only input is constant: one step takes its prediction to the mean target of its training rows, which
/// identifies them.
const MEAN: &str = "model: {kind: mlp, layers: 0}\n\
     training: {optimizer: sgd, learning_rate: 0.5, batch_size: 1000, epochs: 2}\n";

/// People, and the splits of a study of them.
struct Split {
    people: Vec<Row>,
    /// By repeat and fold: the validation rows and their predictions.
    parts: BTreeMap<(u64, u64), (Vec<usize>, f64)>,
}

fn split(cross_validation: &str) -> Split {
    let here = Workplace::new();
    let text = rows(&["one", "house", "wave", "part", "grade", "price"], 0, PEOPLE);
    std::fs::write(here.path().join("people.csv"), &text).unwrap();
    let drop = cross_validation.split(['{', '}', ' ', ',']).collect::<BTreeSet<_>>();
    let columns = ["house", "wave", "part", "grade"].iter().filter(|name| !drop.contains(**name));
    let columns: Vec<String> = columns.map(|name| format!("{name}: drop")).collect();
    let spec = here.spec(
        "split.yaml",
        &format!(
            "version: 1\nname: split\nseed: 4\ndata: {{source: csv, path: people.csv, target: price, \
             task: regression, columns: {{{}}}}}\n{MEAN}cross_validation: {cross_validation}\n",
            columns.join(", ")
        ),
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    let mut parts: BTreeMap<(u64, u64), (Vec<usize>, f64)> = BTreeMap::new();
    for row in table(&here.read("results/split/predictions.csv")) {
        let [repeat, fold] = ["repeat", "fold"].map(|key| row[key].parse().unwrap());
        let predicted = number(&row, "predicted");
        let (rows, mean) = parts.entry((repeat, fold)).or_insert((Vec::new(), predicted));
        rows.push(row["row"].parse().unwrap());
        assert_eq!(*mean, predicted, "the network tells rows apart");
    }
    Split { people: table(&text), parts }
}

impl Split {
    /// The values of `column` in some rows.
    fn values(&self, rows: &[usize], column: &str) -> BTreeSet<String> {
        rows.iter().map(|&row| self.people[row][column].clone()).collect()
    }

    /// Compares the training rows of each part with those that `trains` selects, given a row and the validation rows.
    fn assert_training(&self, trains: impl Fn(&Row, &BTreeSet<usize>, usize) -> bool) {
        for (part, (rows, mean)) in &self.parts {
            let validation: BTreeSet<usize> = rows.iter().copied().collect();
            let training = (0..self.people.len()).filter(|&row| trains(&self.people[row], &validation, row));
            let prices: Vec<f64> = training.map(|row| number(&self.people[row], "price")).collect();
            let expected = prices.iter().sum::<f64>() / prices.len() as f64;
            assert!((mean - expected).abs() < 1e-3, "{part:?} was trained on a mean of {mean}, not of {expected}");
        }
    }

    /// Every row validates once per repeat and otherwise trains.
    fn assert_each_row_validates_once(&self, repeats: u64) {
        for repeat in 1..=repeats {
            let parts = self.parts.iter().filter(|((of, _), _)| *of == repeat);
            let mut validated: Vec<usize> = parts.flat_map(|(_, (rows, _))| rows.clone()).collect();
            validated.sort_unstable();
            assert_eq!(validated, (0..self.people.len()).collect::<Vec<_>>(), "repeat {repeat}");
        }
        self.assert_training(|_, validation, row| !validation.contains(&row));
    }

    /// No value of `column` is in two folds of a repeat.
    fn assert_together(&self, column: &str) {
        let mut folds: BTreeMap<(u64, String), u64> = BTreeMap::new();
        for (&(repeat, fold), (rows, _)) in &self.parts {
            for value in self.values(rows, column) {
                let other = *folds.entry((repeat, value.clone())).or_insert(fold);
                assert_eq!(other, fold, "`{value}` is in two folds of repeat {repeat}");
            }
        }
    }

    /// All parts have equally many rows of each of `classes`, to within one.
    fn assert_even(&self, classes: impl Fn(usize) -> String) {
        let mut counts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, (rows, _)) in self.parts.values().enumerate() {
            for &row in rows {
                counts.entry(classes(row)).or_insert_with(|| vec![0; self.parts.len()])[place] += 1;
            }
        }
        for (class, counts) in counts {
            let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
            assert!(most - least <= 1, "{class}: {counts:?}");
        }
    }

    fn waves(&self, rows: &[usize]) -> BTreeSet<u64> {
        self.values(rows, "wave").iter().map(|wave| wave.parse().unwrap()).collect()
    }
}

#[test]
fn each_row_validates_once_per_repeat() {
    let split = split("{folds: 4, repeats: 3}");
    assert_eq!(split.parts.len(), 12);
    split.assert_each_row_validates_once(3);
    let sizes: Vec<usize> = split.parts.values().map(|(rows, _)| rows.len()).collect();
    assert!(sizes.iter().all(|size| [37, 38].contains(size)), "{sizes:?}");
    let folds_of = |repeat| (1..=4).map(|fold| split.parts[&(repeat, fold)].0.clone()).collect::<BTreeSet<_>>();
    assert!(folds_of(1).is_disjoint(&folds_of(2)) && folds_of(2).is_disjoint(&folds_of(3)), "each repeat splits anew");
}

/// Numbers are stratified by the tenths of their ranks.
#[test]
fn strata_of_numbers_are_even() {
    let split = split("{folds: 5, stratified: true}");
    split.assert_each_row_validates_once(1);
    let price = |row: usize| number(&split.people[row], "price");
    let rank = |row: usize| (0..150).filter(|&other| price(other) < price(row)).count();
    split.assert_even(|row| (rank(row) / 15).to_string());
}

/// Classes have a study of their own, since the others are regressions.
#[test]
fn strata_of_classes_are_even() {
    let here = Workplace::new();
    here.people("people.csv", &["vote"], 0, PEOPLE);
    let network = "model: {kind: mlp, layers: 0}\ntraining: {epochs: 1}\ncross_validation: {folds: 5}\n";
    let spec = here.people_spec("strata", "vote", "", network);
    here.crossfold(&["run", &spec]).expect(0);
    let mut counts: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    let predictions = table(&here.read("results/strata/predictions.csv"));
    assert_eq!(predictions.len() as u64, PEOPLE);
    for row in &predictions {
        *counts.entry(row["truth"].clone()).or_default().entry(row["fold"].clone()).or_default() += 1;
    }
    assert_eq!(counts.len(), 3);
    for (class, counts) in &counts {
        let (least, most) = (counts.values().min().unwrap(), counts.values().max().unwrap());
        assert!(counts.len() == 5 && most - least <= 1, "{class}: {counts:?}");
    }
}

#[test]
fn groups_stay_together() {
    for (cross_validation, folds, repeats) in [
        ("{folds: 5, groups: house}", 5, 1),
        ("{folds: 4, repeats: 2, groups: house}", 4, 2),
        ("{folds: 5, groups: house, stratified: true}", 5, 1),
        ("{folds: 5, groups: house, shuffle: false}", 5, 1),
    ] {
        let split = split(cross_validation);
        assert_eq!(split.parts.len() as u64, folds * repeats);
        split.assert_each_row_validates_once(repeats);
        split.assert_together("house");
    }
}

#[test]
fn each_group_is_left_out_once() {
    let split = split("{leave_out: grade}");
    split.assert_each_row_validates_once(1);
    split.assert_together("grade");
    assert_eq!(split.parts.len(), 3, "a fold a grade");
    assert!(split.parts.values().all(|(rows, _)| split.values(rows, "grade").len() == 1));
}

/// 15 waves in 5 blocks of 3, the first of which only trains.
#[test]
fn folds_by_time_train_on_earlier_rows() {
    for (cross_validation, gap, window) in [
        ("{folds: 4, time: wave}", 0, 15),
        ("{folds: 4, time: wave, gap: 2}", 2, 15),
        ("{folds: 4, time: wave, window: 2}", 0, 2),
        ("{folds: 4, time: wave, gap: 1, window: 2}", 1, 2),
    ] {
        let split = split(cross_validation);
        let validated: Vec<BTreeSet<u64>> = split.parts.values().map(|(rows, _)| split.waves(rows)).collect();
        assert_eq!(validated, [3..6, 6..9, 9..12, 12..15].map(|waves| waves.collect::<BTreeSet<u64>>()));
        assert!(split.parts.values().all(|(rows, _)| rows.len() == 30), "every row of the waves");
        split.assert_training(|person, validation, _| {
            let first = *split.waves(&validation.iter().copied().collect::<Vec<_>>()).first().unwrap();
            let wave: u64 = person["wave"].parse().unwrap();
            wave + gap < first && wave + gap + window >= first
        });
    }
}

#[test]
fn predefined_folds_follow_their_column() {
    let split = split("{predefined: part}");
    assert_eq!(split.parts.len(), 3);
    for ((_, (rows, _)), part) in split.parts.iter().zip(["a", "b", "c"]) {
        let all: Vec<usize> = (0..split.people.len()).filter(|&row| split.people[row]["part"] == part).collect();
        assert_eq!(*rows, all);
    }
    // Rows without a part train in every fold.
    split.assert_training(|_, validation, row| !validation.contains(&row));
}

#[test]
fn a_hold_out_share_validates_once() {
    for cross_validation in ["{hold_out: 0.2}", "none"] {
        let split = split(cross_validation);
        assert_eq!(split.parts.values().map(|(rows, _)| rows.len()).collect::<Vec<_>>(), [30]);
        split.assert_training(|_, validation, row| !validation.contains(&row));
    }
    let grouped = split("{hold_out: 0.2, groups: house}");
    let (rows, _) = &grouped.parts[&(1, 1)];
    let houses = grouped.values(rows, "house");
    let all = grouped.people.iter().filter(|person| houses.contains(&person["house"])).count();
    assert_eq!((rows.len(), all), (30, 30), "whole houses of three");
    grouped.assert_training(|_, validation, row| !validation.contains(&row));
    let latest = split("{hold_out: 0.2, time: wave, gap: 1}");
    let (rows, _) = &latest.parts[&(1, 1)];
    assert_eq!((rows.len(), latest.waves(rows)), (30, BTreeSet::from([12, 13, 14])));
    latest.assert_training(|person, _, _| person["wave"].parse::<u64>().unwrap() < 11);
}
