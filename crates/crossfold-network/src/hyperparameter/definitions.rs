//! The definition of every hyperparameter, one entry each.
//!
//! An entry has, in this order:
//! - its description in the dictionary of result files, name, type, and path in a spec;
//! - `description`: its description in the schema; `detail`: more for the documentation;
//! - `values`: the range of a value; `place`: the part of a network that may have its own value;
//! - `default`: the default, or where a value is required;
//! - `needs`: the values of other hyperparameters without which it has no effect;
//! - `effective`: its value in a configuration; `None` without an effect, or if no single value describes it.

use std::ops::Bound;

use super::Need;
use super::definition::Default;
use super::values::{Interval, PerLayer, Place, Plain, Value, ValueForm, Values};
use crate::configuration::{
    Activation, ActivationName, Block, Cell, Configuration, HiddenLayer, Init, Kind, Loss, LossName, Normalization,
    NumberEmbedding, NumbersName, Optimizer, OptimizerName, Padding, Pooling, Schedule, ScheduleName, Summary,
};
use crate::task::Task;

/// A value of each hidden layer; `None` without one.
fn each_layer<T: Clone + PartialEq>(network: &Configuration, value: fn(&HiddenLayer) -> T) -> Option<PerLayer<T>> {
    PerLayer::shortest(network.hidden_layers().iter().map(value).collect())
}

/// A value of each block; `None` without one.
fn each_block<T: Clone + PartialEq>(network: &Configuration, value: fn(&Block) -> T) -> Option<PerLayer<T>> {
    PerLayer::shortest(network.blocks()?.iter().map(value).collect())
}

/// The strength of an augmentation that is applied.
fn strength(strength: f64) -> Option<f64> {
    (strength > 0.0).then_some(strength)
}

/// Degrees in [0, 180].
const HALF_TURN: Interval = Interval { low: Bound::Included(0.0), high: Bound::Included(180.0) };
/// Degrees in [0, 90).
const QUARTER_TURN: Interval = Interval { low: Bound::Included(0.0), high: Bound::Excluded(90.0) };
/// [0, 1].
const PROBABILITY: Interval = Interval { low: Bound::Included(0.0), high: Bound::Included(1.0) };
/// (0, 1000].
const STEP_SIZE: Interval = Interval { low: Bound::Excluded(0.0), high: Bound::Included(1000.0) };
/// A side or step of a window, in pixels.
const PIXELS: Values = Values::Whole { least: 1, most: 64 };
const NODES: Values = Values::Whole { least: 1, most: 65_536 };

