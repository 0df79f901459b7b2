//! Whole runs on real MNIST: `experiments/smoke.yaml` and small changes to it.

use crate::harness::{Row, Workplace, number, root, table};

fn smoke() -> String {
    root().join("experiments/smoke.yaml").display().to_string()
}

fn test_accuracy(here: &Workplace, folder: &str) -> f64 {
    let rows = table(&here.read(&format!("{folder}/test.csv")));
    number(rows.iter().find(|row| row["metric"] == "accuracy").unwrap(), "value")
}

#[test]
fn a_sweep_ranks_every_trial_and_scores_the_winner_on_the_test_rows() {
    let here = Workplace::new();
    let outcome = here.crossfold(&["run", &smoke()]).expect(0);
    let leaderboard = table(&here.read("results/smoke/leaderboard.csv"));

    // 1 network without a hidden layer and 2 × 2 with one, each read at 2 epochs.
    assert_eq!(leaderboard.len(), 10);
    let ranks: Vec<&str> = leaderboard.iter().map(|row| row["rank"].as_str()).collect();
    assert_eq!(ranks, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    assert!(leaderboard.windows(2).all(|w| number(&w[0], "mean") >= number(&w[1], "mean")));

    // Without a hidden layer, nodes and dropout have no effect: four combinations are one trial.
    let linear = leaderboard.iter().find(|row| row["layers"] == "0" && row["epochs"] == "3").unwrap();
    assert_eq!(linear["stands_for"].split("; ").count(), 4, "{}", linear["stands_for"]);
    assert_eq!(linear["parameters"], "7850");

    // The mean and its standard error follow from `folds.csv`.
    let winner = &leaderboard[0];
    let folds = table(&here.read("results/smoke/folds.csv"));
    let scores: Vec<f64> = folds
        .iter()
        .filter(|row| row["trial"] == winner["trial"])
        .map(|row| number(row, "validation_accuracy"))
        .collect();
    assert_eq!(scores.len(), 3);
    let mean = scores.iter().sum::<f64>() / 3.0;
    let se = (scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / 2.0 / 3.0).sqrt();
    assert!((mean - number(winner, "mean")).abs() < 1e-12);
    assert!((se - number(winner, "se")).abs() < 1e-12);
    // The variance is that of a share of 1,000 rows, times 1 + 3 · (training accuracy − validation accuracy).
    let curves = table(&here.read("results/smoke/curves.csv"));
    let last = curves.iter().filter(|row| {
        ["configuration", "epoch"].map(|column| &row[column]) == [&winner["configuration"], &winner["epochs"]]
    });
    let gaps: Vec<f64> =
        last.map(|row| number(row, "training_accuracy") - number(row, "validation_accuracy")).collect();
    let allowance = 1.0 + gaps.iter().sum::<f64>();
    let variance = mean * (1.0 - mean) / 1000.0 * allowance;
    assert!(gaps.len() == 3 && allowance > 1.0, "{gaps:?}");
    assert!((number(winner, "se_corrected").powi(2) / variance - 1.0).abs() < 0.01, "{}", winner["se_corrected"]);
    assert!(number(winner, "interval_low") < mean && mean < number(winner, "interval_high"));
    assert_eq!((winner["tied_with_best"].as_str(), winner["adjusted_p"].as_str()), ("TRUE", ""));
    let corrected = number(winner, "corrected");
    assert!(corrected < mean && corrected > mean - 0.05, "{corrected} of {mean}");
    let last = &leaderboard[9];
    assert_eq!(last["tied_with_best"] == "TRUE", number(last, "adjusted_p") > 0.05);

    // 5 configurations × 3 folds × 3 epochs.
    assert_eq!(table(&here.read("results/smoke/curves.csv")).len(), 45);
    assert_eq!(table(&here.read("results/smoke/timings.csv")).len(), 15);

    // scikit-learn's logistic regression on 1,000 digits reaches 0.86 on the test file.
    let accuracy = test_accuracy(&here, "results/smoke");
    assert!((0.82..0.93).contains(&accuracy), "{accuracy}");
    assert!(outcome.stdout.contains("picked from 10 trials"), "{}", outcome.stdout);

    let record: serde_json::Value = serde_json::from_str(&here.read("results/smoke/study.json")).unwrap();
    assert_eq!(record["seed"], 7);
}

/// `best.yaml` is the winner's spec: run by itself, it scores the same on every fold.
#[test]
fn the_best_spec_runs_and_scores_the_same() {
    let here = Workplace::new();
    here.crossfold(&["run", &smoke()]).expect(0);
    here.crossfold(&["run", "results/smoke/best.yaml", "--results", "again"]).expect(0);
    let [sweep, alone] = ["results/smoke", "again/smoke-best"].map(|folder| {
        let rows = table(&here.read(&format!("{folder}/leaderboard.csv")));
        ["fold_1", "fold_2", "fold_3"].map(|fold| rows[0][fold].clone())
    });
    assert_eq!(sweep, alone);
    assert_eq!(here.read("results/smoke/test.csv"), here.read("again/smoke-best/test.csv"));
}

/// Trials that differ only in epochs share a fit. Their scores are bit-identical to those of separate processes, also with
/// dropout, momentum and shuffling.
#[test]
fn sharing_epochs_changes_no_bit() {
    let here = Workplace::new();
    let spec = here.spec(
        "sharing.yaml",
        "version: 1\nname: sharing\nseed: 3\ndata: {source: mnist, path: DATA/mnist, train_rows: 600}\n\
         model: {kind: mlp, hidden: [32], dropout: 0.3}\n\
         training: {optimizer: sgd, learning_rate: 0.05, momentum: 0.9, batch_size: 32}\n\
         search: {space: {epochs: [1, 2, 4]}}\ncross_validation: {folds: 3}\n",
    );
    let spec = spec.to_str().unwrap();
    here.crossfold(&["run", spec, "--results", "shared"]).expect(0);
    let shared = table(&here.read("shared/sharing/folds.csv"));
    for epochs in ["1", "2", "4"] {
        let only = format!("search.space.epochs=[{epochs}]");
        let folder = format!("epochs-{epochs}");
        here.crossfold(&["run", spec, "--set", &only, "--results", &folder]).expect(0);
        let alone = table(&here.read(&format!("{folder}/sharing/folds.csv")));
        let scores = |rows: &[Row]| -> Vec<[String; 2]> {
            rows.iter()
                .filter(|row| row["epoch"] == epochs)
                .map(|row| [row["validation_log_loss"].clone(), row["validation_accuracy"].clone()])
                .collect()
        };
        assert_eq!(scores(&alone).len(), 3);
        assert_eq!(scores(&shared), scores(&alone), "at {epochs} epochs");
    }
}

#[test]
fn both_devices_reach_the_same_accuracy() {
    let here = Workplace::new();
    here.crossfold(&["run", &smoke(), "--results", "flex"]).expect(0);
    here.crossfold(&["run", &smoke(), "--results", "ndarray", "--set", "device=ndarray"]).expect(0);
    let [flex, ndarray] = ["flex/smoke", "ndarray/smoke"].map(|folder| test_accuracy(&here, folder));
    assert!((flex - ndarray).abs() <= 0.01, "{flex} and {ndarray}");
}

/// With a penalty of 100 a step multiplies the weights of each of two layers by 1 − 2·0.05·100 = −9,
/// so that logits leave the range of `f32` after some 20 steps; 250 rows in batches of 16 are 16
/// steps per epoch.
const DIVERGES: &str = "version: 1\nname: diverges\ndata: {source: mnist, path: DATA/mnist, train_rows: 500}\n\
     model: {kind: mlp, hidden: [16]}\ntraining: {optimizer: sgd, learning_rate: 0.05, batch_size: 16}\n\
     search: {space: {l2: PENALTIES, epochs: EPOCHS}}\ncross_validation: {folds: 2}\n\
     final: {refit: best, test: true}\n";

fn diverges(penalties: &str, epochs: &str) -> String {
    DIVERGES.replace("PENALTIES", penalties).replace("EPOCHS", epochs)
}

#[test]
fn only_a_diverging_trial_fails() {
    let here = Workplace::new();
    let spec = here.spec("diverges.yaml", &diverges("[0, 100]", "[1, 4]"));
    let outcome = here.crossfold(&["run", spec.to_str().unwrap()]).expect(20);
    let rows = table(&here.read("results/diverges/leaderboard.csv"));
    let states: Vec<&str> = rows.iter().map(|row| row["state"].as_str()).collect();
    // The failed fit's first epoch counts: the trial of 1 epoch is complete.
    assert_eq!(states, ["complete", "complete", "complete", "failed"]);
    assert_eq!((rows[3]["rank"].as_str(), rows[3]["mean"].as_str()), ("", ""));
    assert!(rows[3]["error"].contains("not finite in epoch 2"), "{}", rows[3]["error"]);
    assert!(outcome.stdout.contains("failed: 1"), "{}", outcome.stdout);
    assert!(test_accuracy(&here, "results/diverges") > 0.5);
}

#[test]
fn nothing_is_refitted_if_all_trials_fail() {
    let here = Workplace::new();
    let spec = here.spec("diverges.yaml", &diverges("[100]", "[4]"));
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(21);
    assert!(!here.path().join("results/diverges/test.csv").exists());
    assert!(!here.path().join("results/diverges/best.yaml").exists());
}

/// Result files of an earlier run are removed.
#[test]
fn a_run_removes_the_files_of_an_earlier_one() {
    let here = Workplace::new();
    let spec = here.spec("diverges.yaml", &diverges("[0]", "[4]"));
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    assert!(here.path().join("results/diverges/test.csv").exists());
    here.spec("diverges.yaml", &diverges("[100]", "[4]"));
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(21);
    assert!(!here.path().join("results/diverges/test.csv").exists());
    assert!(!here.path().join("results/diverges/model/weights.safetensors").exists());
}

#[test]
fn a_hold_out_share_needs_one_fit_per_trial() {
    let here = Workplace::new();
    here.crossfold(&["run", &smoke(), "--set", "cross_validation=none"]).expect(0);
    let rows = table(&here.read("results/smoke/leaderboard.csv"));
    assert_eq!(rows[0]["se"], "", "one fold has no standard error");
    assert_eq!(table(&here.read("results/smoke/folds.csv")).len(), 10);
}

#[test]
fn random_search_on_a_csv() {
    let here = Workplace::new();
    let mut rows = String::from("x,y,class\n");
    for i in 0..200 {
        let (x, y) = (f64::from(i % 20) / 10.0 - 1.0, f64::from(i / 20) / 5.0 - 1.0);
        rows += &format!("{x},{y},{}\n", if x * y > 0.0 { "same" } else { "differs" });
    }
    std::fs::write(here.path().join("rows.csv"), rows).unwrap();
    let spec = here.spec(
        "xor.yaml",
        "version: 1\nname: xor\ndata: {source: csv, path: rows.csv, target: class}\n\
         model: {kind: mlp, nodes: 16, activation: tanh}\ntraining: {epochs: 60, batch_size: 16}\n\
         search:\n  strategy: {random: {trials: 6}}\n  space:\n    layers: {int: {low: 0, high: 1}}\n\
         \x20   learning_rate: {log_uniform: {low: 1e-2, high: 1e-1}}\n\
         cross_validation: {folds: 4, repeats: 2}\nobjective: {metric: log_loss}\n",
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    let leaderboard = table(&here.read("results/xor/leaderboard.csv"));
    assert_eq!(leaderboard.len(), 6);
    assert_eq!(leaderboard[0]["layers"], "1", "no line tells the classes apart");
    assert!(leaderboard.windows(2).all(|w| number(&w[0], "mean") <= number(&w[1], "mean")));
    assert!(leaderboard[0].contains_key("repeat_2_fold_4"));
}

/// A test file may be missing if it is not needed.
#[test]
fn a_missing_test_file_fails_only_a_test() {
    let here = Workplace::new();
    std::fs::write(here.path().join("rows.csv"), "x,y\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n").unwrap();
    let spec = here.spec(
        "rows.yaml",
        "version: 1\nname: rows\ndata: {source: csv, path: rows.csv, target: y, test_path: gone.csv}\n\
         model: {kind: mlp, layers: 0}\ntraining: {epochs: 1}\ncross_validation: {folds: 2}\n",
    );
    let spec = spec.to_str().unwrap();
    here.crossfold(&["run", spec]).expect(0);
    assert!(here.read("results/rows/best.yaml").contains("test_path: ../../gone.csv"));
    here.crossfold(&["run", spec, "--set", "final.test=true"]).expect(11);
}

/// Features beyond the range of `f32` sums lead to a score of NaN, and so to a failed fit.
#[test]
fn a_test_score_that_is_not_finite_is_a_failure() {
    let here = Workplace::new();
    std::fs::write(here.path().join("rows.csv"), "x,z,y\n1,2,a\n2,1,b\n3,4,a\n4,3,b\n5,6,a\n6,5,b\n").unwrap();
    std::fs::write(here.path().join("test.csv"), "x,z,y\n3e38,-3e38,a\n-3e38,3e38,b\n3e38,3e38,a\n").unwrap();
    let spec = here.spec(
        "rows.yaml",
        "version: 1\nname: rows\ndata: {source: csv, path: rows.csv, target: y, test_path: test.csv}\n\
         model: {kind: mlp, hidden: [64, 64]}\ntraining: {epochs: 40, learning_rate: 0.1}\n\
         cross_validation: {folds: 2}\nfinal: {test: true}\n",
    );
    let outcome = here.crossfold(&["run", spec.to_str().unwrap(), "--quiet"]).expect(20);
    assert!(outcome.stderr.contains("not finite"), "{}", outcome.stderr);
    assert!(!here.path().join("results/rows/test.csv").exists());
    let record: serde_json::Value = serde_json::from_str(&here.read("results/rows/study.json")).unwrap();
    assert_eq!(record["refit_error"], "the score on the test rows is not finite");
}
