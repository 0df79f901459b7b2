//! Configurations: a network and its training, reduced to the settings that have an effect.

mod activation;
mod augmentation;
mod convolution;
mod initialisation;
mod kind;
mod loss;
mod numbers;
mod optimizer;
mod recurrence;
mod schedule;
mod searched_steps;

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

pub use activation::{Activation, ActivationName};
pub use augmentation::Augmentation;
pub use convolution::{Block, Normalization, Padding, Pooling};
pub use initialisation::Init;
pub use kind::Kind;
pub use loss::{Loss, LossName};
pub use numbers::{NumberEmbedding, NumbersName};
pub use optimizer::{Optimizer, OptimizerName};
pub use recurrence::{Cell, Recurrence, Summary};
pub use schedule::{Progress, Schedule, ScheduleName};
pub use searched_steps::SearchedSteps;

/// A network and its training, without the number of epochs.
///
/// This is the *effective* configuration: it can't represent a setting without effect (an activation without hidden
/// layers, momentum with Adam), so two configurations that train the same network are equal. Equality is that of
/// [`Configuration::canonical`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Configuration {
    /// The layers in front of the dense layers.
    pub front: Front,
    /// The share of inputs set to 0 in training, in [0, 1).
    pub input_dropout: f64,
    /// Dense hidden layers from the input side; empty for a linear model.
    pub hidden: Vec<HiddenLayer>,
    /// `None` if there is neither a dense hidden layer nor a block.
    pub activation: Option<Activation>,
    /// Applied before each activation; [`Normalization::None`] without an activation.
    pub normalization: Normalization,
    pub init: Init,
    pub loss: Loss,
    pub optimizer: Optimizer,
    /// Step size, above 0.
    pub learning_rate: f64,
    pub schedule: Schedule,
    /// Epochs over which the learning rate rises from 0, before its schedule begins.
    pub warmup: u32,
    /// λ of the lasso penalty λ·Σ|w| added to the mean loss. Biases aren't penalised. It is applied as a proximal step,
    /// which makes weights exactly 0.
    pub l1: f64,
    /// λ of the ridge penalty λ·Σw² added to the mean loss. Biases aren't penalised.
    pub l2: f64,
    /// λ of the decoupled weight decay w ← w − η·λ·w at each step, with the learning rate η. Biases aren't decayed.
    pub weight_decay: f64,
    /// The greatest norm of a step's gradient over all parameters; 0 for no bound.
    pub clip_norm: f64,
    /// The decay, in [0, 1), of the exponential moving average of all parameters that is scored and kept; 0 for none.
    #[serde(skip_serializing_if = "is_zero")]
    pub ema: f64,
    /// Training rows per step; the last batch of an epoch may have fewer.
    pub batch_size: u32,
    /// Epochs without a better loss on the inner validation part after which a fit stops; 0 for no early stopping.
    pub patience: u32,
    /// The share of the training rows in the inner validation part, in (0, 1); 0 without one.
    pub inner_share: f64,
    pub augmentation: Augmentation,
    /// The values of the steps of preprocessing that the study searches. Left out of JSON where it searches none.
    #[serde(skip_serializing_if = "SearchedSteps::is_empty")]
    pub steps: SearchedSteps,
}

impl Configuration {
    /// The number of hidden layers, blocks and recurrent layers.
    pub fn depth(&self) -> usize {
        let front = match &self.front {
            Front::None | Front::Numbers(_) => 0,
            Front::Convolution(blocks) => blocks.len(),
            Front::Recurrence(recurrence) => recurrence.layers.len(),
        };
        front + self.hidden.len()
    }
}

/// The layers in front of the dense layers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Front {
    /// Inputs go into the first dense layer.
    #[default]
    None,
    /// Numbers are embedded; other inputs stay as they are. There is a dense hidden layer.
    Numbers(NumberEmbedding),
    /// Blocks from the input side, at least one.
    Convolution(Vec<Block>),
    Recurrence(Recurrence),
}

/// A hidden layer, dense or recurrent, and the dropout after it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HiddenLayer {
    pub nodes: u32,
    /// The share of activations set to 0 in training, in [0, 1).
    pub dropout: f64,
}

/// A linear classifier with the defaults of specs, meant for struct update syntax. Fields that the stored configuration
/// of an older release lacks take these values.
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
            ema: 0.0,
            batch_size: 64,
            patience: 0,
            inner_share: 0.0,
            augmentation: Augmentation::default(),
            steps: SearchedSteps::default(),
        }
    }
}

/// For fields that are left out of stored configurations where they have no effect, so that these stay as they were.
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

/// Words of a configuration's canonical text.
struct Words(String);

