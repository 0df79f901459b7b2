//! Hyperparameters, their values, and the space a search draws them from.

use std::fmt;

use crate::Activation;
use crate::configuration::{Configuration, HiddenLayer, Optimizer, OptimizerName};

/// A hyperparameter: whatever can be fixed in a spec or searched over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Param {
    Layers,
    Nodes,
    Hidden,
    Activation,
    Dropout,
    Optimizer,
    LearningRate,
    Momentum,
    Nesterov,
    L2,
    BatchSize,
    Epochs,
}

impl Param {
    pub const ALL: [Param; 12] = [
        Param::Layers,
        Param::Nodes,
        Param::Hidden,
        Param::Activation,
        Param::Dropout,
        Param::Optimizer,
        Param::LearningRate,
        Param::Momentum,
        Param::Nesterov,
        Param::L2,
        Param::BatchSize,
        Param::Epochs,
    ];

    /// Where a fixed value stands in a spec; also its long name in `search.space`.
    pub fn path(self) -> &'static str {
        match self {
            Param::Layers => "model.layers",
            Param::Nodes => "model.nodes",
            Param::Hidden => "model.hidden",
            Param::Activation => "model.activation",
            Param::Dropout => "model.dropout",
            Param::Optimizer => "training.optimizer",
            Param::LearningRate => "training.learning_rate",
            Param::Momentum => "training.momentum",
            Param::Nesterov => "training.nesterov",
            Param::L2 => "training.l2",
            Param::BatchSize => "training.batch_size",
            Param::Epochs => "training.epochs",
        }
    }

    /// The short name in `search.space`, and the column in a leaderboard.
    pub fn name(self) -> &'static str {
        let path = self.path();
        path.split_once('.').map_or(path, |(_, name)| name)
    }

    /// The parameter that `key` of `search.space` names, by its short name or its path.
    pub fn from_key(key: &str) -> Option<Param> {
        Param::ALL.into_iter().find(|param| param.name() == key || param.path() == key)
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One hyperparameter with a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// Number of hidden layers, all of `Nodes` nodes.
    Layers(u32),
    Nodes(u32),
    /// Nodes of each hidden layer from the input side; excludes `Layers` and `Nodes`.
    Hidden(Vec<u32>),
    Activation(Activation),
    Dropout(Dropout),
    Optimizer(OptimizerName),
    LearningRate(f64),
    Momentum(f64),
    Nesterov(bool),
    L2(f64),
    BatchSize(u32),
    Epochs(u32),
}

/// Dropout behind hidden layers.
#[derive(Clone, Debug, PartialEq)]
pub enum Dropout {
    /// One rate for all.
    Same(f64),
    /// A rate for each hidden layer from the input side.
    PerLayer(Vec<f64>),
}

impl Setting {
    pub fn param(&self) -> Param {
        match self {
            Setting::Layers(_) => Param::Layers,
            Setting::Nodes(_) => Param::Nodes,
            Setting::Hidden(_) => Param::Hidden,
            Setting::Activation(_) => Param::Activation,
            Setting::Dropout(_) => Param::Dropout,
            Setting::Optimizer(_) => Param::Optimizer,
            Setting::LearningRate(_) => Param::LearningRate,
            Setting::Momentum(_) => Param::Momentum,
            Setting::Nesterov(_) => Param::Nesterov,
            Setting::L2(_) => Param::L2,
            Setting::BatchSize(_) => Param::BatchSize,
            Setting::Epochs(_) => Param::Epochs,
        }
    }
}

/// The value as it would stand in a spec (`[256, 128]`, `relu`, `0.001`).
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
            f.write_str("[")?;
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    f.write_str(", ")?;
                }
                write!(f, "{item}")?;
            }
            f.write_str("]")
        }
        match self {
            Setting::Layers(n) | Setting::Nodes(n) | Setting::BatchSize(n) | Setting::Epochs(n) => n.fmt(f),
            Setting::Hidden(nodes) => list(f, nodes),
            Setting::Activation(activation) => f.write_str(activation.name()),
            Setting::Dropout(Dropout::Same(rate)) => rate.fmt(f),
            Setting::Dropout(Dropout::PerLayer(rates)) => list(f, rates),
            Setting::Optimizer(optimizer) => f.write_str(optimizer.name()),
            Setting::LearningRate(x) | Setting::Momentum(x) | Setting::L2(x) => x.fmt(f),
            Setting::Nesterov(on) => on.fmt(f),
        }
    }
}

