//! Hyperparameters and their values.

use std::fmt;

use crate::configuration::{
    ActivationName, Cell, Init, Kind, LossName, Normalization, OptimizerName, Padding, Pooling, ScheduleName, Summary,
};

/// One table of all hyperparameters: name, type of value, and where a fixed value stands in a spec. Their
/// order is that of columns and of a search space's dimensions.
macro_rules! hyperparameters {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = $path:literal),* $(,)?) => {
        /// A hyperparameter: whatever can be fixed in a spec or searched over.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Param {
            $($(#[doc = $doc])+ $name),*
        }

        /// One hyperparameter with a value.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Setting {
            $($(#[doc = $doc])+ $name($type)),*
        }

        impl Param {
            pub const ALL: &'static [Param] = &[$(Param::$name),*];

            /// Where a fixed value stands in a spec; also its long name in `search.space`.
            pub fn path(self) -> &'static str {
                match self {
                    $(Param::$name => $path),*
                }
            }

            /// What it is, in a sentence: what the documentation says of it.
            pub fn about(self) -> &'static str {
                match self {
                    $(Param::$name => concat!($($doc),+).trim_ascii()),*
                }
            }

            /// The setting with a whole number for a value; `None` where it takes no such number.
            pub fn count(self, value: u32) -> Option<Setting> {
                match self {
                    $(Param::$name => <$type as Value>::count(value).map(Setting::$name)),*
                }
            }

            /// The setting with a real number for a value; `None` where it takes no such number.
            pub fn real(self, value: f64) -> Option<Setting> {
                match self {
                    $(Param::$name => <$type as Value>::real(value).map(Setting::$name)),*
                }
            }
        }

        impl Setting {
            pub fn param(&self) -> Param {
                match self {
                    $(Setting::$name(_) => Param::$name),*
                }
            }

            /// The value as a number; `None` for words, lists, and what is true or false.
            pub fn number(&self) -> Option<f64> {
                match self {
                    $(Setting::$name(value) => value.number()),*
                }
            }

            /// The value without its type, as formats write it.
            pub fn plain(&self) -> Plain {
                match self {
                    $(Setting::$name(value) => value.plain()),*
                }
            }
        }

        /// The value as it would stand in a spec (`[256, 128]`, `relu`, `0.001`).
        impl fmt::Display for Setting {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Setting::$name(value) => value.show(f)),*
                }
            }
        }
    };
}

