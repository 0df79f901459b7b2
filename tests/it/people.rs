//! A table of people with columns of every kind, missing values and rare levels, and specs for it.

use std::fmt::Write as _;
use std::fs;

use crate::harness::Workplace;

/// A number in [0, 1) that depends on row and column: SplitMix64's output function.
fn noise(row: u64, column: u64) -> f64 {
    let mut bits = (row * 31 + column + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Rows `from..to` with `columns`. Three consecutive rows are a house, ten are a wave.
pub(crate) fn rows(columns: &[&str], from: u64, to: u64) -> String {
    let mut text = columns.join(",") + "\n";
    for row in from..to {
        let size = (noise(row, 0) * 100.0).round() / 10.0;
        let town = ["Ulm", "Bonn", "Köln"][row as usize % 3];
        let pull = size - 5.0 + if town == "Köln" { 3.0 } else { 0.0 } + 3.0 * (noise(row, 1) - 0.5);
        let value = |column: &&str| match *column {
            "size" => format!("{size}"),
            // Skewed to the right.
            "income" if row % 7 == 3 => String::new(),
            "income" => format!("{:.0}", (8.0 + 3.0 * noise(row, 2)).exp()),
            "town" if row % 11 == 5 => "NA".to_owned(),
            "town" if row % 50 == 7 => "Rom".to_owned(),
            "town" => town.to_owned(),
            "street" => format!("street {}", (noise(row, 3) * 12.0) as u32),
            "grade" => ["low", "mid", "high"][(noise(row, 4) * 3.0) as usize].to_owned(),
            "member" => ["no", "yes"][usize::from(noise(row, 5) < 0.5)].to_owned(),
            "born" => format!("19{:02}-0{}-17", 50 + row % 40, 1 + row % 9),
            // A constant column.
            "one" => "1".to_owned(),
            "house" => format!("h{}", row / 3),
            "wave" => (row / 10).to_string(),
            "part" if row % 10 == 9 => String::new(),
            "part" => ["a", "b", "c"][row as usize % 3].to_owned(),
            "vote" => if pull > 1.0 {
                "red"
            } else if pull > -2.0 {
                "green"
            } else {
                "blue"
            }
            .to_owned(),
            "price" => format!("{:.2}", 1000.0 + 250.0 * pull),
            other => panic!("there is no column {other}"),
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        writeln!(text, "{}", values.join(",")).unwrap();
    }
    text
}

/// The features of people.
pub(crate) const FEATURES: [&str; 7] = ["size", "income", "town", "street", "grade", "member", "born"];

/// Preprocessing with steps of every kind.
pub(crate) const EVERY_STEP: &str = "preprocessing:\n  \
     numeric: {impute: mean, indicator: true, scale: robust}\n  \
     categorical: {rare: 3, encode: one_hot, indicator: true}\n  \
     ordinal: {scale: min_max}\n  boolean: {scale: none}\n  date: {scale: quantile}\n  \
     columns: {income: {numeric: {impute: median, log: true}}, street: {categorical: {encode: target}}}\n  \
     select: 12\n";

impl Workplace {
    /// Writes people to a file, with the features and `others`.
    pub(crate) fn people(&self, file: &str, others: &[&str], from: u64, to: u64) {
        let columns: Vec<&str> = FEATURES.into_iter().chain(others.iter().copied()).collect();
        fs::write(self.path().join(file), rows(&columns, from, to)).unwrap();
    }

    /// Writes a spec `NAME.yaml` that learns `target` from `people.csv`. `data` continues the line of that key, `rest` has
    /// further keys.
    pub(crate) fn people_spec(&self, name: &str, target: &str, data: &str, rest: &str) -> String {
        let task = if target == "price" { "regression" } else { "classification" };
        let text = format!(
            "version: 1\nname: {name}\nseed: 4\n\
             data: {{source: csv, path: people.csv, target: {target}, task: {task}, \
             columns: {{grade: {{ordinal: [low, mid, high]}}}}{data}}}\n{rest}"
        );
        self.spec(&format!("{name}.yaml"), &text).to_str().unwrap().to_owned()
    }
}
