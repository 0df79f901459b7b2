//! Comparison with scikit-learn, and properties that hold for all tables.

use std::collections::BTreeMap;

use crossfold_study::{
    CategoricalImpute, CategoricalSteps, ColumnKind, ColumnSteps, Encode, NumericEncode, NumericImpute, NumericSteps,
    Preprocessing, Rare, Scale, Seed, Smoothing,
};
use serde_json::Value;

use super::*;
use crate::{MISSING, Targets};

mod clusters;
mod edited;
mod places;

/// Results of scikit-learn for small columns, from `tests/fixtures/sklearn/make.py`.
pub(super) fn fixture(part: &str) -> Value {
    let text = include_str!("../../../../tests/fixtures/sklearn/transformers.json");
    let mut fixture: Value = serde_json::from_str(text).unwrap();
    assert_eq!(fixture["scikit-learn"], "1.9.1");
    fixture[part].take()
}

pub(super) fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

#[track_caller]
pub(super) fn assert_near(found: f64, expected: f64, what: &dyn std::fmt::Debug) {
    let tolerance = 1e-12 * expected.abs().max(1.0);
    assert!((found - expected).abs() <= tolerance, "{found} in place of {expected}: {what:?}");
}

fn numbers(name: &str, kind: ColumnKind, numbers: Vec<f64>) -> Column {
    Column { name: name.to_owned(), kind, values: Values::Numbers(numbers) }
}

/// `levels` come first among the column's levels.
fn names(name: &str, levels: &[&str], names: &[Option<String>]) -> Column {
    let mut levels: Vec<String> = levels.iter().map(|&level| level.to_owned()).collect();
    let codes = names.iter().map(|name| {
        let Some(name) = name else { return MISSING };
        let place = levels.iter().position(|level| level == name).unwrap_or_else(|| {
            levels.push(name.clone());
            levels.len() - 1
        });
        place as u32
    });
    let codes = codes.collect();
    Column { name: name.to_owned(), kind: ColumnKind::Categorical, values: Values::Levels { codes, levels } }
}

fn fit(table: &Table, targets: &Targets, rows: &[u32], steps: &Preprocessing) -> Pipeline {
    let features: Vec<String> = table.columns().iter().map(|column| column.name.clone()).collect();
    Pipeline::fit(&TrainingView::new(table, targets, rows), &features, steps, Seed(1).subset()).pipeline
}

/// The inputs of the table that the training rows are from, rows × inputs.
fn fit_transform(table: &Table, targets: &Targets, rows: &[u32], steps: &Preprocessing) -> Vec<f32> {
    let features: Vec<String> = table.columns().iter().map(|column| column.name.clone()).collect();
    Pipeline::fit(&TrainingView::new(table, targets, rows), &features, steps, Seed(1).subset()).transform(table)
}

/// Dense inputs in 64 bits.
fn dense(pipeline: &Pipeline, table: &Table) -> Vec<Vec<f64>> {
    let reader = Reader::new(pipeline, table, &[]);
    let row = |row| {
        let mut inputs = vec![0.0; pipeline.dense()];
        reader.write_dense(row, None, &mut inputs);
        inputs
    };
    (0..table.rows()).map(row).collect()
}

#[test]
fn numeric_steps_match_scikit_learn() {
    for case in fixture("numeric").as_array().unwrap() {
        let values = |part: &str| {
            let values: Vec<Option<f64>> = read(&case[part]);
            values.into_iter().map(|value| value.unwrap_or(f64::NAN))
        };
        let rows: Vec<u32> = (0..values("train").count() as u32).collect();
        let table =
            Table::new(vec![numbers("x", ColumnKind::Numeric, values("train").chain(values("rows")).collect())]);
        let steps = Preprocessing { numeric: read(&case["steps"]), ..Preprocessing::default() };
        let pipeline = fit(&table, &Targets::Numbers(vec![0.0; table.rows()]), &rows, &steps);
        let expected: Vec<Vec<f64>> = read(&case["expected"]);
        let found = dense(&pipeline, &table);
        assert_eq!(found.len(), expected.len());
        for (row, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert_eq!(found.len(), expected.len());
            found.iter().zip(expected).for_each(|(&found, &expected)| {
                assert_near(found, expected, &(&case["steps"], row));
            });
        }
        let narrow: Vec<f32> = found.into_iter().flatten().map(|input| input as f32).collect();
        assert_eq!(pipeline.transform(&table), narrow);
    }
}

