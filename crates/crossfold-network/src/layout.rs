//! The layers of a configuration on data of some shape.

use crate::configuration::{
    Block, Configuration, Front, HiddenLayer, Normalization, NumberEmbedding, Padding, Pooling, Recurrence,
};
use crate::layer::{
    ActivationLayer, ConvolutionLayer, DenseLayer, DropoutLayer, Image, Layer, NormalizationKind, NormalizationLayer,
    NumbersLayer, PoolingKind, PoolingLayer, RecurrentLayer, SummaryLayer,
};
use crate::shape::{Form, NumberInputs, Shape};

/// Why a network doesn't fit some data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    #[error("`kind: cnn` is for images, and a row is {0}")]
    NoImage(&'static str),
    #[error("`kind: rnn` is for sequences or images, and a row is a plain row of {0} inputs")]
    NoSequence(usize),
    #[error(
        "block {block} has a {what} of {size} × {size}, and its input is {height} × {width}; fewer blocks, \
         smaller windows or `padding: same` fit"
    )]
    Window { block: usize, what: &'static str, size: usize, height: usize, width: usize },
    #[error("a recurrent network has at least one layer")]
    NoRecurrence,
    #[error("`numbers: {0}` is for the columns of a table, and a row is {1}")]
    NoTable(&'static str, &'static str),
    #[error("`numbers: {0}` needs {1}, and no input is one")]
    NoNumbers(&'static str, &'static str),
    #[error("`{0}` is for images")]
    Augmentation(&'static str),
    #[error("`normalization: batch` needs batches of at least 2 rows, and `batch_size` is 1: one row has no variance")]
    SingleRows,
}

impl Configuration {
    /// Returns the layers between the inputs and outputs of `shape`.
    ///
    /// # Errors
    /// If the network doesn't fit the data.
    pub fn layers(&self, shape: Shape) -> Result<Vec<Layer>, Misfit> {
        if !matches!(shape.form, Form::Image { .. })
            && let Some((name, _)) =
                self.augmentation.image_strengths().into_iter().find(|(_, strength)| *strength > 0.0)
        {
            return Err(Misfit::Augmentation(name));
        }
        if self.normalization == Normalization::Batch && self.batch_size == 1 {
            return Err(Misfit::SingleRows);
        }
        let mut layers = Layers { configuration: self, layers: Vec::new() };
        layers.add_dropout(self.input_dropout, shape.inputs);
        let (width, image) = match &self.front {
            Front::None => (shape.inputs, None),
            Front::Numbers(embedding) => (layers.add_numbers(*embedding, shape)?, None),
            Front::Convolution(blocks) => {
                let Form::Image { height, width, channels } = shape.form else {
                    let is_sequence = matches!(shape.form, Form::Sequence { .. });
                    let what = if is_sequence { "a sequence" } else { "a plain row of a table" };
                    return Err(Misfit::NoImage(what));
                };
                let mut image = Image { height, width, channels };
                for (number, block) in blocks.iter().enumerate() {
                    image = layers.add_block(number, block, image)?;
                }
                (image.values(), Some(image))
            }
            Front::Recurrence(recurrence) if recurrence.layers.is_empty() => return Err(Misfit::NoRecurrence),
            Front::Recurrence(recurrence) => {
                let steps = match shape.form {
                    Form::Sequence { steps } => steps,
                    Form::Image { height, .. } => height,
                    Form::Flat | Form::Table(_) => return Err(Misfit::NoSequence(shape.inputs)),
                };
                (layers.add_recurrence(recurrence, steps, shape.inputs / steps), None)
            }
        };
        layers.add_dense(width, image, shape.outputs);
        Ok(layers.layers)
    }

    /// Returns the layers of a network that is known to fit.
    ///
    /// # Panics
    /// If it doesn't fit. Callers check with [`Configuration::layers`] before anything is trained.
    pub fn fitting_layers(&self, shape: Shape) -> Vec<Layer> {
        self.layers(shape).expect("a network that doesn't fit its data was refused")
    }
}

/// Sets the places of embedded numbers in a row. `places` are those of inputs in the order of [`NumberInputs`].
pub fn place_numbers(layers: &mut [Layer], places: &[u32]) {
    for layer in layers {
        if let Layer::Numbers(layer) = layer {
            layer.places.iter_mut().for_each(|place| *place = places[*place as usize]);
        }
    }
}

/// Layers under construction.
struct Layers<'a> {
    configuration: &'a Configuration,
    layers: Vec<Layer>,
}