hyperparameters! {
    /// Which of several named models; not searched but by naming several.
    Model: String = "models" {
        description: "",
        values: Values::Text,
        default: Default::None(""),
        effective: |_, _| None,
    }
    /// What kind of network: `linear`, `mlp`, `cnn` or `rnn`.
    Kind: Kind = "model.kind" {
        description: "`linear`: no hidden layer. `mlp`: dense layers, one behind the other. `cnn`: convolutions of images, then\n\
                      dense layers. `rnn`: recurrent layers over the steps of sequences or the rows of images.",
        values: Values::Words(Kind::NAMES),
        default: Default::None("required"),
        effective: |network, _| Some(network.kind()),
    }
    /// Number of hidden layers, all of `nodes` nodes.
    Layers: u32 = "model.layers" {
        description: "Number of hidden layers, all of `nodes` nodes.",
        detail: "In an `rnn`, of recurrent layers.",
        values: Values::Whole { least: 0, most: Place::HiddenLayer.most() },
        default: Default::None("required for `mlp` and `rnn`, or `hidden`"),
        needs: { Kind: "mlp" | "cnn" | "rnn" },
        effective: |network, _| Some(network.hidden_layers().len() as u32),
    }
    /// Nodes of each hidden layer.
    Nodes: u32 = "model.nodes" {
        description: "Nodes of each hidden layer.",
        detail: "In an `rnn`, of each direction.",
        values: NODES,
        place: HiddenLayer,
        default: Default::None("required, unless `layers` is 0"),
        needs: { Kind: "mlp" | "cnn" | "rnn" },
        effective: |network, _| match each_layer(network, |layer| layer.nodes)? {
            PerLayer::Same(nodes) => Some(nodes),
            PerLayer::Each(_) => None,
        },
    }
    /// Nodes of each hidden layer from the input side; excludes `layers` and `nodes`.
    Hidden: Vec<u32> = "model.hidden" {
        description: "Nodes of each hidden layer from the input side, such as `[256, 128]`; instead of `layers` and `nodes`.",
        values: NODES,
        default: Default::None(""),
        needs: { Kind: "mlp" | "cnn" | "rnn" },
        effective: |network, _| Some(network.hidden_layers().iter().map(|layer| layer.nodes).collect()),
    }
    /// Activation function of the hidden layers.
    Activation: ActivationName = "model.activation" {
        description: "The activation function of the hidden layers or blocks.",
        values: Values::Words(ActivationName::NAMES),
        default: Default::Always(ActivationName::Relu),
        needs: { Kind: "mlp" | "cnn" },
        effective: |network, _| network.activation.map(Activation::word),
    }
    /// Slope below 0 of `leaky_relu`.
    NegativeSlope: f64 = "model.negative_slope" {
        description: "The slope of `leaky_relu` below 0.",
        values: Values::RATE,
        default: Default::Always(0.01),
        needs: { Kind: "mlp" | "cnn", Activation: "leaky_relu" },
        effective: |network, _| match network.activation? {
            Activation::LeakyRelu { slope } => Some(slope),
            Activation::Relu | Activation::Tanh | Activation::Sigmoid | Activation::Gelu => None,
        },
    }
    /// How layers' outputs are normalised: by batch, by layer, or not.
    Normalization: Normalization = "model.normalization" {
        description: "How values are brought to a common scale before each activation.",
        detail: "`batch`: over the rows of a batch. `layer`: over a row's nodes, or at each place of an image over its \
                 filters.",
        values: Values::Words(Normalization::NAMES),
        default: Default::Always(Normalization::None),
        needs: { Kind: "mlp" | "cnn" },
        effective: |network, _| network.activation.map(|_| network.normalization),
    }
    /// Share of hidden nodes left out of a training step.
    Dropout: PerLayer<f64> = "model.dropout" {
        description: "The share of activations set to 0 in training: one rate, or a list with one per hidden layer.",
        values: Values::RATE,
        place: HiddenLayer,
        default: Default::Always(PerLayer::Same(0.0)),
        needs: { Kind: "mlp" | "cnn" | "rnn" },
        effective: |network, _| each_layer(network, |layer| layer.dropout),
    }
    /// Share of inputs left out of a training step.
    InputDropout: f64 = "model.input_dropout" {
        description: "The share of inputs set to 0 in training.",
        values: Values::RATE,
        default: Default::Always(0.0),
        effective: |network, _| Some(network.input_dropout),
    }
    /// How numbers enter the network: `plain`, or embedded `linear` or `periodic`.
    Numbers: NumbersName = "model.numbers" {
        description: "How the numbers of a table enter the network (`mlp`).",
        detail: "`linear` and `periodic` embed each of them in `number_size` values. See below.",
        values: Values::Words(NumbersName::NAMES),
        default: Default::Always(NumbersName::Plain),
        needs: { Kind: "mlp" },
        effective: |network, _| {
            let name = network.number_embedding().map_or(NumbersName::Plain, NumberEmbedding::name);
            (network.kind() == Kind::Mlp).then_some(name)
        },
    }
    /// Values that each embedded number becomes.
    NumberSize: u32 = "model.number_size" {
        description: "How many values each embedded number becomes.",
        values: Values::Whole { least: 1, most: 1024 },
        default: Default::Always(8),
        needs: { Kind: "mlp", Numbers: "linear" | "periodic" },
        effective: |network, _| network.number_embedding().map(NumberEmbedding::size),
    }
    /// Waves of each number with periodic embeddings.
    Frequencies: u32 = "model.frequencies" {
        description: "How many learnt frequencies each number has (`periodic`).",
        values: Values::Whole { least: 1, most: 1024 },
        default: Default::Always(16),
        needs: { Kind: "mlp", Numbers: "periodic" },
        effective: |network, _| match network.number_embedding()? {
            NumberEmbedding::Periodic { frequencies, .. } => Some(frequencies),
            NumberEmbedding::Linear { .. } => None,
        },
    }
    /// Standard deviation of the initial frequencies.
    Sigma: f64 = "model.sigma" {
        description: "The standard deviation of the initial frequencies (`periodic`), in cycles per unit of a scaled number.",
        values: Values::Real(Interval::POSITIVE),
        default: Default::Always(0.1),
        needs: { Kind: "mlp", Numbers: "periodic" },
        effective: |network, _| match network.number_embedding()? {
            NumberEmbedding::Periodic { sigma, .. } => Some(sigma),
            NumberEmbedding::Linear { .. } => None,
        },
    }
    /// Distribution of the initial weights.
    Init: Init = "model.init" {
        description: "How initial weights are drawn.",
        detail: "See below.",
        values: Values::Words(Init::NAMES),
        default: Default::Always(Init::FanIn),
        effective: |network, _| Some(network.init),
    }
    /// Number of convolutional blocks; what follows has a value for all of them or one for each.
    Blocks: u32 = "model.blocks" {
        description: "Number of convolutional blocks (`cnn`). Left out: as many as `filters` lists.",
        values: Values::Whole { least: 1, most: Place::Block.most() },
        default: Default::None(""),
        needs: { Kind: "cnn" },
        effective: |network, _| network.blocks().map(|blocks| blocks.len() as u32),
    }
    /// Filters of a convolution.
    Filters: PerLayer<u32> = "model.filters" {
        description: "Filters of each block (`cnn`).",
        values: Values::Whole { least: 1, most: 4096 },
        place: Block,
        default: Default::None("required for `cnn`"),
        needs: { Kind: "cnn" },
        effective: |network, _| each_block(network, |block| block.filters),
    }
    /// Side of a convolution's windows, in pixels.
    Kernel: PerLayer<u32> = "model.kernel" {
        description: "Height and width of filters (`cnn`).",
        values: PIXELS,
        place: Block,
        default: Default::Always(PerLayer::Same(3)),
        needs: { Kind: "cnn" },
        effective: |network, _| each_block(network, |block| block.kernel),
    }
    /// Step from one window of a convolution to the next, in pixels.
    Stride: PerLayer<u32> = "model.stride" {
        description: "How far a filter moves at a time (`cnn`).",
        values: PIXELS,
        place: Block,
        default: Default::Always(PerLayer::Same(1)),
        needs: { Kind: "cnn" },
        effective: |network, _| each_block(network, |block| block.stride),
    }
    /// Whether images are padded so that a convolution keeps their size.
    Padding: PerLayer<Padding> = "model.padding" {
        description: "Whether images are padded with zeros, so that they keep their size (`cnn`).",
        detail: "`same` keeps the size at a stride of 1.",
        values: Values::Words(Padding::NAMES),
        place: Block,
        default: Default::Always(PerLayer::Same(Padding::Same)),
        needs: { Kind: "cnn" },
        effective: |network, _| each_block(network, |block| block.padding),
    }
    /// How pooling combines the values in a window.
    Pooling: PerLayer<Pooling> = "model.pooling" {
        description: "How a block's results are pooled (`cnn`).",
        values: Values::Words(Pooling::NAMES),
        place: Block,
        default: Default::Always(PerLayer::Same(Pooling::Max)),
        needs: { Kind: "cnn" },
        effective: |network, _| each_block(network, |block| block.pooling),
    }
    /// Side of the pooling windows, in pixels.
    PoolSize: PerLayer<u32> = "model.pool_size" {
        description: "Height and width of the pooling windows (`cnn`).",
        detail: "Windows don't overlap.",
        values: PIXELS,
        place: Block,
        default: Default::Always(PerLayer::Same(2)),
        needs: { Kind: "cnn", Pooling: "max" | "average" },
        effective: |network, _| {
            let pools = network.blocks()?.iter().any(|block| block.pooling != Pooling::None);
            each_block(network, |block| block.pool_size).filter(|_| pools)
        },
    }
    /// Share of a block's outputs left out of a training step.
    BlockDropout: PerLayer<f64> = "model.block_dropout" {
        description: "The share of a block's results set to 0 in training (`cnn`).",
        values: Values::RATE,
        place: Block,
        default: Default::Always(PerLayer::Same(0.0)),
        needs: { Kind: "cnn" },
        effective: |network, _| each_block(network, |block| block.dropout),
    }
    /// Type of the recurrent cells: `elman`, `gru` or `lstm`.
    Cell: Cell = "model.cell" {
        description: "The type of the recurrent cells (`rnn`).",
        values: Values::Words(Cell::NAMES),
        default: Default::Always(Cell::Lstm),
        needs: { Kind: "rnn" },
        effective: |network, _| network.recurrence().map(|recurrence| recurrence.cell),
    }
    /// Whether sequences are read from both ends.
    Bidirectional: bool = "model.bidirectional" {
        description: "Whether each layer also runs from the last step to the first (`rnn`).",
        values: Values::Switch,
        default: Default::Always(false),
        needs: { Kind: "rnn" },
        effective: |network, _| network.recurrence().map(|recurrence| recurrence.bidirectional),
    }
    /// How the states of all steps are summarized for the next layer.
    Summary: Summary = "model.summary" {
        description: "How the last recurrent layer summarizes the steps (`rnn`).",
        detail: "The `last` state, or the `mean` or `max` over steps.",
        values: Values::Words(Summary::NAMES),
        default: Default::Always(Summary::Last),
        needs: { Kind: "rnn" },
        effective: |network, _| network.recurrence().map(|recurrence| recurrence.summary),
    }
    /// Loss function.
    Loss: LossName = "training.loss" {
        description: "The loss function, averaged over a batch. Left out: `cross_entropy` for classes, `squared` for numbers.",
        detail: "`squared`, `absolute` and `huber` are for numbers.",
        values: Values::Words(LossName::NAMES),
        default: Default::ForTask(|task| match task {
            Task::Classification => LossName::CrossEntropy,
            Task::Regression => LossName::Squared,
        }),
        effective: |network, _| Some(network.loss.word()),
    }
    /// Share of the truth that is spread over all classes in training.
    LabelSmoothing: f64 = "training.label_smoothing" {
        description: "The share taken from the true class and given to all alike (`cross_entropy`).",
        values: Values::RATE,
        default: Default::Always(0.0),
        needs: { Loss: "cross_entropy" },
        effective: |network, _| match network.loss {
            Loss::CrossEntropy { smoothing } => Some(smoothing),
            Loss::Squared | Loss::Absolute | Loss::Huber { .. } => None,
        },
    }
    /// Error from which on Huber's loss is linear, in standard deviations of the target.
    HuberDelta: f64 = "training.huber_delta" {
        description: "The error up to which `huber` is squared, in the target's standard deviations.",
        values: Values::Real(Interval::POSITIVE),
        default: Default::Always(1.0),
        needs: { Loss: "huber" },
        effective: |network, _| match network.loss {
            Loss::Huber { delta } => Some(delta),
            Loss::CrossEntropy { .. } | Loss::Squared | Loss::Absolute => None,
        },
    }
    /// Algorithm that turns gradients into steps.
    Optimizer: OptimizerName = "training.optimizer" {
        description: "",
        detail: "The algorithm that turns gradients into steps.",
        values: Values::Words(OptimizerName::NAMES),
        default: Default::Always(OptimizerName::Adam),
        effective: |network, _| Some(match network.optimizer {
            Optimizer::Sgd { .. } => OptimizerName::Sgd,
            Optimizer::Adam if network.weight_decay > 0.0 => OptimizerName::Adamw,
            Optimizer::Adam => OptimizerName::Adam,
            Optimizer::Rmsprop { .. } => OptimizerName::Rmsprop,
        }),
    }
    /// Size of training steps.
    LearningRate: f64 = "training.learning_rate" {
        description: "Step size.",
        values: Values::Real(STEP_SIZE),
        default: Default::Always(1e-3),
        effective: |network, _| Some(network.learning_rate),
    }
    /// Share of the last step that the next one keeps.
    Momentum: f64 = "training.momentum" {
        description: "Momentum of `sgd` and `rmsprop`.",
        values: Values::RATE,
        default: Default::Always(0.0),
        needs: { Optimizer: "sgd" | "rmsprop" },
        effective: |network, _| match network.optimizer {
            Optimizer::Sgd { momentum, .. } | Optimizer::Rmsprop { momentum } => Some(momentum),
            Optimizer::Adam => None,
        },
    }
    /// Whether momentum is Nesterov's, which looks ahead.
    Nesterov: bool = "training.nesterov" {
        description: "Nesterov's momentum, for `sgd` with momentum.",
        detail: "`momentum` must be above 0.",
        values: Values::Switch,
        default: Default::Always(false),
        needs: { Optimizer: "sgd" },
        effective: |network, _| match network.optimizer {
            Optimizer::Sgd { momentum, nesterov } => (momentum > 0.0).then_some(nesterov),
            Optimizer::Adam | Optimizer::Rmsprop { .. } => None,
        },
    }
    /// How the learning rate changes with epochs.
    Schedule: ScheduleName = "training.schedule" {
        description: "How the learning rate changes as training goes on.",
        detail: "See below.",
        values: Values::Words(ScheduleName::NAMES),
        default: Default::Always(ScheduleName::Constant),
        effective: |network, _| Some(network.schedule.word()),
    }
    /// Factor by which the learning rate falls.
    Decay: f64 = "training.decay" {
        description: "The factor by which `step`, `exponential` and `plateau` multiply the learning rate.",
        values: Values::SHARE,
        default: Default::Always(0.5),
        needs: { Schedule: "step" | "exponential" | "plateau" },
        effective: |network, _| match network.schedule {
            Schedule::Step { factor, .. } | Schedule::Exponential { factor } | Schedule::Plateau { factor, .. } => {
                Some(factor)
            }
            Schedule::Constant | Schedule::Cosine { .. } | Schedule::OneCycle { .. } => None,
        },
    }
    /// Epochs from one fall of the learning rate to the next.
    DecayEpochs: u32 = "training.decay_epochs" {
        description: "The epochs after which `step` multiplies it, or without a better loss for which `plateau` waits.",
        values: Values::Whole { least: 1, most: 100_000 },
        default: Default::Always(10),
        needs: { Schedule: "step" | "plateau" },
        effective: |network, _| match network.schedule {
            Schedule::Step { every: epochs, .. } | Schedule::Plateau { patience: epochs, .. } => Some(epochs),
            Schedule::Constant
            | Schedule::Exponential { .. }
            | Schedule::Cosine { .. }
            | Schedule::OneCycle { .. } => None,
        },
    }
    /// Epochs in which the learning rate rises from 0.
    Warmup: u32 = "training.warmup" {
        description: "Epochs over which the learning rate rises from 0; its schedule begins after them. Fewer than `epochs`.",
        detail: "`one_cycle` has a warm-up of its own.",
        values: Values::Whole { least: 0, most: 100_000 },
        default: Default::Always(0),
        needs: { Schedule: "cosine" | "constant" | "step" | "exponential" | "plateau" },
        effective: |network, _| match network.schedule {
            Schedule::OneCycle { .. } => None,
            Schedule::Constant
            | Schedule::Step { .. }
            | Schedule::Exponential { .. }
            | Schedule::Cosine { .. }
            | Schedule::Plateau { .. } => Some(network.warmup),
        },
    }
    /// Penalty on the sum of absolute weights (lasso).
    L1: f64 = "training.l1" {
        description: "The weight of the lasso penalty added to the mean loss: l1 times the sum of absolute weights.",
        values: Values::NOT_NEGATIVE,
        default: Default::Always(0.0),
        effective: |network, _| Some(network.l1),
    }
    /// Penalty on the sum of squared weights (ridge).
    L2: f64 = "training.l2" {
        description: "The weight of the ridge penalty added to the mean loss: l2 times the sum of squared weights.",
        values: Values::NOT_NEGATIVE,
        default: Default::Always(0.0),
        effective: |network, _| Some(network.l2),
    }
    /// Share of the learning rate by which each step shrinks weights, apart from the loss.
    WeightDecay: f64 = "training.weight_decay" {
        description: "Weights shrink by learning rate times this at each step, apart from the loss. Left out: 0.01 for\n\
                      `adamw`, else 0.",
        values: Values::NOT_NEGATIVE,
        default: Default::ForOptimizer(|optimizer| match optimizer {
            // PyTorch's default for `AdamW`.
            OptimizerName::Adamw => 0.01,
            OptimizerName::Sgd | OptimizerName::Adam | OptimizerName::Rmsprop => 0.0,
        }),
        effective: |network, _| Some(network.weight_decay),
    }
    /// Greatest norm of a step's gradient.
    ClipNorm: f64 = "training.clip_norm" {
        description: "The greatest norm of a step's gradient over all parameters; 0 for no limit.",
        values: Values::NOT_NEGATIVE,
        default: Default::Always(0.0),
        effective: |network, _| Some(network.clip_norm),
    }
    /// Decay of the moving average of weights that is scored.
    Ema: f64 = "training.ema" {
        description: "The decay of an exponential moving average of the weights, such as 0.99; 0 for none. The averaged network is\n\
                      scored, watched and kept.",
        detail: "See below.",
        values: Values::RATE,
        default: Default::Always(0.0),
        effective: |network, _| Some(network.ema),
    }
    /// Training rows per step.
    BatchSize: u32 = "training.batch_size" {
        description: "Training rows in one step; at most as many as there are.",
        detail: "With batch normalisation, a last batch of one row joins the one before.",
        values: Values::Whole { least: 1, most: 1_048_576 },
        default: Default::Always(64),
        effective: |network, _| Some(network.batch_size),
    }
    /// Passes over the training rows.
    Epochs: u32 = "training.epochs" {
        description: "Passes over the training rows.",
        values: Values::Whole { least: 1, most: 100_000 },
        default: Default::None("required"),
        effective: |_, epochs| Some(epochs),
    }
    /// Epochs without an improvement on the inner validation part before training stops.
    Patience: u32 = "training.patience" {
        description: "Epochs without a better loss on an inner validation part after which training stops, and goes back to\n\
                      the best; 0 for no early stopping.",
        detail: "See early stopping, below.",
        values: Values::Whole { least: 0, most: 100_000 },
        default: Default::Always(0),
        effective: |network, _| Some(network.patience),
    }
    /// Share of the training rows that early stopping watches.
    InnerShare: f64 = "training.inner_share" {
        description: "The share of the training rows in that part, which `patience` and `plateau` watch.",
        values: Values::SHARE,
        default: Default::Always(0.1),
        effective: |network, _| network.has_inner_part().then_some(network.inner_share),
    }
    /// Greatest shift of training images, as a share of their size.
    Shift: f64 = "augmentation.shift" {
        description: "Images move by up to this share of their width and height.",
        values: Values::RATE,
        default: Default::Always(0.0),
        effective: |network, _| strength(network.augmentation.shift),
    }
    /// Greatest rotation of training images, in degrees.
    Rotation: f64 = "augmentation.rotation" {
        description: "Images are rotated by up to this many degrees either way.",
        values: Values::Real(HALF_TURN),
        default: Default::Always(0.0),
        effective: |network, _| strength(network.augmentation.rotation),
    }
    /// Greatest change of training images' size, as a share.
    Scale: f64 = "augmentation.scale" {
        description: "Images grow or shrink by up to this share.",
        values: Values::RATE,
        default: Default::Always(0.0),
        effective: |network, _| strength(network.augmentation.scale),
    }
    /// Greatest shear of training images, in degrees.
    Shear: f64 = "augmentation.shear" {
        description: "Images are sheared by up to this many degrees either way.",
        values: Values::Real(QUARTER_TURN),
        default: Default::Always(0.0),
        effective: |network, _| strength(network.augmentation.shear),
    }
    /// Share of training images that are mirrored.
    Flip: f64 = "augmentation.flip" {
        description: "The chance that an image is mirrored left to right.",
        values: Values::Real(PROBABILITY),
        default: Default::Always(0.0),
        effective: |network, _| strength(network.augmentation.flip),
    }
    /// Side of the square that is blanked in training images, as a share.
    Cutout: f64 = "augmentation.cutout" {
        description: "A square whose side is this share of the image's shorter side becomes 0.",
        values: Values::RATE,
        default: Default::Always(0.0),
        effective: |network, _| strength(network.augmentation.cutout),
    }
    /// Standard deviation of noise added to training inputs.
    Noise: f64 = "augmentation.noise" {
        description: "Standard deviation of normal noise added to each value as networks see it.",
        detail: "Images range from 0 to 1, tables are as preprocessed; of sequences, real steps alone.",
        values: Values::NOT_NEGATIVE,
        default: Default::Always(0.0),
        effective: |network, _| strength(network.augmentation.noise),
    }
    /// How far training rows are mixed with one another (Beta distribution's parameter).
    Mixup: f64 = "augmentation.mixup" {
        description: "Alpha of the Beta(alpha, alpha) that says how rows are mixed with other rows of their batch.",
        values: Values::NOT_NEGATIVE,
        default: Default::Always(0.0),
        effective: |network, _| strength(network.augmentation.mixup),
    }
    /// Whether numeric columns are taken the logarithm of.
    NumericLog: bool = "preprocessing.numeric.log" {
        description: "ln(1 + x) of numeric columns, before scaling.",
        values: Values::Switch,
        default: Default::None(""),
        effective: |network, _| network.steps.numeric_log,
    }
    /// How numeric columns are scaled.
    NumericScale: String = "preprocessing.numeric.scale" {
        description: "How numeric columns are scaled.",
        values: Values::Step,
        default: Default::None(""),
        effective: |network, _| network.steps.numeric_scale.clone(),
    }
    /// Bound at which scaled numbers are smoothly clipped.
    NumericClip: String = "preprocessing.numeric.clip" {
        description: "The bound at which scaled numbers are smoothly clipped, or `none`.",
        values: Values::Step,
        default: Default::None(""),
        effective: |network, _| network.steps.numeric_clip.clone(),
    }
    /// What a scaled number becomes.
    NumericEncode: String = "preprocessing.numeric.encode" {
        description: "What a scaled number becomes.",
        values: Values::Step,
        default: Default::None(""),
        effective: |network, _| network.steps.numeric_encode.clone(),
    }
    /// What a name becomes.
    CategoricalEncode: String = "preprocessing.categorical.encode" {
        description: "What a name becomes.",
        values: Values::Step,
        default: Default::None(""),
        effective: |network, _| network.steps.categorical_encode.clone(),
    }
    /// Inputs that are kept.
    Select: u32 = "preprocessing.select" {
        description: "The number of inputs that are kept.",
        values: Values::Whole { least: 1, most: 1_000_000 },
        default: Default::None(""),
        effective: |network, _| network.steps.select,
    }
}
