//! Networks as written: one under `model`, or several under `models`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::number::{Count, Rate, Real};
use super::per_layer::{Blocks, Hidden, HiddenLayers, MAX_BLOCKS, OneOrEach};
use super::raw::{Augmentation, Raw, Training};
use super::space::Space;
use super::switch::Switch;
use super::word::Word;
use crossfold_network::{ActivationName, Cell, Init, Kind, Normalization, Padding, Pooling, Summary};

pub(super) type Layers = Count<0, 64>;
pub(super) type BatchSize = Count<1, 1_048_576>;
pub(super) type Epochs = Count<1, 100_000>;
pub(super) type DropoutRates = OneOrEach<Real<Rate>, HiddenLayers>;
/// Nodes of a hidden layer; each may have a number of its own.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Nodes(Count<{ Nodes::LEAST }, { Nodes::MOST }>);

impl Nodes {
    pub(super) const LEAST: u64 = 1;
    pub(super) const MOST: u64 = 65_536;
}

impl Raw for Nodes {
    type Checked = u32;

    fn checked(&self) -> Option<u32> {
        self.0.checked()
    }
}

impl JsonSchema for Nodes {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Nodes".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Count::<{ Nodes::LEAST }, { Nodes::MOST }>::json_schema(generator)
    }
}

/// A number of filters.
pub(super) type Filters = Count<1, 4096>;
/// A side or step of a window, in pixels.
pub(super) type Pixels = Count<1, 64>;
pub(super) type EachBlock<T> = OneOrEach<T, Blocks>;

/// The keys of a network, which stand in `model` by themselves and in each of `models` beside others.
macro_rules! models {
    ($($(#[$meta:meta])* $key:ident: $type:ty),* $(,)?) => {
        /// The network. Values that are searched over stand under `search.space` instead.
        #[derive(Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, expecting = "a map")]
        pub(super) struct Model {
            $($(#[$meta])* pub(super) $key: Option<$type>),*
        }

        /// One of several networks, with what is its own.
        #[derive(Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, expecting = "a map")]
        pub(super) struct NamedModel {
            $($(#[$meta])* pub(super) $key: Option<$type>,)*
            training: Option<Training>,
            augmentation: Option<Augmentation>,
            /// What this network searches beside `search.space`.
            space: Option<Space>,
        }

        impl NamedModel {
            /// What would stand under `model`, `training`, `augmentation` and `search.space`.
            pub(super) fn apart(self) -> (Model, Training, Augmentation, Space) {
                (
                    Model { $($key: self.$key),* },
                    self.training.unwrap_or_default(),
                    self.augmentation.unwrap_or_default(),
                    self.space.unwrap_or_default(),
                )
            }
        }
    };
}

models! {
    /// `linear`: no hidden layer. `mlp`: dense layers, one behind the other. `cnn`: convolutions of images, then
    /// dense layers. `rnn`: recurrent layers over the steps of sequences or the rows of images.
    kind: Word<Kind>,
    /// Number of hidden layers, all of `nodes` nodes.
    layers: Layers,
    /// Nodes of each hidden layer.
    nodes: Nodes,
    /// Nodes of each hidden layer from the input side, such as `[256, 128]`; instead of `layers` and `nodes`.
    hidden: Hidden,
    /// The function behind each hidden layer or block.
    #[schemars(extend("default" = "relu"))]
    activation: Word<ActivationName>,
    /// What `leaky_relu` multiplies by below 0.
    #[schemars(extend("default" = 0.01))]
    negative_slope: Real<Rate>,
    /// What brings values to a common scale before each activation.
    #[schemars(extend("default" = "none"))]
    normalization: Word<Normalization>,
    /// The share of activations set to 0 in training: one rate, or a list with one a hidden layer.
    #[schemars(extend("default" = 0.0))]
    dropout: DropoutRates,
    /// The share of inputs set to 0 in training.
    #[schemars(extend("default" = 0.0))]
    input_dropout: Real<Rate>,
    /// How initial weights are drawn.
    #[schemars(extend("default" = "fan_in"))]
    init: Word<Init>,
    /// Number of convolutional blocks (`cnn`). Left out: as many as `filters` lists.
    blocks: Count<1, MAX_BLOCKS>,
    /// Filters of each block (`cnn`).
    filters: EachBlock<Filters>,
    /// Height and width of filters (`cnn`).
    #[schemars(extend("default" = 3))]
    kernel: EachBlock<Pixels>,
    /// How far a filter moves at a time (`cnn`).
    #[schemars(extend("default" = 1))]
    stride: EachBlock<Pixels>,
    /// What lies around an image: zeros enough to keep its size, or nothing (`cnn`).
    #[schemars(extend("default" = "same"))]
    padding: EachBlock<Word<Padding>>,
    /// What becomes of a window of a block's results (`cnn`).
    #[schemars(extend("default" = "max"))]
    pooling: EachBlock<Word<Pooling>>,
    /// Height and width of these windows (`cnn`).
    #[schemars(extend("default" = 2))]
    pool_size: EachBlock<Pixels>,
    /// The share of a block's results set to 0 in training (`cnn`).
    #[schemars(extend("default" = 0.0))]
    block_dropout: EachBlock<Real<Rate>>,
    /// What hidden layers do at each step (`rnn`).
    #[schemars(extend("default" = "lstm"))]
    cell: Word<Cell>,
    /// Whether each layer also runs from the last step to the first (`rnn`).
    #[schemars(extend("default" = false))]
    bidirectional: Switch,
    /// What the last recurrent layer hands on (`rnn`).
    #[schemars(extend("default" = "last"))]
    summary: Word<Summary>,
}
