//! A Python script, and the parts that scripts of both libraries have.

use crossfold_network::Form;

use super::ModelCard;

/// A Python script and its imports.
pub(super) struct Script {
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

impl Script {
    /// Number of lines without imports.
    pub(super) fn length(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn code(&self) -> String {
        let imports = [self.standard.as_slice(), &self.imports].concat();
        format!("{}\n\n{}\n", imports.join("\n"), self.lines.join("\n"))
    }
}

/// The lines of a program: `reading` makes `x` of the inputs, and `network` takes it to `result` with the weights `w`. Of
/// several networks, the mean of the results.
pub(super) fn evaluate(networks: u32, reading: Vec<String>, network: Vec<String>, result: &str) -> Vec<String> {
    const LOAD: &str = "load_file(\"weights.safetensors\")";
    if networks == 1 {
        return [format!("w = {LOAD}")].into_iter().chain(reading).chain(network).collect();
    }
    let start = ["inputs, mean = x, 0".to_owned(), format!("for member in range({networks}):")];
    let own = [
        "own = f\"members.{member}.\"",
        "w = {name[len(own):]: values for name, values in weights.items() if name.startswith(own)}",
        "x = inputs",
    ];
    let add = format!("mean = mean + {result} / {networks}");
    let body = own.into_iter().map(str::to_owned).chain(network).chain([add]).map(|line| format!("    {line}"));
    let lines = [format!("weights = {LOAD}")].into_iter().chain(reading).chain(start).chain(body);
    lines.chain([format!("{result} = mean")]).collect()
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
pub(super) fn longest_sequence(card: &ModelCard<'_>) -> Option<usize> {
    match card.shape.form {
        Form::Sequence { steps } => Some(steps),
        Form::Flat | Form::Table(_) | Form::Image { .. } => None,
    }
}
