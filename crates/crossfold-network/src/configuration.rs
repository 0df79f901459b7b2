//! One network and how it is trained, with nothing in it that has no effect.

mod activation;
mod augmentation;
mod convolution;
mod initialisation;
mod kind;
mod loss;
mod optimizer;
mod recurrence;
mod schedule;

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

pub use activation::{Activation, ActivationName};
pub use augmentation::Augmentation;
pub use convolution::{Block, Normalization, Padding, Pooling};
pub use initialisation::Init;
pub use kind::Kind;
pub use loss::{Loss, LossName};
pub use optimizer::{Optimizer, OptimizerName};
pub use recurrence::{Cell, Recurrence, Summary};
pub use schedule::{Progress, Schedule, ScheduleName};

/// A network and its training, all but the number of epochs.
///
/// This is the *effective* configuration: a setting without effect has no place in it (no hidden
/// layer, no activation; Adam, no momentum), so two configurations that train the same network
/// are equal. Equality is that of [`Configuration::canonical`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Configuration {
    /// What is in front of the dense layers.
    pub front: Front,
    /// The share of inputs set to 0 in training, in [0, 1).
    pub input_dropout: f64,
    /// Dense hidden layers from the input side; none for a regression.
    pub hidden: Vec<HiddenLayer>,
    /// `None` exactly where there is neither a hidden layer nor a block.
    pub activation: Option<Activation>,
    /// Before each activation; none where there is none.
    pub normalization: Normalization,
    pub init: Init,
    pub loss: Loss,
    pub optimizer: Optimizer,
    /// Step size, above 0.
    pub learning_rate: f64,
    pub schedule: Schedule,
    /// Epochs over which the learning rate rises from nothing, before its schedule.
    pub warmup: u32,
    /// λ of the lasso penalty λ·Σ|w| added to the mean loss; biases are not penalised. Of the two penalties
    /// this one is taken as a proximal step, which makes weights exactly 0.
    pub l1: f64,
    /// λ of the ridge penalty λ·Σw² added to the mean loss; biases are not penalised.
    pub l2: f64,
    /// λ of w ← w − η·λ·w beside each step, η being the learning rate; biases are not shrunk.
    pub weight_decay: f64,
    /// The greatest length of a step's gradient, all parameters together; 0 where it isn't bounded.
    pub clip_norm: f64,
    /// Training rows in one step; the last batch of an epoch may hold fewer.
    pub batch_size: u32,
    /// Epochs without a better loss on the inner validation part after which a fit stops; 0 where it doesn't.
    pub patience: u32,
    /// The share of the training rows in that part, in (0, 1); 0 where nothing watches it.
    pub inner_share: f64,
    pub augmentation: Augmentation,
}

/// What is in front of the dense layers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Front {
    /// The inputs go into the first dense layer.
    #[default]
    None,
    /// Blocks from the input side, at least one.
    Convolution(Vec<Block>),
    Recurrence(Recurrence),
}

/// A layer and the dropout behind its activation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HiddenLayer {
    pub nodes: u32,
    /// The share of activations set to 0 in training, in [0, 1).
    pub dropout: f64,
}

/// A regression by plain Adam: what else there is, is added.
impl Default for Configuration {
    fn default() -> Configuration {
        Configuration {
            front: Front::None,
            input_dropout: 0.0,
            hidden: Vec::new(),
            activation: None,
            normalization: Normalization::None,
            init: Init::FanIn,
            loss: Loss::CrossEntropy { smoothing: 0.0 },
            optimizer: Optimizer::Adam,
            learning_rate: 1e-3,
            schedule: Schedule::Constant,
            warmup: 0,
            l1: 0.0,
            l2: 0.0,
            weight_decay: 0.0,
            clip_norm: 0.0,
            batch_size: 64,
            patience: 0,
            inner_share: 0.0,
            augmentation: Augmentation::default(),
        }
    }
}

/// Text that is written a word at a time.
struct Words(String);

impl Words {
    fn add(&mut self, word: impl std::fmt::Display) {
        write!(self.0, " {word}").expect("a string takes any text");
    }

    /// `name=value`, where it isn't 0.
    fn add_unless_0(&mut self, name: &str, value: f64) {
        if value > 0.0 {
            self.add(format_args!("{name}={value}"));
        }
    }

    /// `256~0.4`, the rate where it isn't 0.
    fn add_layer(&mut self, layer: &HiddenLayer) {
        let HiddenLayer { nodes, dropout } = *layer;
        if dropout > 0.0 { self.add(format_args!("{nodes}~{dropout}")) } else { self.add(nodes) }
    }

    fn add_front(&mut self, front: &Front) {
        match front {
            Front::None => {}
            Front::Convolution(blocks) => {
                for block in blocks {
                    let Block { filters, kernel, stride, padding, pooling, pool_size, dropout } = block;
                    self.add(format_args!("{filters}k{kernel}s{stride}-{padding}-{pooling}{pool_size}~{dropout}"));
                }
                self.add("|");
            }
            Front::Recurrence(Recurrence { cell, layers, bidirectional, summary }) => {
                self.add(cell);
                layers.iter().for_each(|layer| self.add_layer(layer));
                if *bidirectional {
                    self.add("bidirectional");
                }
                self.add(summary);
            }
        }
    }
}

