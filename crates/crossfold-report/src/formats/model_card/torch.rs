//! Convolutional and recurrent networks, in PyTorch.

use crossfold_network::{
    Activation, Cell, Convolution, Form, Layer, NormalizationKind, PoolingKind, Recurrent, Summary, Task,
};

use super::chain::{Chain, named, tensor};
use super::example::{Example, Library, longest, read_steps};
use super::{CardInputs, ModelCard};

pub(super) fn example(card: &ModelCard<'_>, layers: &[Layer]) -> Example {
    let (mut standard, mut imports) = (Vec::new(), Vec::new());
    let mut lines = vec!["w = load_file(\"weights.safetensors\")".to_owned()];
    let is_sequence = longest(card).is_some();
    match &card.inputs {
        CardInputs::Images => {
            imports.push("import numpy as np");
            lines.push(images(card, layers));
        }
        CardInputs::Table(_) => {
            standard.extend(["import csv", "from itertools import groupby"]);
            lines.extend(read_steps());
            lines.push("x = pack_sequence([torch.tensor(rows) for rows in steps], enforce_sorted=False)".to_owned());
        }
    }
    imports.extend(["import torch", "import torch.nn.functional as F", "from safetensors.torch import load_file"]);
    lines.extend(recurrence(layers, is_sequence));
    let pads = lines.iter().any(|line| line.contains("pad_packed_sequence"));
    imports.extend(match (is_sequence, pads) {
        (false, _) => None,
        (true, false) => Some("from torch.nn.utils.rnn import pack_sequence"),
        (true, true) => Some("from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence"),
    });
    let mut chain = chain(layers);
    let outputs = chain.take_outputs();
    lines.extend(chain.lines());
    lines.push(match card.study.data.task() {
        Task::Classification => format!("p = {outputs}.softmax(1)"),
        Task::Regression => format!("x = {outputs}"),
    });
    Example { library: Library::PyTorch, standard, imports, lines }
}

fn images(card: &ModelCard<'_>, layers: &[Layer]) -> String {
    let is_convolutional = layers.iter().any(|layer| matches!(layer, Layer::Convolution(_)));
    let shape = match card.shape.form {
        Form::Image { height, width, channels: 1 } if is_convolutional => format!("(-1, 1, {height}, {width})"),
        // PyTorch has channels first.
        Form::Image { height, width, channels } if is_convolutional => {
            format!("(-1, {height}, {width}, {channels}).movedim(-1, 1)")
        }
        Form::Image { height, width, channels } => format!("(-1, {height}, {})", width * channels),
        Form::Flat | Form::Sequence { .. } => format!("(-1, {})", card.shape.inputs),
    };
    format!("x = torch.tensor(np.load(\"images.npy\"), dtype=torch.float32).reshape{shape} / 255")
}

/// Recurrent layers and what is made of their states. `is_sequence` where rows are packed, so that nothing is computed
/// for steps that a row hasn't.
fn recurrence(layers: &[Layer], is_sequence: bool) -> Vec<String> {
    let recurrent = |layer: &Layer| match layer {
        Layer::Recurrent(sizes) => Some(module(sizes)),
        Layer::Dense { .. }
        | Layer::Convolution(_)
        | Layer::Pooling { .. }
        | Layer::Normalization { .. }
        | Layer::Activation { .. }
        | Layer::Dropout { .. }
        | Layer::Summary { .. } => None,
    };
    let modules: Vec<String> = layers.iter().filter_map(recurrent).collect();
    let mut lines = Vec::new();
    for layer in layers {
        let Layer::Summary { kind, bidirectional, .. } = *layer else { continue };
        let cell =
            layers.iter().find_map(|layer| if let Layer::Recurrent(sizes) = layer { Some(sizes.cell) } else { None });
        let state = match cell {
            Some(Cell::Lstm) => "x, (h, _)",
            Some(Cell::Elman | Cell::Gru) | None => "x, h",
        };
        lines.push(format!("for i, rnn in enumerate([{}]):", modules.join(", ")));
        let own = "{name: w[f\"recurrences.{i}.\" + name.replace(\"_l0\", \"\")] for name in rnn.state_dict()}";
        lines.push(format!("    rnn.load_state_dict({own})"));
        lines.push(format!("    {state} = rnn(x)"));
        lines.extend(summary(kind, bidirectional, is_sequence));
    }
    lines
}

