//! `docs/spec.md` has the keys of the schema, with their defaults and words. Tables of hyperparameters, samplers, pruners and
//! metrics are generated from their definitions.

use std::collections::BTreeSet;
use std::ops::Range;

use crossfold_network::Task;
use crossfold_study::Metric;
use serde_json::{Map, Value};

use crate::cross_validation::{FOLDS, HOLD_OUT, SHUFFLE};
use crate::range::STEP;

const DOCUMENTATION: &str = include_str!("../../../../docs/spec.md");

/// Tables of keys: the heading above, which of the tables below it, and where the schema has the keys.
const TABLES: &[(&str, Range<usize>, &str)] = &[
    ("## The file", 0..1, ""),
    ("### `data`", 0..2, "/properties/data"),
    ("### `preprocessing`", 0..1, "/$defs/Preprocessing"),
    ("### `preprocessing`", 1..2, "/$defs/NumericSteps"),
    ("### `preprocessing`", 2..3, "/$defs/CategoricalSteps"),
    ("### `search`", 0..1, "/$defs/Search"),
    ("### `budget`", 0..1, "/$defs/Budget"),
    ("### `cross_validation`", 1..2, "/$defs/CrossValidation/oneOf/1"),
    ("### `final`", 0..1, "/$defs/Final"),
    ("### `limits`", 0..1, "/$defs/Limits"),
    ("### `predictions`", 0..1, "/$defs/Predictions"),
];

/// The text below a heading.
fn section(heading: &str) -> &'static str {
    let (_, text) = DOCUMENTATION.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    text.find("\n##").map_or(text, |end| &text[..end])
}

/// The rows of each table in a text, without the heads.
fn tables(text: &str) -> Vec<Vec<Vec<&str>>> {
    let mut tables = Vec::new();
    let mut is_within = false;
    for line in text.lines() {
        let is_row = line.starts_with('|');
        if is_row && !is_within {
            tables.push(Vec::new());
        }
        is_within = is_row;
        if let (true, Some(rows)) = (is_row, tables.last_mut()) {
            rows.push(line.trim_matches('|').split('|').map(str::trim).collect());
        }
    }
    tables.into_iter().map(|rows: Vec<_>| rows[2..].to_vec()).collect()
}

/// The keys that a row is about.
fn keys<'r>(row: &[&'r str]) -> impl Iterator<Item = &'r str> {
    row[0].split(", ").map(|key| key.trim_matches('`'))
}

fn schema() -> Value {
    serde_json::from_str(&crate::schema()).unwrap()
}

fn properties<'s>(schema: &'s Value, place: &str) -> &'s Map<String, Value> {
    schema.pointer(place).and_then(|map| map["properties"].as_object()).unwrap_or_else(|| panic!("no {place}"))
}

/// As a cell of a table has it.
fn cell(value: &Value) -> String {
    value.as_str().map_or_else(|| format!("`{value}`"), |text| format!("`{text}`"))
}

#[test]
fn the_documentation_has_every_key_with_its_default_and_its_words() {
    let schema = schema();
    for (heading, numbers, place) in TABLES {
        let (text, properties) = (section(heading), properties(&schema, place));
        let mut documented = BTreeSet::new();
        for row in tables(text)[numbers.clone()].iter().flatten() {
            for key in keys(row) {
                let property = properties.get(key).unwrap_or_else(|| panic!("{heading}: there is no key `{key}`"));
                documented.insert(key);
                if let Some(default) = property.get("default") {
                    assert_eq!(row[2], cell(default), "{heading}: the default of `{key}`");
                }
                let words = property.pointer("/enum").or_else(|| property.pointer("/oneOf/0/enum"));
                for word in words.and_then(Value::as_array).into_iter().flatten() {
                    let text = if row[1].ends_with("below") { DOCUMENTATION } else { text };
                    assert!(text.contains(&cell(word)), "{heading}: `{key}` may be {word}");
                }
            }
        }
        assert_eq!(documented, properties.keys().map(String::as_str).collect(), "{heading}");
    }
}

#[test]
fn the_documentation_has_the_defaults_of_whole_maps() {
    let schema = schema();
    let find = |heading: &str, table: usize, key: &str| {
        let rows = tables(section(heading)).swap_remove(table);
        rows.into_iter().find(|row| keys(row).any(|other| other == key)).unwrap_or_else(|| panic!("no {key}"))
    };
    let default = |key: &str| find("## The file", 0, key)[2];
    for (key, place) in [("final", "/$defs/Final"), ("predictions", "/$defs/Predictions")] {
        let written = default(key).split('`').find(|part| part.starts_with('{')).unwrap();
        // The default of some keys depends on the data.
        let defaults = properties(&schema, place)
            .iter()
            .filter_map(|(key, property)| Some((key.clone(), property.get("default")?.clone())));
        assert_eq!(serde_yaml::from_str::<Value>(written).unwrap(), Value::Object(defaults.collect()), "{key}");
    }
    let [of_classes, of_numbers] = Task::ALL.map(Metric::default_for);
    assert_eq!(default("objective"), format!("`{of_classes}`, for regression `{of_numbers}`"));
    assert_eq!(default("cross_validation"), format!("`{{folds: {FOLDS}}}`"));
    assert_eq!(find("### `cross_validation`", 0, "none")[1], format!("as `{{hold_out: {HOLD_OUT}}}`"));
    assert_eq!(find("### `cross_validation`", 1, "shuffle")[2], format!("`{SHUFFLE}`"));
    assert!(section("### `search`").contains(&format!("`step` is {STEP} by default")));
}
