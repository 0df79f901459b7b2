//! Settings, and the configuration that they resolve to.

use crate::configuration::{
    Activation, ActivationName, Augmentation, Block, Configuration, Front, HiddenLayer, Kind, Loss, LossName,
    Normalization, NumberEmbedding, NumbersName, Optimizer, OptimizerName, Pooling, Recurrence, Schedule, ScheduleName,
    SearchedSteps,
};
use crate::hyperparameter::{Param, PerLayer, Place, Setting};
use crate::task::Task;

/// The value of a hyperparameter, or an error if it is missing.
macro_rules! value {
    ($settings:expr, $variant:ident) => {
        match $settings.get(Param::$variant) {
            Some(Setting::$variant(value)) => Ok(value.clone()),
            _ => Err(SettingsError::Missing(Param::$variant)),
        }
    };
}

/// Values of hyperparameters. Some may be missing or have no effect; [`Settings::resolve`] makes a configuration of
/// them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings(Vec<Setting>);

/// Why settings don't resolve.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SettingsError {
    #[error("`{0}` has no value")]
    Missing(Param),
    #[error("`{param}` has {values} values for {layers} {}", if param.place() == Some(Place::HiddenLayer) { "hidden layers" } else { "blocks" })]
    Count { param: Param, values: usize, layers: usize },
}

impl Settings {
    /// The defaults, without that of the weight decay, which depends on the optimizer.
    pub fn defaults(task: Task) -> Settings {
        Param::ALL.iter().filter_map(|param| param.default_for(task, None)).collect()
    }

    /// These settings with `setting` instead of any earlier one of its hyperparameter.
    pub fn with(self, setting: Setting) -> Settings {
        let mut settings = self.without(setting.param());
        settings.0.push(setting);
        settings
    }

    /// These settings without that of `param`.
    pub fn without(mut self, param: Param) -> Settings {
        self.0.retain(|other| other.param() != param);
        self
    }

    /// The setting of `param`, if there is one.
    pub fn get(&self, param: Param) -> Option<&Setting> {
        self.0.iter().find(|setting| setting.param() == param)
    }

