//! A network as a chain of layers whose sizes are known.
//!
//! Whatever hangs on sizes is read from here: whether a network fits its data, its parameters, what a
//! row costs, and, in the crate that trains, the layers themselves.

use crate::configuration::{
    Activation, Block, Cell, Configuration, Front, Normalization, Padding, Pooling, Recurrence, Summary,
};
use crate::shape::{Form, Shape};

/// A stage of a network. Rows are values one after another; an image's are row after row of pixels with all
/// their channels, a sequence's step after step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Layer {
    /// x ↦ W·x + b.
    Dense {
        inputs: usize,
        outputs: usize,
        /// Where the inputs are an image's: files have them channel after channel, as PyTorch flattens.
        image: Option<Image>,
    },
    Convolution(Convolution),
    Pooling {
        kind: PoolingKind,
        size: usize,
        from: Image,
        to: Image,
    },
    /// Over each of `features` values at each of `places`.
    Normalization {
        kind: NormalizationKind,
        places: usize,
        features: usize,
    },
    Activation {
        function: Activation,
        width: usize,
    },
    Dropout {
        rate: f64,
        width: usize,
    },
    Recurrent(Recurrent),
    /// From the states of all steps to one row.
    Summary {
        kind: Summary,
        steps: usize,
        /// Nodes of all directions.
        nodes: usize,
        bidirectional: bool,
    },
}

/// The size of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
}

/// A convolution's sizes: cross-correlation, as in all of deep learning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    pub from: Image,
    /// Its channels are the filters.
    pub to: Image,
    /// Height and width of a filter.
    pub kernel: usize,
    pub stride: usize,
    /// Rows of zeros above, columns of zeros to the left; below and to the right there are as many as it takes.
    pub before: [usize; 2],
}

/// What becomes of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolingKind {
    Max,
    Average,
}

/// What values are brought to a common scale with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NormalizationKind {
    /// All rows and places of a batch.
    Batch,
    /// A row's other features at the same place.
    Layer,
}

/// A recurrent layer's sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recurrent {
    pub cell: Cell,
    pub steps: usize,
    /// Features of a step.
    pub inputs: usize,
    /// Of one direction.
    pub nodes: usize,
    pub bidirectional: bool,
}

/// A tensor of parameters, as files have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorSpec {
    /// `layers.0.weight`.
    pub name: String,
    /// As PyTorch has it.
    pub shape: Vec<usize>,
    pub role: Role,
    /// How many values a value of the layer is made from, and how many it has a part in.
    pub fans: [usize; 2],
    /// What `init: fan_in` takes for the first of these: PyTorch counts a recurrent layer's nodes for all of
    /// its tensors.
    pub default_fan: usize,
}

/// What a tensor is, and so what happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Drawn, trained, penalised. Of `gates` matrices one above the other.
    Weight {
        gates: usize,
    },
    /// Trained.
    Bias,
    /// The bias of an LSTM's gates on the input's side, the forget gate's second; trained.
    GateBias,
    /// A normalisation's factors: 1 at first, trained.
    Scale,
    /// What a normalisation adds: 0 at first, trained.
    Shift,
    /// A running mean, 0 at first, or a running variance, 1 at first; not trained.
    RunningMean,
    RunningVariance,
}

/// Why a network can't be had on some data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    #[error("`kind: cnn` is for images, and a row is {0}")]
    NoImage(&'static str),
    #[error("`kind: rnn` is for sequences or images, and a row is a plain row of {0} inputs")]
    NoSequence(usize),
    #[error(
        "block {block} has a {what} of {size} × {size}, and what comes to it is {height} × {width}; fewer blocks, \
         smaller windows or `padding: same` fit"
    )]
    Window { block: usize, what: &'static str, size: usize, height: usize, width: usize },
    #[error("a recurrent network has at least one layer")]
    NoRecurrence,
    #[error("`{0}` is for images")]
    Augmentation(&'static str),
}

impl Configuration {
    /// The layers between the inputs and outputs of `shape`.
    ///
    /// # Errors
    /// If there is no such network.
    pub fn layers(&self, shape: Shape) -> Result<Vec<Layer>, Misfit> {
        if !matches!(shape.form, Form::Image { .. })
            && let Some((name, _)) = self.augmentation.of_images().into_iter().find(|(_, strength)| *strength > 0.0)
        {
            return Err(Misfit::Augmentation(name));
        }
        let mut layers = Layers { of: self, done: Vec::new() };
        layers.dropout(self.input_dropout, shape.inputs);
        let (width, image) = match &self.front {
            Front::None => (shape.inputs, None),
            Front::Convolution(blocks) => {
                let Form::Image { height, width, channels } = shape.form else {
                    let what = if shape.form == Form::Flat { "a plain row of a table" } else { "a sequence" };
                    return Err(Misfit::NoImage(what));
                };
                let mut image = Image { height, width, channels };
                for (number, block) in blocks.iter().enumerate() {
                    image = layers.block(number, block, image)?;
                }
                (image.values(), Some(image))
            }
            Front::Recurrence(recurrence) if recurrence.layers.is_empty() => return Err(Misfit::NoRecurrence),
            Front::Recurrence(recurrence) => {
                let steps = match shape.form {
                    Form::Sequence { steps } => steps,
                    Form::Image { height, .. } => height,
                    Form::Flat => return Err(Misfit::NoSequence(shape.inputs)),
                };
                (layers.recurrence(recurrence, steps, shape.inputs / steps), None)
            }
        };
        layers.dense(width, image, shape.outputs);
        Ok(layers.done)
    }
}

/// Layers under construction.
struct Layers<'a> {
    of: &'a Configuration,
    done: Vec<Layer>,
}