hyperparameters! {
    /// Which of several named models; not searched but by naming several.
    Model: String = "models",
    /// What kind of network: `linear`, `mlp`, `cnn` or `rnn`.
    Kind: Kind = "model.kind",
    /// Number of hidden layers, all of `nodes` nodes.
    Layers: u32 = "model.layers",
    /// Nodes of each hidden layer.
    Nodes: u32 = "model.nodes",
    /// Nodes of each hidden layer from the input side; excludes `layers` and `nodes`.
    Hidden: Vec<u32> = "model.hidden",
    /// What hidden nodes make of their sums.
    Activation: ActivationName = "model.activation",
    /// Slope below 0 of `leaky_relu`.
    NegativeSlope: f64 = "model.negative_slope",
    /// How layers' outputs are normalised: by batch, by layer, or not.
    Normalization: Normalization = "model.normalization",
    /// Share of hidden nodes left out of a training step.
    Dropout: PerLayer<f64> = "model.dropout",
    /// Share of inputs left out of a training step.
    InputDropout: f64 = "model.input_dropout",
    /// What initial weights are drawn from.
    Init: Init = "model.init",
    /// Number of convolutional blocks; what follows has a value for all of them or one for each.
    Blocks: u32 = "model.blocks",
    /// Filters of a convolution.
    Filters: PerLayer<u32> = "model.filters",
    /// Side of a convolution's windows, in pixels.
    Kernel: PerLayer<u32> = "model.kernel",
    /// Step from one window of a convolution to the next, in pixels.
    Stride: PerLayer<u32> = "model.stride",
    /// Whether images are padded so that a convolution keeps their size.
    Padding: PerLayer<Padding> = "model.padding",
    /// What is made of the values in a pooling's window.
    Pooling: PerLayer<Pooling> = "model.pooling",
    /// Side of a pooling's windows, in pixels.
    PoolSize: PerLayer<u32> = "model.pool_size",
    /// Share of a block's outputs left out of a training step.
    BlockDropout: PerLayer<f64> = "model.block_dropout",
    /// What a recurrent layer's nodes are: `elman`, `gru` or `lstm`.
    Cell: Cell = "model.cell",
    /// Whether sequences are read from both ends.
    Bidirectional: bool = "model.bidirectional",
    /// What of a sequence's steps the next layer sees.
    Summary: Summary = "model.summary",
    /// What training makes small.
    Loss: LossName = "training.loss",
    /// Share of the truth that is spread over all classes in training.
    LabelSmoothing: f64 = "training.label_smoothing",
    /// Error from which on Huber's loss is linear, in standard deviations of the target.
    HuberDelta: f64 = "training.huber_delta",
    /// What makes steps of gradients.
    Optimizer: OptimizerName = "training.optimizer",
    /// Size of training steps.
    LearningRate: f64 = "training.learning_rate",
    /// Share of the last step that the next one keeps.
    Momentum: f64 = "training.momentum",
    /// Whether momentum looks ahead.
    Nesterov: bool = "training.nesterov",
    /// How the learning rate changes with epochs.
    Schedule: ScheduleName = "training.schedule",
    /// What the learning rate is multiplied by when it falls.
    Decay: f64 = "training.decay",
    /// Epochs from one fall of the learning rate to the next.
    DecayEpochs: u32 = "training.decay_epochs",
    /// Epochs in which the learning rate rises from 0.
    Warmup: u32 = "training.warmup",
    /// Penalty on the sum of absolute weights (lasso).
    L1: f64 = "training.l1",
    /// Penalty on the sum of squared weights (ridge).
    L2: f64 = "training.l2",
    /// Share of the learning rate by which each step shrinks weights, apart from the loss.
    WeightDecay: f64 = "training.weight_decay",
    /// Greatest length of a step's gradient.
    ClipNorm: f64 = "training.clip_norm",
    /// Rows a training step.
    BatchSize: u32 = "training.batch_size",
    /// Passes over the training rows.
    Epochs: u32 = "training.epochs",
    /// Epochs without an improvement on the inner validation part before training stops.
    Patience: u32 = "training.patience",
    /// Share of the training rows that early stopping watches.
    InnerShare: f64 = "training.inner_share",
    /// Greatest shift of training images, as a share of their size.
    Shift: f64 = "augmentation.shift",
    /// Greatest rotation of training images, in degrees.
    Rotation: f64 = "augmentation.rotation",
    /// Greatest change of training images' size, as a share.
    Scale: f64 = "augmentation.scale",
    /// Greatest shear of training images, in degrees.
    Shear: f64 = "augmentation.shear",
    /// Share of training images that are mirrored.
    Flip: f64 = "augmentation.flip",
    /// Side of the square that is blanked in training images, as a share.
    Cutout: f64 = "augmentation.cutout",
    /// Standard deviation of noise added to training inputs.
    Noise: f64 = "augmentation.noise",
    /// How far training rows are mixed with one another (Beta distribution's parameter).
    Mixup: f64 = "augmentation.mixup",
}

