//! The same networks in PyTorch 2.15. The scripts that made its results are next to the fixtures.

use super::*;

/// Networks compute in the precision asked for; PyTorch's values are of 64 bits.
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

/// Normalisation, optimizers, losses, mixed rows.
#[test]
fn dense_networks() {
    check(Case::networks(NETWORKS, Kind::Linear), 1, 1e-11);
    check(Case::networks(NETWORKS, Kind::Mlp), 23, 1e-11);
}

#[test]
fn convolutional_networks() {
    check(Case::networks(NETWORKS, Kind::Cnn), 27, 1e-11);
}

#[test]
fn recurrent_networks() {
    check(Case::networks(NETWORKS, Kind::Rnn), 23, 1e-11);
}

/// Regressions, weighted classes and embeddings. Targets of numbers are of 32 bits, whatever computes.
#[test]
fn tables() {
    let text = include_str!("../../../../../tests/fixtures/pytorch/tables.json");
    check(Case::perceptrons(text, "regression"), 8, 1e-6);
    check(Case::perceptrons(text, "class_weights"), 8, 1e-11);
    check(Case::perceptrons(text, "embeddings"), 8, 1e-11);
}