#[test]
fn categorical_steps_match_scikit_learn() {
    for case in fixture("categorical").as_array().unwrap() {
        let [train, rows] = ["train", "rows"].map(|part| read::<Vec<Option<String>>>(&case[part]));
        let levels = ["a", "b", "c", "d", "e"];
        let table = Table::new(vec![names("x", &levels, &train)]);
        let others = Table::new(vec![names("x", &levels, &rows)]);
        let steps = Preprocessing { categorical: read(&case["steps"]), ..Preprocessing::default() };
        let all: Vec<u32> = (0..table.rows() as u32).collect();
        let pipeline = fit(&table, &Targets::Numbers(vec![0.0; table.rows()]), &all, &steps);
        let found = [dense(&pipeline, &table), dense(&pipeline, &others)].concat();
        let expected: BTreeMap<String, Vec<f64>> = read(&case["expected"]);
        let inputs = pipeline.input_names();
        assert!(expected.keys().all(|name| inputs.contains(name)), "{inputs:?} {:?}", expected.keys());
        for (input, name) in inputs.iter().enumerate() {
            for (row, found) in found.iter().enumerate() {
                // The inputs of rare levels are always 0.
                let expected = expected.get(name).map_or(0.0, |column| column[row]);
                assert_near(found[input], expected, &(&case["steps"], name, row));
            }
        }
    }
}

/// A table of all kinds of columns with and without missing values, and its targets.
struct Example {
    table: Table,
    classes: Targets,
    regression: Targets,
    train: Vec<u32>,
}

const ROWS: usize = 60;

fn example(seed: u64) -> Example {
    let mut draw = Seed(seed).subset();
    let mut column = |missing: f64, mut value: Box<dyn FnMut(f64) -> f64>| -> Vec<f64> {
        let mut one = |_| if draw.unit() < missing { f64::NAN } else { value(draw.unit()) };
        (0..ROWS).map(&mut one).collect()
    };
    let full = column(0.0, Box::new(|x| 1000.0 * x * x));
    let gaps = column(0.3, Box::new(|x| 4.0 * x - 2.0));
    let flag = column(0.1, Box::new(f64::round));
    let day = column(0.0, Box::new(|x| (20_000.0 * x).floor()));
    let mut codes = |missing, levels: f64| -> Vec<u32> {
        let code = |x: f64| if x.is_nan() { MISSING } else { x as u32 };
        column(missing, Box::new(move |x| (levels * x * x).floor())).into_iter().map(code).collect()
    };
    let mut leveled = |name: &str, kind, missing, count: u32| Column {
        name: name.to_owned(),
        kind,
        values: Values::Levels {
            codes: codes(missing, f64::from(count)),
            levels: (0..count).map(|level| format!("level {level}")).collect(),
        },
    };
    let columns = vec![
        leveled("size", ColumnKind::Ordinal, 0.1, 4),
        leveled("city", ColumnKind::Categorical, 0.2, 9),
        leveled("team", ColumnKind::Categorical, 0.0, 5),
        leveled("street", ColumnKind::Categorical, 0.1, 30),
        numbers("full", ColumnKind::Numeric, full),
        numbers("gaps", ColumnKind::Numeric, gaps),
        numbers("flag", ColumnKind::Boolean, flag),
        numbers("day", ColumnKind::Date, day),
    ];
    let names = ["no", "perhaps", "yes"].map(str::to_owned).to_vec();
    let labels = (0..ROWS).map(|_| draw.below(3) as u32).collect();
    let regression = Targets::Numbers((0..ROWS).map(|_| draw.uniform(-5.0, 50.0)).collect());
    let mut train: Vec<u32> = (0..ROWS as u32).collect();
    draw.shuffle(&mut train);
    train.truncate(40);
    train.sort_unstable();
    Example { table: Table::new(columns), classes: Targets::Classes { labels, names }, regression, train }
}

