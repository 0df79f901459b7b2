//! Models that are not as they were written, and rows for which they calculate nothing.

use std::fs;
use std::path::PathBuf;

use crate::harness::{Workplace, table};

/// A spec of two classes, `no` and `yes`, by one number.
const SPEC: &str = "version: 1\nname: NAME\ndata: {source: csv, path: two.csv, target: y}\n\
     model: {kind: mlp, hidden: [3], activation: relu}\ntraining: {epochs: 30, learning_rate: 0.5}\n\
     cross_validation: {folds: 2}\nfinal: {refit: best, test: false}\nseed: SEED\n";

/// Two trained models of the same shape, `one` and `two`.
fn trained() -> Workplace {
    let here = Workplace::new();
    let rows: Vec<String> =
        (0..40).map(|row| format!("{}.5,{}", row * 7 % 11, if row % 3 == 0 { "yes" } else { "no" })).collect();
    fs::write(here.path().join("two.csv"), format!("x,y\n{}\n", rows.join("\n"))).unwrap();
    for (name, seed) in [("one", "1"), ("two", "2")] {
        let spec = here.spec(&format!("{name}.yaml"), &SPEC.replace("NAME", name).replace("SEED", seed));
        here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    }
    here
}

fn file(here: &Workplace, name: &str) -> PathBuf {
    here.path().join("results/one/model").join(name)
}

