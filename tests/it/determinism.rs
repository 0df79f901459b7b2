//! The same spec, data, seed and binary give the same bytes.

use std::collections::BTreeMap;
use std::path::Path;

use crate::harness::{Workplace, number, root, table};

/// A network of each kind with everything that draws random numbers or has state: dropout, normalisation, augmentation,
/// mixup, schedules, early stopping.
pub(crate) const EVERYTHING: &str = "version: 1\nname: everything\nseed: 3\n\
     data: {source: mnist, path: DATA/mnist, train_rows: 300}\n\
     models:\n  \
       dense: {kind: mlp, hidden: [24, 16], normalization: layer, input_dropout: 0.1, \
               training: {optimizer: rmsprop, momentum: 0.5, l1: 1e-4, schedule: plateau, decay_epochs: 1}}\n  \
       convolutional: {kind: cnn, filters: [4, 6], normalization: batch, block_dropout: 0.1, hidden: [16], \
                       training: {optimizer: adamw, schedule: one_cycle, label_smoothing: 0.1}}\n  \
       recurrent: {kind: rnn, hidden: [12, 8], bidirectional: true, \
                   training: {clip_norm: 0.5, schedule: cosine, warmup: 1}}\n\
     training: {learning_rate: 0.02, batch_size: 32, patience: 2, inner_share: 0.2}\n\
     augmentation: {shift: 0.1, rotation: 15, scale: 0.1, shear: 5, flip: 0.2, cutout: 0.2, noise: 0.05, mixup: 0.2}\n\
     search: {space: {dropout: [0.1, 0.3], epochs: [3, 8]}}\n\
     cross_validation: {folds: 2}\nobjective: {metric: log_loss}\nfinal: {refit: best, test: true}\n";

/// At any number of jobs, and with any vectors.
fn same_bytes(here: &Workplace, spec: &Path, name: &str) {
    let results = |jobs: &str, vectors: &str| {
        let arguments = ["run", spec.to_str().unwrap(), "--jobs", jobs, "--results", &format!("{jobs}-{vectors}")];
        here.crossfold(&[&arguments[..], &["--vectors", vectors]].concat()).expect(0);
        here.results(&format!("{jobs}-{vectors}/{name}"))
    };
    let one = results("1", "avx512");
    for (jobs, vectors) in [("2", "avx512"), ("5", "avx2"), ("2", "sse")] {
        for (file, bytes) in results(jobs, vectors) {
            assert!(one[&file] == bytes, "{file} differs between --jobs 1 and --jobs {jobs} with {vectors}");
        }
    }
}

#[test]
fn results_have_the_same_bytes_at_any_number_of_jobs() {
    let here = Workplace::new();
    same_bytes(&here, &root().join("experiments/smoke.yaml"), "smoke");
}

#[test]
fn all_features_together_have_the_same_bytes_at_any_number_of_jobs() {
    let here = Workplace::new();
    let spec = here.spec("everything.yaml", EVERYTHING);
    same_bytes(&here, &spec, "everything");
    // Some fits stopped early, some did not.
    let curves = table(&here.read("1-avx512/everything/curves.csv"));
    // The last epoch of each fit.
    let last: BTreeMap<_, _> =
        curves.iter().map(|row| ((&row["configuration"], &row["fold"]), number(row, "epoch"))).collect();
    assert!(last.values().any(|&epoch| epoch < 8.0) && last.values().any(|&epoch| epoch == 8.0), "{last:?}");
}

/// The class of arithmetic is said, and the CPU is in no key.
#[test]
fn the_arithmetic_is_named() {
    let here = Workplace::new();
    let said = here.crossfold(&["--version", "--verbose"]).expect(0).stdout;
    let class = said.lines().find_map(|line| line.strip_prefix("arithmetic version ")).expect("the arithmetic");
    assert!(class.ends_with(", fused") || class.ends_with(", unfused"), "{said}");
    assert!(!said.contains("cpu ") && !said.contains("x86"), "{said}");
    here.crossfold(&["run", root().join("experiments/smoke.yaml").to_str().unwrap()]).expect(0);
    let study: serde_json::Value = serde_json::from_str(&here.read("results/smoke/study.json")).unwrap();
    let origin: Vec<&str> = study["origin"].as_array().unwrap().iter().filter_map(serde_json::Value::as_str).collect();
    assert!(origin.contains(&format!("arithmetic version {class}").as_str()), "{origin:?}");
    assert!(origin.iter().all(|line| !line.starts_with("cpu ") && !line.starts_with("caches ")), "{origin:?}");
    let refused = here.crossfold(&["list", "--vectors", "mmx"]).expect(2);
    assert!(refused.stderr.contains("expected `sse`, `avx2` or `avx512`"), "{}", refused.stderr);
}

#[test]
fn another_seed_gives_other_results() {
    let here = Workplace::new();
    let spec = root().join("experiments/smoke.yaml");
    for seed in ["1", "2"] {
        here.crossfold(&["run", spec.to_str().unwrap(), "--seed", seed, "--results", seed]).expect(0);
    }
    assert_ne!(here.read("1/smoke/leaderboard.csv"), here.read("2/smoke/leaderboard.csv"));
}
