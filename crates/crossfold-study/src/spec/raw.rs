//! A spec as written: every type right, nothing else checked.
//!
//! Each value is optional even where a study needs it, so that a mistake can leave a hole (a null)
//! and the rest be read; see [`mend`](super::mend). The comments on keys are the schema's
//! descriptions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::class_weights::ClassWeightsSpec;
use super::cross_validation::CrossValidation;
use super::domain::DomainSpec;
use super::failures::Failures;
use super::literal::Literal;
use super::number::{Count, Penalty, ProperShare, Rate, Real, StepSize};
use super::per_layer::{DropoutRates, Hidden};
use super::preprocessing::PreprocessingSpec;
use super::strategy::StrategySpec;
use super::switch::Switch;
use super::table::{ColumnSpec, SequenceSpec};
use super::text::{Name, Text};
use super::word::{MissingTarget, SourceKind, Word};
use crate::table::{DecimalMark, Delimiter, TextEncoding};
use crate::{ActivationName, Device, Kind, Metric, OptimizerName, Refit, Task};

/// What stands in a spec, and what it comes to.
pub(super) trait Raw {
    type Checked;

    /// `None` where a mistake has left a hole.
    fn checked(&self) -> Option<Self::Checked>;
}

/// A Crossfold experiment: a search over neural networks, cross-validated.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(title = "Crossfold experiment")]
pub(super) struct StudySpec {
    /// The version of this format.
    #[schemars(required)]
    pub(super) version: Option<Count<1, 1>>,
    /// The study's name: letters a-z, digits and `-`. Also the folder under `results/`.
    #[schemars(required)]
    pub(super) name: Option<Name>,
    /// Where all random numbers come from.
    #[schemars(extend("default" = 0))]
    pub(super) seed: Option<Count<0, { u64::MAX }>>,
    /// What does the arithmetic.
    #[schemars(extend("default" = "flex"))]
    pub(super) device: Option<Word<Device>>,
    #[schemars(required)]
    pub(super) data: Option<SourceSpec>,
    #[schemars(required)]
    pub(super) model: Option<Model>,
    pub(super) preprocessing: Option<PreprocessingSpec>,
    pub(super) training: Option<Training>,
    /// What to search over. Left out: one trial of the fixed values.
    pub(super) search: Option<Search>,
    pub(super) cross_validation: Option<CrossValidation>,
    pub(super) objective: Option<ObjectiveSpec>,
    #[serde(rename = "final")]
    pub(super) finish: Option<FinalSpec>,
    pub(super) limits: Option<LimitsSpec>,
    pub(super) predictions: Option<PredictionsSpec>,
}

/// Where the rows come from.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
pub(super) struct SourceSpec {
    /// `mnist`: a folder with MNIST's four files. `csv`: a table of text, comma-separated or otherwise,
    /// gzipped or not.
    #[schemars(required)]
    pub(super) source: Option<Word<SourceKind>>,
    /// The folder or file, relative to this spec.
    #[schemars(required)]
    pub(super) path: Option<Text>,
    /// The column to predict (`csv`).
    pub(super) target: Option<Text>,
    /// What is learnt: one of several classes, or a number (`csv`).
    #[schemars(extend("default" = "classification"))]
    pub(super) task: Option<Word<Task>>,
    /// What becomes of rows without a target (`csv`).
    #[schemars(extend("default" = "refuse"))]
    pub(super) missing_target: Option<Word<MissingTarget>>,
    /// A file with the test rows, relative to this spec (`csv`).
    pub(super) test_path: Option<Text>,
    /// Set aside this share of the rows for the test (`csv`).
    pub(super) test_share: Option<Real<ProperShare>>,
    /// What stands between fields (`csv`). Left out: found from the file.
    pub(super) delimiter: Option<Word<Delimiter>>,
    /// Whether the first line names the columns (`csv`). Left out: found from the file.
    pub(super) header: Option<Switch>,
    /// How bytes stand for characters (`csv`). Left out: found from the file.
    pub(super) encoding: Option<Word<TextEncoding>>,
    /// What stands before a number's decimal places (`csv`). Left out: found from the file.
    pub(super) decimal: Option<Word<DecimalMark>>,
    /// What stands for a missing value (`csv`), in place of the usual `NA`, `?`, … and nothing at all.
    pub(super) missing: Option<Vec<Option<Literal>>>,
    /// Read so many rows from the file's beginning and no more (`csv`).
    pub(super) rows: Option<Count<1, { u32::MAX as u64 }>>,
    /// What columns are (`csv`): `numeric`, `categorical`, `boolean`, `date`, `id`, `text`,
    /// `{ordinal: [low, high]}`, or `drop`. Left out: found from the file.
    pub(super) columns: Option<BTreeMap<String, Option<ColumnSpec>>>,
    /// Where a row is a step of a sequence (`csv`).
    pub(super) sequence: Option<SequenceSpec>,
    /// Train on a stratified subset of so many rows. Left out: all. Test rows are never cut.
    pub(super) train_rows: Option<Count<2, { u32::MAX as u64 }>>,
}

pub(super) type Layers = Count<0, 64>;
pub(super) type Nodes = Count<1, 65_536>;
pub(super) type BatchSize = Count<1, 1_048_576>;
pub(super) type Epochs = Count<1, 100_000>;

