//! How many rows a second one thread trains on, on MNIST's 60,000.
//!
//! `cargo bench -p crossfold -p crossfold-model --bench fit [NAME…]` prints a line `name samples/s` for each
//! network named, or for all; `benches/peers/run.sh` sets them against PyTorch.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark reads the clock and prints")]

use std::path::Path;
use std::time::Instant;

use crossfold_data::{Views, load};
use crossfold_model::Trainer;
use crossfold_study::{
    Activation, Cell, Configuration, DataSource, DataSpec, Device, Front, HiddenLayer, Recurrence, Seed, Splits,
    Summary,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EPOCHS: usize = 3;

fn main() {
    let named: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let seed = Seed(1);
    let spec = DataSpec { source: DataSource::Mnist { path: "data/mnist".into() }, train_rows: None };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let splits = Splits::HoldOut { share: 0.1, stratified: true, groups: None };
    let data = load(&spec, &splits, &root, seed, false).expect("the repository holds MNIST");
    let rows = data.rows();
    let folds = data.folds(&splits, seed).expect("MNIST can be split");
    let trainer = Trainer::new(Views::new(data, folds, seed, None).expect("no class is weighed"), Device::Flex);
    for (name, configuration) in networks() {
        if !named.is_empty() && !named.iter().any(|wanted| wanted == name) {
            continue;
        }
        let mut probe = trainer.probe(&configuration);
        probe.train(100);
        let mut rates = [(); EPOCHS].map(|()| {
            let start = Instant::now();
            let trained = probe.train(rows.div_ceil(configuration.batch_size as usize) as u32);
            trained as f64 / start.elapsed().as_secs_f64()
        });
        rates.sort_by(f64::total_cmp);
        println!("{name} {:.0}", rates[EPOCHS / 2]);
    }
}

/// Adam on networks with ReLU: (hidden nodes, dropout), and the batch size; and on recurrent ones that read an image
/// row by row.
fn networks() -> Vec<(&'static str, Configuration)> {
    let network = |hidden: &[(u32, f64)], batch_size| Configuration {
        hidden: hidden.iter().map(|&(nodes, dropout)| HiddenLayer { nodes, dropout }).collect(),
        activation: Some(Activation::Relu),
        batch_size,
        ..Configuration::default()
    };
    let recurrent = |cell| Configuration {
        front: Front::Recurrence(Recurrence {
            cell,
            layers: vec![HiddenLayer { nodes: 64, dropout: 0.0 }],
            bidirectional: false,
            summary: Summary::Last,
        }),
        batch_size: 128,
        ..Configuration::default()
    };
    vec![
        ("256-128", network(&[(256, 0.4), (128, 0.3)], 128)),
        ("128-128", network(&[(128, 0.2), (128, 0.2)], 128)),
        ("64", network(&[(64, 0.2)], 64)),
        ("32-32", network(&[(32, 0.0), (32, 0.0)], 32)),
        ("lstm-64", recurrent(Cell::Lstm)),
        ("gru-64", recurrent(Cell::Gru)),
    ]
}
