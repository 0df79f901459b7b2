//! The hyperparameters of a configuration, named as a spec names them: the way back from
//! [`Settings::resolve`](crate::Settings::resolve).

use crate::configuration::{
    Activation, Block, Configuration, Front, HiddenLayer, Loss, Optimizer, OptimizerName, Pooling, Recurrence, Schedule,
};
use crate::hyperparameter::{Param, PerLayer, Setting};

impl Configuration {
    /// The value that `param` has; `None` where it has no effect, or where no single value says it: layers
    /// that differ in width have no number of `nodes`.
    pub fn setting(&self, param: Param, epochs: u32) -> Option<Setting> {
        let nodes = || self.nodes().iter().map(|layer| layer.nodes).collect::<Vec<_>>();
        let has_activation = self.activation.is_some();
        let strength = |strength: f64, setting: fn(f64) -> Setting| (strength > 0.0).then(|| setting(strength));
        match param {
            Param::Model => None,
            Param::Kind => Some(Setting::Kind(self.kind())),
            Param::Layers => Some(Setting::Layers(self.nodes().len() as u32)),
            Param::Nodes => match PerLayer::shortest(nodes())? {
                PerLayer::Same(nodes) => Some(Setting::Nodes(nodes)),
                PerLayer::Each(_) => None,
            },
            Param::Hidden => Some(Setting::Hidden(nodes())),
            Param::Activation => self.activation.map(|activation| Setting::Activation(activation.word())),
            Param::NegativeSlope => match self.activation? {
                Activation::LeakyRelu { slope } => Some(Setting::NegativeSlope(slope)),
                Activation::Relu | Activation::Tanh | Activation::Sigmoid | Activation::Gelu => None,
            },
            Param::Normalization => has_activation.then_some(Setting::Normalization(self.normalization)),
            Param::Dropout => {
                let rates = self.nodes().iter().map(|layer| layer.dropout).collect();
                PerLayer::shortest(rates).map(Setting::Dropout)
            }
            Param::InputDropout => Some(Setting::InputDropout(self.input_dropout)),
            Param::Init => Some(Setting::Init(self.init)),
            Param::Blocks => self.blocks().map(|blocks| Setting::Blocks(blocks.len() as u32)),
            Param::Filters => self.each_block(|block| block.filters).map(Setting::Filters),
            Param::Kernel => self.each_block(|block| block.kernel).map(Setting::Kernel),
            Param::Stride => self.each_block(|block| block.stride).map(Setting::Stride),
            Param::Padding => self.each_block(|block| block.padding).map(Setting::Padding),
            Param::Pooling => self.each_block(|block| block.pooling).map(Setting::Pooling),
            Param::PoolSize => {
                let pools = self.blocks()?.iter().any(|block| block.pooling != Pooling::None);
                self.each_block(|block| block.pool_size).filter(|_| pools).map(Setting::PoolSize)
            }
            Param::BlockDropout => self.each_block(|block| block.dropout).map(Setting::BlockDropout),
            Param::Cell => self.recurrence().map(|recurrence| Setting::Cell(recurrence.cell)),
            Param::Bidirectional => {
                self.recurrence().map(|recurrence| Setting::Bidirectional(recurrence.bidirectional))
            }
            Param::Summary => self.recurrence().map(|recurrence| Setting::Summary(recurrence.summary)),
            Param::Loss => Some(Setting::Loss(self.loss.word())),
            Param::LabelSmoothing => match self.loss {
                Loss::CrossEntropy { smoothing } => Some(Setting::LabelSmoothing(smoothing)),
                Loss::Squared | Loss::Absolute | Loss::Huber { .. } => None,
            },
            Param::HuberDelta => match self.loss {
                Loss::Huber { delta } => Some(Setting::HuberDelta(delta)),
                Loss::CrossEntropy { .. } | Loss::Squared | Loss::Absolute => None,
            },
            Param::Optimizer => Some(Setting::Optimizer(match self.optimizer {
                Optimizer::Sgd { .. } => OptimizerName::Sgd,
                Optimizer::Adam if self.weight_decay > 0.0 => OptimizerName::Adamw,
                Optimizer::Adam => OptimizerName::Adam,
                Optimizer::Rmsprop { .. } => OptimizerName::Rmsprop,
            })),
            Param::LearningRate => Some(Setting::LearningRate(self.learning_rate)),
            Param::Momentum => match self.optimizer {
                Optimizer::Sgd { momentum, .. } | Optimizer::Rmsprop { momentum } => Some(Setting::Momentum(momentum)),
                Optimizer::Adam => None,
            },
            Param::Nesterov => match self.optimizer {
                Optimizer::Sgd { momentum, nesterov } => (momentum > 0.0).then_some(Setting::Nesterov(nesterov)),
                Optimizer::Adam | Optimizer::Rmsprop { .. } => None,
            },
            Param::Schedule => Some(Setting::Schedule(self.schedule.word())),
            Param::Decay => match self.schedule {
                Schedule::Step { factor, .. } | Schedule::Exponential { factor } | Schedule::Plateau { factor, .. } => {
                    Some(Setting::Decay(factor))
                }
                Schedule::Constant | Schedule::Cosine { .. } | Schedule::OneCycle { .. } => None,
            },
            Param::DecayEpochs => match self.schedule {
                Schedule::Step { every: epochs, .. } | Schedule::Plateau { patience: epochs, .. } => {
                    Some(Setting::DecayEpochs(epochs))
                }
                Schedule::Constant
                | Schedule::Exponential { .. }
                | Schedule::Cosine { .. }
                | Schedule::OneCycle { .. } => None,
            },
            Param::Warmup => match self.schedule {
                Schedule::OneCycle { .. } => None,
                Schedule::Constant
                | Schedule::Step { .. }
                | Schedule::Exponential { .. }
                | Schedule::Cosine { .. }
                | Schedule::Plateau { .. } => Some(Setting::Warmup(self.warmup)),
            },
            Param::L1 => Some(Setting::L1(self.l1)),
            Param::L2 => Some(Setting::L2(self.l2)),
            Param::WeightDecay => Some(Setting::WeightDecay(self.weight_decay)),
            Param::ClipNorm => Some(Setting::ClipNorm(self.clip_norm)),
            Param::BatchSize => Some(Setting::BatchSize(self.batch_size)),
            Param::Epochs => Some(Setting::Epochs(epochs)),
            Param::Patience => Some(Setting::Patience(self.patience)),
            Param::InnerShare => self.watches().then_some(Setting::InnerShare(self.inner_share)),
            Param::Shift => strength(self.augmentation.shift, Setting::Shift),
            Param::Rotation => strength(self.augmentation.rotation, Setting::Rotation),
            Param::Scale => strength(self.augmentation.scale, Setting::Scale),
            Param::Shear => strength(self.augmentation.shear, Setting::Shear),
            Param::Flip => strength(self.augmentation.flip, Setting::Flip),
            Param::Cutout => strength(self.augmentation.cutout, Setting::Cutout),
            Param::Noise => strength(self.augmentation.noise, Setting::Noise),
            Param::Mixup => strength(self.augmentation.mixup, Setting::Mixup),
        }
    }

    /// Layers with nodes, dense or recurrent.
    pub fn nodes(&self) -> &[HiddenLayer] {
        self.recurrence().map_or(&self.hidden, |recurrence| &recurrence.layers)
    }

    fn recurrence(&self) -> Option<&Recurrence> {
        match &self.front {
            Front::Recurrence(recurrence) => Some(recurrence),
            Front::None | Front::Convolution(_) => None,
        }
    }

    fn blocks(&self) -> Option<&[Block]> {
        match &self.front {
            Front::Convolution(blocks) => Some(blocks),
            Front::None | Front::Recurrence(_) => None,
        }
    }

    /// Filters of each block; `None` where there are no blocks.
    pub fn filters(&self) -> Option<Vec<u32>> {
        Some(self.blocks()?.iter().map(|block| block.filters).collect())
    }

    fn each_block<T: Clone + PartialEq>(&self, value: impl Fn(&Block) -> T) -> Option<PerLayer<T>> {
        PerLayer::shortest(self.blocks()?.iter().map(value).collect())
    }
}
