//! Python scripts of linear models and multilayer perceptrons, with NumPy.

use crossfold_network::{Program, Task};

use super::script::{Library, NetworkCode, longest_sequence, read_steps};
use super::{CardInputs, ModelCard, TableInputs};

/// The code of a network that NumPy suffices for.
pub(super) fn write_network(card: &ModelCard<'_>, program: Program) -> NetworkCode {
    let mut standard = Vec::new();
    let (mut reading, mut network) = (Vec::new(), Vec::new());
    match (&card.inputs, longest_sequence(card)) {
        (CardInputs::Images, _) => reading.push(images(card)),
        (CardInputs::Table(table), None) => {
            if !card.has_own_inputs() {
                reading.push(format!("x = {}[:, 1:]", rows(table)));
            } else {
                reading.push(format!("table = {}", rows(table)));
                network.push("x = table[table[:, 0] == member, 2:]".to_owned());
            }
            network.extend(look_up(table));
        }
        (CardInputs::Table(_), Some(_)) => {
            standard.extend(["import csv", "from itertools import groupby"]);
            let wide = card.shape.inputs;
            read_steps(
                card,
                [
                    "x = [np.ravel(rows) for rows in steps]".to_owned(),
                    format!("x = np.stack([np.pad(row, (0, {wide} - row.size)) for row in x])"),
                ],
                (&mut reading, &mut network),
            );
        }
    }
    if program.uses_math {
        standard.push("import math");
    }
    let imports = vec!["import numpy as np", "from safetensors.numpy import load_file"];
    network.extend(program.lines);
    network.push(format!("x = {}", program.outputs));
    let result = match card.study.data.task() {
        Task::Classification => {
            network.push("p = np.exp(x - np.logaddexp.reduce(x, axis=1, keepdims=True))".to_owned());
            "p"
        }
        Task::Regression => "x",
    };
    NetworkCode { library: Library::NumPy, standard, imports, reading, network, result }
}

fn images(card: &ModelCard<'_>) -> String {
    let wide = card.shape.inputs;
    format!("x = np.load(\"images.npy\").reshape(-1, {wide}) / 255")
}

/// The expression that reads the rows written by `--inputs`.
fn rows(table: &TableInputs<'_>) -> String {
    // Line ends within names make the header longer.
    let header = 1 + table.names.iter().map(|name| name.matches('\n').count()).sum::<usize>();
    format!("np.loadtxt(\"inputs.csv\", delimiter=\",\", skiprows={header}, ndmin=2, encoding=\"utf-8\")")
}

/// The line that replaces indices by their vectors, if there are any.
fn look_up(table: &TableInputs<'_>) -> Option<String> {
    let dense = table.names.len() - table.embeddings;
    let look_up = match table.embeddings {
        0 => None,
        1 => Some(format!("w[\"embeddings.0.weight\"][x[:, {dense}].astype(int)]")),
        count => {
            Some(format!("*(w[f\"embeddings.{{i}}.weight\"][x[:, {dense} + i].astype(int)] for i in range({count}))"))
        }
    };
    look_up.map(|look_up| format!("x = np.hstack([x[:, :{dense}], {look_up}])"))
}