impl Layers<'_> {
    fn dropout(&mut self, rate: f64, width: usize) {
        if rate > 0.0 {
            self.done.push(Layer::Dropout { rate, width });
        }
    }

    /// Normalisation and activation of `features` values at each of `places`.
    fn activation(&mut self, places: usize, features: usize) {
        let kind = match self.of.normalization {
            Normalization::None => None,
            Normalization::Batch => Some(NormalizationKind::Batch),
            Normalization::Layer => Some(NormalizationKind::Layer),
        };
        self.done.extend(kind.map(|kind| Layer::Normalization { kind, places, features }));
        let width = places * features;
        self.done.extend(self.of.activation.map(|function| Layer::Activation { function, width }));
    }

    /// Returns what the block makes of an image.
    fn block(&mut self, number: usize, block: &Block, from: Image) -> Result<Image, Misfit> {
        let [kernel, stride, size] = [block.kernel, block.stride, block.pool_size].map(|size| size as usize);
        let misfit = |what, size, image: Image| Misfit::Window {
            block: number + 1,
            what,
            size,
            height: image.height,
            width: image.width,
        };
        let along = |length: usize| match block.padding {
            Padding::Valid if length < kernel => Err(misfit("kernel", kernel, from)),
            Padding::Valid => Ok(((length - kernel) / stride + 1, 0)),
            Padding::Same => {
                let results = length.div_ceil(stride);
                Ok((results, ((results - 1) * stride + kernel).saturating_sub(length) / 2))
            }
        };
        let ((height, above), (width, left)) = (along(from.height)?, along(from.width)?);
        let to = Image { height, width, channels: block.filters as usize };
        self.done.push(Layer::Convolution(Convolution { from, to, kernel, stride, before: [above, left] }));
        self.activation(height * width, to.channels);
        let kind = match block.pooling {
            Pooling::None => None,
            Pooling::Max => Some(PoolingKind::Max),
            Pooling::Average => Some(PoolingKind::Average),
        };
        let mut result = to;
        if let Some(kind) = kind {
            if size > height.min(width) {
                return Err(misfit("pooling window", size, to));
            }
            result = Image { height: height / size, width: width / size, ..to };
            self.done.push(Layer::Pooling { kind, size, from: to, to: result });
        }
        self.dropout(block.dropout, result.values());
        Ok(result)
    }

    /// Returns the width of the summary.
    fn recurrence(&mut self, recurrence: &Recurrence, steps: usize, inputs: usize) -> usize {
        let &Recurrence { cell, ref layers, bidirectional, summary } = recurrence;
        let mut inputs = inputs;
        for (number, layer) in layers.iter().enumerate() {
            let nodes = layer.nodes as usize;
            self.done.push(Layer::Recurrent(Recurrent { cell, steps, inputs, nodes, bidirectional }));
            inputs = if bidirectional { 2 * nodes } else { nodes };
            let is_last = number + 1 == layers.len();
            if is_last {
                self.done.push(Layer::Summary { kind: summary, steps, nodes: inputs, bidirectional });
            }
            self.dropout(layer.dropout, if is_last { inputs } else { steps * inputs });
        }
        inputs
    }

    /// Hidden layers, and the outputs.
    fn dense(&mut self, inputs: usize, image: Option<Image>, outputs: usize) {
        let (mut inputs, mut image) = (inputs, image);
        for layer in &self.of.hidden {
            let nodes = layer.nodes as usize;
            self.done.push(Layer::Dense { inputs, outputs: nodes, image: image.take() });
            self.activation(1, nodes);
            self.dropout(layer.dropout, nodes);
            inputs = nodes;
        }
        self.done.push(Layer::Dense { inputs, outputs, image });
    }
}

impl Image {
    /// All channels of all pixels.
    pub fn values(self) -> usize {
        self.height * self.width * self.channels
    }
}

impl Layer {
    /// What a row is behind it, in values.
    pub fn outputs(&self) -> usize {
        match *self {
            Layer::Dense { outputs, .. } => outputs,
            Layer::Convolution(Convolution { to, .. }) | Layer::Pooling { to, .. } => to.values(),
            Layer::Normalization { places, features, .. } => places * features,
            Layer::Activation { width, .. } | Layer::Dropout { width, .. } => width,
            Layer::Recurrent(layer) => layer.steps * layer.outputs(),
            Layer::Summary { nodes, .. } => nodes,
        }
    }

