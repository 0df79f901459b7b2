//! Every hyperparameter can be searched and has an effect.

use std::collections::BTreeSet;

use crate::harness::{Workplace, number, root, table};

const LINEAR: &str = "model: {kind: linear}";
const MLP: &str = "model: {kind: mlp, hidden: [8]}";
const CNN: &str = "model: {kind: cnn, filters: [4]}";
const RNN: &str = "model: {kind: rnn, hidden: [6]}";

/// A hyperparameter, two of its values, and the settings that they need to have an effect.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("kind", "[linear, mlp]", MLP),
    ("layers", "[1, 2]", "model: {kind: mlp, nodes: 8}"),
    ("nodes", "[4, 8]", "model: {kind: mlp, layers: 1}"),
    ("hidden", "[[8], [8, 6]]", "model: {kind: mlp}"),
    ("activation", "[relu, gelu]", MLP),
    ("negative_slope", "[0.1, 0.3]", "model: {kind: mlp, hidden: [8], activation: leaky_relu}"),
    ("normalization", "[batch, layer]", MLP),
    ("dropout", "[0.2, 0.5]", MLP),
    ("input_dropout", "[0.0, 0.3]", MLP),
    ("init", "[he, orthogonal]", MLP),
    ("numbers", "[plain, linear, periodic]", MLP),
    ("number_size", "[2, 5]", "model: {kind: mlp, hidden: [8], numbers: linear}"),
    ("frequencies", "[3, 8]", "model: {kind: mlp, hidden: [8], numbers: periodic}"),
    ("sigma", "[0.01, 0.5]", "model: {kind: mlp, hidden: [8], numbers: periodic}"),
    ("blocks", "[1, 2]", "model: {kind: cnn, filters: 4}"),
    ("filters", "[[4], [4, 6]]", "model: {kind: cnn}"),
    ("kernel", "[2, 5]", CNN),
    ("stride", "[1, 2]", CNN),
    ("padding", "[same, valid]", CNN),
    ("pooling", "[max, average]", CNN),
    ("pool_size", "[2, 3]", CNN),
    ("block_dropout", "[0.0, 0.4]", CNN),
    ("cell", "[elman, gru, lstm]", RNN),
    ("bidirectional", "[false, true]", RNN),
    ("summary", "[last, mean, max]", RNN),
    ("label_smoothing", "[0.0, 0.2]", MLP),
    ("optimizer", "[sgd, adam, adamw, rmsprop]", MLP),
    ("learning_rate", "[0.001, 0.01]", MLP),
    ("momentum", "[0.0, 0.9]", "model: {kind: mlp, hidden: [8]}\ntraining: {optimizer: sgd}"),
    ("nesterov", "[false, true]", "model: {kind: linear}\ntraining: {optimizer: sgd, momentum: 0.9}"),
    (
        "schedule",
        "[constant, step, exponential, cosine, one_cycle, plateau]",
        "model: {kind: linear}\ntraining: {decay_epochs: 1}",
    ),
    ("decay", "[0.1, 0.9]", "model: {kind: linear}\ntraining: {schedule: exponential}"),
    ("decay_epochs", "[1, 2]", "model: {kind: linear}\ntraining: {schedule: step}"),
    ("warmup", "[0, 2]", LINEAR),
    ("l1", "[0.0, 0.01]", LINEAR),
    ("l2", "[0.0, 0.1]", LINEAR),
    ("weight_decay", "[0.0, 0.9]", LINEAR),
    ("clip_norm", "[0.0, 0.001]", "model: {kind: linear}\ntraining: {optimizer: sgd, learning_rate: 0.1}"),
    ("ema", "[0.0, 0.9]", LINEAR),
    ("batch_size", "[16, 32]", LINEAR),
    ("epochs", "[1, 3]", LINEAR),
    ("patience", "[0, 1]", "model: {kind: linear}\ntraining: {learning_rate: 5}"),
    ("inner_share", "[0.2, 0.5]", "model: {kind: linear}\ntraining: {patience: 1}"),
    ("shift", "[0.0, 0.2]", LINEAR),
    ("rotation", "[0, 30]", LINEAR),
    ("scale", "[0.0, 0.3]", LINEAR),
    ("shear", "[0, 20]", LINEAR),
    ("flip", "[0.0, 0.5]", LINEAR),
    ("cutout", "[0.0, 0.5]", LINEAR),
    ("noise", "[0.0, 0.5]", LINEAR),
    ("mixup", "[0.0, 0.5]", LINEAR),
    ("loss", "[squared, absolute, huber]", LINEAR),
    ("huber_delta", "[0.1, 2.0]", "model: {kind: linear}\ntraining: {loss: huber}"),
    ("numeric.log", "[false, true]", LINEAR),
    ("numeric.scale", "[none, standard, min_max, robust, quantile, normal]", LINEAR),
    ("numeric.clip", "[none, 0.5]", LINEAR),
    ("numeric.encode", "[none, {piecewise: {bins: 4}}]", LINEAR),
    ("categorical.encode", "[one_hot, ordinal, target, embedding]", LINEAR),
    ("select", "[3, 8]", LINEAR),
];

