//! What a training step does, seen in results: weights of rows, batches, learning rates.

use std::collections::BTreeMap;

use crate::harness::{Outcome, Workplace, number, root, table};

fn run(here: &Workplace, name: &str, data: &str, rest: &str) -> Outcome {
    std::fs::copy(root().join("tests/data/cases").join(name), here.path().join(name)).unwrap();
    let text = format!("version: 1\nname: case\ndata: {{source: csv, path: {name}, target: y{data}}}\n{rest}\n");
    let spec = here.spec("case.yaml", &text);
    here.crossfold(&["run", spec.to_str().unwrap()])
}

/// A column that says nothing, three of four rows of one class: balanced weights make both classes as probable.
#[test]
fn balanced_weights_with_smoothed_labels_are_even() {
    for smoothing in ["0.0", "0.1", "0.5", "0.9"] {
        let here = Workplace::new();
        let training = format!(
            "training: {{optimizer: sgd, learning_rate: 0.5, epochs: 400, batch_size: 1000, class_weights: balanced, \
             label_smoothing: {smoothing}}}\n"
        );
        let rest = format!("model: {{kind: linear}}\n{training}cross_validation: {{folds: 2, shuffle: false}}");
        run(&here, "weights.csv", ", columns: {x: numeric}", &rest).expect(0);
        for row in table(&here.read("results/case/predictions.csv")) {
            assert!((number(&row, "p_A") - 0.5).abs() < 1e-3, "with a smoothing of {smoothing}: {row:?}");
        }
    }
}

/// The tensors of a safetensors file.
fn tensors(bytes: &[u8]) -> BTreeMap<String, Vec<f32>> {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let values = &bytes[8 + length..];
    let read = |(name, tensor): (&String, &serde_json::Value)| {
        let [start, end] = [0, 1].map(|place| tensor["data_offsets"][place].as_u64().unwrap() as usize);
        let numbers = values[start..end].chunks_exact(4).map(|value| f32::from_le_bytes(value.try_into().unwrap()));
        (name.clone(), numbers.collect())
    };
    header.as_object().unwrap().iter().filter(|(name, _)| *name != "__metadata__").map(read).collect()
}

