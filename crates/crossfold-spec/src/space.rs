//! `search.space`: a domain for each hyperparameter that is searched over.

use schemars::JsonSchema;
use serde::Deserialize;

use super::domain::DomainSpec;
use super::model::{BatchSize, DropoutRates, EachBlock, Epochs, Filters, Layers, Model, Nodes, Pixels};
use super::number::{Chance, Count, HalfTurn, Penalty, Positive, ProperShare, QuarterTurn, Rate, Real, StepSize};
use super::per_layer::{Hidden, MAX_BLOCKS};
use super::raw::{Augmentation, Training};
use super::switch::Switch;
use super::values::Values;
use super::word::Word;
use crossfold_network::{
    ActivationName, Cell, Init, Kind, LossName, Normalization, OptimizerName, Padding, Param, Pooling, ScheduleName,
    Setting, Summary,
};

/// What one place of a spec says of hyperparameters.
#[derive(Debug, Default)]
pub(super) struct Level {
    pub(super) model: Model,
    pub(super) training: Training,
    pub(super) augmentation: Augmentation,
    pub(super) space: Space,
}

/// One table of what can be searched: where a fixed value stands, and its type.
macro_rules! space {
    ($($section:ident.$key:ident: $type:ty = $param:ident, $path:literal;)*) => {
        /// A domain for each hyperparameter that is searched over, by its short name or its path.
        #[derive(Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, expecting = "a map")]
        #[schemars(transform = super::schema::with_paths)]
        pub(super) struct Space {
            $(#[serde(alias = $path)] pub(super) $key: Option<DomainSpec<$type>>),*
        }

        /// Hands `values` what each of `levels` says of each hyperparameter.
        pub(super) fn take_all(values: &mut Values<'_, '_>, levels: &[&Level]) {
            $({
                let given = levels.iter().map(|level| (level.$section.$key.as_ref(), level.space.$key.as_ref()));
                values.take(Param::$param, &given.collect::<Vec<_>>(), Setting::$param);
            })*
        }
    };
}

space! {
    model.kind: Word<Kind> = Kind, "model.kind";
    model.layers: Layers = Layers, "model.layers";
    model.nodes: Nodes = Nodes, "model.nodes";
    model.hidden: Hidden = Hidden, "model.hidden";
    model.activation: Word<ActivationName> = Activation, "model.activation";
    model.negative_slope: Real<Rate> = NegativeSlope, "model.negative_slope";
    model.normalization: Word<Normalization> = Normalization, "model.normalization";
    model.dropout: DropoutRates = Dropout, "model.dropout";
    model.input_dropout: Real<Rate> = InputDropout, "model.input_dropout";
    model.init: Word<Init> = Init, "model.init";
    model.blocks: Count<1, MAX_BLOCKS> = Blocks, "model.blocks";
    model.filters: EachBlock<Filters> = Filters, "model.filters";
    model.kernel: EachBlock<Pixels> = Kernel, "model.kernel";
    model.stride: EachBlock<Pixels> = Stride, "model.stride";
    model.padding: EachBlock<Word<Padding>> = Padding, "model.padding";
    model.pooling: EachBlock<Word<Pooling>> = Pooling, "model.pooling";
    model.pool_size: EachBlock<Pixels> = PoolSize, "model.pool_size";
    model.block_dropout: EachBlock<Real<Rate>> = BlockDropout, "model.block_dropout";
    model.cell: Word<Cell> = Cell, "model.cell";
    model.bidirectional: Switch = Bidirectional, "model.bidirectional";
    model.summary: Word<Summary> = Summary, "model.summary";
    training.loss: Word<LossName> = Loss, "training.loss";
    training.label_smoothing: Real<Rate> = LabelSmoothing, "training.label_smoothing";
    training.huber_delta: Real<Positive> = HuberDelta, "training.huber_delta";
    training.optimizer: Word<OptimizerName> = Optimizer, "training.optimizer";
    training.learning_rate: Real<StepSize> = LearningRate, "training.learning_rate";
    training.momentum: Real<Rate> = Momentum, "training.momentum";
    training.nesterov: Switch = Nesterov, "training.nesterov";
    training.schedule: Word<ScheduleName> = Schedule, "training.schedule";
    training.decay: Real<ProperShare> = Decay, "training.decay";
    training.decay_epochs: Epochs = DecayEpochs, "training.decay_epochs";
    training.warmup: Count<0, 100_000> = Warmup, "training.warmup";
    training.l1: Real<Penalty> = L1, "training.l1";
    training.l2: Real<Penalty> = L2, "training.l2";
    training.weight_decay: Real<Penalty> = WeightDecay, "training.weight_decay";
    training.clip_norm: Real<Penalty> = ClipNorm, "training.clip_norm";
    training.batch_size: BatchSize = BatchSize, "training.batch_size";
    training.epochs: Epochs = Epochs, "training.epochs";
    training.patience: Count<0, 100_000> = Patience, "training.patience";
    training.inner_share: Real<ProperShare> = InnerShare, "training.inner_share";
    augmentation.shift: Real<Rate> = Shift, "augmentation.shift";
    augmentation.rotation: Real<HalfTurn> = Rotation, "augmentation.rotation";
    augmentation.scale: Real<Rate> = Scale, "augmentation.scale";
    augmentation.shear: Real<QuarterTurn> = Shear, "augmentation.shear";
    augmentation.flip: Real<Chance> = Flip, "augmentation.flip";
    augmentation.cutout: Real<Rate> = Cutout, "augmentation.cutout";
    augmentation.noise: Real<Penalty> = Noise, "augmentation.noise";
    augmentation.mixup: Real<Penalty> = Mixup, "augmentation.mixup";
}