    /// Multiplications with weights for one row, and so half of what they take forward in floating-point
    /// operations.
    pub fn products(&self) -> u64 {
        let count = match *self {
            Layer::Dense { inputs, outputs, .. } => inputs * outputs,
            Layer::Convolution(Convolution { from, to, kernel, .. }) => to.values() * kernel * kernel * from.channels,
            Layer::Recurrent(layer) => {
                let Recurrent { steps, inputs, nodes, .. } = layer;
                steps * layer.directions() * layer.gates() * nodes * (inputs + nodes)
            }
            Layer::Pooling { .. }
            | Layer::Normalization { .. }
            | Layer::Activation { .. }
            | Layer::Dropout { .. }
            | Layer::Summary { .. } => 0,
        };
        count as u64
    }

    /// Its tensors, in the order in which they are drawn and written; `numbers` counts layers of each kind.
    fn tensors(&self, numbers: &mut Numbers, into: &mut Vec<TensorSpec>) {
        let default_fan = |fans: [usize; 2]| if let Layer::Recurrent(layer) = self { layer.nodes } else { fans[0] };
        let mut add = |name: String, shape: &[usize], role, fans| {
            into.push(TensorSpec { name, shape: shape.to_vec(), role, fans, default_fan: default_fan(fans) });
        };
        match *self {
            Layer::Dense { inputs, outputs, .. } => {
                let (name, fans) = (Numbers::next(&mut numbers.dense, "layers"), [inputs, outputs]);
                add(format!("{name}.weight"), &[outputs, inputs], Role::Weight { gates: 1 }, fans);
                add(format!("{name}.bias"), &[outputs], Role::Bias, fans);
            }
            Layer::Convolution(Convolution { from, to, kernel, .. }) => {
                let window = kernel * kernel;
                let fans = [window * from.channels, window * to.channels];
                let name = Numbers::next(&mut numbers.convolutions, "convolutions");
                let shape = [to.channels, from.channels, kernel, kernel];
                add(format!("{name}.weight"), &shape, Role::Weight { gates: 1 }, fans);
                add(format!("{name}.bias"), &[to.channels], Role::Bias, fans);
            }
            Layer::Normalization { kind, features, .. } => {
                let (name, fans) = (Numbers::next(&mut numbers.normalizations, "normalizations"), [1, 1]);
                add(format!("{name}.weight"), &[features], Role::Scale, fans);
                add(format!("{name}.bias"), &[features], Role::Shift, fans);
                if kind == NormalizationKind::Batch {
                    add(format!("{name}.running_mean"), &[features], Role::RunningMean, fans);
                    add(format!("{name}.running_var"), &[features], Role::RunningVariance, fans);
                }
            }
            Layer::Recurrent(layer) => {
                let Recurrent { cell, inputs, nodes, .. } = layer;
                let (name, gates) = (Numbers::next(&mut numbers.recurrences, "recurrences"), layer.gates());
                let wide = gates * nodes;
                let bias = if cell == Cell::Lstm { Role::GateBias } else { Role::Bias };
                for direction in ["", "_reverse"].into_iter().take(layer.directions()) {
                    let weight = Role::Weight { gates };
                    add(format!("{name}.weight_ih{direction}"), &[wide, inputs], weight, [inputs, nodes]);
                    add(format!("{name}.weight_hh{direction}"), &[wide, nodes], weight, [nodes, nodes]);
                    add(format!("{name}.bias_ih{direction}"), &[wide], bias, [nodes, nodes]);
                    add(format!("{name}.bias_hh{direction}"), &[wide], Role::Bias, [nodes, nodes]);
                }
            }
            Layer::Pooling { .. } | Layer::Activation { .. } | Layer::Dropout { .. } | Layer::Summary { .. } => {}
        }
    }
}

impl Recurrent {
    /// Nodes of all directions.
    pub fn outputs(&self) -> usize {
        self.directions() * self.nodes
    }

    pub fn directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    /// Sums of products that each node takes a step.
    pub fn gates(&self) -> usize {
        match self.cell {
            Cell::Elman => 1,
            Cell::Gru => 3,
            Cell::Lstm => 4,
        }
    }
}

/// How many layers of each kind were met.
#[derive(Default)]
struct Numbers {
    dense: usize,
    convolutions: usize,
    normalizations: usize,
    recurrences: usize,
}

impl Numbers {
    fn next(number: &mut usize, kind: &str) -> String {
        *number += 1;
        format!("{kind}.{}", *number - 1)
    }
}

/// The tensors of `layers`, in their order.
pub fn tensors(layers: &[Layer]) -> Vec<TensorSpec> {
    let (mut numbers, mut into) = (Numbers::default(), Vec::new());
    layers.iter().for_each(|layer| layer.tensors(&mut numbers, &mut into));
    into
}

impl TensorSpec {
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether steps change it.
    pub fn is_trained(&self) -> bool {
        match self.role {
            Role::Weight { .. } | Role::Bias | Role::GateBias | Role::Scale | Role::Shift => true,
            Role::RunningMean | Role::RunningVariance => false,
        }
    }
}
