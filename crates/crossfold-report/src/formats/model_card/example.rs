//! Python that applies a card's network, generated from its layers so that it can't differ from them.

use crossfold_network::{Form, Program, Task};

use super::{CardInputs, ModelCard, TableInputs, numpy, torch};

/// The longest list of classes within the code.
const LONGEST_LIST: usize = 70;

/// A program and its imports.
pub(super) struct Example {
    pub(super) library: Library,
    /// Imports from Python's standard library.
    pub(super) standard: Vec<&'static str>,
    pub(super) imports: Vec<&'static str>,
    pub(super) lines: Vec<String>,
}

/// The library of the arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Library {
    NumPy,
    PyTorch,
}

impl Library {
    pub(super) fn name(self) -> &'static str {
        match self {
            Library::NumPy => "NumPy",
            Library::PyTorch => "PyTorch",
        }
    }

    /// The packages to install with `pip`.
    pub(super) fn packages(self) -> &'static str {
        match self {
            Library::NumPy => "numpy safetensors",
            Library::PyTorch => "numpy safetensors torch",
        }
    }
}

impl Example {
    /// Number of lines without imports.
    pub(super) fn length(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn code(&self) -> String {
        let imports = [self.standard.as_slice(), &self.imports].concat();
        format!("{}\n\n{}\n", imports.join("\n"), self.lines.join("\n"))
    }
}

/// The program for `card`'s network.
pub(super) fn example(card: &ModelCard<'_>) -> Example {
    let layers = card.configuration.fitting_layers(card.shape);
    let (outputs, reads_classes) = outputs(card);
    let mut example = match Program::numpy(&layers) {
        Some(program) => numpy::example(card, program),
        None => torch::example(card, &layers),
    };
    if reads_classes {
        example.standard.push("import json");
    }
    example.standard.sort_by_key(|import| (import.starts_with("from"), *import));
    example.lines.extend(outputs);
    example
}

/// The lines that print predictions, and whether they read `model.json`.
fn outputs(card: &ModelCard<'_>) -> (Vec<String>, bool) {
    match (card.study.data.task(), &card.inputs) {
        (Task::Regression, CardInputs::Table(TableInputs { scaling: [mean, deviation], target, .. })) => {
            let target: String = target.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            (vec![format!("y = x[:, 0] * {deviation:?} + {mean:?}  # {target}"), "print(y)".to_owned()], false)
        }
        (Task::Regression, CardInputs::Images) => (vec!["print(x[:, 0])".to_owned()], false),
        (Task::Classification, inputs) => {
            let list = serde_json::to_string(card.classes).expect("classes are text").replace("\",\"", "\", \"");
            let read = "classes = json.load(open(\"model.json\", encoding=\"utf-8\"))[\"adapter\"][\"classes\"]";
            match inputs {
                CardInputs::Table(_) if list.len() > LONGEST_LIST => {
                    (vec![read.to_owned(), "print([classes[i] for i in p.argmax(1)])".to_owned()], true)
                }
                CardInputs::Table(_) | CardInputs::Images => {
                    (vec![format!("print([{list}[i] for i in p.argmax(1)])  # p: how probable each is")], false)
                }
            }
        }
    }
}

/// The lines that read the steps written by `--inputs`: a list of rows per sequence.
pub(super) fn read_steps() -> Vec<String> {
    vec![
        "rows = list(csv.reader(open(\"inputs.csv\", encoding=\"utf-8\")))[1:]".to_owned(),
        "steps = [[list(map(float, row[2:])) for row in rows] for _, rows in groupby(rows, lambda row: row[0])]"
            .to_owned(),
    ]
}

/// Number of steps of the longest sequence; `None` where rows are no sequences.
pub(super) fn longest(card: &ModelCard<'_>) -> Option<usize> {
    match card.shape.form {
        Form::Sequence { steps } => Some(steps),
        Form::Flat | Form::Image { .. } => None,
    }
}
