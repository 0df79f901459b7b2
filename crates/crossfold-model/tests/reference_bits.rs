//! The weights of each kind of network after two epochs, bit for bit: the same with any vectors, on every machine that fuses
//! multiply-adds, and in every release whose arithmetic has the same version.
//!
//! `CROSSFOLD_UPDATE_BITS=1` rewrites `reference_bits.json` after a change of arithmetic, for which `ARITHMETIC_VERSION` must have
//! been raised: by the version, stored fits that the change makes wrong are trained anew.

#![expect(clippy::disallowed_methods, reason = "the reference is a file, which a variable asks to be rewritten")]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use crossfold_data::Views;
use crossfold_kernels::simd::{Vectors, fuses, limit_vectors};
use crossfold_model::{ARITHMETIC_VERSION, Trainer};
use crossfold_sources::{Loaded, Request, load};
use crossfold_study::{Device, Fit, FitEnd, Part, Stop};
use serde::{Deserialize, Serialize};

const IMAGES: &str = "data: {source: mnist, path: data/mnist, train_rows: 300}";
const NUMBERS: &str =
    "data: {source: csv, path: data/hitters/hitters.csv, target: Salary, task: regression, missing_target: drop}";
const CLASSES: &str = "data: {source: csv, path: data/anes96/anes96.csv, target: vote, rows: 300}";

/// A spec's data, model and training, by name.
const NETWORKS: &[(&str, &str, &str)] = &[
    ("linear", IMAGES, "model: {kind: linear}, training: {optimizer: sgd, learning_rate: 0.1}"),
    ("least squares", NUMBERS, "model: {kind: linear}, training: {batch_size: 16}"),
    ("lasso", NUMBERS, "model: {kind: linear}, training: {l1: 0.1}"),
    ("ridge, absolute errors", NUMBERS, "model: {kind: linear}, training: {l2: 0.1, loss: absolute}"),
    ("logistic", CLASSES, "model: {kind: linear}, training: {optimizer: rmsprop, momentum: 0.5}"),
    ("deep", IMAGES, "model: {kind: mlp, hidden: [256, 128], dropout: [0.4, 0.3]}, training: {batch_size: 128}"),
    ("narrow", CLASSES, "model: {kind: mlp, hidden: [3]}, training: {batch_size: 7, clip_norm: 0.5}"),
    (
        "embedding",
        CLASSES,
        "preprocessing: {columns: {PID: {categorical: {encode: embedding}}}}, model: {kind: mlp, hidden: [17]}, training: {}",
    ),
    (
        "gelu, layer norm",
        IMAGES,
        "model: {kind: mlp, hidden: [65], activation: gelu, normalization: layer}, training: {optimizer: adamw}",
    ),
    (
        "tanh, batch norm",
        NUMBERS,
        "model: {kind: mlp, hidden: [20, 20], activation: tanh, normalization: batch, init: orthogonal}, training: {loss: huber}",
    ),
    (
        "sigmoid, Nesterov",
        IMAGES,
        "model: {kind: mlp, hidden: [31], activation: sigmoid, init: glorot}, training: {optimizer: sgd, momentum: 0.9, nesterov: true, schedule: one_cycle}",
    ),
    (
        "leaky ReLU, mixup",
        IMAGES,
        "model: {kind: mlp, hidden: [40], activation: leaky_relu, input_dropout: 0.2}, training: {label_smoothing: 0.1, weight_decay: 0.1}, \
         augmentation: {mixup: 0.4, noise: 0.1}",
    ),
    (
        "averaged weights",
        NUMBERS,
        "model: {kind: mlp, hidden: [20], normalization: batch}, training: {batch_size: 16, ema: 0.9}",
    ),
    (
        "linear embeddings",
        NUMBERS,
        "preprocessing: {numeric: {encode: {piecewise: {bins: 7}}}}, \
         model: {kind: mlp, hidden: [20], numbers: linear, number_size: 5}, training: {batch_size: 16}",
    ),
    (
        "periodic embeddings",
        CLASSES,
        "preprocessing: {columns: {PID: {categorical: {encode: embedding}}}}, \
         model: {kind: mlp, hidden: [20], numbers: periodic, frequencies: 11, sigma: 0.5}, training: {weight_decay: 0.1}",
    ),
    ("convolution", IMAGES, "model: {kind: cnn, filters: [16, 33], kernel: 3, hidden: [32]}, training: {}"),
    (
        "convolution, averages",
        IMAGES,
        "model: {kind: cnn, filters: [5], kernel: 5, stride: 2, padding: valid, pooling: average, normalization: batch, block_dropout: 0.2}, training: {}",
    ),
    (
        "convolution, augmented",
        IMAGES,
        "model: {kind: cnn, filters: [8], hidden: [16]}, training: {}, \
         augmentation: {shift: 0.1, rotation: 10, scale: 0.1, shear: 5, flip: 0.5, cutout: 0.2}",
    ),
    ("Elman", IMAGES, "model: {kind: rnn, cell: elman, layers: 1, nodes: 20, summary: max}, training: {}"),
    ("LSTM", IMAGES, "model: {kind: rnn, cell: lstm, layers: 2, nodes: 33}, training: {clip_norm: 1}"),
    (
        "GRU in both directions",
        IMAGES,
        "model: {kind: rnn, cell: gru, layers: 1, nodes: 16, bidirectional: true, summary: mean}, training: {}",
    ),
];