    /// The settings, at most one per hyperparameter, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter()
    }

    /// The number of layers or blocks that have their own value of `param`; `None` if a network has only one value, or
    /// if these settings don't determine the number.
    pub fn places(&self, param: Param) -> Option<u32> {
        let count = |n: usize| u32::try_from(n).ok();
        if param.place()? == Place::HiddenLayer {
            if let Some(Setting::Hidden(nodes)) = self.get(Param::Hidden) {
                return count(nodes.len());
            }
            return if let Some(Setting::Layers(layers)) = self.get(Param::Layers) { Some(*layers) } else { None };
        }
        if let Some(Setting::Blocks(blocks)) = self.get(Param::Blocks) {
            return Some(*blocks);
        }
        let filters = self.get(Param::Filters);
        if let Some(Setting::Filters(PerLayer::Each(filters))) = filters { count(filters.len()) } else { None }
    }

    /// The effective configuration of these settings, and its number of epochs.
    ///
    /// # Errors
    /// If a value that has an effect is missing, or if a list is not as long as there are layers or blocks.
    pub fn resolve(&self) -> Result<(Configuration, u32), SettingsError> {
        let epochs = value!(self, Epochs)?;
        let (schedule, warmup) = self.schedule(epochs)?;
        let (front, hidden) = self.layers()?;
        let has_activation = !hidden.is_empty() || matches!(front, Front::Convolution(_));
        let optimizer = value!(self, Optimizer)?;
        let patience = value!(self, Patience)?;
        let watches = patience > 0 || matches!(schedule, Schedule::Plateau { .. });
        let configuration = Configuration {
            front,
            input_dropout: value!(self, InputDropout)?,
            hidden,
            activation: if has_activation { Some(self.activation()?) } else { None },
            normalization: if has_activation { value!(self, Normalization)? } else { Normalization::None },
            init: value!(self, Init)?,
            loss: self.loss()?,
            optimizer: self.optimizer(optimizer)?,
            learning_rate: value!(self, LearningRate)?,
            schedule,
            warmup,
            l1: value!(self, L1)?,
            l2: value!(self, L2)?,
            weight_decay: self.weight_decay(optimizer)?,
            clip_norm: value!(self, ClipNorm)?,
            ema: value!(self, Ema)?,
            batch_size: value!(self, BatchSize)?,
            patience,
            inner_share: if watches { value!(self, InnerShare)? } else { 0.0 },
            augmentation: Augmentation {
                shift: value!(self, Shift)?,
                rotation: value!(self, Rotation)?,
                scale: value!(self, Scale)?,
                shear: value!(self, Shear)?,
                flip: value!(self, Flip)?,
                cutout: value!(self, Cutout)?,
                noise: value!(self, Noise)?,
                mixup: value!(self, Mixup)?,
            },
            steps: self.steps(),
        };
        Ok((configuration, epochs))
    }

    /// The values of the searched steps of preprocessing.
    pub fn steps(&self) -> SearchedSteps {
        SearchedSteps {
            numeric_log: value!(self, NumericLog).ok(),
            numeric_scale: value!(self, NumericScale).ok(),
            numeric_clip: value!(self, NumericClip).ok(),
            numeric_encode: value!(self, NumericEncode).ok(),
            categorical_encode: value!(self, CategoricalEncode).ok(),
            select: value!(self, Select).ok(),
        }
    }

    /// The layers in front of the dense layers, and the dense layers.
    fn layers(&self) -> Result<(Front, Vec<HiddenLayer>), SettingsError> {
        Ok(match value!(self, Kind)? {
            Kind::Linear => (Front::None, Vec::new()),
            Kind::Mlp => match self.hidden()? {
                hidden if hidden.is_empty() => (Front::None, hidden),
                hidden => (self.numbers()?, hidden),
            },
            Kind::Cnn if self.get(Param::Hidden).is_none() && self.get(Param::Layers).is_none() => {
                (Front::Convolution(self.blocks()?), Vec::new())
            }
            Kind::Cnn => (Front::Convolution(self.blocks()?), self.hidden()?),
            Kind::Rnn => {
                let recurrence = Recurrence {
                    cell: value!(self, Cell)?,
                    layers: self.hidden()?,
                    bidirectional: value!(self, Bidirectional)?,
                    summary: value!(self, Summary)?,
                };
                (Front::Recurrence(recurrence), Vec::new())
            }
        })
    }

    /// What is in front of a perceptron's hidden layers.
    fn numbers(&self) -> Result<Front, SettingsError> {
        Ok(match value!(self, Numbers)? {
            NumbersName::Plain => Front::None,
            NumbersName::Linear => Front::Numbers(NumberEmbedding::Linear { size: value!(self, NumberSize)? }),
            NumbersName::Periodic => Front::Numbers(NumberEmbedding::Periodic {
                size: value!(self, NumberSize)?,
                frequencies: value!(self, Frequencies)?,
                sigma: value!(self, Sigma)?,
            }),
        })
    }

    /// The hidden layers, dense or recurrent.
    fn hidden(&self) -> Result<Vec<HiddenLayer>, SettingsError> {
        let nodes = match value!(self, Hidden) {
            Ok(nodes) => nodes,
            Err(_) => match value!(self, Layers)? {
                0 => Vec::new(),
                layers => vec![value!(self, Nodes)?; layers as usize],
            },
        };
        if nodes.is_empty() {
            return Ok(Vec::new());
        }
        let dropout = each(Param::Dropout, &value!(self, Dropout)?, nodes.len())?;
        Ok(nodes.into_iter().zip(dropout).map(|(nodes, dropout)| HiddenLayer { nodes, dropout }).collect())
    }

    fn blocks(&self) -> Result<Vec<Block>, SettingsError> {
        let filters = value!(self, Filters)?;
        let blocks = match (&filters, value!(self, Blocks)) {
            (PerLayer::Each(filters), Err(_)) => filters.len(),
            (_, blocks) => blocks? as usize,
        };
        macro_rules! each {
            ($variant:ident) => {
                each(Param::$variant, &value!(self, $variant)?, blocks)?
            };
        }
        let (kernels, strides, paddings) = (each!(Kernel), each!(Stride), each!(Padding));
        let (poolings, sizes, dropouts) = (each!(Pooling), each!(PoolSize), each!(BlockDropout));
        let filters = each(Param::Filters, &filters, blocks)?;
        let block = |at: usize| Block {
            filters: filters[at],
            kernel: kernels[at],
            stride: strides[at],
            padding: paddings[at],
            pooling: if sizes[at] == 1 { Pooling::None } else { poolings[at] },
            pool_size: if poolings[at] == Pooling::None { 1 } else { sizes[at] },
            dropout: dropouts[at],
        };
        Ok((0..blocks).map(block).collect())
    }

    fn activation(&self) -> Result<Activation, SettingsError> {
        Ok(match value!(self, Activation)? {
            ActivationName::Relu => Activation::Relu,
            ActivationName::LeakyRelu => match value!(self, NegativeSlope)? {
                0.0 => Activation::Relu,
                slope => Activation::LeakyRelu { slope },
            },
            ActivationName::Tanh => Activation::Tanh,
            ActivationName::Sigmoid => Activation::Sigmoid,
            ActivationName::Gelu => Activation::Gelu,
        })
    }

    fn loss(&self) -> Result<Loss, SettingsError> {
        Ok(match value!(self, Loss)? {
            LossName::CrossEntropy => Loss::CrossEntropy { smoothing: value!(self, LabelSmoothing)? },
            LossName::Squared => Loss::Squared,
            LossName::Absolute => Loss::Absolute,
            LossName::Huber => Loss::Huber { delta: value!(self, HuberDelta)? },
        })
    }

    fn optimizer(&self, name: OptimizerName) -> Result<Optimizer, SettingsError> {
        Ok(match name {
            OptimizerName::Adam | OptimizerName::Adamw => Optimizer::Adam,
            OptimizerName::Rmsprop => Optimizer::Rmsprop { momentum: value!(self, Momentum)? },
            OptimizerName::Sgd => {
                let momentum = value!(self, Momentum)?;
                Optimizer::Sgd { momentum, nesterov: momentum > 0.0 && value!(self, Nesterov)? }
            }
        })
    }

    fn weight_decay(&self, optimizer: OptimizerName) -> Result<f64, SettingsError> {
        let given = self.get(Param::WeightDecay).cloned();
        // The default is the same for all tasks.
        let decay = given.or_else(|| Param::WeightDecay.default_for(Task::default(), Some(optimizer)));
        decay.and_then(|decay| decay.number()).ok_or(SettingsError::Missing(Param::WeightDecay))
    }

    fn schedule(&self, epochs: u32) -> Result<(Schedule, u32), SettingsError> {
        let schedule = match value!(self, Schedule)? {
            ScheduleName::Constant => Schedule::Constant,
            ScheduleName::Step => Schedule::Step { every: value!(self, DecayEpochs)?, factor: value!(self, Decay)? },
            ScheduleName::Exponential => Schedule::Exponential { factor: value!(self, Decay)? },
            ScheduleName::Cosine => Schedule::Cosine { horizon: epochs },
            ScheduleName::OneCycle => Schedule::OneCycle { horizon: epochs },
            ScheduleName::Plateau => {
                Schedule::Plateau { factor: value!(self, Decay)?, patience: value!(self, DecayEpochs)? }
            }
        };
        let warmup = match schedule {
            // The cycle begins with a warm-up of its own.
            Schedule::OneCycle { .. } => 0,
            Schedule::Constant
            | Schedule::Step { .. }
            | Schedule::Exponential { .. }
            | Schedule::Cosine { .. }
            | Schedule::Plateau { .. } => value!(self, Warmup)?,
        };
        Ok((schedule, warmup))
    }
}