/// Hyperparameters of regression and of tables, and steps of preprocessing, which images don't have.
const OF_TABLES: [&str; 12] = [
    "loss",
    "huber_delta",
    "numbers",
    "number_size",
    "frequencies",
    "sigma",
    "numeric.log",
    "numeric.scale",
    "numeric.clip",
    "numeric.encode",
    "categorical.encode",
    "select",
];

/// A spec that searches only `setting`, over `domain`.
fn spec(setting: &str, domain: &str, rest: &str) -> String {
    // The last batch is smaller than the others.
    let batch = if setting == "batch_size" { "" } else { ", batch_size: 32" };
    let (rest, epochs) = if setting == "epochs" {
        (rest.to_owned(), String::new())
    } else if rest.contains("training:") {
        (rest.replace("training: {", &format!("training: {{epochs: 3{batch}, ")).replace(", }", "}"), String::new())
    } else {
        (rest.to_owned(), format!("training: {{epochs: 3{batch}}}\n"))
    };
    let (model, rest) =
        rest.split_once('\n').map_or((rest.clone(), String::new()), |(m, r)| (m.to_owned(), format!("{r}\n")));
    // A key may appear only once.
    let model = model.replace(", hidden: [8]}", if setting == "hidden" { "}" } else { ", hidden: [8]}" });
    let model = if setting == "kind" { model.replace("kind: mlp, ", "") } else { model };
    let data = if OF_TABLES.contains(&setting) {
        "{source: csv, path: DATA/hitters/hitters.csv, target: Salary, task: regression, missing_target: drop}"
    } else {
        "{source: mnist, path: DATA/mnist, train_rows: 120}"
    };
    format!(
        "version: 1\nname: setting\ndata: {data}\n{model}\n{epochs}{rest}search: {{space: {{{setting}: {domain}}}}}\n\
         cross_validation: {{folds: 2}}\nfinal: {{refit: none}}\n"
    )
}

#[test]
fn every_hyperparameter_can_be_searched_and_has_an_effect() {
    for &(setting, domain, rest) in SETTINGS {
        let here = Workplace::new();
        let spec = here.spec("setting.yaml", &spec(setting, domain, rest));
        here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
        let board = table(&here.read("results/setting/leaderboard.csv"));
        let metric = if OF_TABLES.contains(&setting) { "rmse" } else { "log_loss" };
        // Seed and rows are the same, so the setting causes all differences.
        let scores: BTreeSet<String> = board.iter().map(|row| row[&format!("mean_{metric}")].clone()).collect();
        let values: BTreeSet<String> = board.iter().map(|row| row[setting].clone()).collect();
        let count =
            domain.matches(',').count() + 1 - usize::from(domain == "[[8], [8, 6]]" || domain == "[[4], [4, 6]]");
        assert_eq!([board.len(), scores.len(), values.len()], [count; 3], "{setting}: {board:?}");
        assert!(board.iter().all(|row| number(row, &format!("mean_{metric}")).is_finite()), "{setting}");
    }
}

/// Every hyperparameter that the schema allows in a space is in the list above.
#[test]
fn every_hyperparameter_is_listed() {
    let schema = std::fs::read_to_string(root().join("crates/crossfold-spec/schema/experiment.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let space = schema["$defs"]["Space"]["properties"].as_object().unwrap();
    let searchable = space.keys().map(String::as_str).filter(|key| {
        // Short names of steps of preprocessing have one dot, and paths of other hyperparameters, too.
        let is_path = ["model.", "training.", "augmentation.", "preprocessing."].iter().any(|at| key.starts_with(at));
        !is_path
    });
    let searchable: BTreeSet<&str> = searchable.collect();
    assert_eq!(searchable, SETTINGS.iter().map(|(setting, _, _)| *setting).collect());
}