/// `reference_bits.json`.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Reference {
    /// The version of the arithmetic.
    arithmetic: u32,
    /// By network, the fingerprint of the weights after each epoch.
    weights: BTreeMap<String, Vec<String>>,
}

/// The fingerprints of a network's weights after each of two epochs on all rows.
fn weights(data: &str, rest: &str) -> Vec<String> {
    let text = format!(
        "{{version: 1, name: bits, seed: 3, {data}, {}, cross_validation: none}}",
        rest.replace("training: {", "training: {epochs: 2, ")
    );
    let study = crossfold_spec::read(text.as_bytes(), &[]).unwrap_or_else(|mistakes| panic!("{text}: {mistakes:?}"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let request = Request { folder: &root, splits: &study.splits, seed: study.seed, test: false, memory: None };
    let Loaded { data, .. } = load(&study.data, &request).expect("the rows can be read");
    let folds = data.folds(&study.splits, study.seed).expect("the rows can be split");
    let trainer = Trainer::new(Views::new(data, folds, study.seed, None, None).expect("views"), Device::Flex);
    let configuration = study.models[0].fixed.resolve().expect("it is complete").0;
    let fit =
        Fit { configuration: &configuration, part: Part::All, epochs: 2, predict_at: &[], from: None, keep: false };
    let mut found = Vec::new();
    let trained = trainer.fit_with_fingerprints(&fit, &Stop::new(), &mut |_, weights| {
        found.push(weights.to_string());
        ControlFlow::Continue(())
    });
    assert_eq!(trained.end, FitEnd::Complete, "{text}");
    found
}

fn all_weights() -> BTreeMap<String, Vec<String>> {
    NETWORKS.iter().map(|&(name, data, rest)| (name.to_owned(), weights(data, rest))).collect()
}

#[test]
fn weights_have_the_reference_bits_with_any_vectors() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference_bits.json");
    let known: Option<Reference> =
        std::fs::read_to_string(&path).ok().map(|text| serde_json::from_str(&text).expect("a reference"));
    let [narrow, middle, wide] = Vectors::ALL.map(|vectors| {
        limit_vectors(vectors);
        all_weights()
    });
    assert!(narrow == middle && middle == wide, "the width of vectors changes bits");
    if !fuses() {
        return;
    }
    let found = Reference { arithmetic: ARITHMETIC_VERSION, weights: wide };
    if known.as_ref() == Some(&found) {
        return;
    }
    let is_raised = known.as_ref().is_none_or(|known| {
        // New networks change nothing, nor does a version with the same bits.
        known.arithmetic < ARITHMETIC_VERSION
            || known.weights.iter().all(|(name, bits)| found.weights.get(name) == Some(bits))
    });
    assert!(
        is_raised,
        "bits have changed: raise `ARITHMETIC_VERSION`, so that stored fits are trained anew\n{known:#?}\n{found:#?}"
    );
    assert!(
        std::env::var_os("CROSSFOLD_UPDATE_BITS").is_some(),
        "bits have changed: `CROSSFOLD_UPDATE_BITS=1` rewrites {}",
        path.display()
    );
    let text = serde_json::to_string_pretty(&found).expect("it is plain") + "\n";
    std::fs::write(path, text).expect("the reference can be written");
}
