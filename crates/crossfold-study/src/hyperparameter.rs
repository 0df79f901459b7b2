//! Hyperparameters and their values.

use std::fmt;

use crate::configuration::{
    ActivationName, Cell, Init, Kind, LossName, Normalization, OptimizerName, Padding, Pooling, ScheduleName, Summary,
};

/// One table of all hyperparameters: name, type of value, and where a fixed value stands in a spec. Their
/// order is that of columns and of a search space's dimensions.
macro_rules! hyperparameters {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $path:literal),* $(,)?) => {
        /// A hyperparameter: whatever can be fixed in a spec or searched over.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Param {
            $($(#[$doc])* $name),*
        }

        /// One hyperparameter with a value.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Setting {
            $($(#[$doc])* $name($type)),*
        }

        impl Param {
            pub const ALL: &'static [Param] = &[$(Param::$name),*];

            /// Where a fixed value stands in a spec; also its long name in `search.space`.
            pub fn path(self) -> &'static str {
                match self {
                    $(Param::$name => $path),*
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

            /// The value as a spec has it.
            pub(crate) fn yaml(&self) -> serde_yaml::Value {
                match self {
                    $(Setting::$name(value) => value.yaml()),*
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
    Kind: Kind = "model.kind",
    /// Number of hidden layers, all of `Nodes` nodes.
    Layers: u32 = "model.layers",
    Nodes: u32 = "model.nodes",
    /// Nodes of each hidden layer from the input side; excludes `Layers` and `Nodes`.
    Hidden: Vec<u32> = "model.hidden",
    Activation: ActivationName = "model.activation",
    /// Of `leaky_relu`.
    NegativeSlope: f64 = "model.negative_slope",
    Normalization: Normalization = "model.normalization",
    /// Behind hidden layers.
    Dropout: PerLayer<f64> = "model.dropout",
    InputDropout: f64 = "model.input_dropout",
    Init: Init = "model.init",
    /// Number of convolutional blocks; what follows has a value for all of them or one for each.
    Blocks: u32 = "model.blocks",
    Filters: PerLayer<u32> = "model.filters",
    Kernel: PerLayer<u32> = "model.kernel",
    Stride: PerLayer<u32> = "model.stride",
    Padding: PerLayer<Padding> = "model.padding",
    Pooling: PerLayer<Pooling> = "model.pooling",
    PoolSize: PerLayer<u32> = "model.pool_size",
    BlockDropout: PerLayer<f64> = "model.block_dropout",
    Cell: Cell = "model.cell",
    Bidirectional: bool = "model.bidirectional",
    Summary: Summary = "model.summary",
    Loss: LossName = "training.loss",
    LabelSmoothing: f64 = "training.label_smoothing",
    HuberDelta: f64 = "training.huber_delta",
    Optimizer: OptimizerName = "training.optimizer",
    LearningRate: f64 = "training.learning_rate",
    Momentum: f64 = "training.momentum",
    Nesterov: bool = "training.nesterov",
    Schedule: ScheduleName = "training.schedule",
    Decay: f64 = "training.decay",
    DecayEpochs: u32 = "training.decay_epochs",
    Warmup: u32 = "training.warmup",
    L1: f64 = "training.l1",
    L2: f64 = "training.l2",
    WeightDecay: f64 = "training.weight_decay",
    ClipNorm: f64 = "training.clip_norm",
    BatchSize: u32 = "training.batch_size",
    Epochs: u32 = "training.epochs",
    Patience: u32 = "training.patience",
    InnerShare: f64 = "training.inner_share",
    Shift: f64 = "augmentation.shift",
    Rotation: f64 = "augmentation.rotation",
    Scale: f64 = "augmentation.scale",
    Shear: f64 = "augmentation.shear",
    Flip: f64 = "augmentation.flip",
    Cutout: f64 = "augmentation.cutout",
    Noise: f64 = "augmentation.noise",
    Mixup: f64 = "augmentation.mixup",
}

impl Param {
    /// The short name in `search.space`, and the column in a leaderboard.
    pub fn name(self) -> &'static str {
        // `models` lists what a trial has one of.
        self.path().split_once('.').map_or("model", |(_, name)| name)
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

/// What a hyperparameter's value may be.
trait Value: Sized {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    fn yaml(&self) -> serde_yaml::Value;

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

            fn yaml(&self) -> serde_yaml::Value {
                self.name().into()
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
    ($($type:ty { $($more:tt)* }),* $(,)?) => {
        $(impl Value for $type {
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }

            fn yaml(&self) -> serde_yaml::Value {
                self.clone().into()
            }

            $($more)*
        })*
    };
}

plain_values!(
    String {},
    bool {},
    u32 {
        fn number(&self) -> Option<f64> {
            Some(f64::from(*self))
        }

        fn count(value: u32) -> Option<u32> {
            Some(value)
        }
    },
    f64 {
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

    fn yaml(&self) -> serde_yaml::Value {
        self.iter().map(Value::yaml).collect::<Vec<_>>().into()
    }
}

impl<T: Value> Value for PerLayer<T> {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PerLayer::Same(value) => value.show(f),
            PerLayer::Each(values) => values.show(f),
        }
    }

    fn yaml(&self) -> serde_yaml::Value {
        match self {
            PerLayer::Same(value) => value.yaml(),
            PerLayer::Each(values) => values.yaml(),
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
}