/// The network. Values that are searched over stand under `search.space` instead.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
pub(super) struct Model {
    /// `mlp`: dense layers, one behind the other.
    #[schemars(required)]
    pub(super) kind: Option<Word<Kind>>,
    /// Number of hidden layers, all of `nodes` nodes.
    pub(super) layers: Option<Layers>,
    /// Nodes of each hidden layer.
    pub(super) nodes: Option<Nodes>,
    /// Nodes of each hidden layer from the input side, such as `[256, 128]`; instead of `layers` and
    /// `nodes`.
    pub(super) hidden: Option<Hidden>,
    /// The function behind each hidden layer.
    #[schemars(extend("default" = "relu"))]
    pub(super) activation: Option<Word<ActivationName>>,
    /// The share of activations set to 0 in training: one rate, or a list with one a hidden layer.
    #[schemars(extend("default" = 0.0))]
    pub(super) dropout: Option<DropoutRates>,
}

/// How the network is trained. Values that are searched over stand under `search.space` instead.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
pub(super) struct Training {
    #[schemars(extend("default" = "adam"))]
    pub(super) optimizer: Option<Word<OptimizerName>>,
    /// Step size.
    #[schemars(extend("default" = 0.001))]
    pub(super) learning_rate: Option<Real<StepSize>>,
    /// Momentum of `sgd`.
    #[schemars(extend("default" = 0.0))]
    pub(super) momentum: Option<Real<Rate>>,
    /// Nesterov's momentum, for `sgd` with momentum.
    #[schemars(extend("default" = false))]
    pub(super) nesterov: Option<Switch>,
    /// The weight of the ridge penalty added to the mean loss: l2 times the sum of squared weights.
    #[schemars(extend("default" = 0.0))]
    pub(super) l2: Option<Real<Penalty>>,
    /// Training rows in one step.
    #[schemars(extend("default" = 64))]
    pub(super) batch_size: Option<BatchSize>,
    /// Passes over the training rows.
    pub(super) epochs: Option<Epochs>,
    /// How much a row of each class counts in the loss: `balanced`, or a weight a class such as
    /// `{yes: 2}`, 1 for those left out. Left out: all alike.
    pub(super) class_weights: Option<ClassWeightsSpec>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
pub(super) struct Search {
    pub(super) strategy: Option<StrategySpec>,
    #[schemars(required)]
    pub(super) space: Option<Space>,
}

/// A domain for each hyperparameter that is searched over, by its short name or its path.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(transform = super::schema::with_paths)]
pub(super) struct Space {
    #[serde(alias = "model.layers")]
    pub(super) layers: Option<DomainSpec<Layers>>,
    #[serde(alias = "model.nodes")]
    pub(super) nodes: Option<DomainSpec<Nodes>>,
    #[serde(alias = "model.hidden")]
    pub(super) hidden: Option<DomainSpec<Hidden>>,
    #[serde(alias = "model.activation")]
    pub(super) activation: Option<DomainSpec<Word<ActivationName>>>,
    #[serde(alias = "model.dropout")]
    pub(super) dropout: Option<DomainSpec<DropoutRates>>,
    #[serde(alias = "training.optimizer")]
    pub(super) optimizer: Option<DomainSpec<Word<OptimizerName>>>,
    #[serde(alias = "training.learning_rate")]
    pub(super) learning_rate: Option<DomainSpec<Real<StepSize>>>,
    #[serde(alias = "training.momentum")]
    pub(super) momentum: Option<DomainSpec<Real<Rate>>>,
    #[serde(alias = "training.nesterov")]
    pub(super) nesterov: Option<DomainSpec<Switch>>,
    #[serde(alias = "training.l2")]
    pub(super) l2: Option<DomainSpec<Real<Penalty>>>,
    #[serde(alias = "training.batch_size")]
    pub(super) batch_size: Option<DomainSpec<BatchSize>>,
    #[serde(alias = "training.epochs")]
    pub(super) epochs: Option<DomainSpec<Epochs>>,
}

/// What trials are ranked by.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(rename = "Objective")]
pub(super) struct ObjectiveSpec {
    /// For classes, `accuracy`: the share of rows classified rightly, more is better; `log_loss`: the mean
    /// of -ln p(true class), less is better. For numbers, `rmse` and `mae`: the root of the mean squared
    /// error and the mean absolute error, less is better; `r2`: the share of the spread that is
    /// explained, more is better. Left out: `accuracy` or `rmse`.
    pub(super) metric: Option<Word<Metric>>,
}

/// What happens when the search is over.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(rename = "Final")]
pub(super) struct FinalSpec {
    /// Which trial is trained again on all the study's rows.
    #[schemars(extend("default" = "best"))]
    pub(super) refit: Option<Word<Refit>>,
    /// Score the refitted network once on the test rows.
    #[schemars(extend("default" = false))]
    pub(super) test: Option<Switch>,
}

/// When to give up. Left out: never.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(rename = "Limits")]
pub(super) struct LimitsSpec {
    /// The most seconds that a fit may take; one that takes longer has failed, and is tried again by
    /// the next run.
    pub(super) fit_seconds: Option<Count<1, 10_000_000>>,
    /// The most trials that may fail, as a number or a share such as `5%`; one more stops the search.
    pub(super) max_failures: Option<Failures>,
}

/// Which out-of-fold predictions stay in the store.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(rename = "Predictions")]
pub(super) struct PredictionsSpec {
    /// All trials', where they come to at most so many MB.
    #[schemars(extend("default" = 256))]
    pub(super) megabytes: Option<Count<0, 1_000_000>>,
    /// Else those of so many trials, the best.
    #[schemars(extend("default" = 100))]
    pub(super) best: Option<Count<0, 100_000>>,
}
