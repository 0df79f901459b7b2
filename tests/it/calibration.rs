//! `final.calibrate`: probabilities of the retrained winner are rescaled by a temperature that is fitted out of fold.

use std::fs;

use serde_json::Value;

use crate::harness::{Row, Workplace, number, table};

/// Far too many epochs for 150 rows, so that the network is too certain.
const CERTAIN: &str = "model: {kind: mlp, hidden: [32]}\n\
     training: {learning_rate: 0.02, epochs: 60, batch_size: 16}\ncross_validation: {folds: 4}\n";

/// A study of 150 people, with test rows of its own in `new.csv`.
fn people(rest: &str) -> (Workplace, String) {
    let here = Workplace::new();
    here.people("people.csv", &["vote"], 0, 150);
    here.people("new.csv", &["vote"], 200, 260);
    let spec = here.people_spec("people", "vote", ", test_path: new.csv", rest);
    (here, spec)
}

fn with(calibrate: &str) -> String {
    format!("{CERTAIN}final: {{test: true, variables: false{calibrate}}}\n")
}

/// The probabilities of each row, by class.
fn probabilities(rows: &[Row]) -> Vec<[f64; 3]> {
    rows.iter().map(|row| ["p_blue", "p_green", "p_red"].map(|column| number(row, column))).collect()
}

fn predict(here: &Workplace) -> Vec<[f64; 3]> {
    probabilities(&table(&here.crossfold(&["predict", "people", "new.csv"]).expect(0).stdout))
}

fn test_score(here: &Workplace, metric: &str) -> f64 {
    let rows = table(&here.read("results/people/test.csv"));
    number(rows.iter().find(|row| row["metric"] == metric).unwrap(), "value")
}

fn at_temperature(row: [f64; 3], temperature: f64) -> [f64; 3] {
    let powers = row.map(|share| share.powf(1.0 / temperature));
    powers.map(|power| power / powers.iter().sum::<f64>())
}

/// The mean log loss of the rows that validate each fold, at the temperature of the fold.
fn log_loss(rows: &[Row], temperature: impl Fn(&str) -> f64) -> f64 {
    let loss = |row: &Row| {
        let [blue, green, red] = at_temperature(probabilities(std::slice::from_ref(row))[0], temperature(&row["fold"]));
        -match row["truth"].as_str() {
            "blue" => blue,
            "green" => green,
            _ => red,
        }
        .ln()
    };
    rows.iter().map(loss).sum::<f64>() / rows.len() as f64
}

/// The best temperature by ternary search.
fn best_temperature(rows: &[Row]) -> f64 {
    let [mut low, mut high] = [0.1_f64, 30.0];
    for _ in 0..200 {
        let [a, b] = [low + (high - low) / 3.0, high - (high - low) / 3.0];
        if log_loss(rows, |_| a) < log_loss(rows, |_| b) { high = b } else { low = a }
    }
    low
}

#[test]
fn probabilities_are_rescaled_by_a_temperature_of_out_of_fold_predictions() {
    let (plain, spec) = people(&with(""));
    plain.crossfold(&["run", &spec]).expect(0);
    let (here, spec) = people(&with(", calibrate: true"));
    here.crossfold(&["run", &spec, "--jobs", "2"]).expect(0);

    let study: Value = serde_json::from_str(&here.read("results/people/study.json")).unwrap();
    let figure = |path: &str| study.pointer(path).and_then(Value::as_f64).unwrap();
    let temperature = figure("/calibration/temperature");
    let out_of_fold = table(&here.read("results/people/predictions.csv"));
    assert!((temperature - best_temperature(&out_of_fold)).abs() < 1e-4, "{temperature}");
    assert!(temperature > 1.2, "{temperature}");
    // Each fold is scored at the temperature of the others, never at one that its own rows decide.
    let of_others = |fold: &str| {
        let others: Vec<Row> = out_of_fold.iter().filter(|row| row["fold"] != fold).cloned().collect();
        best_temperature(&others)
    };
    let temperatures: Vec<(String, f64)> =
        (1..=4).map(|fold| (fold.to_string(), of_others(&fold.to_string()))).collect();
    let of_fold = |fold: &str| temperatures.iter().find(|(name, _)| name == fold).unwrap().1;
    assert!((figure("/calibration/before/log_loss") - log_loss(&out_of_fold, |_| 1.0)).abs() < 1e-6);
    assert!((figure("/calibration/after/log_loss") - log_loss(&out_of_fold, of_fold)).abs() < 1e-5);

    // The same weights predict the same classes, with other probabilities.
    let weights = |here: &Workplace| fs::read(here.path().join("results/people/model/weights.safetensors")).unwrap();
    assert!(weights(&here) == weights(&plain));
    for (found, plain) in predict(&here).iter().zip(predict(&plain)) {
        let expected = at_temperature(plain, temperature);
        assert!(
            found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-5),
            "{found:?} {expected:?}"
        );
    }
    assert_eq!(test_score(&here, "accuracy"), test_score(&plain, "accuracy"));
    assert!(test_score(&here, "log_loss") < test_score(&plain, "log_loss"));
    let report = here.read("results/people/report.md");
    assert!(report.contains("probabilities are calibrated with temperature"), "{report}");
    let card = here.read("results/people/model/README.md");
    assert!(
        card.contains("- Calibrated: probabilities are raised to the power of 1/") && card.contains("p = p ** "),
        "{card}"
    );

    // A report and another run write the same, and train nothing.
    let results = here.results("results/people");
    fs::remove_dir_all(here.path().join("results/people/model")).unwrap();
    here.crossfold(&["report", "people"]).expect(0);
    assert!(here.results("results/people") == results);
    let again = here.crossfold(&["run", &spec]).expect(0).stderr;
    assert!(!again.contains("retraining") && here.results("results/people") == results, "{again}");
}

/// A fresh run trains the calibrated network again, although its key isn't known before the search.
#[test]
fn a_fresh_run_retrains_a_calibrated_network() {
    let (here, spec) = people(&with(", calibrate: true"));
    here.crossfold(&["run", &spec]).expect(0);
    let results = here.results("results/people");
    let fresh = here.crossfold(&["run", &spec, "--fresh"]).expect(0).stderr;
    assert!(fresh.contains("retraining the winner"), "{fresh}");
    assert!(here.results("results/people") == results);
}

/// Without out-of-fold predictions, and where it doesn't help, probabilities stay as they are.
#[test]
fn probabilities_without_a_better_temperature_are_left_alone() {
    let (here, spec) = people(&format!("{}predictions: {{megabytes: 0, best: 0}}\n", with(", calibrate: true")));
    here.crossfold(&["run", &spec]).expect(0);
    let report = here.read("results/people/report.md");
    assert!(
        report.contains("Probabilities are not calibrated, since the winner's out-of-fold predictions are not stored.")
    );
    assert!(!here.read("results/people/model/model.json").contains("temperature"));
}

/// Averaged networks are calibrated together.
#[test]
fn averaged_networks_are_calibrated() {
    let (plain, spec) = people(&with(", refits: 2"));
    plain.crossfold(&["run", &spec]).expect(0);
    let (here, spec) = people(&with(", refits: 2, calibrate: true"));
    here.crossfold(&["run", &spec]).expect(0);
    let model: Value = serde_json::from_str(&here.read("results/people/model/model.json")).unwrap();
    let temperature = model["temperature"].as_f64().unwrap();
    for (found, plain) in predict(&here).iter().zip(predict(&plain)) {
        let expected = at_temperature(plain, temperature);
        assert!(
            found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-5),
            "{found:?} {expected:?}"
        );
    }
}
