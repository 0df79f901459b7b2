//! The sizes of a network's inputs and outputs.

use serde::{Deserialize, Serialize};

/// The sizes of a network's inputs and outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Values per row that the first layer reads.
    pub inputs: usize,
    /// The number of classes, or 1 for a regression.
    pub outputs: usize,
    /// Parameters in the embedding tables in front of the first layer.
    #[serde(default)]
    pub looked_up: u64,
    /// How the inputs of a row are arranged.
    #[serde(default)]
    pub form: Form,
}

/// How the inputs of a row are arranged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Features without an order.
    #[default]
    Flat,
    /// The inputs of a table's columns, some of which are numbers.
    Table(NumberInputs),
    /// Pixels row by row, with all channels of a pixel next to each other.
    Image { height: usize, width: usize, channels: usize },
    /// Features step by step, padded to the longest sequence.
    Sequence { steps: usize },
}

/// The inputs of a table that are numbers. A network that embeds them needs to know which belong together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberInputs {
    /// The number of numbers that are encoded piecewise-linearly.
    pub encoded: usize,
    /// The number of inputs of each of these.
    pub bins: usize,
    /// The number of numbers that are an input each.
    pub plain: usize,
}

impl NumberInputs {
    /// The number of inputs.
    pub fn inputs(self) -> Option<usize> {
        self.encoded.checked_mul(self.bins)?.checked_add(self.plain)
    }
}

impl Shape {
    /// The same without the knowledge which inputs are numbers.
    #[must_use]
    pub fn without_numbers(self) -> Shape {
        match self.form {
            Form::Table(_) => Shape { form: Form::Flat, ..self },
            Form::Flat | Form::Image { .. } | Form::Sequence { .. } => self,
        }
    }

    /// The shape of rows whose features have no order.
    pub fn dense(inputs: usize, outputs: usize) -> Shape {
        Shape { inputs, outputs, looked_up: 0, form: Form::Flat }
    }

    /// The shape of images.
    pub fn image([height, width, channels]: [usize; 3], outputs: usize) -> Shape {
        let form = Form::Image { height, width, channels };
        Shape { inputs: height * width * channels, outputs, looked_up: 0, form }
    }

    /// The shape of sequences of up to `steps` steps.
    pub fn sequence(steps: usize, features: usize, outputs: usize) -> Shape {
        Shape { inputs: steps * features, outputs, looked_up: 0, form: Form::Sequence { steps } }
    }
}
