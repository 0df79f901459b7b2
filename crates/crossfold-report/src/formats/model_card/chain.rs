//! Lines of Python that take `x` from layer to layer.

use crossfold_network::{Layer, tensors};

/// The most columns of a line that is put together from several.
const WIDE: usize = 100;

/// What is assigned to `x`, in blocks: a layer with weights and those behind it that have none.
#[derive(Default)]
pub(super) struct Chain(Vec<Block>);

struct Block {
    /// In the names of its tensors.
    number: String,
    expressions: Vec<String>,
}

impl Chain {
    /// Begins a block with the layer whose tensors' names begin with `name`.
    pub(super) fn block(&mut self, name: &str, expression: String) {
        let number = name.rsplit('.').next().unwrap_or_default().to_owned();
        self.0.push(Block { number, expressions: vec![expression] });
    }

    pub(super) fn push(&mut self, expression: String) {
        if let Some(block) = self.0.last_mut() {
            block.expressions.push(expression);
        }
    }

    /// Puts something around what was assigned last, or around `x` where the line would be too long.
    pub(super) fn wrap(&mut self, around: impl Fn(&str) -> String) {
        let last = self.0.last_mut().and_then(|block| block.expressions.last_mut());
        match last.map(|last| (around(last), last)) {
            Some((wrapped, last)) if wrapped.len() <= WIDE => *last = wrapped,
            Some(_) | None => self.push(around("x")),
        }
    }

    /// Takes the last block away, which is that of the outputs, and so a single expression.
    pub(super) fn take_outputs(&mut self) -> String {
        self.0.pop().map(|block| block.expressions.concat()).unwrap_or_default()
    }

    /// The assignments; a loop where blocks differ in nothing but their number.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let numbered: Vec<_> =
            self.0.iter().enumerate().map(|(place, block)| (place, block, block.template())).collect();
        // Each as the one before it, and numbered on.
        let goes_on = |before: &(usize, &Block, Vec<String>), after: &(usize, &Block, Vec<String>)| {
            let next = before.1.number.parse::<usize>().map(|number| (number + 1).to_string());
            before.2 == after.2 && next.as_ref() == Ok(&after.1.number)
        };
        for alike in numbered.chunk_by(goes_on) {
            match alike {
                [(_, block, _)] => lines.extend(block.expressions.iter().map(|expression| format!("x = {expression}"))),
                [(_, first, template), .., (_, last, _)] => {
                    let end = last.number.parse::<usize>().unwrap_or_default() + 1;
                    let range = if first.number == "0" { end.to_string() } else { format!("{}, {end}", first.number) };
                    lines.push(format!("for i in range({range}):"));
                    lines.extend(template.iter().map(|expression| format!("    x = {expression}")));
                }
                [] => {}
            }
        }
        lines
    }
}

impl Block {
    /// Its expressions with `i` in place of its number.
    fn template(&self) -> Vec<String> {
        let number = format!(".{}.", self.number);
        self.expressions
            .iter()
            .map(|expression| expression.replace(&number, ".{i}.").replace("w[\"", "w[f\""))
            .collect()
    }
}

/// The layers that do something to rows, each with what its tensors' names begin with: `layers.0`; nothing where it has
/// none.
pub(super) fn named(layers: &[Layer]) -> Vec<(&Layer, String)> {
    let count = |layers: &[Layer]| tensors(layers).len();
    let name = |place: usize| {
        let mut own = tensors(&layers[..=place]).into_iter().skip(count(&layers[..place]));
        own.next().and_then(|tensor| Some(tensor.name.rsplit_once('.')?.0.to_owned())).unwrap_or_default()
    };
    layers.iter().enumerate().map(|(place, layer)| (layer, name(place))).collect()
}

/// `w["layers.0.weight"]`.
pub(super) fn tensor(name: &str, part: &str) -> String {
    format!("w[\"{name}.{part}\"]")
}