/// Replaces a file of the model `one`, and holds that `predict` refuses it with this reason.
#[track_caller]
fn refused(here: &Workplace, name: &str, bytes: &[u8], reason: &str) {
    let path = file(here, name);
    let kept = fs::read(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    let refused = here.crossfold(&["predict", "results/one/model", "two.csv"]).expect(11);
    assert!(refused.stderr.contains(reason), "{}", refused.stderr);
    assert_eq!(refused.stdout, "");
    fs::write(&path, kept).unwrap();
}

#[test]
fn weights_that_do_not_belong_to_their_model_are_refused() {
    let here = trained();
    let weights = fs::read(file(&here, "weights.safetensors")).unwrap();
    let changed = "one of the two was changed";
    let others = fs::read(here.path().join("results/two/model/weights.safetensors")).unwrap();
    assert_eq!(others.len(), weights.len());
    refused(&here, "weights.safetensors", &others, changed);
    // The last tensor's values are at the end.
    let mut with_nan = weights.clone();
    let end = with_nan.len();
    with_nan[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    refused(&here, "weights.safetensors", &with_nan, changed);
    refused(&here, "weights.safetensors", &weights[..end - 1], changed);
    let mut flipped = weights.clone();
    flipped[end - 1] ^= 1;
    refused(&here, "weights.safetensors", &flipped, changed);
    let model = here.read("results/one/model/model.json");
    for (old, new) in [("\"epochs\": 30", "\"epochs\": 31"), ("\"x\"", "\"y\""), ("\"one\"", "\"one \"")] {
        assert!(model.contains(old));
        refused(&here, "model.json", model.replacen(old, new, 1).as_bytes(), changed);
    }
    // Version control and formatters change line ends and indentation.
    fs::write(file(&here, "model.json"), model.replace('\n', "\r\n ")).unwrap();
    here.crossfold(&["predict", "results/one/model", "two.csv"]).expect(0);
    // The report writes the same model from the store.
    fs::remove_dir_all(here.path().join("results/one")).unwrap();
    here.crossfold(&["report", "one"]).expect(0);
    assert_eq!(here.read("results/one/model/model.json"), model);
    here.crossfold(&["predict", "results/one/model", "two.csv"]).expect(0);
}

/// The text of a model as version 2 had it, without a digest.
fn without_digest(model: &str) -> String {
    let lines = model.lines().filter(|line| !line.contains("\"digest\""));
    lines.collect::<Vec<_>>().join("\n").replacen("\"version\": 3", "\"version\": 2", 1)
}

#[test]
fn a_model_without_a_digest_is_read_and_checked() {
    let here = trained();
    let older = without_digest(&here.read("results/one/model/model.json"));
    let expected = here.crossfold(&["predict", "results/one/model", "two.csv"]).expect(0).stdout;
    fs::write(file(&here, "model.json"), &older).unwrap();
    assert_eq!(here.crossfold(&["predict", "results/one/model", "two.csv"]).expect(0).stdout, expected);
    let mut weights = fs::read(file(&here, "weights.safetensors")).unwrap();
    let end = weights.len();
    weights[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    refused(&here, "weights.safetensors", &weights, "has a value that is not finite");
    refused(&here, "model.json", older.replacen("\"version\": 2", "\"version\": 3", 1).as_bytes(), "was changed");
    let layer = "{\"nodes\": 3, \"dropout\": 0.0}";
    let mut model: String = older.split_whitespace().collect::<Vec<_>>().join(" ");
    model = model.replace("{ \"nodes\": 3, \"dropout\": 0.0 }", layer);
    assert!(model.contains(layer), "{model}");
    let many = vec![layer; 1_000_000].join(",");
    refused(&here, "model.json", model.replacen(layer, &many, 1).as_bytes(), "don't match");
    let wide = layer.replace('3', "4294967295");
    refused(&here, "model.json", model.replacen(layer, &wide, 1).as_bytes(), "is not");
}

/// An edited model of sequences, which would be padded to billions of steps, or have none.
#[test]
fn an_edited_model_of_sequences_is_refused() {
    let here = Workplace::new();
    let rows = (0..60).map(|row| {
        let (id, step) = (row / 3, row % 3);
        format!("s{id},{step},{},{}", row * 7 % 11, if id % 2 == 0 { "no" } else { "yes" })
    });
    fs::write(here.path().join("two.csv"), format!("id,t,x,y\n{}\n", rows.collect::<Vec<_>>().join("\n"))).unwrap();
    let spec = "version: 1\nname: one\ndata: {source: csv, path: two.csv, target: y, sequence: {id: id, step: t}}\n\
         model: {kind: rnn, cell: gru, hidden: [3]}\ntraining: {epochs: 2}\ncross_validation: {folds: 2}\n\
         final: {refit: best, test: false}\n";
    here.spec("one.yaml", spec);
    here.crossfold(&["run", "one.yaml"]).expect(0);
    let older = without_digest(&here.read("results/one/model/model.json"));
    let longest = "\"longest\": 3";
    assert!(older.contains(longest), "{older}");
    let with = |longest_now: &str| older.replacen(longest, longest_now, 1);
    refused(&here, "model.json", with("\"longest\": 0").as_bytes(), "don't match");
    refused(&here, "model.json", with("\"longest\": null").as_bytes(), "don't match");
    refused(&here, "model.json", with("\"longest\": 4294967295").as_bytes(), "MB of memory are left");
    let selected = older.replacen("\"selected\": null", "\"selected\": []", 1);
    assert_ne!(selected, older);
    refused(&here, "model.json", selected.as_bytes(), "don't match");
    let at = older.find("\"pipeline\"").unwrap();
    let columns = at + older[at..].find("\"columns\": [").unwrap();
    let end = older[columns..].find("\"selected\"").unwrap() + columns;
    let empty = format!("{}\"columns\": [], {}", &older[..columns], &older[end..]);
    refused(&here, "model.json", empty.as_bytes(), "don't match");
}

/// A row far outside the range of training overflows the network: its cells are empty, and that is told.
#[test]
fn a_row_without_a_finite_prediction_is_told_of() {
    let here = trained();
    fs::write(here.path().join("far.csv"), "x\n3\n1e300\n-1e300\n4\n").unwrap();
    let predicted = here.crossfold(&["predict", "results/one/model", "far.csv"]).expect(0);
    let rows = table(&predicted.stdout);
    assert!(!predicted.stdout.contains("NaN") && !predicted.stdout.contains("inf"), "{}", predicted.stdout);
    assert_eq!([&rows[0], &rows[3]].map(|row| row["predicted"].is_empty()), [false, false]);
    let is_empty = |row: &crate::harness::Row| row["predicted"].is_empty() && row["p_no"].is_empty();
    let empty = rows.iter().filter(|row| is_empty(row)).count();
    assert!(empty > 0 && rows.iter().all(|row| is_empty(row) == row["p_yes"].is_empty()), "{}", predicted.stdout);
    let told = format!("{empty} rows are not predicted, the first with line ");
    assert!(predicted.stderr.contains(&told), "{}", predicted.stderr);
}

/// The probabilities of 200 classes on 100,001 rows are more than a file lists.
#[test]
fn many_probabilities_are_not_listed() {
    let here = Workplace::new();
    let rows = (0..400).map(|row| format!("{}.5,c{}\n", row % 50, row % 200));
    fs::write(here.path().join("many.csv"), format!("x,y\n{}", rows.collect::<String>())).unwrap();
    let spec = "version: 1\nname: one\ndata: {source: csv, path: many.csv, target: y, task: classification}\n\
         model: {kind: linear}\ntraining: {epochs: 1}\ncross_validation: {folds: 2}\nfinal: {refit: best, test: false}\n";
    here.spec("one.yaml", spec);
    here.crossfold(&["run", "one.yaml"]).expect(0);
    assert!(here.read("results/one/predictions.csv").starts_with("row,repeat,fold,truth,predicted,p_c0,"));
    let text: String = (0..100_001).map(|row| format!("{}.5\n", row % 50)).collect();
    fs::write(here.path().join("new.csv"), format!("x\n{text}")).unwrap();
    let predicted = here.crossfold(&["predict", "results/one/model", "new.csv", "-o", "out.csv"]).expect(0);
    assert!(here.read("out.csv").starts_with("line,predicted,probability\n"));
    let told = "the probability of the predicted class alone: those of 200 classes on 100001 rows";
    assert!(predicted.stderr.contains(told), "{}", predicted.stderr);
}
