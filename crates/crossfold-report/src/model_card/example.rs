//! Python that uses the very network that a card is of: made from its chain of layers, so that it can't differ from it.

use crossfold_network::{Form, Program, Task};

use super::{CardInputs, ModelCard, TableInputs, numpy, torch};

/// The longest list of classes that stands in the code itself.
const LONGEST_LIST: usize = 70;

/// A program, and what it needs.
pub(super) struct Example {
    pub(super) library: Library,
    /// Of Python's own library.
    pub(super) standard: Vec<&'static str>,
    pub(super) imports: Vec<&'static str>,
    pub(super) lines: Vec<String>,
}

/// What does the arithmetic.
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

    /// What `pip` calls all that is needed.
    pub(super) fn packages(self) -> &'static str {
        match self {
            Library::NumPy => "numpy safetensors",
            Library::PyTorch => "numpy safetensors torch",
        }
    }
}

impl Example {
    /// How many lines there are besides imports.
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

/// The lines that tell what the network says, and whether they read `model.json`.
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

/// The lines that read the steps that `--inputs` wrote, a list of rows for each sequence.
pub(super) fn read_steps() -> Vec<String> {
    vec![
        "rows = list(csv.reader(open(\"inputs.csv\", encoding=\"utf-8\")))[1:]".to_owned(),
        "steps = [[list(map(float, row[2:])) for row in rows] for _, rows in groupby(rows, lambda row: row[0])]"
            .to_owned(),
    ]
}

/// Steps of the longest sequence, where rows are some.
pub(super) fn longest(card: &ModelCard<'_>) -> Option<usize> {
    match card.shape.form {
        Form::Sequence { steps } => Some(steps),
        Form::Flat | Form::Image { .. } => None,
    }
}