/// Standardised columns of a table.
fn standardised(text: &str, columns: [&str; 3]) -> Vec<[f64; 3]> {
    let rows = table(text);
    let scaled = columns.map(|column| {
        let values: Vec<f64> = rows.iter().map(|row| number(row, column)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
        values.iter().map(|value| (value - mean) / deviation).collect::<Vec<_>>()
    });
    (0..rows.len()).map(|row| [0, 1, 2].map(|column| scaled[column][row])).collect()
}

/// 90 rows in batches of 89: the last row joins the batch, and running variances are those of the rows.
#[test]
fn batch_normalisation_never_sees_a_single_row() {
    let here = Workplace::new();
    let rest = "model: {kind: mlp, hidden: [6], normalization: batch}\n\
                training: {optimizer: sgd, learning_rate: 0.01, batch_size: 89, epochs: 60}\n\
                cross_validation: {folds: 2}";
    run(&here, "three.csv", "", rest).expect(0);
    let tensors = tensors(&std::fs::read(here.path().join("results/case/model/weights.safetensors")).unwrap());
    let names: Vec<&str> = tensors.keys().map(String::as_str).collect();
    let expected = [
        "layers.0.weight",
        "layers.1.bias",
        "layers.1.weight",
        "normalizations.0.bias",
        "normalizations.0.running_mean",
        "normalizations.0.running_var",
        "normalizations.0.weight",
    ];
    assert_eq!(names, expected, "no bias in front of the normalisation");
    let rows = standardised(&here.read("three.csv"), ["a", "b", "d"]);
    for (node, weights) in tensors["layers.0.weight"].chunks_exact(3).enumerate() {
        let values: Vec<f64> =
            rows.iter().map(|row| row.iter().zip(weights).map(|(x, &w)| x * f64::from(w)).sum()).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64;
        let ratio = f64::from(tensors["normalizations.0.running_var"][node]) / variance;
        assert!((0.9..1.1).contains(&ratio), "node {node}: {ratio}");
    }
    let row = &table(&here.read("results/case/leaderboard.csv"))[0];
    assert_eq!(row["parameters"], (3 * 6 + 6 + 6 + 6 * 3 + 3).to_string());
    let card = here.read("results/case/model/README.md");
    assert!(card.contains("x = x @ w[\"layers.0.weight\"].T\n"), "{card}");
}

#[test]
fn batches_of_one_row_are_refused_with_batch_normalisation() {
    let here = Workplace::new();
    let model = "model: {kind: mlp, hidden: [6], normalization: batch}\n";
    let rest = format!("{model}training: {{epochs: 2, batch_size: 1}}\ncross_validation: {{folds: 2}}");
    let refused = run(&here, "three.csv", "", &rest).expect(10);
    for expected in
        ["batches of 1 row have no variance for `normalization: batch`", "hint: choose a `batch_size` of at least 2"]
    {
        assert!(refused.stderr.contains(expected), "{}", refused.stderr);
    }
    // A condition decides it, so it is known only for each trial.
    let rest = "model: {kind: mlp, hidden: [6]}\ntraining: {epochs: 2}\nsearch: {space: {normalization: [none, batch], \
                batch_size: {values: [1, 8], when: {normalization: [none, batch]}}}}\ncross_validation: {folds: 2}";
    let refused = run(&here, "three.csv", "", rest);
    assert!(refused.code != 0 && refused.stderr.contains("one row has no variance"), "{}", refused.stderr);
    let rest = "model: {kind: mlp, hidden: [6], normalization: layer}\ntraining: {epochs: 1, batch_size: 1}\n\
                cross_validation: {folds: 2}";
    run(&here, "three.csv", "", rest).expect(0);
}

/// With one input, one batch and no momentum, an epoch at rate η multiplies the loss above the least one by (1 − 2η)².
#[test]
fn exponential_decay_begins_behind_the_warmup() {
    let here = Workplace::new();
    let rest = "model: {kind: linear}\n\
                training: {optimizer: sgd, momentum: 0.0, learning_rate: 0.2, batch_size: 1000, epochs: 12, warmup: 4, \
                schedule: exponential, decay: 0.5}\ncross_validation: {predefined: fold}";
    run(&here, "line.csv", ", task: regression", rest).expect(0);
    let rows = table(&here.read("line.csv"));
    let training: Vec<(f64, f64)> =
        rows.iter().filter(|row| row["fold"].is_empty()).map(|row| (number(row, "x"), number(row, "y"))).collect();
    let count = training.len() as f64;
    let [mean_x, mean_y] =
        [training.iter().map(|row| row.0).sum::<f64>() / count, training.iter().map(|row| row.1).sum::<f64>() / count];
    let sum = |term: &dyn Fn(f64, f64) -> f64| training.iter().map(|(x, y)| term(x - mean_x, y - mean_y)).sum::<f64>();
    let least = (sum(&|_, y| y * y) - sum(&|x, y| x * y).powi(2) / sum(&|x, _| x * x)) / count;
    let losses: Vec<f64> = table(&here.read("results/case/curves.csv"))
        .iter()
        .map(|row| number(row, "training_rmse").powi(2) - least)
        .collect();
    let rates = [0.05, 0.1, 0.15, 0.2, 0.2, 0.1, 0.05, 0.025, 0.0125, 0.00625, 0.003125];
    assert_eq!(losses.len(), rates.len() + 1);
    for (epoch, (pair, rate)) in losses.windows(2).zip(rates).enumerate() {
        let found = (1.0 - (pair[1] / pair[0]).sqrt()) / 2.0;
        assert!((found - rate).abs() < 1e-3, "after epoch {}: {found}, not {rate}", epoch + 1);
    }
}

#[test]
fn warmups_as_long_as_training_are_refused() {
    let here = Workplace::new();
    for (training, search) in [
        ("epochs: 12, warmup: 12", ""),
        ("epochs: 12, warmup: 13, schedule: cosine", ""),
        ("warmup: 5", "search: {space: {epochs: [5, 20]}}\n"),
        ("epochs: 6", "search: {strategy: {random: {trials: 2}}, space: {warmup: {int: {low: 0, high: 6}}}}\n"),
    ] {
        let rest = format!("model: {{kind: linear}}\ntraining: {{{training}}}\n{search}cross_validation: {{folds: 2}}");
        let refused = run(&here, "three.csv", "", &rest).expect(10);
        assert!(refused.stderr.contains("is as long as a training of"), "{}", refused.stderr);
    }
    for training in ["epochs: 12, warmup: 11", "epochs: 1, warmup: 0", "epochs: 2, schedule: one_cycle"] {
        let rest = format!("model: {{kind: linear}}\ntraining: {{{training}}}\ncross_validation: {{folds: 2}}");
        run(&here, "three.csv", "", &rest).expect(0);
    }
}

/// 90 rows: batches of at least as many are all rows.
#[test]
fn batches_have_no_more_rows_than_there_are() {
    let here = Workplace::new();
    let rest = "model: {kind: linear}\ntraining: {epochs: 5, learning_rate: 0.05}\n\
                search: {space: {batch_size: [32, 90, 128, 256, 512, 1024]}}\ncross_validation: {folds: 3}";
    run(&here, "three.csv", "", rest).expect(0);
    let mut sizes: Vec<String> =
        table(&here.read("results/case/leaderboard.csv")).iter().map(|row| row["batch_size"].clone()).collect();
    sizes.sort();
    assert_eq!(sizes, ["32", "90"]);
    // The store has the same trials.
    let before = here.all_but_logs("results/case");
    here.crossfold(&["report", "case"]).expect(0);
    assert_eq!(here.all_but_logs("results/case"), before);
}

/// A model of an earlier version, with biases in front of batch normalisation, predicts what it predicted then.
#[test]
fn models_with_a_bias_before_normalisation_predict_the_same() {
    let here = Workplace::new();
    let folder = root().join("tests/data/cases/biased-model");
    let [model, rows] = [folder.clone(), folder.join("rows.csv")].map(|path| path.to_str().unwrap().to_owned());
    here.crossfold(&["predict", &model, &rows, "-o", "predicted.csv"]).expect(0);
    let expected = table(&std::fs::read_to_string(folder.join("predicted.csv")).unwrap());
    let found = table(&here.read("predicted.csv"));
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        for class in ["p_hi", "p_lo", "p_mid"] {
            assert!((number(found, class) - number(expected, class)).abs() < 1e-5, "{found:?}, not {expected:?}");
        }
    }
}
