//! Nothing learnt from validation rows reaches training, so noise scores like noise.
//!
//! Each leak is planted in twenty tables of noise with balanced classes. When a step is done within folds, the mean score is
//! that of guessing, within its 95 % interval; when it is done on the whole table first, a common mistake, it is far off.

use std::fmt::Write as _;
use std::fs;

use crate::harness::Workplace;

const SEEDS: u64 = 20;

/// Two-sided 95 % of Student's t with 19 degrees of freedom.
const T: f64 = 2.093;

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Equally many of both classes, in random order.
    fn classes(&mut self, rows: usize) -> Vec<usize> {
        let mut classes: Vec<usize> = (0..rows).map(|row| row % 2).collect();
        for last in (1..rows).rev() {
            classes.swap(last, (self.next() % (last as u64 + 1)) as usize);
        }
        classes
    }
}

/// A CSV table of the columns and the class.
fn table(columns: &[(String, Vec<String>)], classes: &[usize]) -> String {
    let mut text: String = columns.iter().map(|(name, _)| format!("{name},")).collect();
    text += "class\n";
    for (row, class) in classes.iter().enumerate() {
        columns.iter().for_each(|(_, cells)| write!(text, "{},", cells[row]).unwrap());
        writeln!(text, "{}", ["no", "yes"][*class]).unwrap();
    }
    text
}

/// The mean cross-validated accuracy of logistic regression on each table, over all trials. `rest` continues the spec.
fn accuracies(added: &str, table: impl Fn(&mut Noise) -> String) -> Vec<f64> {
    accuracies_of("", added, table)
}

/// The same with `columns` in the spec's data.
fn accuracies_of(columns: &str, added: &str, table: impl Fn(&mut Noise) -> String) -> Vec<f64> {
    let here = Workplace::new();
    let accuracy = |seed| {
        fs::write(here.path().join("rows.csv"), table(&mut Noise(seed))).unwrap();
        let spec = here.spec(
            "noise.yaml",
            &format!(
                "version: 1\nname: noise\nseed: {seed}\ndata: {{source: csv, path: rows.csv, target: class{columns}}}\n{added}model: {{kind: mlp, hidden: []}}\n\
                 training: {{optimizer: sgd, learning_rate: 0.1, batch_size: 16, epochs: 20}}\n\
                 cross_validation: {{folds: 5}}\nfinal: {{refit: none}}\n"
            ),
        );
        here.crossfold(&["run", spec.to_str().unwrap(), "--quiet"]).expect(0);
        let board = here.read("results/noise/leaderboard.csv");
        let mut rows = csv::Reader::from_reader(board.as_bytes());
        let mean = rows.headers().unwrap().iter().position(|name| name == "mean").unwrap();
        let means: Vec<f64> = rows.records().map(|row| row.unwrap()[mean].parse().unwrap()).collect();
        // The best of several trials would be better than chance.
        means.iter().sum::<f64>() / means.len() as f64
    };
    (0..SEEDS).map(accuracy).collect()
}

/// The mean, and half the width of its 95 % confidence interval.
fn interval(accuracies: &[f64]) -> (f64, f64) {
    let count = accuracies.len() as f64;
    let mean = accuracies.iter().sum::<f64>() / count;
    let variance = accuracies.iter().map(|accuracy| (accuracy - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, T * (variance / count).sqrt())
}

#[track_caller]
fn is_chance(accuracies: &[f64]) {
    let (mean, half) = interval(accuracies);
    assert!((mean - 0.5).abs() <= half, "{mean} ± {half}");
}

#[track_caller]
fn is_a_leak(accuracies: &[f64]) {
    let (mean, half) = interval(accuracies);
    assert!(mean - half > 0.6, "{mean} ± {half}");
}

/// 150 rows from 75 places, two from each.
fn places(noise: &mut Noise) -> (Vec<usize>, Vec<usize>) {
    let classes = noise.classes(150);
    ((0..150).map(|row| row / 2).collect(), classes)
}

#[test]
fn target_encoding_does_not_leak() {
    let encoded = accuracies("preprocessing: {columns: {place: {categorical: {encode: target}}}}\n", |noise| {
        let (places, classes) = places(noise);
        table(&[("place".to_owned(), places.iter().map(|place| format!("p{place}")).collect())], &classes)
    });
    is_chance(&encoded);
    let encode = "search: {space: {categorical.encode: [target, {target: {smoothing: 1}}]}}\n";
    is_chance(&accuracies_of(", columns: {place: categorical}", encode, |noise| {
        let (places, classes) = places(noise);
        table(&[("place".to_owned(), places.iter().map(|place| format!("p{place}")).collect())], &classes)
    }));
    is_a_leak(&accuracies("", |noise| {
        let (places, classes) = places(noise);
        let share = |place: &usize| {
            let yes = (0..150).filter(|&row| places[row] == *place && classes[row] == 1).count();
            format!("{}", yes as f64 / 2.0)
        };
        table(&[("encoded".to_owned(), places.iter().map(share).collect())], &classes)
    }));
}

/// The wrong and the right way to select inputs: Hastie, Tibshirani and Friedman (2009), section 7.10.2.
#[test]
fn feature_selection_does_not_leak() {
    const ROWS: usize = 60;
    const COLUMNS: usize = 10_000;
    let columns = |noise: &mut Noise| -> Vec<Vec<f64>> {
        (0..COLUMNS).map(|_| (0..ROWS).map(|_| (noise.unit() * 1e4).floor() / 1e4).collect()).collect()
    };
    let named =
        |(number, cells): (usize, &Vec<f64>)| (format!("x{number}"), cells.iter().map(f64::to_string).collect());
    is_chance(&accuracies("preprocessing: {select: 10}\n", |noise| {
        let (classes, columns) = (noise.classes(ROWS), columns(noise));
        table(&columns.iter().enumerate().map(named).collect::<Vec<_>>(), &classes)
    }));
    is_a_leak(&accuracies("", |noise| {
        let (classes, mut columns) = (noise.classes(ROWS), columns(noise));
        let related = |cells: &Vec<f64>| {
            let signed = cells.iter().zip(&classes).map(|(cell, class)| if *class == 1 { *cell } else { -cell });
            signed.sum::<f64>().abs()
        };
        columns.sort_by(|a, b| related(b).total_cmp(&related(a)));
        table(&columns[..10].iter().enumerate().map(named).collect::<Vec<_>>(), &classes)
    }));
}

/// A scaler does not use classes, so its leak would hardly show in a score. `crossfold-sources`' test of leakage measures it
/// directly.
#[test]
fn scaling_does_not_leak() {
    is_chance(&accuracies("preprocessing: {numeric: {impute: mean, indicator: true}}\n", |noise| {
        let classes = noise.classes(60);
        let mut cell = |_| if noise.unit() < 0.1 { String::new() } else { (1.0 / noise.unit()).to_string() };
        let columns: Vec<_> = (0..5).map(|column| (format!("x{column}"), (0..60).map(&mut cell).collect())).collect();
        table(&columns, &classes)
    }));
}
