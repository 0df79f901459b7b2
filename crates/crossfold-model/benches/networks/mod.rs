//! The networks that benchmarks train, and their rows.

#![expect(clippy::disallowed_methods, reason = "a benchmark makes a table of its own")]

use std::fmt::Write as _;
use std::path::Path;

use crossfold_data::Views;
use crossfold_network::{
    Activation, Augmentation, Block, Cell, Configuration, Front, HiddenLayer, Loss, Padding, Pooling, Recurrence,
    Summary,
};
use crossfold_sources::{Loaded, Request, load};
use crossfold_study::Seed;

/// MNIST's 60,000 rows.
pub(crate) fn mnist() -> Views {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    views("{source: mnist, path: data/mnist}", &root)
}

/// A table of 20,000 rows, 20 features and a numeric target.
pub(crate) fn table() -> Views {
    let folder = std::env::temp_dir().join(format!("crossfold-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be created");
    let mut generator = Seed(1).subset();
    let mut text: String = (0..20).map(|column| format!("x{column},")).collect();
    text.push_str("y\n");
    for _ in 0..20_000 {
        let features: Vec<f64> = (0..20).map(|_| generator.normal()).collect();
        features.iter().for_each(|feature| write!(text, "{feature},").expect("writing to a String never fails"));
        writeln!(text, "{}", features.iter().sum::<f64>()).expect("writing to a String never fails");
    }
    std::fs::write(folder.join("table.csv"), text).expect("the table can be written");
    let views = views("{source: csv, path: table.csv, target: y, task: regression}", &folder);
    std::fs::remove_dir_all(folder).expect("the temporary folder can be removed");
    views
}

/// Views for a study of `data` that trains on all rows.
fn views(data: &str, folder: &Path) -> Views {
    let rest = "model: {kind: linear}, training: {epochs: 1}, cross_validation: none";
    let text = format!("{{version: 1, name: bench, data: {data}, {rest}}}");
    let study = crossfold_spec::read(text.as_bytes(), &[]).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let request = Request { folder, splits: &study.splits, seed: study.seed, test: false, memory: None };
    let Loaded { data, .. } = load(&study.data, &request).expect("the rows can be read");
    let folds = data.folds(&study.splits, study.seed).expect("the rows can be split");
    Views::new(data, folds, study.seed, None, None).expect("no class has a weight")
}

/// Networks with ReLU, trained by Adam. `hidden` is (nodes, dropout) per layer.
fn perceptron(hidden: &[(u32, f64)], batch_size: u32) -> Configuration {
    Configuration {
        hidden: hidden.iter().map(|&(nodes, dropout)| HiddenLayer { nodes, dropout }).collect(),
        activation: Some(Activation::Relu),
        batch_size,
        ..Configuration::default()
    }
}

pub(crate) fn networks_of_tables() -> Vec<(&'static str, Configuration)> {
    vec![("table-64-32", Configuration { loss: Loss::Squared, ..perceptron(&[(64, 0.0), (32, 0.0)], 64) })]
}

/// Perceptrons, convolutional networks with and without augmentation, and recurrent networks that read an image row by
/// row. Names have the widths.
pub(crate) fn networks_of_images() -> Vec<(&'static str, Configuration)> {
    let block = |filters| Block {
        filters,
        kernel: 3,
        stride: 1,
        padding: Padding::Same,
        pooling: Pooling::Max,
        pool_size: 2,
        dropout: 0.0,
    };
    let front = Front::Convolution(vec![block(16), block(32)]);
    let convolutional = Configuration { front, ..perceptron(&[(128, 0.0)], 128) };
    let affine = Augmentation { shift: 0.1, rotation: 10.0, scale: 0.1, ..Augmentation::default() };
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
        ("256-128", perceptron(&[(256, 0.4), (128, 0.3)], 128)),
        ("32", perceptron(&[(32, 0.0)], 32)),
        ("cnn-16-32", convolutional.clone()),
        ("cnn-16-32-affine", Configuration { augmentation: affine, ..convolutional }),
        ("lstm-64", recurrent(Cell::Lstm)),
        ("gru-64", recurrent(Cell::Gru)),
    ]
}