impl Configuration {
    /// The configuration as one line of text, equal exactly where the trained networks are.
    ///
    /// Seeds and keys are made from it, so its form never changes: a setting added later appears
    /// only where it has an effect.
    pub fn canonical(&self) -> String {
        // A field that is added doesn't compile until it is written here.
        let Configuration {
            front,
            input_dropout,
            hidden,
            activation,
            normalization,
            init,
            loss,
            optimizer,
            learning_rate,
            schedule,
            warmup,
            l1,
            l2,
            weight_decay,
            clip_norm,
            batch_size,
            patience,
            inner_share,
            augmentation,
        } = self;
        let mut text = Words(self.kind().name().to_owned());
        if self.kind() == Kind::Linear {
            // The first specs knew no other word for it.
            text.0 = Kind::Mlp.name().to_owned();
        }
        text.add_unless_0("input_dropout", *input_dropout);
        text.add_front(front);
        hidden.iter().for_each(|layer| text.add_layer(layer));
        match activation {
            None => {}
            Some(Activation::LeakyRelu { slope }) => text.add(format_args!("leaky_relu={slope}")),
            Some(activation) => text.add(activation.name()),
        }
        match normalization {
            Normalization::None => {}
            kind @ (Normalization::Batch | Normalization::Layer) => text.add(format_args!("normalization={kind}")),
        }
        match *optimizer {
            Optimizer::Adam => text.add("adam"),
            Optimizer::Sgd { momentum, nesterov } => {
                text.add("sgd");
                text.add_unless_0(if nesterov { "nesterov" } else { "momentum" }, momentum);
            }
            Optimizer::Rmsprop { momentum } => {
                text.add("rmsprop");
                text.add_unless_0("momentum", momentum);
            }
        }
        text.add(format_args!("lr={learning_rate} batch={batch_size}"));
        text.add_unless_0("l2", *l2);
        text.add_unless_0("l1", *l1);
        text.add_unless_0("weight_decay", *weight_decay);
        text.add_unless_0("clip_norm", *clip_norm);
        match schedule {
            Schedule::Constant => {}
            Schedule::Step { every, factor } => text.add(format_args!("step={factor}/{every}")),
            Schedule::Exponential { factor } => text.add(format_args!("exponential={factor}")),
            Schedule::Cosine { horizon } => text.add(format_args!("cosine={horizon}")),
            Schedule::OneCycle { horizon } => text.add(format_args!("one_cycle={horizon}")),
            Schedule::Plateau { factor, patience } => text.add(format_args!("plateau={factor}/{patience}")),
        }
        text.add_unless_0("warmup", (*warmup).into());
        text.add_unless_0("patience", (*patience).into());
        text.add_unless_0("inner", *inner_share);
        match *loss {
            Loss::CrossEntropy { smoothing } => text.add_unless_0("smoothing", smoothing),
            Loss::Squared => {}
            Loss::Absolute => text.add("loss=absolute"),
            Loss::Huber { delta } => text.add(format_args!("huber={delta}")),
        }
        match init {
            Init::FanIn => {}
            init @ (Init::He | Init::Glorot | Init::Lecun | Init::Orthogonal) => text.add(format_args!("init={init}")),
        }
        augmentation.strengths().for_each(|(name, strength)| text.add_unless_0(name, strength));
        text.0
    }

    /// The family of networks that it is of.
    pub fn kind(&self) -> Kind {
        match &self.front {
            Front::None if self.hidden.is_empty() => Kind::Linear,
            Front::None => Kind::Mlp,
            Front::Convolution(_) => Kind::Cnn,
            Front::Recurrence(_) => Kind::Rnn,
        }
    }

    /// Layers with nodes, dense or recurrent.
    pub fn nodes(&self) -> &[HiddenLayer] {
        self.recurrence().map_or(&self.hidden, |recurrence| &recurrence.layers)
    }

    /// `None` if the network isn't recurrent.
    pub fn recurrence(&self) -> Option<&Recurrence> {
        match &self.front {
            Front::Recurrence(recurrence) => Some(recurrence),
            Front::None | Front::Convolution(_) => None,
        }
    }

    /// `None` if the network isn't convolutional.
    pub fn blocks(&self) -> Option<&[Block]> {
        match &self.front {
            Front::Convolution(blocks) => Some(blocks),
            Front::None | Front::Recurrence(_) => None,
        }
    }

    /// Whether training watches an inner validation part.
    pub fn watches(&self) -> bool {
        self.patience > 0 || matches!(self.schedule, Schedule::Plateau { .. })
    }

    /// The same network trained on all rows: for as long as it is told, with nothing set aside to watch but
    /// where its schedule hangs on it.
    pub fn for_refit(&self) -> Configuration {
        let unwatched = Configuration { patience: 0, ..self.clone() };
        if unwatched.watches() { unwatched } else { Configuration { inner_share: 0.0, ..unwatched } }
    }
}

impl PartialEq for Configuration {
    fn eq(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn islr() -> Configuration {
        Configuration {
            hidden: vec![HiddenLayer { nodes: 256, dropout: 0.4 }, HiddenLayer { nodes: 128, dropout: 0.3 }],
            activation: Some(Activation::Relu),
            batch_size: 128,
            ..Configuration::default()
        }
    }

    /// Seeds hang on this text: were it to change, every published result would.
    #[test]
    fn the_canonical_text_never_changes() {
        assert_eq!(islr().canonical(), "mlp 256~0.4 128~0.3 relu adam lr=0.001 batch=128");
        let sgd = Configuration {
            optimizer: Optimizer::Sgd { momentum: 0.9, nesterov: true },
            learning_rate: 0.1,
            l2: 1e-4,
            batch_size: 32,
            ..Configuration::default()
        };
        assert_eq!(sgd.canonical(), "mlp sgd nesterov=0.9 lr=0.1 batch=32 l2=0.0001");
    }
}