/// Later settings replace earlier ones of the same hyperparameter.
impl Extend<Setting> for Settings {
    fn extend<T: IntoIterator<Item = Setting>>(&mut self, settings: T) {
        for setting in settings {
            self.0.retain(|other| other.param() != setting.param());
            self.0.push(setting);
        }
    }
}

impl FromIterator<Setting> for Settings {
    fn from_iter<T: IntoIterator<Item = Setting>>(settings: T) -> Settings {
        let mut collected = Settings::default();
        collected.extend(settings);
        collected
    }
}

impl IntoIterator for Settings {
    type Item = Setting;
    type IntoIter = std::vec::IntoIter<Setting>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The values for each of `layers` layers or blocks.
fn each<T: Clone + PartialEq>(param: Param, values: &PerLayer<T>, layers: usize) -> Result<Vec<T>, SettingsError> {
    values.for_layers(layers).ok_or_else(|| {
        let values = if let PerLayer::Each(values) = values { values.len() } else { 1 };
        SettingsError::Count { param, values, layers }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Settings {
        [
            Setting::Kind(Kind::Mlp),
            Setting::Layers(2),
            Setting::Nodes(64),
            Setting::Activation(ActivationName::Relu),
            Setting::Dropout(PerLayer::Same(0.2)),
            Setting::Optimizer(OptimizerName::Adam),
            Setting::LearningRate(1e-3),
            Setting::Momentum(0.9),
            Setting::Nesterov(true),
            Setting::L2(0.0),
            Setting::BatchSize(64),
            Setting::Epochs(5),
        ]
        .into_iter()
        .fold(Settings::defaults(Task::Classification), Settings::with)
    }

    fn canonical(settings: Settings) -> String {
        settings.resolve().unwrap().0.canonical()
    }

    #[test]
    fn default_configuration_matches_spec_defaults() {
        let linear = [Setting::Kind(Kind::Linear), Setting::Epochs(1)];
        let settings = linear.into_iter().fold(Settings::defaults(Task::Classification), Settings::with);
        assert_eq!(canonical(settings), Configuration::default().canonical());
    }

    #[test]
    fn settings_without_effect_are_left_out() {
        assert_eq!(canonical(complete()), "mlp 64~0.2 64~0.2 relu adam lr=0.001 batch=64");
        let linear = complete().with(Setting::Layers(0));
        assert_eq!(canonical(linear.clone()), "mlp adam lr=0.001 batch=64");
        assert_eq!(canonical(linear.clone()), canonical(linear.with(Setting::Nodes(7))));
        let sgd = complete().with(Setting::Optimizer(OptimizerName::Sgd)).with(Setting::Momentum(0.0));
        assert_eq!(canonical(sgd.clone()), canonical(sgd.with(Setting::Nesterov(false))));
    }

    #[test]
    fn hidden_is_equivalent_to_layers_and_nodes() {
        let hidden = complete().with(Setting::Hidden(vec![64, 64]));
        assert_eq!(canonical(hidden), canonical(complete()));
    }

    /// A search over nodes per layer sets both.
    #[test]
    fn hidden_may_accompany_layers() {
        let settings = [32, 16].map(Setting::Nodes);
        let hidden = Setting::per_layer(Param::Nodes, &settings).unwrap();
        let searched = complete().without(Param::Nodes).with(Setting::Layers(2)).with(hidden);
        assert_eq!(canonical(searched), "mlp 32~0.2 16~0.2 relu adam lr=0.001 batch=64");
    }

    #[test]
    fn values_are_counted_per_layer_or_block() {
        let check = |settings: &[Setting], param, expected| {
            let settings = settings.iter().cloned().fold(Settings::default(), Settings::with);
            assert_eq!(settings.places(param), expected, "{param}");
        };
        check(&[Setting::Layers(3)], Param::Nodes, Some(3));
        check(&[Setting::Layers(3)], Param::Kernel, None);
        check(&[Setting::Hidden(vec![8, 4])], Param::Dropout, Some(2));
        check(&[Setting::Blocks(2)], Param::Filters, Some(2));
        check(&[Setting::Filters(PerLayer::Each(vec![4, 8, 8]))], Param::Pooling, Some(3));
        check(&[Setting::Filters(PerLayer::Same(4))], Param::Pooling, None);
        check(&[Setting::Layers(3), Setting::Blocks(2)], Param::LearningRate, None);
    }

    #[test]
    fn list_length_must_match_the_number_of_layers() {
        let settings = complete().with(Setting::Dropout(PerLayer::Each(vec![0.1])));
        assert_eq!(settings.resolve(), Err(SettingsError::Count { param: Param::Dropout, values: 1, layers: 2 }));
    }
}
