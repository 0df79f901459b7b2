//! Methods give the predictions of scikit-learn, and of forust in Python (`tests/fixtures/sklearn/make_linear_models.py`).

use crossfold_baselines::{
    BoostedTrees, Labelled, LogisticRegression, Matrix, Outcomes, choose_penalty, choose_rounds, least_squares, ridge,
    ridge_by_gcv,
};
use serde_json::Value;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../../tests/fixtures/sklearn/linear_models.json")).expect("it is JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("it is a list")
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(|number| number.as_f64().expect("it is a number")).collect()
}

fn labels(value: &Value) -> Vec<u32> {
    numbers(value).into_iter().map(|label| label as u32).collect()
}

fn matrix(value: &Value) -> Matrix {
    let rows: Vec<Vec<f64>> = list(value).iter().map(numbers).collect();
    let column = |place: usize| rows.iter().map(|row| row[place]).collect();
    Matrix::from_columns(rows.len(), (0..rows[0].len()).map(column).collect())
}

#[track_caller]
fn check(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{what}: {found} and not {expected}");
    }
}

/// One of the tables has columns that depend on others, and one has more columns than rows.
#[test]
fn closed_forms_are_those_of_scikit_learn() {
    for case in fixture()["regressions"].as_array().unwrap() {
        let (inputs, targets, new) = (matrix(&case["inputs"]), numbers(&case["targets"]), matrix(&case["new"]));
        let what = case["name"].as_str().unwrap();
        let found = least_squares(&inputs, &targets).predict(&new);
        check(what, &found, &numbers(&case["least_squares"]), 1e-8);
        for pair in case["ridge"].as_array().unwrap() {
            let found = ridge(&inputs, &targets, pair[0].as_f64().unwrap()).predict(&new);
            check(what, &found, &numbers(&pair[1]), 1e-8);
        }
    }
}

/// With more columns than rows, the least penalty leaves nothing to estimate an error from, so the case is left out.
#[test]
fn ridge_has_the_penalty_with_the_least_error_of_generalised_cross_validation() {
    for case in fixture()["regressions"].as_array().unwrap().iter().take(2) {
        let (inputs, targets) = (matrix(&case["inputs"]), numbers(&case["targets"]));
        let (function, penalty) = ridge_by_gcv(&inputs, &targets);
        let scored = case["gcv"].as_array().unwrap().iter().map(numbers);
        let best = scored.min_by(|a, b| a[1].total_cmp(&b[1])).unwrap();
        assert_eq!(penalty, best[0], "{}", case["name"]);
        assert_eq!(function, ridge(&inputs, &targets, penalty));
    }
}

#[test]
fn logistic_regressions_are_those_of_scikit_learn() {
    for case in fixture()["classifications"].as_array().unwrap() {
        let (inputs, labels, new) = (matrix(&case["inputs"]), labels(&case["labels"]), matrix(&case["new"]));
        let weights = case["weights"].as_array();
        let weights: Option<Vec<f32>> = weights.map(|all| all.iter().map(|one| one.as_f64().unwrap() as f32).collect());
        let classes = 1 + *labels.iter().max().unwrap() as usize;
        let rows = Labelled { inputs: &inputs, labels: &labels, classes, weights: weights.as_deref() };
        for pair in case["probabilities"].as_array().unwrap() {
            let found = LogisticRegression::fit(&rows, pair[0].as_f64().unwrap()).predict(&new);
            check(case["name"].as_str().unwrap(), &found, &numbers(&pair[1]), 1e-5);
        }
    }
}

/// Labels that depend on nothing: a strong penalty is best for other rows. Labels that are the sign of a column: the
/// weakest is.
#[test]
fn penalties_are_chosen_on_rows_that_are_held_out() {
    let value = |row: usize, column: usize| (((row * 7919 + column * 104_729) * 31) % 1009) as f64 / 504.5 - 1.0;
    let inputs = |from: usize| {
        let column = |column: usize| (from..from + 60).map(|row| value(row, column)).collect();
        Matrix::from_columns(60, (0..3).map(column).collect())
    };
    let chosen = |label: &dyn Fn(usize) -> bool| {
        let labels = |from: usize| (from..from + 60).map(|row| u32::from(label(row))).collect::<Vec<u32>>();
        let (inputs, labels) = ([inputs(0), inputs(60)], [labels(0), labels(60)]);
        let part = |part: usize| Labelled { inputs: &inputs[part], labels: &labels[part], classes: 2, weights: None };
        choose_penalty(&part(0), &part(1))
    };
    assert_eq!(chosen(&|row| value(row, 1) > 0.0), 1e-2);
    let coin = |row: usize| {
        (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 63
            == 1
    };
    assert!(chosen(&coin) >= 1e1, "{}", chosen(&coin));
}

/// forust calculates in single precision, so sums in another order differ in the last digits.
#[test]
fn trees_are_those_of_forust() {
    let case = &fixture()["trees"];
    let (inputs, new) = (matrix(&case["inputs"]), matrix(&case["new"]));
    let targets = numbers(&case["targets"]);
    let found = BoostedTrees::fit(&inputs, Outcomes::Numbers(&targets), 50).predict(&new, 0);
    check("numbers", &found, &numbers(&case["numbers"]), 1e-4);
    let labels = labels(&case["labels"]);
    let outcomes = Outcomes::Labels { labels: &labels, classes: 2, weights: None };
    let found = BoostedTrees::fit(&inputs, outcomes, 50).scores(&new);
    check("log odds", &found[0], &numbers(&case["log_odds"]), 1e-4);
}

/// Noise is not learnt from for long.
#[test]
fn rounds_end_where_held_out_rows_gain_nothing() {
    let case = &fixture()["trees"];
    let (inputs, targets) = (matrix(&case["inputs"]), numbers(&case["targets"]));
    let rows = |from: u32, to: u32| inputs.select_rows(&(from..to).collect::<Vec<u32>>());
    let (learnt, held_out) = (rows(0, 200), rows(200, 300));
    let rounds = |targets: &[f64]| {
        let [first, second] = [&targets[..200], &targets[200..]].map(Outcomes::Numbers);
        choose_rounds((&learnt, first), (&held_out, second))
    };
    let noise: Vec<f64> = (0..300).map(|row| f64::from((row * 7919) % 101)).collect();
    assert!(rounds(&targets) > 20, "{}", rounds(&targets));
    assert!(rounds(&noise) < 10, "{}", rounds(&noise));
}
