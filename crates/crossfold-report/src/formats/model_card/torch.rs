//! Python scripts of convolutional and recurrent networks, with PyTorch.

use crossfold_network::{Form, Layer, Program, Task};

use super::script::{Library, NetworkCode, longest_sequence, read_steps};
use super::{CardInputs, ModelCard};

/// The code of a network that needs PyTorch.
pub(super) fn write_network(card: &ModelCard<'_>, layers: &[Layer]) -> NetworkCode {
    let (mut standard, mut imports) = (Vec::new(), Vec::new());
    let (mut reading, mut network) = (Vec::new(), Vec::new());
    let is_sequence = longest_sequence(card).is_some();
    let program = Program::pytorch(layers, is_sequence);
    match &card.inputs {
        CardInputs::Images => {
            imports.push("import numpy as np");
            reading.push(images(card, program.reads_images));
        }
        CardInputs::Table(_) => {
            standard.extend(["import csv", "from itertools import groupby"]);
            let pack = "x = pack_sequence([torch.tensor(rows) for rows in steps], enforce_sorted=False)".to_owned();
            read_steps(card, [pack], (&mut reading, &mut network));
        }
    }
    imports.extend(["import torch", "import torch.nn.functional as F", "from safetensors.torch import load_file"]);
    network.extend(program.lines);
    let pads = network.iter().any(|line| line.contains("pad_packed_sequence"));
    imports.extend(match (is_sequence, pads) {
        (false, _) => None,
        (true, false) => Some("from torch.nn.utils.rnn import pack_sequence"),
        (true, true) => Some("from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence"),
    });
    let outputs = program.outputs;
    let (result, outputs) = match card.study.data.task() {
        Task::Classification => ("p", format!("{outputs}.softmax(1)")),
        Task::Regression => ("x", outputs),
    };
    network.push(format!("{result} = {outputs}"));
    NetworkCode { library: Library::PyTorch, standard, imports, reading, network, result }
}

fn images(card: &ModelCard<'_>, channels_first: bool) -> String {
    let shape = match card.shape.form {
        Form::Image { height, width, channels: 1 } if channels_first => format!("(-1, 1, {height}, {width})"),
        // PyTorch expects channels first.
        Form::Image { height, width, channels } if channels_first => {
            format!("(-1, {height}, {width}, {channels}).movedim(-1, 1)")
        }
        Form::Image { height, width, channels } => format!("(-1, {height}, {})", width * channels),
        Form::Flat | Form::Table(_) | Form::Sequence { .. } => format!("(-1, {})", card.shape.inputs),
    };
    format!("x = torch.tensor(np.load(\"images.npy\"), dtype=torch.float32).reshape{shape} / 255")
}
