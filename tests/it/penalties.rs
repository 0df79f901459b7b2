//! With penalties, weights converge to the closed form of ridge and to scikit-learn's lasso.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;

use crate::harness::Workplace;

/// The minima of mean squared error plus penalty on Hitters, by `tests/fixtures/sklearn/make_penalties.py`.
#[derive(Deserialize)]
struct Fixture {
    features: Vec<String>,
    /// Ascending in l2.
    ridge: Vec<Minimum>,
    /// Ascending in l1.
    lasso: Vec<Minimum>,
}

#[derive(Deserialize)]
struct Minimum {
    penalty: f64,
    /// One per feature.
    weights: Vec<f64>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/sklearn/penalties.json")).unwrap()
}

/// Full-batch descent until convergence.
const MOMENTUM: &str = "optimizer: sgd, momentum: 0.9, learning_rate: 0.1, epochs: 2000";

/// The largest accepted difference of a weight from the minimum.
const RIDGE: f64 = 1e-3;
const LASSO: f64 = 1e-2;

/// The weights of a linear regression of all salaries in Hitters.
fn trained(optimizer: &str, penalty: &str) -> Vec<f64> {
    let here = Workplace::new();
    let text = format!(
        "version: 1\nname: salaries\n\
         data:\n  source: csv\n  path: DATA/hitters/hitters.csv\n  target: Salary\n  task: regression\n  \
         missing_target: drop\n  columns: {{League: drop, Division: drop, NewLeague: drop}}\n\
         model: {{kind: linear}}\ntraining: {{{optimizer}, batch_size: 263, {penalty}}}\n\
         cross_validation: none\nfinal: {{refit: best}}\n"
    );
    let spec = here.spec("salaries.yaml", &text);
    let output = here.crossfold(&["run", spec.to_str().unwrap(), "--jobs", "1"]).expect(0);
    assert!(output.stderr.contains("retraining the winner on all 263 rows"), "{}", output.stderr);
    tensor(&fs::read(here.path().join("results/salaries/model/weights.safetensors")).unwrap(), "layers.0.weight")
}

/// Reads a tensor of a safetensors file: eight bytes with the length of a JSON map, the map of tensors, and their values.
fn tensor(file: &[u8], name: &str) -> Vec<f64> {
    #[derive(Deserialize)]
    struct Tensor {
        dtype: String,
        data_offsets: [usize; 2],
    }
    let (length, rest) = file.split_first_chunk().unwrap();
    let (map, values) = rest.split_at(usize::try_from(u64::from_le_bytes(*length)).unwrap());
    let tensors: BTreeMap<String, Tensor> = serde_json::from_slice(map).unwrap();
    let Tensor { dtype, data_offsets: [from, to] } = &tensors[name];
    assert_eq!(dtype, "F32");
    let (values, _) = values[*from..*to].as_chunks();
    values.iter().map(|&bytes| f64::from(f32::from_le_bytes(bytes))).collect()
}

/// Compares weights with those of a minimum; each may differ by `tolerance`.
#[track_caller]
fn check(what: &str, weights: &[f64], minimum: &Minimum, tolerance: f64) {
    let features = fixture().features;
    assert_eq!(weights.len(), features.len());
    for ((feature, weight), expected) in features.iter().zip(weights).zip(&minimum.weights) {
        assert!((weight - expected).abs() <= tolerance, "{what}: {feature} has {weight}, not {expected}");
    }
}

#[test]
fn ridge_matches_the_closed_form() {
    for minimum in fixture().ridge {
        let penalty = format!("l2: {}", minimum.penalty);
        check(&penalty, &trained(MOMENTUM, &penalty), &minimum, RIDGE);
    }
}

/// For each feature, the number of steps of a path before |w| stays below 1e-3.
fn reached<'w>(path: impl Iterator<Item = &'w [f64]>) -> Vec<usize> {
    let mut reached = Vec::new();
    for (step, weights) in path.enumerate() {
        reached.resize(weights.len(), 0);
        for (reached, weight) in reached.iter_mut().zip(weights) {
            if weight.abs() >= 1e-3 {
                *reached = step + 1;
            }
        }
    }
    reached
}

/// Kendall's τ-b, which is 1 if both orders have the same ties.
fn kendall(a: &[usize], b: &[usize]) -> f64 {
    let (mut both, mut in_a, mut in_b) = (0, 0, 0);
    for (i, j) in (0..a.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
        let (x, y) = (a[i].cmp(&a[j]) as i32, b[i].cmp(&b[j]) as i32);
        both += x * y;
        in_a += x * x;
        in_b += y * y;
    }
    f64::from(both) / (f64::from(in_a) * f64::from(in_b)).sqrt()
}

#[test]
fn the_lasso_path_matches_coordinate_descent() {
    let path = fixture().lasso;
    let mut weights = Vec::new();
    for minimum in &path {
        let penalty = format!("l1: {}", minimum.penalty);
        weights.push(trained(MOMENTUM, &penalty));
        let found = &weights[weights.len() - 1];
        check(&penalty, found, minimum, LASSO);
        let zeros = |weights: &[f64]| weights.iter().map(|&weight| weight == 0.0).collect::<Vec<_>>();
        assert_eq!(zeros(found), zeros(&minimum.weights), "{penalty}: which weights are exactly 0");
    }
    assert!(weights[path.len() - 1].iter().all(|&weight| weight == 0.0), "{:?}", weights.last());
    let found = reached(weights.iter().map(Vec::as_slice));
    let expected = reached(path.iter().map(|minimum| minimum.weights.as_slice()));
    assert_eq!(found, expected, "the steps from which on weights stay below 1e-3");
    assert_eq!(kendall(&found, &expected), 1.0);
}

/// The length of the proximal step is the optimizer's own step size.
#[test]
fn the_minimum_is_the_same_for_every_optimizer() {
    let Fixture { ridge, lasso, .. } = fixture();
    for optimizer in [
        "optimizer: sgd, learning_rate: 0.1, epochs: 4000",
        "optimizer: sgd, momentum: 0.9, nesterov: true, learning_rate: 0.05, epochs: 2000",
        "optimizer: adam, learning_rate: 0.05, schedule: cosine, epochs: 4000",
        "optimizer: adamw, weight_decay: 0, learning_rate: 0.05, schedule: cosine, epochs: 4000",
        "optimizer: rmsprop, learning_rate: 0.01, schedule: cosine, epochs: 4000",
        "optimizer: rmsprop, momentum: 0.9, learning_rate: 0.003, schedule: cosine, epochs: 4000",
    ] {
        for (kind, minimum, tolerance) in [("l2", &ridge[0], RIDGE), ("l1", &lasso[3], LASSO)] {
            let penalty = format!("{kind}: {}", minimum.penalty);
            check(&format!("{optimizer}, {penalty}"), &trained(optimizer, &penalty), minimum, tolerance);
        }
    }
}
