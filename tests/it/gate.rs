//! The gate: a planted loss is caught, and what is as good as before passes.

use serde_json::Value;

use crate::harness::{Workplace, root};

/// One network on MNIST that gains more than three points between its second epoch and its tenth.
const SPEC: &str = "version: 1\nname: gated\ndata: {source: mnist, path: DATA/mnist, train_rows: 2000}\n\
     model: {kind: mlp, hidden: [64]}\ntraining: {epochs: 10, batch_size: 32}\ncross_validation: {folds: 3}\n";

fn baseline(here: &Workplace, arguments: &[&str]) {
    let spec = here.spec("gated.yaml", SPEC);
    here.crossfold(&[&["run", spec.to_str().unwrap()], arguments].concat()).expect(0);
    here.crossfold(&["baseline", "gated", "-o", "baselines/gated.json"]).expect(0);
}

#[test]
fn fewer_epochs_are_caught() {
    let here = Workplace::new();
    baseline(&here, &[]);
    let gate = |arguments: &[&str]| here.crossfold(&[&["gate", "baselines/gated.json"], arguments].concat());
    assert!(gate(&[]).expect(0).stdout.contains("holds"));
    let file: Value = serde_json::from_str(&here.read("baselines/gated.json")).unwrap();
    let mean = file["mean"].as_f64().unwrap();

    // How much is lost without the last epochs stands in the curves.
    let lossy = ["--set", "training.epochs=3", "--json"];
    let told: Value = serde_json::from_str(&gate(&lossy).expect(26).stdout).unwrap();
    let fresh = told["fresh"].as_f64().unwrap();
    assert!((mean - fresh - 0.015).abs() < 0.01, "the planted loss is {}", mean - fresh);
    assert_eq!(told["verdict"], "worse");

    let margin = format!("{}", mean - fresh + 1e-6);
    gate(&["--set", "training.epochs=3", "--margin", &margin]).expect(0);
    gate(&["--set", "training.epochs=3", "--junit", "gate.xml"]).expect(26);
    let junit = here.read("gate.xml");
    assert!(junit.contains("<failure") && junit.contains("failures=\"1\""), "{junit}");

    // The worst regression of all: training itself is broken.
    let broken = ["--set", "training.l2=1e300"];
    let told = gate(&[&broken[..], &["--json", "--junit", "gate.xml"]].concat()).expect(21).stdout;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["verdict"], "untrained");
    let junit = here.read("gate.xml");
    assert!(junit.contains("<error") && junit.contains("errors=\"1\""), "{junit}");
}

#[test]
fn baselines_of_ten_seeds_hold() {
    let here = Workplace::new();
    for seed in 1..=10 {
        baseline(&here, &["--seed", &seed.to_string(), "--set", "training.epochs=2", "--set", "data.train_rows=600"]);
        let told = here.crossfold(&["gate", "baselines/gated.json", "--json"]).expect(0).stdout;
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["difference"].as_f64(), Some(0.0), "trained afresh on the same machine: the same bits");
    }
}

#[test]
fn a_cached_gate_trains_only_what_is_not_stored() {
    let here = Workplace::new();
    baseline(&here, &["--set", "training.epochs=2"]);
    let gate = |arguments: &[&str]| here.crossfold(&[&["gate", "baselines/gated.json"], arguments].concat()).expect(0);
    assert!(!gate(&["--cached"]).stderr.contains("fits"));
    assert!(gate(&[]).stderr.contains("3/3 fits"));
}

#[test]
fn what_is_no_baseline_is_10() {
    let here = Workplace::new();
    std::fs::write(here.path().join("no.json"), "{\"version\": 9}").unwrap();
    let refused = here.crossfold(&["gate", "no.json"]).expect(10);
    assert!(refused.stderr.contains("no.json"), "{}", refused.stderr);
    here.crossfold(&["gate", "nowhere.json"]).expect(10);
    here.crossfold(&["gate", "no.json", "--margin", "-1"]).expect(2);
}

/// The baseline in the repository is of an experiment that is there, and can be read.
#[test]
fn the_repositorys_baseline_holds() {
    let file = root().join("experiments/baselines/ci.json");
    Workplace::new().crossfold(&["gate", file.to_str().unwrap(), "--quiet"]).expect(0);
}

/// Rows without a target are left out, and rows are told by their places in the file.
#[test]
fn a_baseline_of_some_of_a_tables_rows_can_be_kept() {
    let here = Workplace::new();
    let spec = here.spec(
        "salaries.yaml",
        "version: 1\nname: salaries\n\
         data: {source: csv, path: DATA/hitters/hitters.csv, target: Salary, task: regression, missing_target: drop}\n\
         model: {kind: linear}\ntraining: {epochs: 3}\ncross_validation: {folds: 3}\n",
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    here.crossfold(&["baseline", "salaries", "-o", "salaries.json"]).expect(0);
    here.crossfold(&["gate", "salaries.json"]).expect(0);
}