impl Param {
    /// The short name in `search.space`, and the column in a leaderboard.
    pub fn name(self) -> &'static str {
        // `models` lists what a trial has one of.
        self.path().split_once('.').map_or("model", |(_, name)| name)
    }

    /// Whether each hidden layer has a value of it, dense or recurrent.
    pub fn is_of_layers(self) -> bool {
        [Param::Nodes, Param::Dropout].contains(&self)
    }

    /// Whether each convolutional block has a value of it.
    pub fn is_of_blocks(self) -> bool {
        const OF_BLOCKS: [Param; 7] = [
            Param::Filters,
            Param::Kernel,
            Param::Stride,
            Param::Padding,
            Param::Pooling,
            Param::PoolSize,
            Param::BlockDropout,
        ];
        OF_BLOCKS.contains(&self)
    }

    /// The parameter that `key` of `search.space` names, by its short name or its path.
    pub fn from_key(key: &str) -> Option<Param> {
        let mut searchable = Param::ALL.iter().copied().filter(|&param| param != Param::Model);
        searchable.find(|param| param.name() == key || param.path() == key)
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Setting {
    /// The setting that gives each layer or block the value that `settings` of `param` has for it, from the input side;
    /// nodes become [`Setting::Hidden`]. `None` where there are none, where they are of another parameter or lists
    /// themselves, and for a parameter that no layer has a value of.
    pub fn per_layer(param: Param, settings: &[Setting]) -> Option<Setting> {
        macro_rules! each {
            ($($variant:ident),*) => {
                $(if param == Param::$variant {
                    let value = |setting: &Setting| {
                        let Setting::$variant(PerLayer::Same(value)) = setting else { return None };
                        Some(value.clone())
                    };
                    return PerLayer::shortest(settings.iter().map(value).collect::<Option<_>>()?).map(Setting::$variant);
                })*
            };
        }
        each!(Dropout, Filters, Kernel, Stride, Padding, Pooling, PoolSize, BlockDropout);
        if param != Param::Nodes || settings.is_empty() {
            return None;
        }
        let nodes = |setting: &Setting| if let Setting::Nodes(nodes) = setting { Some(*nodes) } else { None };
        settings.iter().map(nodes).collect::<Option<_>>().map(Setting::Hidden)
    }

    /// The value that it has for one layer or block, counted from 0; `None` where it has none for that.
    pub fn of_layer(&self, layer: u32) -> Option<Setting> {
        macro_rules! of {
            ($($variant:ident),*) => {
                $(if let Setting::$variant(values) = self {
                    let value = match values {
                        PerLayer::Same(value) => Some(value),
                        PerLayer::Each(values) => values.get(layer as usize),
                    };
                    return value.cloned().map(|value| Setting::$variant(PerLayer::Same(value)));
                })*
            };
        }
        of!(Dropout, Filters, Kernel, Stride, Padding, Pooling, PoolSize, BlockDropout);
        if let Setting::Hidden(nodes) = self {
            return nodes.get(layer as usize).copied().map(Setting::Nodes);
        }
        (self.param() == Param::Nodes).then(|| self.clone())
    }
}

/// A value for all layers or blocks, or one for each from the input side.
#[derive(Clone, Debug, PartialEq)]
pub enum PerLayer<T> {
    Same(T),
    Each(Vec<T>),
}

impl<T: Clone + PartialEq> PerLayer<T> {
    /// The values of `layers` layers; `None` where it has another number of them.
    pub fn of(&self, layers: usize) -> Option<Vec<T>> {
        match self {
            PerLayer::Same(value) => Some(vec![value.clone(); layers]),
            PerLayer::Each(values) => (values.len() == layers).then(|| values.clone()),
        }
    }

    /// The shortest way to say `values`; `None` where there are none.
    pub fn shortest(values: Vec<T>) -> Option<PerLayer<T>> {
        let first = values.first()?;
        Some(if values.iter().all(|value| value == first) {
            PerLayer::Same(first.clone())
        } else {
            PerLayer::Each(values)
        })
    }
}

/// A hyperparameter's value without its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Plain {
    Text(String),
    Flag(bool),
    Count(u32),
    Real(f64),
    List(Vec<Plain>),
}

/// What a hyperparameter's value may be.
trait Value: Sized {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    fn plain(&self) -> Plain;

    fn number(&self) -> Option<f64> {
        None
    }

    fn count(_: u32) -> Option<Self> {
        None
    }

    fn real(_: f64) -> Option<Self> {
        None
    }
}

macro_rules! words_are_values {
    ($($type:ty),* $(,)?) => {
        $(impl Value for $type {
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }

            fn plain(&self) -> Plain {
                Plain::Text(self.name().to_owned())
            }
        })*
    };
}

words_are_values!(
    ActivationName,
    Cell,
    Init,
    Kind,
    LossName,
    Normalization,
    OptimizerName,
    Padding,
    Pooling,
    ScheduleName,
    Summary,
);

macro_rules! plain_values {
    ($($type:ty as $plain:ident { $($more:tt)* }),* $(,)?) => {
        $(impl Value for $type {
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }

            fn plain(&self) -> Plain {
                Plain::$plain(self.clone())
            }

            $($more)*
        })*
    };
}

plain_values!(
    String as Text {},
    bool as Flag {},
    u32 as Count {
        fn number(&self) -> Option<f64> {
            Some(f64::from(*self))
        }

        fn count(value: u32) -> Option<u32> {
            Some(value)
        }
    },
    f64 as Real {
        fn number(&self) -> Option<f64> {
            Some(*self)
        }

        fn real(value: f64) -> Option<f64> {
            Some(value)
        }
    },
);

impl<T: Value> Value for Vec<T> {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, item) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            item.show(f)?;
        }
        f.write_str("]")
    }

    fn plain(&self) -> Plain {
        Plain::List(self.iter().map(Value::plain).collect())
    }
}

