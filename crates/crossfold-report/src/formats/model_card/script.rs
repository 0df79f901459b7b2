//! A Python script, and the parts that scripts of both libraries have.

use crossfold_network::{Form, Task};

use super::ModelCard;

/// What a script does with a network: it reads inputs as `x`, from which the network makes its `result` with the weights `w`.
pub(super) struct NetworkCode {
    pub(super) library: Library,
    pub(super) standard: Vec<&'static str>,
    pub(super) imports: Vec<&'static str>,
    pub(super) reading: Vec<String>,
    pub(super) network: Vec<String>,
    /// The name of the variable with the probabilities or numbers.
    pub(super) result: &'static str,
}

/// Networks of one configuration within an ensemble.
pub(super) struct MemberCode {
    pub(super) code: NetworkCode,
    pub(super) trial: u32,
    pub(super) networks: u32,
    pub(super) weight: u32,
}

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

const LOAD: &str = "load_file(\"weights.safetensors\")";

/// The script of a network or, of several networks that differ in their seeds, of the mean of their results.
pub(super) fn evaluate(networks: u32, code: NetworkCode) -> Script {
    let NetworkCode { library, standard, imports, reading, network, result } = code;
    let lines = if networks == 1 {
        [format!("w = {LOAD}")].into_iter().chain(reading).chain(network).collect()
    } else {
        let start = ["inputs, mean = x, 0".to_owned(), format!("for member in range({networks}):")];
        let body = add_member("values", network, format!("{result} / {networks}"));
        let lines = [format!("weights = {LOAD}")].into_iter().chain(reading).chain(start).chain(body);
        lines.chain([format!("{result} = mean")]).collect()
    };
    Script { library, standard, imports, lines }
}

/// The script of an ensemble: the weighted mean of the members' results, a loop over networks for each member.
pub(super) fn evaluate_ensemble(members: Vec<MemberCode>) -> Script {
    const LOAD_TENSORS: &str = "from safetensors.torch import load_file";
    let result = members.first().map_or("x", |member| member.code.result);
    let uses = |library| members.iter().any(|member| member.code.library == library);
    let is_mixed = uses(Library::NumPy) && uses(Library::PyTorch);
    let library = if uses(Library::PyTorch) { Library::PyTorch } else { Library::NumPy };
    let total: u32 = members.iter().map(|member| member.weight).sum();
    let (mut standard, mut imports): (Vec<&'static str>, Vec<&'static str>) = (Vec::new(), Vec::new());
    let (mut lines, mut read) = (vec![format!("weights = {LOAD}")], Vec::new());
    let mut first = 0;
    for MemberCode { code, trial, networks, weight } in members {
        // Where libraries are mixed, all weights are read as NumPy's, and results are added as such.
        let converts = is_mixed && code.library == Library::PyTorch;
        standard.extend(code.standard);
        imports.extend(code.imports.into_iter().filter(|import| !(converts && *import == LOAD_TENSORS)));
        if read != code.reading {
            lines.extend(code.reading.iter().cloned());
            lines.push(if first == 0 { "inputs, mean = x, 0".to_owned() } else { "inputs = x".to_owned() });
            read = code.reading;
        }
        let range = format!("for member in range({first}, {}):", first + networks);
        lines.push(format!("{range}  # trial {trial}, weight {weight} of {total}"));
        let [values, result] = match converts {
            true => ["torch.tensor(values)".to_owned(), format!("{result}.numpy()")],
            false => ["values".to_owned(), result.to_owned()],
        };
        lines.extend(add_member(&values, code.network, format!("{result} * {weight} / {}", total * networks)));
        first += networks;
    }
    lines.push(format!("{result} = mean"));
    for list in [&mut standard, &mut imports] {
        list.sort_by_key(|import| (import.starts_with("from"), *import));
        list.dedup();
    }
    Script { library, standard, imports, lines }
}

/// The script of networks of folds with inputs of their own: the mean of their results. `scalings` has the mean and deviation
/// that turn the output of each into numbers of the target.
pub(super) fn evaluate_folds(code: NetworkCode, task: Task, scalings: &[[f64; 2]]) -> Script {
    let NetworkCode { library, standard, imports, reading, network, result } = code;
    let networks = scalings.len();
    let (scaling, share) = match task {
        Task::Classification => (None, format!("{result} / {networks}")),
        Task::Regression => {
            let pairs: Vec<String> =
                scalings.iter().map(|[mean, deviation]| format!("({mean:?}, {deviation:?})")).collect();
            let line = format!("scaling = [{}]  # mean and deviation of each network's targets", pairs.join(", "));
            (Some(line), format!("({result} * scaling[member][1] + scaling[member][0]) / {networks}"))
        }
    };
    let start = ["mean = 0".to_owned(), format!("for member in range({networks}):")];
    let body = add_member_with_inputs("values", network, share);
    let lines = [format!("weights = {LOAD}")].into_iter().chain(reading).chain(scaling).chain(start).chain(body);
    Script { library, standard, imports, lines: lines.chain([format!("{result} = mean")]).collect() }
}

/// The body of a loop over networks that read the same inputs, each of which has `values` as weights and adds its `share` to the
/// mean.
fn add_member(values: &str, network: Vec<String>, share: String) -> impl Iterator<Item = String> {
    let network = ["x = inputs".to_owned()].into_iter().chain(network).collect();
    add_member_with_inputs(values, network, share)
}

/// The same of networks that read inputs of their own.
fn add_member_with_inputs(values: &str, network: Vec<String>, share: String) -> impl Iterator<Item = String> {
    let own = [
        "own = f\"members.{member}.\"".to_owned(),
        format!("w = {{name[len(own):]: {values} for name, values in weights.items() if name.startswith(own)}}"),
    ];
    own.into_iter().chain(network).chain([format!("mean = mean + {share}")]).map(|line| format!("    {line}"))
}

/// Adds the lines that read the steps written by `--inputs`, a list of rows per sequence, and then the `inputs` of them: to
/// the lines before all networks, or of those with inputs of their own to the lines of each.
pub(super) fn read_steps(
    card: &ModelCard<'_>,
    inputs: impl IntoIterator<Item = String>,
    (reading, network): (&mut Vec<String>, &mut Vec<String>),
) {
    const READ: &str = "list(csv.reader(open(\"inputs.csv\", encoding=\"utf-8\")))[1:]";
    const STEPS: &str =
        "steps = [[list(map(float, row[2:])) for row in rows] for _, rows in groupby(rows, lambda row: row[0])]";
    let lines = if !card.has_own_inputs() {
        reading.push(format!("rows = {READ}"));
        reading
    } else {
        reading.push(format!("table = {READ}"));
        network.push("rows = [row[1:] for row in table if row[0] == str(member)]".to_owned());
        network
    };
    lines.push(STEPS.to_owned());
    lines.extend(inputs);
}

/// Number of steps of the longest sequence; `None` where rows are no sequences.
pub(super) fn longest_sequence(card: &ModelCard<'_>) -> Option<usize> {
    match card.shape.form {
        Form::Sequence { steps } => Some(steps),
        Form::Flat | Form::Table(_) | Form::Image { .. } => None,
    }
}
