//! Python code that takes `x` from layer to layer.

use crate::tensor_names::TensorNames;

/// The longest line that is put together from several expressions, in bytes.
const LINE_LENGTH: usize = 100;

/// The lines of a program under construction. A layer with weights begins a block; the layers without weights after it
/// are part of the same block.
pub(crate) struct PythonCode {
    pub(crate) names: TensorNames,
    /// Whether sequences are packed, so that nothing is computed for steps beyond a row's length.
    pub(crate) is_packed: bool,
    /// Whether `x` is rows × channels × height × width, not rows × features.
    pub(crate) has_places: bool,
    /// Whether inputs are images with channels first.
    pub(crate) reads_images: bool,
    /// Whether `math` must be imported.
    pub(crate) uses_math: bool,
    blocks: Vec<Block>,
    /// Inputs of branches saved so far.
    saved: usize,
}

enum Block {
    /// Assignments to `x`.
    Layers {
        /// The number in the names of the block's tensors.
        number: String,
        expressions: Vec<String>,
    },
    /// Consecutive recurrent layers that differ only in their number and module.
    Recurrences {
        first: String,
        modules: Vec<String>,
        state: &'static str,
    },
    Statement(String),
}

impl PythonCode {
    pub(crate) fn new(is_packed: bool) -> PythonCode {
        PythonCode {
            names: TensorNames::default(),
            is_packed,
            has_places: false,
            reads_images: false,
            uses_math: false,
            blocks: Vec::new(),
            saved: 0,
        }
    }

    /// Begins a block with the layer whose tensors' names begin with `name`.
    pub(crate) fn begin_block(&mut self, name: &str, expression: String) {
        self.blocks.push(Block::Layers { number: number(name), expressions: vec![expression] });
    }

    /// Assigns `expression` to `x`.
    pub(crate) fn assign(&mut self, expression: String) {
        if let Some(Block::Layers { expressions, .. }) = self.blocks.last_mut() {
            expressions.push(expression);
        } else {
            self.add_statement(format!("x = {expression}"));
        }
    }

    /// Applies a function to the expression assigned last, or to `x` if the line would be too long.
    pub(crate) fn wrap(&mut self, function: impl Fn(&str) -> String) {
        if let Some(Block::Layers { expressions, .. }) = self.blocks.last_mut()
            && let Some(last) = expressions.last_mut()
        {
            let wrapped = function(last);
            if wrapped.len() <= LINE_LENGTH {
                *last = wrapped;
                return;
            }
        }
        self.assign(function("x"));
    }

    /// Adds a line by itself.
    pub(crate) fn add_statement(&mut self, line: String) {
        self.blocks.push(Block::Statement(line));
    }

    /// Adds a recurrent layer that returns its states and `state`.
    pub(crate) fn add_recurrence(&mut self, name: &str, module: String, state: &'static str) {
        if let Some(Block::Recurrences { modules, state: before, .. }) = self.blocks.last_mut()
            && *before == state
        {
            modules.push(module);
        } else {
            self.blocks.push(Block::Recurrences { first: number(name), modules: vec![module], state });
        }
    }

    /// Saves `x`, the input of branches, and returns the name of the variable.
    pub(crate) fn save_input(&mut self) -> String {
        self.saved += 1;
        let variable = format!("x{}", self.saved);
        self.add_statement(format!("{variable} = x"));
        variable
    }

    /// Saves `x`, the result of a branch of `input`, and returns the name of the variable.
    pub(crate) fn save_result(&mut self, input: &str, number: usize) -> String {
        let variable = format!("{input}_{number}");
        self.add_statement(format!("{variable} = x"));
        variable
    }

    /// Removes the last block, which must be a network's output layer, and returns its expression.
    pub(crate) fn take_outputs(&mut self) -> String {
        match self.blocks.pop() {
            Some(Block::Layers { expressions, .. }) => expressions.concat(),
            Some(Block::Recurrences { .. } | Block::Statement(_)) | None => String::new(),
        }
    }

    /// The lines, with a loop in place of consecutive blocks that differ only in their number.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let numbered: Vec<_> = self.blocks.iter().map(|block| (block, block.template())).collect();
        for alike in
            numbered.chunk_by(|before, after| before.1.is_some() && before.1 == after.1 && follows(before.0, after.0))
        {
            match alike {
                [
                    (Block::Layers { number: first, .. }, Some(template)),
                    ..,
                    (Block::Layers { number: last, .. }, _),
                ] => {
                    let end = last.parse::<usize>().unwrap_or_default() + 1;
                    let range = if first == "0" { end.to_string() } else { format!("{first}, {end}") };
                    lines.push(format!("for i in range({range}):"));
                    lines.extend(template.iter().map(|expression| format!("    x = {expression}")));
                }
                blocks => blocks.iter().for_each(|(block, _)| block.write(&mut lines)),
            }
        }
        lines
    }
}

impl Block {
    fn write(&self, lines: &mut Vec<String>) {
        match self {
            Block::Layers { expressions, .. } => {
                lines.extend(expressions.iter().map(|expression| format!("x = {expression}")));
            }
            Block::Recurrences { first, modules, state } => {
                let start = if first == "0" { String::new() } else { format!(", {first}") };
                lines.push(format!("for i, rnn in enumerate([{}]{start}):", modules.join(", ")));
                let own = "{name: w[f\"recurrences.{i}.\" + name.replace(\"_l0\", \"\")] for name in rnn.state_dict()}";
                lines.push(format!("    rnn.load_state_dict({own})"));
                lines.push(format!("    x, {state} = rnn(x)"));
            }
            Block::Statement(line) => lines.push(line.clone()),
        }
    }

    /// The expressions with `i` in place of the number; `None` for blocks that aren't put into a loop.
    fn template(&self) -> Option<Vec<String>> {
        let Block::Layers { number, expressions } = self else { return None };
        let number = format!(".{number}.");
        let template = |expression: &String| expression.replace(&number, ".{i}.").replace("w[\"", "w[f\"");
        Some(expressions.iter().map(template).collect())
    }
}

/// Whether the number of `after` is the next one after that of `before`.
fn follows(before: &Block, after: &Block) -> bool {
    let (Block::Layers { number: before, .. }, Block::Layers { number: after, .. }) = (before, after) else {
        return false;
    };
    before.parse::<usize>().is_ok_and(|number| (number + 1).to_string() == *after)
}

/// The number in `layers.0`.
fn number(name: &str) -> String {
    name.rsplit('.').next().unwrap_or_default().to_owned()
}

/// `w["layers.0.weight"]`.
pub(crate) fn tensor(name: &str, part: &str) -> String {
    format!("w[\"{name}.{part}\"]")
}
