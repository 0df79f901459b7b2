//! Linear models and multilayer perceptrons, in NumPy.

use crossfold_network::{Activation, Layer, NormalizationKind, Task};

use super::chain::{Chain, named, tensor};
use super::example::{Example, Library, longest, read_steps};
use super::{CardInputs, ModelCard, TableInputs};

pub(super) fn example(card: &ModelCard<'_>, layers: &[Layer]) -> Example {
    let mut standard = Vec::new();
    let mut lines = vec!["w = load_file(\"weights.safetensors\")".to_owned()];
    match (&card.inputs, longest(card)) {
        (CardInputs::Images, _) => lines.push(images(card)),
        (CardInputs::Table(table), None) => lines.extend(rows(table)),
        (CardInputs::Table(_), Some(_)) => {
            standard.extend(["import csv", "from itertools import groupby"]);
            lines.extend(read_steps());
            let wide = card.shape.inputs;
            lines.push("x = [np.ravel(rows) for rows in steps]".to_owned());
            lines.push(format!("x = np.stack([np.pad(row, (0, {wide} - row.size)) for row in x])"));
        }
    }
    if needs_math(layers) {
        standard.push("import math");
    }
    let imports = vec!["import numpy as np", "from safetensors.numpy import load_file"];
    let mut chain = chain(layers);
    let outputs = chain.take_outputs();
    lines.extend(chain.lines());
    lines.push(format!("x = {outputs}"));
    match card.study.data.task() {
        Task::Classification => lines.push("p = np.exp(x - np.logaddexp.reduce(x, axis=1, keepdims=True))".to_owned()),
        Task::Regression => {}
    }
    Example { library: Library::NumPy, standard, imports, lines }
}

fn images(card: &ModelCard<'_>) -> String {
    let wide = card.shape.inputs;
    format!("x = np.load(\"images.npy\").reshape(-1, {wide}) / 255")
}

fn rows(table: &TableInputs<'_>) -> Vec<String> {
    // A name with a line end in it makes the header so much longer.
    let header = 1 + table.names.iter().map(|name| name.matches('\n').count()).sum::<usize>();
    let read = format!(
        "x = np.loadtxt(\"inputs.csv\", delimiter=\",\", skiprows={header}, ndmin=2, encoding=\"utf-8\")[:, 1:]"
    );
    let dense = table.names.len() - table.embeddings;
    let look_up = match table.embeddings {
        0 => None,
        1 => Some(format!("w[\"embeddings.0.weight\"][x[:, {dense}].astype(int)]")),
        count => {
            Some(format!("*(w[f\"embeddings.{{i}}.weight\"][x[:, {dense} + i].astype(int)] for i in range({count}))"))
        }
    };
    [read].into_iter().chain(look_up.map(|look_up| format!("x = np.hstack([x[:, :{dense}], {look_up}])"))).collect()
}

/// NumPy hasn't the error function.
fn needs_math(layers: &[Layer]) -> bool {
    layers.iter().any(|layer| matches!(layer, Layer::Activation { function: Activation::Gelu, .. }))
}

fn chain(layers: &[Layer]) -> Chain {
    let mut chain = Chain::default();
    for (layer, name) in named(layers) {
        let [weight, bias] = ["weight", "bias"].map(|part| tensor(&name, part));
        match layer {
            Layer::Dense { .. } => chain.block(&name, format!("x @ {weight}.T + {bias}")),
            Layer::Normalization { kind, .. } => {
                let [mean, variance] = match kind {
                    NormalizationKind::Batch => ["running_mean", "running_var"].map(|part| tensor(&name, part)),
                    NormalizationKind::Layer => ["mean", "var"].map(|of| format!("x.{of}(axis=1, keepdims=True)")),
                };
                chain.push(format!("(x - {mean}) / np.sqrt({variance} + 1e-5)"));
                chain.push(format!("x * {weight} + {bias}"));
            }
            Layer::Activation { function, .. } => match function {
                Activation::Relu => chain.wrap(|x| format!("np.maximum({x}, 0)")),
                Activation::LeakyRelu { slope } => chain.push(format!("np.where(x > 0, x, {slope:?} * x)")),
                Activation::Tanh => chain.wrap(|x| format!("np.tanh({x})")),
                Activation::Sigmoid => chain.wrap(|x| format!("1 / (1 + np.exp(-({x})))")),
                Activation::Gelu => chain.push("x * (1 + np.vectorize(math.erf)(x / 2**0.5)) / 2".to_owned()),
            },
            // Only in training; and what has its place in `torch.rs`.
            Layer::Dropout { .. }
            | Layer::Convolution(_)
            | Layer::Pooling { .. }
            | Layer::Recurrent(_)
            | Layer::Summary { .. } => {}
        }
    }
    chain
}
