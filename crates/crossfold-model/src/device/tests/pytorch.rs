//! Networks against PyTorch 2.15. The scripts that made the expected results are next to the fixtures.

use super::*;

/// Tolerances for both precisions of networks. PyTorch's values have 64 bits.
fn check(cases: Vec<Case>, count: usize, in_64_bits: f64) {
    assert_eq!(cases.len(), count);
    for case in cases {
        case.check_against_pytorch::<f64>(in_64_bits);
        case.check_against_pytorch::<f32>(1e-5);
    }
}

#[test]
fn perceptrons() {
    check(Case::perceptrons(include_str!("../../../../../tests/fixtures/pytorch/mlp.json"), "mlp"), 16, 1e-11);
}

const NETWORKS: &str = include_str!("../../../../../tests/fixtures/pytorch/networks.json");

/// Cases with normalisation, all optimizers and losses, mixed rows, averaged weights and embedded numbers.
#[test]
fn dense_networks() {
    check(Case::networks(NETWORKS, Kind::Linear), 1, 1e-11);
    check(Case::networks(NETWORKS, Kind::Mlp), 30, 1e-11);
}

#[test]
fn convolutional_networks() {
    check(Case::networks(NETWORKS, Kind::Cnn), 28, 1e-11);
}

#[test]
fn recurrent_networks() {
    check(Case::networks(NETWORKS, Kind::Rnn), 24, 1e-11);
}

/// Cases with numeric targets, weighted classes and embeddings. Numeric targets have 32 bits in both precisions.
#[test]
fn tables() {
    let text = include_str!("../../../../../tests/fixtures/pytorch/tables.json");
    check(Case::perceptrons(text, "regression"), 8, 1e-6);
    check(Case::perceptrons(text, "class_weights"), 8, 1e-11);
    check(Case::perceptrons(text, "embeddings"), 8, 1e-11);
}