impl Words {
    fn add(&mut self, word: impl std::fmt::Display) {
        write!(self.0, " {word}").expect("writing to a String never fails");
    }

    /// Adds `name=value` unless the value is 0.
    fn add_unless_zero(&mut self, name: &str, value: f64) {
        if value > 0.0 {
            self.add(format_args!("{name}={value}"));
        }
    }

    /// Adds nodes and dropout: `256~0.4`, or `256` without dropout.
    fn add_layer(&mut self, layer: &HiddenLayer) {
        let HiddenLayer { nodes, dropout } = *layer;
        if dropout > 0.0 { self.add(format_args!("{nodes}~{dropout}")) } else { self.add(nodes) }
    }

    fn add_front(&mut self, front: &Front) {
        match front {
            Front::None => {}
            Front::Numbers(NumberEmbedding::Linear { size }) => self.add(format_args!("numbers=linear*{size}")),
            Front::Numbers(NumberEmbedding::Periodic { size, frequencies, sigma }) => {
                self.add(format_args!("numbers=periodic{frequencies}~{sigma}*{size}"));
            }
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
    /// The configuration as one line of text. In a study it is equal if and only if the trained networks are.
    ///
    /// Its form never changes: a new hyperparameter appears only where it has an effect.
    pub fn canonical(&self) -> String {
        let mut text = Words(self.canonical_without_steps());
        self.steps.words().for_each(|(path, value)| text.add(format_args!("preprocessing.{path}={value}")));
        text.0
    }

    /// The same without the searched steps of preprocessing: the network and its training alone.
    ///
    /// Seeds and keys are derived from it. Keys also have the whole preprocessing, searched or not, so that a fit is the
    /// same in a study that searches a step and in one that fixes it.
    pub fn canonical_without_steps(&self) -> String {
        // No `..`: a new field must be written below.
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
            ema,
            batch_size,
            patience,
            inner_share,
            augmentation,
            steps: _,
        } = self;
        let mut text = Words(self.kind().name().to_owned());
        if self.kind() == Kind::Linear {
            // In the first version, linear models were of kind `mlp`.
            text.0 = Kind::Mlp.name().to_owned();
        }
        text.add_unless_zero("input_dropout", *input_dropout);
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
                text.add_unless_zero(if nesterov { "nesterov" } else { "momentum" }, momentum);
            }
            Optimizer::Rmsprop { momentum } => {
                text.add("rmsprop");
                text.add_unless_zero("momentum", momentum);
            }
        }
        text.add(format_args!("lr={learning_rate} batch={batch_size}"));
        text.add_unless_zero("l2", *l2);
        text.add_unless_zero("l1", *l1);
        text.add_unless_zero("weight_decay", *weight_decay);
        text.add_unless_zero("clip_norm", *clip_norm);
        text.add_unless_zero("ema", *ema);
        match schedule {
            Schedule::Constant => {}
            Schedule::Step { every, factor } => text.add(format_args!("step={factor}/{every}")),
            Schedule::Exponential { factor } => text.add(format_args!("exponential={factor}")),
            Schedule::Cosine { horizon } => text.add(format_args!("cosine={horizon}")),
            Schedule::OneCycle { horizon } => text.add(format_args!("one_cycle={horizon}")),
            Schedule::Plateau { factor, patience } => text.add(format_args!("plateau={factor}/{patience}")),
        }
        text.add_unless_zero("warmup", (*warmup).into());
        text.add_unless_zero("patience", (*patience).into());
        text.add_unless_zero("inner", *inner_share);
        match *loss {
            Loss::CrossEntropy { smoothing } => text.add_unless_zero("smoothing", smoothing),
            Loss::Squared => {}
            Loss::Absolute => text.add("loss=absolute"),
            Loss::Huber { delta } => text.add(format_args!("huber={delta}")),
        }
        match init {
            Init::FanIn => {}
            init @ (Init::He | Init::Glorot | Init::Lecun | Init::Orthogonal) => text.add(format_args!("init={init}")),
        }
        augmentation.strengths().for_each(|(name, strength)| text.add_unless_zero(name, strength));
        text.0
    }

    /// The kind of network.
    pub fn kind(&self) -> Kind {
        match &self.front {
            Front::None if self.hidden.is_empty() => Kind::Linear,
            Front::None | Front::Numbers(_) => Kind::Mlp,
            Front::Convolution(_) => Kind::Cnn,
            Front::Recurrence(_) => Kind::Rnn,
        }
    }

    /// The recurrent layers of a recurrent network, the dense hidden layers of any other, from the input side.
    pub fn hidden_layers(&self) -> &[HiddenLayer] {
        self.recurrence().map_or(&self.hidden, |recurrence| &recurrence.layers)
    }

    /// `None` if the network isn't recurrent.
    pub(crate) fn recurrence(&self) -> Option<&Recurrence> {
        match &self.front {
            Front::Recurrence(recurrence) => Some(recurrence),
            Front::None | Front::Numbers(_) | Front::Convolution(_) => None,
        }
    }

    /// `None` if numbers enter the network as they are.
    pub(crate) fn number_embedding(&self) -> Option<NumberEmbedding> {
        match self.front {
            Front::Numbers(embedding) => Some(embedding),
            Front::None | Front::Convolution(_) | Front::Recurrence(_) => None,
        }
    }

    /// `None` if the network isn't convolutional.
    pub fn blocks(&self) -> Option<&[Block]> {
        match &self.front {
            Front::Convolution(blocks) => Some(blocks),
            Front::None | Front::Numbers(_) | Front::Recurrence(_) => None,
        }
    }

    /// Whether training holds out an inner validation part: for early stopping or for a schedule that watches the loss.
    pub fn has_inner_part(&self) -> bool {
        self.patience > 0 || matches!(self.schedule, Schedule::Plateau { .. })
    }

    /// The configuration for training on all rows: without early stopping, and without an inner validation part unless
    /// the schedule depends on it.
    pub fn for_refit(&self) -> Configuration {
        let unwatched = Configuration { patience: 0, ..self.clone() };
        if unwatched.has_inner_part() { unwatched } else { Configuration { inner_share: 0.0, ..unwatched } }
    }

    /// The same with its schedule, warm-up included, compressed into `epochs`, if it spans more: a training of fewer epochs
    /// then ends at its lowest learning rate, too.
    #[must_use]
    pub fn compressed_into(&self, epochs: u32) -> Configuration {
        let Some(horizon) = self.schedule.horizon().filter(|&horizon| epochs < horizon) else { return self.clone() };
        let warmup = u64::from(self.warmup) * u64::from(epochs) / u64::from(horizon);
        Configuration { schedule: self.schedule.with_horizon(epochs), warmup: warmup as u32, ..self.clone() }
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

    #[test]
    fn a_shorter_training_compresses_the_whole_schedule() {
        let compressed = |schedule, warmup, epochs| {
            let found = Configuration { schedule, warmup, ..islr() }.compressed_into(epochs);
            (found.schedule, found.warmup)
        };
        let (cosine, cycle) = (|horizon| Schedule::Cosine { horizon }, |horizon| Schedule::OneCycle { horizon });
        assert_eq!(compressed(cosine(100), 10, 33), (cosine(33), 3));
        assert_eq!(compressed(cosine(100), 10, 100), (cosine(100), 10));
        assert_eq!(compressed(cycle(50), 0, 1), (cycle(1), 0));
        assert_eq!(compressed(Schedule::Constant, 10, 5), (Schedule::Constant, 10));
    }

    /// Seeds are derived from this text, so a change would change every published result.
    #[test]
    fn canonical_text_never_changes() {
        assert_eq!(islr().canonical(), "mlp 256~0.4 128~0.3 relu adam lr=0.001 batch=128");
        let sgd = Configuration {
            optimizer: Optimizer::Sgd { momentum: 0.9, nesterov: true },
            learning_rate: 0.1,
            l2: 1e-4,
            batch_size: 32,
            ..Configuration::default()
        };
        assert_eq!(sgd.canonical(), "mlp sgd nesterov=0.9 lr=0.1 batch=32 l2=0.0001");
        let embedded = |embedding| Configuration { front: Front::Numbers(embedding), ..islr() }.canonical();
        let rest = "256~0.4 128~0.3 relu adam lr=0.001 batch=128";
        assert_eq!(embedded(NumberEmbedding::Linear { size: 8 }), format!("mlp numbers=linear*8 {rest}"));
        let periodic = NumberEmbedding::Periodic { size: 8, frequencies: 16, sigma: 0.1 };
        assert_eq!(embedded(periodic), format!("mlp numbers=periodic16~0.1*8 {rest}"));
        let averaged = Configuration { ema: 0.99, ..islr() };
        assert_eq!(averaged.canonical(), "mlp 256~0.4 128~0.3 relu adam lr=0.001 batch=128 ema=0.99");
        let steps = SearchedSteps { numeric_scale: Some("normal".to_owned()), ..SearchedSteps::default() };
        let searched = Configuration { steps, ..islr() };
        assert_eq!(searched.canonical(), islr().canonical() + " preprocessing.numeric.scale=normal");
        assert_eq!(searched.canonical_without_steps(), islr().canonical());
    }
}