fn summary(kind: Summary, bidirectional: bool, is_sequence: bool) -> Vec<String> {
    let lines: &[&str] = match (kind, is_sequence) {
        (Summary::Last, _) if bidirectional => &["x = torch.cat(tuple(h), 1).detach()"],
        (Summary::Last, _) => &["x = h[0].detach()"],
        (Summary::Mean, false) => &["x = x.mean(1).detach()"],
        (Summary::Max, false) => &["x = x.amax(1).detach()"],
        (Summary::Mean, true) => {
            &["x, length = pad_packed_sequence(x, batch_first=True)", "x = (x.sum(1) / length[:, None]).detach()"]
        }
        (Summary::Max, true) => {
            &["x = pad_packed_sequence(x, batch_first=True, padding_value=-torch.inf)[0].amax(1).detach()"]
        }
    };
    lines.iter().map(|&line| line.to_owned()).collect()
}

fn module(sizes: &Recurrent) -> String {
    let class = match sizes.cell {
        Cell::Elman => "RNN",
        Cell::Gru => "GRU",
        Cell::Lstm => "LSTM",
    };
    let both = if sizes.bidirectional { ", bidirectional=True" } else { "" };
    format!("torch.nn.{class}({}, {}, batch_first=True{both})", sizes.inputs, sizes.nodes)
}

fn chain(layers: &[Layer]) -> Chain {
    let mut chain = Chain::default();
    // Whether `x` has places, and channels in front of them.
    let mut is_image = false;
    for (layer, name) in named(layers) {
        let [weight, bias] = ["weight", "bias"].map(|part| tensor(&name, part));
        match layer {
            Layer::Dense { image, .. } => {
                is_image = false;
                let x = if image.is_some() { "x.flatten(1)" } else { "x" };
                chain.block(&name, format!("F.linear({x}, {weight}, {bias})"));
            }
            Layer::Convolution(sizes) => {
                is_image = true;
                chain.block(&name, convolution(sizes, &weight, &bias));
            }
            Layer::Pooling { kind, size, .. } => {
                let pool = match kind {
                    PoolingKind::Max => "max_pool2d",
                    PoolingKind::Average => "avg_pool2d",
                };
                chain.wrap(|x| format!("F.{pool}({x}, {size})"));
            }
            Layer::Normalization { kind, .. } => chain.push(normalization(*kind, is_image, &name)),
            Layer::Activation { function, .. } => match function {
                Activation::Relu => chain.wrap(|x| format!("F.relu({x})")),
                Activation::LeakyRelu { slope } => chain.wrap(|x| format!("F.leaky_relu({x}, {slope:?})")),
                Activation::Tanh => chain.wrap(|x| format!("torch.tanh({x})")),
                Activation::Sigmoid => chain.wrap(|x| format!("torch.sigmoid({x})")),
                Activation::Gelu => chain.wrap(|x| format!("F.gelu({x})")),
            },
            // Only in training; and what comes before the dense layers.
            Layer::Dropout { .. } | Layer::Recurrent(_) | Layer::Summary { .. } => {}
        }
    }
    chain
}

fn convolution(sizes: &Convolution, weight: &str, bias: &str) -> String {
    let &Convolution { from, to, kernel, stride, before } = sizes;
    let after = |length: usize, results: usize, before: usize| {
        ((results - 1) * stride + kernel).saturating_sub(length + before)
    };
    let after = [after(from.height, to.height, before[0]), after(from.width, to.width, before[1])];
    let stride = if stride == 1 { String::new() } else { format!(", stride={stride}") };
    if before != after {
        let ([above, left], [below, right]) = (before, after);
        return format!("F.conv2d(F.pad(x, ({left}, {right}, {above}, {below})), {weight}, {bias}{stride})");
    }
    let padding = match before {
        [0, 0] => String::new(),
        [above, left] if above == left => format!(", padding={above}"),
        [above, left] => format!(", padding=({above}, {left})"),
    };
    format!("F.conv2d(x, {weight}, {bias}{stride}{padding})")
}

fn normalization(kind: NormalizationKind, is_image: bool, name: &str) -> String {
    let [weight, bias] = ["weight", "bias"].map(|part| tensor(name, part));
    match kind {
        NormalizationKind::Batch => {
            let parts = "[\"running_mean\", \"running_var\", \"weight\", \"bias\"]";
            format!("F.batch_norm(x, *(w[f\"{name}.{{part}}\"] for part in {parts}))")
        }
        // Over the filters at each place, which PyTorch has second.
        NormalizationKind::Layer if is_image => {
            format!("F.layer_norm(x.movedim(1, -1), {weight}.shape, {weight}, {bias}).movedim(-1, 1)")
        }
        NormalizationKind::Layer => format!("F.layer_norm(x, {weight}.shape, {weight}, {bias})"),
    }
}