/// Every step at least once.
fn all_steps() -> Vec<Preprocessing> {
    let imputes = [NumericImpute::Mean, NumericImpute::Median, NumericImpute::Mode, NumericImpute::Constant(0.1)];
    let encodings = [
        Encode::OneHot,
        Encode::Ordinal,
        Encode::Target(Smoothing::Auto),
        Encode::Target(Smoothing::Rows(0.1)),
        Encode::Embedding(None),
        Encode::Embedding(Some(3)),
    ];
    let fills = [CategoricalImpute::Level, CategoricalImpute::Mode, CategoricalImpute::Constant("level 2".to_owned())];
    let steps = |case: usize| {
        let numeric = |case: usize| NumericSteps {
            impute: imputes[case % imputes.len()],
            indicator: case.is_multiple_of(2),
            log: case.is_multiple_of(3),
            scale: Scale::ALL[(case + case / 6) % 6],
            clip: (case % 5 == 1).then_some(3.0),
            encode: if case % 7 == 2 { NumericEncode::Piecewise { bins: 5 } } else { NumericEncode::Value },
        };
        let categorical = |case: usize| CategoricalSteps {
            impute: fills[case % fills.len()].clone(),
            indicator: case.is_multiple_of(2),
            rare: if case.is_multiple_of(2) { Rare::Rows(3) } else { Rare::Share(0.05) },
            encode: encodings[case % encodings.len()],
        };
        Preprocessing {
            numeric: numeric(case),
            ordinal: numeric(case + 1),
            boolean: numeric(case + 2),
            date: numeric(case + 3),
            categorical: categorical(case),
            columns: BTreeMap::from([("team".to_owned(), ColumnSteps::Categorical(categorical(case + 1)))]),
            select: (case % 4 == 3).then_some(5),
        }
    };
    (0..24).map(steps).collect()
}

/// Each of the steps, with classes and with numbers as targets.
fn each(mut check: impl FnMut(&Example, &Targets, &Preprocessing)) {
    for (seed, steps) in (0..).zip(all_steps()) {
        let example = example(seed);
        check(&example, &example.classes, &steps);
        check(&example, &example.regression, &steps);
    }
}

/// The inputs of `rows`.
fn rows_of(inputs: &[f32], width: usize, rows: &[u32]) -> Vec<f32> {
    rows.iter().flat_map(|&row| inputs[row as usize * width..][..width].to_vec()).collect()
}

#[test]
fn inputs_are_finite_and_named() {
    each(|example, targets, steps| {
        let pipeline = fit(&example.table, targets, &example.train, steps);
        let (inputs, embeddings) = (pipeline.inputs(), pipeline.embeddings());
        assert_eq!(pipeline.input_names().len(), inputs);
        let table = pipeline.transform(&example.table);
        assert_eq!(table.len(), ROWS * inputs);
        assert!(table.iter().all(|input| input.is_finite()));
        for row in table.chunks(inputs) {
            for (&code, embedding) in row[inputs - embeddings.len()..].iter().zip(&embeddings) {
                assert!(code.fract() == 0.0 && code >= 0.0 && (code as usize) < embedding.levels);
            }
        }
        if let Some(count) = steps.select {
            assert_eq!(inputs, count as usize + embeddings.len());
        }
    });
}

#[test]
fn all_folds_have_the_same_shape() {
    each(|example, targets, steps| {
        let shape = |rows: &[u32]| {
            let pipeline = fit(&example.table, targets, rows, steps);
            let names = if steps.select.is_none() { pipeline.input_names() } else { Vec::new() };
            (pipeline.inputs(), pipeline.embeddings(), names)
        };
        let expected = shape(&example.train);
        for rows in [vec![0], vec![3, 4], (0..ROWS as u32).collect(), (0..ROWS as u32 / 2).collect()] {
            assert_eq!(shape(&rows), expected, "{rows:?}");
        }
    });
}