impl Layers<'_> {
    fn add_dropout(&mut self, rate: f64, width: usize) {
        if rate > 0.0 {
            self.layers.push(Layer::Dropout(DropoutLayer { rate, width }));
        }
    }

    /// Whether layers in front of an activation have a bias. Batch normalisation subtracts it again with the mean. Its
    /// gradient would be rounding noise, which Adam scales up.
    fn hidden_bias(&self) -> bool {
        self.configuration.normalization != Normalization::Batch
    }

    /// Adds the embeddings of numbers: of those that are encoded, with `linear` and if there are any, else of plain ones.
    /// Places are those of inputs in the order of [`NumberInputs`]. Returns the width of the result.
    fn add_numbers(&mut self, embedding: NumberEmbedding, shape: Shape) -> Result<usize, Misfit> {
        let name = embedding.name().name();
        let NumberInputs { encoded, bins, plain } = match shape.form {
            Form::Table(numbers) => numbers,
            Form::Flat => return Err(Misfit::NoTable(name, "a plain row")),
            Form::Image { .. } => return Err(Misfit::NoTable(name, "an image")),
            Form::Sequence { .. } => return Err(Misfit::NoTable(name, "a sequence")),
        };
        let first_plain = (encoded * bins) as u32;
        let (numbers, width, first) = match embedding {
            NumberEmbedding::Linear { .. } if encoded > 0 => (encoded, bins, 0),
            NumberEmbedding::Linear { .. } | NumberEmbedding::Periodic { .. } => (plain, 1, first_plain),
        };
        if numbers == 0 {
            let what = match embedding {
                NumberEmbedding::Linear { .. } => "numbers",
                NumberEmbedding::Periodic { .. } => "numbers that aren't encoded",
            };
            return Err(Misfit::NoNumbers(name, what));
        }
        let places = (first..).take(numbers * width).collect();
        let layer = NumbersLayer { embedding, numbers, width, inputs: shape.inputs, places };
        let layer = Layer::Numbers(layer);
        let outputs = layer.outputs();
        self.layers.push(layer);
        Ok(outputs)
    }

    /// Adds normalisation and activation of `features` values at each of `places`.
    fn add_activation(&mut self, places: usize, features: usize) {
        let kind = match self.configuration.normalization {
            Normalization::None => None,
            Normalization::Batch => Some(NormalizationKind::Batch),
            Normalization::Layer => Some(NormalizationKind::Layer),
        };
        let normalization = kind.map(|kind| Layer::Normalization(NormalizationLayer { kind, places, features }));
        let width = places * features;
        let activation = self.configuration.activation;
        let activation = activation.map(|function| Layer::Activation(ActivationLayer { function, width }));
        self.layers.extend(normalization.into_iter().chain(activation));
    }

    /// Adds a block and returns the size of its result.
    fn add_block(&mut self, number: usize, block: &Block, from: Image) -> Result<Image, Misfit> {
        let [kernel, stride, size] = [block.kernel, block.stride, block.pool_size].map(|size| size as usize);
        let misfit = |what, size, image: Image| Misfit::Window {
            block: number + 1,
            what,
            size,
            height: image.height,
            width: image.width,
        };
        // The number of results along one side, and the padding before it.
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
        let (padding_before, has_bias) = ([above, left], self.hidden_bias());
        let convolution = ConvolutionLayer { from, to, kernel, stride, padding_before, has_bias };
        self.layers.push(Layer::Convolution(convolution));
        self.add_activation(height * width, to.channels);
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
            self.layers.push(Layer::Pooling(PoolingLayer { kind, size, from: to, to: result }));
        }
        self.add_dropout(block.dropout, result.values());
        Ok(result)
    }

    /// Adds recurrent layers and their summary. Returns the width of the summary.
    fn add_recurrence(&mut self, recurrence: &Recurrence, steps: usize, inputs: usize) -> usize {
        let &Recurrence { cell, ref layers, bidirectional, summary: kind } = recurrence;
        let mut inputs = inputs;
        for (number, &HiddenLayer { nodes, dropout }) in layers.iter().enumerate() {
            let layer = RecurrentLayer { cell, steps, inputs, nodes: nodes as usize, bidirectional };
            inputs = layer.state();
            self.layers.push(Layer::Recurrent(layer));
            let is_last = number + 1 == layers.len();
            if is_last {
                self.layers.push(Layer::Summary(SummaryLayer { kind, steps, nodes: inputs, bidirectional }));
            }
            self.add_dropout(dropout, if is_last { inputs } else { steps * inputs });
        }
        inputs
    }

    /// Adds dense hidden layers and the output layer.
    fn add_dense(&mut self, inputs: usize, image: Option<Image>, outputs: usize) {
        let (mut inputs, mut image) = (inputs, image);
        for &HiddenLayer { nodes, dropout } in &self.configuration.hidden {
            let nodes = nodes as usize;
            let has_bias = self.hidden_bias();
            self.layers.push(Layer::Dense(DenseLayer { inputs, outputs: nodes, image: image.take(), has_bias }));
            self.add_activation(1, nodes);
            self.add_dropout(dropout, nodes);
            inputs = nodes;
        }
        self.layers.push(Layer::Dense(DenseLayer { inputs, outputs, image, has_bias: true }));
    }
}