/// The values a hyperparameter may take.
#[derive(Clone, Debug, PartialEq)]
pub enum Domain {
    /// A list, in the order written; not empty, all of one parameter.
    Choice(Vec<Setting>),
    /// Real numbers in [low, high), all equally likely.
    Uniform { low: f64, high: f64 },
    /// Real numbers in [low, high), their logarithms equally likely; `low` is above 0.
    LogUniform { low: f64, high: f64 },
    /// low, low + step, … up to and with `high`, where a step lands on it.
    Int { low: u32, high: u32, step: u32 },
}

/// A hyperparameter and its domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    pub param: Param,
    pub domain: Domain,
}

impl Domain {
    /// How many values there are; `None` where they are real numbers.
    fn size(&self) -> Option<u64> {
        match self {
            Domain::Choice(values) => Some(values.len() as u64),
            Domain::Int { low, high, step } => Some(u64::from((high - low) / step) + 1),
            Domain::Uniform { .. } | Domain::LogUniform { .. } => None,
        }
    }
}

/// The most points of a search space that a plan is made of. More is a slip in a spec far more often
/// than a wish.
pub const MAX_TRIALS: u64 = 100_000;

/// What is searched: one dimension a hyperparameter, sorted by [`Param`], so that the order of
/// keys in a spec means nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchSpace(Vec<Dimension>);

impl SearchSpace {
    /// # Panics
    /// If a parameter has two dimensions: the spec's check has refused that.
    pub fn new(mut dimensions: Vec<Dimension>) -> SearchSpace {
        dimensions.sort_by_key(|dimension| dimension.param);
        assert!(dimensions.windows(2).all(|w| w[0].param != w[1].param), "each parameter has one dimension");
        SearchSpace(dimensions)
    }

    pub fn dimensions(&self) -> &[Dimension] {
        &self.0
    }

    /// How many points the grid over this space has; `None` where that is more than a `u64` holds,
    /// as with a continuous range.
    pub fn combinations(&self) -> Option<u64> {
        self.0.iter().try_fold(1_u64, |product, dimension| product.checked_mul(dimension.domain.size()?))
    }
}

/// Values of hyperparameters, not yet a configuration: some may be missing, some without effect.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings(Vec<Setting>);

/// Why settings make no network.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SettingsError {
    #[error("`{0}` has no value")]
    Missing(Param),
    #[error("`dropout` has {rates} rates for {layers} hidden layers")]
    DropoutCount { rates: usize, layers: usize },
}

impl Settings {
    /// These settings with `setting` in place of any earlier one of its parameter.
    pub fn with(mut self, setting: Setting) -> Settings {
        self.0.retain(|other| other.param() != setting.param());
        self.0.push(setting);
        self
    }

    pub fn get(&self, param: Param) -> Option<&Setting> {
        self.0.iter().find(|setting| setting.param() == param)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter()
    }