#[test]
fn steps_do_not_depend_on_other_rows() {
    each(|example, targets, steps| {
        let other = self::example(1000);
        let trains = |row: usize| example.train.binary_search(&(row as u32)).is_ok();
        let mut columns = example.table.columns().to_vec();
        for (column, other) in columns.iter_mut().zip(other.table.columns()) {
            // Values stay missing, because pipelines look for missing values in the whole table.
            match (&mut column.values, &other.values) {
                (Values::Numbers(numbers), Values::Numbers(others)) => {
                    let new = |row: usize| !trains(row) && numbers[row] > -1.0 && others[row] > -1.0;
                    let rows: Vec<usize> = (0..ROWS).filter(|&row| new(row)).collect();
                    rows.into_iter().for_each(|row| numbers[row] = others[row] * 1e6);
                }
                (Values::Levels { codes, .. }, Values::Levels { codes: others, .. }) => {
                    let new = |row: usize| !trains(row) && codes[row] != MISSING && others[row] != MISSING;
                    let rows: Vec<usize> = (0..ROWS).filter(|&row| new(row)).collect();
                    rows.into_iter().for_each(|row| codes[row] = others[row]);
                }
                (Values::Numbers(_), Values::Levels { .. }) | (Values::Levels { .. }, Values::Numbers(_)) => panic!(),
            }
        }
        let table = Table::new(columns);
        let mut targets_too = targets.clone();
        for row in (0..ROWS).filter(|&row| !trains(row)) {
            match &mut targets_too {
                Targets::Classes { labels, .. } => labels[row] = (labels[row] + 1) % 3,
                Targets::Numbers(numbers) => numbers[row] = 1e9,
            }
        }
        assert_ne!(table, example.table);
        let pipeline = fit(&example.table, targets, &example.train, steps);
        assert_eq!(pipeline, fit(&table, &targets_too, &example.train, steps));
        let transformed = |table, targets| {
            let inputs = fit_transform(table, targets, &example.train, steps);
            rows_of(&inputs, pipeline.inputs(), &example.train)
        };
        assert_eq!(transformed(&example.table, targets), transformed(&table, &targets_too));
    });
}

#[test]
fn json_round_trips_bit_for_bit() {
    each(|example, targets, steps| {
        let pipeline = fit(&example.table, targets, &example.train, steps);
        let text = serde_json::to_string(&pipeline).unwrap();
        let read: Pipeline = serde_json::from_str(&text).unwrap();
        assert_eq!(read, pipeline);
        assert_eq!(read.transform(&example.table), pipeline.transform(&example.table));
    });
}

#[test]
fn only_training_rows_are_encoded_without_their_targets() {
    each(|example, targets, steps| {
        let pipeline = fit(&example.table, targets, &example.train, steps);
        let training = fit_transform(&example.table, targets, &example.train, steps);
        let new = pipeline.transform(&example.table);
        let names = pipeline.input_names();
        let mut differing = 0;
        for (place, (a, b)) in training.iter().zip(&new).enumerate() {
            let trains = example.train.binary_search(&((place / names.len()) as u32)).is_ok();
            if a.to_bits() != b.to_bits() {
                assert!(trains && names[place % names.len()].contains('~'));
                differing += 1;
            }
        }
        let encodes_targets = names.iter().any(|name| name.contains('~'));
        assert_eq!(differing > 0, encodes_targets);
    });
}

fn inputs_of(names: &[String], row: &[f32]) -> Vec<String> {
    names.iter().zip(row).filter(|&(_, &input)| input != 0.0).map(|(name, input)| format!("{name}: {input}")).collect()
}

/// Empty names are missing.
fn some(names: &[&str]) -> Vec<Option<String>> {
    names.iter().map(|&name| (!name.is_empty()).then(|| name.to_owned())).collect()
}

