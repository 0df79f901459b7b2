//! The width of the data on both ends of a network.

use serde::{Deserialize, Serialize};

/// The width of the data on both ends of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// What the first layer sees of a row.
    pub inputs: usize,
    /// Classes to tell apart, or 1 for a number.
    pub outputs: usize,
    /// Parameters of the tables that categorical features are looked up in before the first layer.
    #[serde(default)]
    pub looked_up: u64,
    /// What a row's inputs are together.
    #[serde(default)]
    pub form: Form,
}

/// What a row's inputs are together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Features in no order.
    #[default]
    Flat,
    /// Row after row of pixels, each with all its channels.
    Image { height: usize, width: usize, channels: usize },
    /// Step after step, up to the longest sequence's.
    Sequence { steps: usize },
}

impl Shape {
    /// Of rows whose features go into the first layer as they are.
    pub fn dense(inputs: usize, outputs: usize) -> Shape {
        Shape { inputs, outputs, looked_up: 0, form: Form::Flat }
    }

    /// Of images.
    pub fn image([height, width, channels]: [usize; 3], outputs: usize) -> Shape {
        let form = Form::Image { height, width, channels };
        Shape { inputs: height * width * channels, outputs, looked_up: 0, form }
    }

    /// Of sequences of up to `steps` steps.
    pub fn sequence(steps: usize, features: usize, outputs: usize) -> Shape {
        Shape { inputs: steps * features, outputs, looked_up: 0, form: Form::Sequence { steps } }
    }
}