    /// The effective configuration of these settings, and its number of epochs.
    ///
    /// # Errors
    /// Where a value that has an effect is missing, or where dropout rates and layers differ in
    /// number.
    pub fn resolve(&self) -> Result<(Configuration, u32), SettingsError> {
        macro_rules! value {
            ($variant:ident) => {
                match self.get(Param::$variant) {
                    Some(Setting::$variant(value)) => Ok(value.clone()),
                    _ => Err(SettingsError::Missing(Param::$variant)),
                }
            };
        }
        let nodes: Vec<u32> = match self.get(Param::Hidden) {
            Some(Setting::Hidden(nodes)) => nodes.clone(),
            _ => match value!(Layers)? {
                0 => Vec::new(),
                layers => vec![value!(Nodes)?; layers as usize],
            },
        };
        let dropout = if nodes.is_empty() {
            Vec::new()
        } else {
            match value!(Dropout)? {
                Dropout::Same(rate) => vec![rate; nodes.len()],
                Dropout::PerLayer(rates) if rates.len() == nodes.len() => rates,
                Dropout::PerLayer(rates) => {
                    return Err(SettingsError::DropoutCount { rates: rates.len(), layers: nodes.len() });
                }
            }
        };
        let optimizer = match value!(Optimizer)? {
            OptimizerName::Adam => Optimizer::Adam,
            OptimizerName::Sgd => {
                let momentum = value!(Momentum)?;
                Optimizer::Sgd { momentum, nesterov: momentum > 0.0 && value!(Nesterov)? }
            }
        };
        let configuration = Configuration {
            activation: if nodes.is_empty() { None } else { Some(value!(Activation)?) },
            hidden: nodes.iter().zip(dropout).map(|(&nodes, dropout)| HiddenLayer { nodes, dropout }).collect(),
            optimizer,
            learning_rate: value!(LearningRate)?,
            l2: value!(L2)?,
            batch_size: value!(BatchSize)?,
        };
        Ok((configuration, value!(Epochs)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Settings {
        [
            Setting::Layers(2),
            Setting::Nodes(64),
            Setting::Activation(Activation::Relu),
            Setting::Dropout(Dropout::Same(0.2)),
            Setting::Optimizer(OptimizerName::Adam),
            Setting::LearningRate(1e-3),
            Setting::Momentum(0.9),
            Setting::Nesterov(true),
            Setting::L2(0.0),
            Setting::BatchSize(64),
            Setting::Epochs(5),
        ]
        .into_iter()
        .fold(Settings::default(), Settings::with)
    }

    #[test]
    fn combinations_are_counted_and_not_wrapped_round() {
        let int = |param, low, high, step| Dimension { param, domain: Domain::Int { low, high, step } };
        let choice = vec![Setting::Nesterov(true), Setting::Nesterov(false)];
        let choice = Dimension { param: Param::Nesterov, domain: Domain::Choice(choice) };
        let real = Dimension { param: Param::L2, domain: Domain::Uniform { low: 0.0, high: 1.0 } };
        let all = |param| int(param, 0, u32::MAX, 1);
        let check = |dimensions: Vec<Dimension>, expected| {
            assert_eq!(SearchSpace::new(dimensions).combinations(), expected);
        };
        check(vec![], Some(1));
        check(vec![choice.clone(), int(Param::Layers, 2, 9, 3)], Some(2 * 3));
        check(vec![all(Param::Nodes)], Some(1 << 32));
        check(vec![all(Param::Nodes), all(Param::Epochs)], None);
        check(vec![choice, real], None);
    }

    fn canonical(settings: Settings) -> String {
        settings.resolve().unwrap().0.canonical()
    }

    #[test]
    fn what_has_no_effect_leaves_no_trace() {
        assert_eq!(canonical(complete()), "mlp 64~0.2 64~0.2 relu adam lr=0.001 batch=64");
        let linear = complete().with(Setting::Layers(0));
        assert_eq!(canonical(linear.clone()), "mlp adam lr=0.001 batch=64");
        assert_eq!(canonical(linear.clone()), canonical(linear.with(Setting::Nodes(7))));
        let sgd = complete().with(Setting::Optimizer(OptimizerName::Sgd)).with(Setting::Momentum(0.0));
        assert_eq!(canonical(sgd.clone()), canonical(sgd.with(Setting::Nesterov(false))));
    }

    #[test]
    fn hidden_stands_for_layers_and_nodes() {
        let hidden = complete().with(Setting::Hidden(vec![64, 64]));
        assert_eq!(canonical(hidden), canonical(complete()));
    }

    #[test]
    fn rates_must_fit_layers() {
        let settings = complete().with(Setting::Dropout(Dropout::PerLayer(vec![0.1])));
        assert_eq!(settings.resolve(), Err(SettingsError::DropoutCount { rates: 1, layers: 2 }));
    }
}