/// Absent, missing and new levels, and missing values that occur only in new rows.
#[test]
fn levels_without_training_rows_are_grouped() {
    let table = Table::new(vec![
        names("x", &["a", "b", "c", "d"], &some(&["a", "a", "b", "", "c", "d"])),
        names("y", &["a", "b"], &some(&["a", "a", "b", "b", "a", "b"])),
    ]);
    // A later table has its levels in another order, and additional ones.
    let later = Table::new(vec![
        names("y", &["b", "new", "a"], &some(&["a", "b", "new", ""])),
        names("x", &["a", "b", "c", "d", "e"], &some(&["d", "c", "e", ""])),
    ]);
    let check = |rare, training: &[u32], expected: [Vec<&str>; 4]| {
        let steps = CategoricalSteps { indicator: true, rare: Rare::Rows(rare), ..CategoricalSteps::default() };
        let steps = Preprocessing { categorical: steps, ..Preprocessing::default() };
        let pipeline = fit(&table, &Targets::Numbers(vec![0.0; 6]), training, &steps);
        let inputs = pipeline.input_names();
        assert_eq!(
            inputs,
            ["x=a", "x=b", "x=c", "x=d", "x=(missing)", "x=(other)", "x is missing", "y=a", "y=b", "y=(other)"]
        );
        let found = pipeline.transform(&later);
        let found: Vec<Vec<String>> = found.chunks(inputs.len()).map(|row| inputs_of(&inputs, row)).collect();
        assert_eq!(found, expected);
    };
    // Training rows with `a`, `b` and `d`: inputs that no training row has at 1 stay 0. Levels without training rows
    // are grouped for any threshold.
    for rare in [0, 1] {
        check(rare, &[0, 1, 2, 5], [vec!["x=d: 1", "y=a: 1"], vec!["y=b: 1"], vec![], vec![]]);
    }
    // `b` and `d` are rare, and no row lacks `x`.
    let other = "x=(other): 1";
    check(2, &[0, 1, 2, 5], [vec![other, "y=a: 1"], vec![other, "y=b: 1"], vec![other], vec![other]]);
    // A row that lacks `x`.
    let missing = vec!["x=(missing): 1", "x is missing: 1"];
    check(1, &[0, 1, 3], [vec!["y=a: 1"], vec!["y=b: 1"], vec![], missing]);
    // One that is rare.
    let missing = vec![other, "x is missing: 1", "y=(other): 1"];
    check(2, &[0, 1, 3], [vec![other, "y=a: 1"], vec![other, "y=(other): 1"], vec![other, "y=(other): 1"], missing]);
}