impl<T: Value> Value for PerLayer<T> {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PerLayer::Same(value) => value.show(f),
            PerLayer::Each(values) => values.show(f),
        }
    }

    fn plain(&self) -> Plain {
        match self {
            PerLayer::Same(value) => value.plain(),
            PerLayer::Each(values) => values.plain(),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            PerLayer::Same(value) => value.number(),
            PerLayer::Each(_) => None,
        }
    }

    fn count(value: u32) -> Option<PerLayer<T>> {
        T::count(value).map(PerLayer::Same)
    }

    fn real(value: f64) -> Option<PerLayer<T>> {
        T::real(value).map(PerLayer::Same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `search.space` takes short names: they must tell parameters apart.
    #[test]
    fn short_names_are_distinct() {
        let mut names: Vec<&str> = Param::ALL.iter().map(|param| param.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Param::ALL.len());
        for &param in &Param::ALL[1..] {
            assert_eq!([param.name(), param.path()].map(Param::from_key), [Some(param); 2]);
        }
    }

    #[test]
    fn values_are_shown_as_specs_have_them() {
        let shown = [
            Setting::Hidden(vec![256, 128]),
            Setting::Dropout(PerLayer::Each(vec![0.4, 0.3])),
            Setting::Pooling(PerLayer::Same(Pooling::Max)),
            Setting::LearningRate(1e-3),
            Setting::Nesterov(true),
        ];
        assert_eq!(shown.map(|setting| setting.to_string()), ["[256, 128]", "[0.4, 0.3]", "max", "0.001", "true"]);
    }

    #[test]
    fn settings_of_layers_make_one_of_the_network() {
        let check = |param, settings: &[Setting], expected| assert_eq!(Setting::per_layer(param, settings), expected);
        let rates = [0.4, 0.3].map(|rate| Setting::Dropout(PerLayer::Same(rate)));
        check(Param::Nodes, &[64, 32].map(Setting::Nodes), Some(Setting::Hidden(vec![64, 32])));
        check(Param::Nodes, &[64, 64].map(Setting::Nodes), Some(Setting::Hidden(vec![64, 64])));
        check(Param::Dropout, &rates, Some(Setting::Dropout(PerLayer::Each(vec![0.4, 0.3]))));
        let same = [Pooling::Max, Pooling::Max].map(|pooling| Setting::Pooling(PerLayer::Same(pooling)));
        check(Param::Pooling, &same, Some(Setting::Pooling(PerLayer::Same(Pooling::Max))));
        check(Param::Nodes, &[], None);
        check(Param::Dropout, &[], None);
        check(Param::BlockDropout, &rates, None);
        check(Param::Dropout, &[Setting::Dropout(PerLayer::Each(vec![0.4, 0.3]))], None);
        check(Param::LearningRate, &[Setting::LearningRate(0.1)], None);
    }

    /// What each layer or block has a value of can be made of values for each.
    #[test]
    fn what_layers_have_is_what_can_be_made_of_theirs() {
        for &param in Param::ALL {
            let one = param.count(1).or_else(|| param.real(0.5)).or(match param == Param::Padding {
                true => Some(Setting::Padding(PerLayer::Same(Padding::Same))),
                false => (param == Param::Pooling).then_some(Setting::Pooling(PerLayer::Same(Pooling::Max))),
            });
            let made = one.and_then(|one| Setting::per_layer(param, &[one]));
            assert_eq!(made.is_some(), param.is_of_layers() || param.is_of_blocks(), "{param}");
        }
    }

    #[test]
    fn one_number_is_a_number() {
        let check = |setting: Setting, expected| assert_eq!(setting.number(), expected, "{setting}");
        check(Setting::Nodes(64), Some(64.0));
        check(Setting::LearningRate(1e-3), Some(1e-3));
        check(Setting::Dropout(PerLayer::Same(0.4)), Some(0.4));
        check(Setting::Dropout(PerLayer::Each(vec![0.4, 0.3])), None);
        check(Setting::Hidden(vec![64]), None);
        check(Setting::Nesterov(true), None);
        check(Setting::Pooling(PerLayer::Same(Pooling::Max)), None);
    }

    #[test]
    fn layers_make_a_setting_and_come_out_of_it() {
        let nodes = [Setting::Nodes(64), Setting::Nodes(32)];
        let hidden = Setting::per_layer(Param::Nodes, &nodes);
        assert_eq!(hidden, Some(Setting::Hidden(vec![64, 32])));
        assert_eq!(
            [0, 1, 2].map(|layer| hidden.as_ref()?.of_layer(layer)),
            [Some(nodes[0].clone()), Some(nodes[1].clone()), None]
        );
        let rate = |rate| Setting::Dropout(PerLayer::Same(rate));
        let rates = Setting::per_layer(Param::Dropout, &[rate(0.0), rate(0.5)]);
        assert_eq!(rates, Some(Setting::Dropout(PerLayer::Each(vec![0.0, 0.5]))));
        assert_eq!(rates.and_then(|rates| rates.of_layer(1)), Some(rate(0.5)));
    }
}
