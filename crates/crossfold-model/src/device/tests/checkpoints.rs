//! Networks that are restored from a checkpoint.

use super::*;

fn check(cases: Vec<Case>) {
    for case in cases {
        case.check_resuming::<f64>();
        case.check_resuming::<f32>();
    }
}

#[test]
fn networks_of_all_kinds_are_restored() {
    let networks = include_str!("../../../../../tests/fixtures/pytorch/networks.json");
    [Kind::Linear, Kind::Mlp, Kind::Cnn, Kind::Rnn].into_iter().for_each(|kind| check(Case::networks(networks, kind)));
}

#[test]
fn networks_with_embeddings_are_restored() {
    let tables = include_str!("../../../../../tests/fixtures/pytorch/tables.json");
    check(Case::perceptrons(tables, "embeddings"));
}
