//! A network that takes over from another one: all those that PyTorch knows, embeddings and sequences among them.

use super::*;

fn check(cases: Vec<Case>) {
    for case in cases {
        case.goes_on::<f64>();
        case.goes_on::<f32>();
    }
}

#[test]
fn networks_of_all_kinds_take_over() {
    let networks = include_str!("../../../../../tests/fixtures/pytorch/networks.json");
    [Kind::Linear, Kind::Mlp, Kind::Cnn, Kind::Rnn].into_iter().for_each(|kind| check(Case::networks(networks, kind)));
}

#[test]
fn networks_with_embeddings_take_over() {
    let tables = include_str!("../../../../../tests/fixtures/pytorch/tables.json");
    check(Case::perceptrons(tables, "embeddings"));
}