/// Rare and unseen levels have a code that some training row has: their own after all levels if any is rare, else that
/// of the most frequent level.
#[test]
fn embedding_codes_occur_in_training_rows() {
    let table = Table::new(vec![names("x", &["a", "b", "c"], &some(&["b", "a", "b", "c", "new", ""]))]);
    let codes = |rare, training: &[u32]| {
        let steps = CategoricalSteps {
            impute: CategoricalImpute::Level,
            rare: Rare::Rows(rare),
            encode: Encode::Embedding(None),
            ..CategoricalSteps::default()
        };
        let steps = Preprocessing { categorical: steps, ..Preprocessing::default() };
        let pipeline = fit(&table, &Targets::Numbers(vec![0.0; 6]), training, &steps);
        assert_eq!(pipeline.embeddings(), [Embedding { levels: 6, width: 3 }]);
        pipeline.transform(&table)
    };
    assert_eq!(codes(1, &[0, 1, 2]), [1.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
    assert_eq!(codes(1, &[1, 2, 5]), [1.0, 0.0, 1.0, 0.0, 0.0, 4.0]);
    assert_eq!(codes(2, &[0, 1, 2]), [1.0, 5.0, 1.0, 5.0, 5.0, 5.0]);
    each(|example, targets, steps| {
        let pipeline = fit(&example.table, targets, &example.train, steps);
        let (width, codes) = (pipeline.inputs(), pipeline.embeddings().len());
        let table = pipeline.transform(&example.table);
        for code in width - codes..width {
            let code_of = |row: usize| table[row * width + code];
            let learnt: Vec<f32> = example.train.iter().map(|&row| code_of(row as usize)).collect();
            assert!((0..ROWS).all(|row| learnt.contains(&code_of(row))), "{steps:?}");
        }
    });
}

#[test]
fn mode_imputation_takes_the_first_of_ties() {
    let table = Table::new(vec![names("x", &["a", "b", "c"], &some(&["c", "b", "", "b", "c", "a"]))]);
    let steps = CategoricalSteps { impute: CategoricalImpute::Mode, ..CategoricalSteps::default() };
    let steps = Preprocessing { categorical: steps, ..Preprocessing::default() };
    let pipeline = fit(&table, &Targets::Numbers(vec![0.0; 6]), &[0, 1, 2, 3, 4, 5], &steps);
    assert_eq!(inputs_of(&pipeline.input_names(), &pipeline.transform(&table)[8..12]), ["x=b: 1"]);
}

#[test]
fn input_names_are_readable() {
    let Example { table, classes, regression, train } = example(0);
    let Targets::Classes { labels, .. } = classes else { panic!() };
    let with_classes = |names: &[&str]| {
        let labels = labels.iter().map(|&label| label % names.len() as u32).collect();
        Targets::Classes { labels, names: names.iter().map(|&name| name.to_owned()).collect() }
    };
    let encode = |encode| CategoricalSteps { indicator: true, encode, ..CategoricalSteps::default() };
    let steps = Preprocessing {
        numeric: NumericSteps { indicator: true, ..NumericSteps::default() },
        categorical: encode(Encode::Target(Smoothing::Auto)),
        columns: BTreeMap::from([
            ("team".to_owned(), ColumnSteps::Categorical(encode(Encode::Embedding(None)))),
            ("street".to_owned(), ColumnSteps::Categorical(encode(Encode::Ordinal))),
        ]),
        ..Preprocessing::default()
    };
    let check = |targets: &Targets, encodings: &[&str]| {
        let pipeline = fit(&table, targets, &train, &steps);
        let others = [
            "city is missing",
            "street",
            "street is missing",
            "full",
            "gaps",
            "gaps is missing",
            "flag",
            "day",
            "team",
        ];
        assert_eq!(pipeline.input_names(), [&["size"], encodings, &others].concat());
        // Five teams, and a code for rare and unseen teams.
        assert_eq!(pipeline.embeddings(), [Embedding { levels: 6, width: 3 }]);
    };
    check(&with_classes(&["no", "yes"]), &["city~yes"]);
    check(&with_classes(&["no", "perhaps", "yes"]), &["city~no", "city~perhaps", "city~yes"]);
    check(&regression, &["city~mean"]);
}

/// Steps are in the keys of stored fits, and models of earlier releases are read: JSON has nothing of steps that are off.
#[test]
fn steps_that_are_off_are_not_written() {
    let steps = r#"{"impute":"Median","indicator":false,"log":false,"scale":"Standard"}"#;
    assert_eq!(serde_json::to_string(&NumericSteps::default()).unwrap(), steps);
    let table = Table::new(vec![numbers("x", ColumnKind::Numeric, vec![1.0, 3.0])]);
    let pipeline = fit(&table, &Targets::Numbers(vec![0.0; 2]), &[0, 1], &Preprocessing::default());
    let learnt = r#"{"Numeric":{"fill":"2.0","log":false,"scaling":{"Linear":{"shift":"2.0","spread":"1.0"}},"indicator":"None"}}"#;
    let written = format!(r#"{{"columns":[{{"name":"x","levels":null,"steps":{learnt}}}],"selected":null}}"#);
    assert_eq!(serde_json::to_string(&pipeline).unwrap(), written);
    assert_eq!(serde_json::from_str::<Pipeline>(&written).unwrap(), pipeline);
}

/// Bins reach from the least to the greatest training value, missing ones are in the bin of what they become, and a
/// logarithm is taken before. The input for missing values is the last.
#[test]
fn numbers_in_bins_keep_their_other_steps() {
    let column = vec![0.0, 1.0, 3.0, 7.0, f64::NAN, 15.0, -1.0];
    let table = Table::new(vec![numbers("x", ColumnKind::Numeric, column)]);
    let encode = NumericEncode::Piecewise { bins: 2 };
    let steps =
        NumericSteps { impute: NumericImpute::Mode, indicator: true, log: true, encode, ..NumericSteps::default() };
    let steps = Preprocessing { numeric: steps, ..Preprocessing::default() };
    let pipeline = fit(&table, &Targets::Numbers(vec![0.0; 7]), &[0, 1, 2, 3, 4], &steps);
    assert_eq!(pipeline.input_names(), ["x bin 1", "x bin 2", "x is missing"]);
    assert_eq!(pipeline.places(), [("x", vec![0, 1, 2])]);
    let made: Vec<_> = pipeline.dense_inputs().into_iter().map(|input| (input.level.unwrap(), input.scale)).collect();
    let expected = [("bin 1", None), ("bin 2", None), ("is missing", Some([0.0, 1.0]))];
    assert_eq!(made, expected.map(|(level, scale)| (level.to_owned(), scale)));
    // In powers of two, training values are at 0, 1, 2, 3 and, filled in, 0; the edges are 0, 1 and 3.
    let rows = [
        [0.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
        [1.0, 0.5, 0.0],
        [1.0, 1.0, 0.0],
        [0.0, 0.0, 1.0],
        [1.0, 1.5, 0.0],
        [0.0, 0.0, 1.0],
    ];
    for (found, expected) in dense(&pipeline, &table).iter().zip(&rows) {
        found.iter().zip(expected).for_each(|(&found, &expected)| assert_near(found, expected, &rows));
    }
}

#[test]
fn all_missing_column_becomes_zero() {
    let table = Table::new(vec![numbers("x", ColumnKind::Numeric, vec![f64::NAN, f64::NAN, 3.0])]);
    for impute in [NumericImpute::Mean, NumericImpute::Median, NumericImpute::Mode] {
        for scale in Scale::ALL {
            let steps = NumericSteps { impute, indicator: true, scale, ..NumericSteps::default() };
            let steps = Preprocessing { numeric: steps, ..Preprocessing::default() };
            let pipeline = fit(&table, &Targets::Numbers(vec![0.0; 3]), &[0, 1], &steps);
            assert_eq!(pipeline.transform(&table), [0.0, 1.0, 0.0, 1.0, 3.0, 0.0]);
        }
    }
}

#[test]
fn extreme_numbers_stay_finite() {
    let values = vec![f64::MAX, -f64::MAX, 1e300, 0.0, f64::MIN_POSITIVE, f64::MAX];
    let table = Table::new(vec![numbers("x", ColumnKind::Numeric, values)]);
    for scale in Scale::ALL {
        for rows in [vec![0, 1, 2, 3, 4, 5], vec![0, 5], vec![3, 4]] {
            let steps = NumericSteps { impute: NumericImpute::Mean, scale, ..NumericSteps::default() };
            let steps = Preprocessing { numeric: steps, ..Preprocessing::default() };
            let pipeline = fit(&table, &Targets::Numbers(vec![0.0; 6]), &rows, &steps);
            let inputs = pipeline.transform(&table);
            assert!(inputs.iter().all(|input| input.is_finite()), "{scale:?} {rows:?}: {inputs:?}");
            assert_eq!(serde_json::from_str::<Pipeline>(&serde_json::to_string(&pipeline).unwrap()).unwrap(), pipeline);
        }
    }
}

/// Expected values were computed by hand, in units of the greatest number.
#[test]
fn scaling_survives_overflowing_squares() {
    let third = 3_f32.sqrt() / 3.0;
    for (scale, values, expected) in [
        (Scale::Standard, [1.0, 0.0, 0.0, 0.0], [3.0 * third, -third, -third, -third]),
        (Scale::Standard, [1.0, -1.0, -1.0, -1.0], [3.0 * third, -third, -third, -third]),
        (Scale::Robust, [-1.0, 0.0, 0.0, 1.0], [-2.0, 0.0, 0.0, 2.0]),
    ] {
        let values = values.map(|value| value * f64::MAX).to_vec();
        let table = Table::new(vec![numbers("x", ColumnKind::Numeric, values)]);
        let steps = NumericSteps { scale, ..NumericSteps::default() };
        let steps = Preprocessing { numeric: steps, ..Preprocessing::default() };
        let found = fit(&table, &Targets::Numbers(vec![0.0; 4]), &[0, 1, 2, 3], &steps).transform(&table);
        let near = found.iter().zip(&expected).all(|(found, expected)| (found - expected).abs() < 1e-6);
        assert!(near, "{scale:?}: {found:?} in place of {expected:?}");
    }
}
