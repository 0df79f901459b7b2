//! A spec as written: every type right, nothing else checked.
//!
//! Each value is optional, even if a study needs it, so that the rest can be read if a mistake leaves a hole (a null); see
//! [`recovery`](super::recovery). The comments on keys are the descriptions in the schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::budget::BudgetSpec;
use super::choice::{Choice, Detailed};
use super::cross_validation::CrossValidation;
use super::enqueue::PointSpec;
use super::failures::Failures;
use super::number::Count;
use super::preprocessing::PreprocessingSpec;
use super::pruner::PrunerSpec;
use super::sections::{Augmentation, Model, NamedModel, Space, Training};
use super::source::SourceSpec;
use super::strategy::{self, StrategySpec};
use super::switch::Switch;
use super::text::{Name, Text};
use super::word::{Word, enumerate};
use crossfold_network::Task;
use crossfold_study::{
    BaselineMethod, Device, Direction, Final, Metric, Order, Pace, Pruner, Refit, Retention, Seed, Strategy,
};

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
    /// The seed of all random numbers.
    #[schemars(extend("default" = Seed::default().0))]
    pub(super) seed: Option<Count<0, { u64::MAX }>>,
    /// The implementation of the arithmetic.
    #[schemars(extend("default" = Device::default().name()))]
    pub(super) device: Option<Word<Device>>,
    #[schemars(required)]
    pub(super) data: Option<SourceSpec>,
    pub(super) model: Option<Model>,
    /// Several networks in one study, by name: the keys of a name replace those in `model`,
    /// `training`, `augmentation` and `search.space`, which apply to all.
    pub(super) models: Option<BTreeMap<String, Option<NamedModel>>>,
    pub(super) preprocessing: Option<PreprocessingSpec>,
    pub(super) training: Option<Training>,
    pub(super) augmentation: Option<Augmentation>,
    /// The search. Left out: one trial of the fixed values.
    pub(super) search: Option<Search>,
    pub(super) cross_validation: Option<CrossValidation>,
    /// The metric that ranks trials: its name, or a map with it.
    pub(super) objective: Option<Choice<Metric, ObjectiveSpec>>,
    /// The methods that the networks of a table are compared with, on the same folds; they never win. `[]`: none. Left
    /// out: all that are for the task, for tables without sequences.
    pub(super) baselines: Option<Vec<Option<Word<BaselineMethod>>>>,
    #[serde(rename = "final")]
    pub(super) finish: Option<FinalSpec>,
    pub(super) budget: Option<BudgetSpec>,
    pub(super) limits: Option<LimitsSpec>,
    pub(super) predictions: Option<PredictionsSpec>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
pub(super) struct Search {
    #[schemars(description = strategy::describe_samplers(), extend("default" = Strategy::GRID.sampler.name()))]
    pub(super) strategy: Option<StrategySpec>,
    /// Pruning: how trials that look bad are ended early.
    #[schemars(extend("default" = Pruner::NONE.name()))]
    pub(super) pruner: Option<PrunerSpec>,
    /// The most trials under way when a trial is proposed from earlier results, whatever the number of jobs; otherwise it
    /// waits for the oldest of them.
    #[schemars(extend("default" = Pace::default().batch))]
    pub(super) batch: Option<Count<1, 1000>>,
    /// The order in which results are learnt from. `logical`: that in which trials were picked, the same at any number of
    /// jobs. `free`: that in which they arrive.
    #[schemars(extend("default" = Pace::default().order.name()))]
    pub(super) order: Option<Word<Order>>,
    /// Points that are tried before all others, such as settings that are known to work.
    #[schemars(extend("minItems" = 1))]
    pub(super) enqueue: Option<Vec<Option<PointSpec>>>,
    /// Which of `models` are searched. Left out: all.
    pub(super) models: Option<Vec<Option<Text>>>,
    /// The search space of all models; left out where each has its own.
    pub(super) space: Option<Space>,
}

/// The metric that ranks trials, as a map.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
pub(super) struct ObjectiveSpec {
    #[schemars(description = describe_metrics())]
    pub(super) metric: Option<Word<Metric>>,
}

impl Detailed for ObjectiveSpec {
    const FORM: &'static str = "`{metric: log_loss}`";
}

/// What happens when the search is over.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(rename = "Final")]
pub(super) struct FinalSpec {
    /// The trial that is retrained after the search. `best` and `one_se`: on all the study's rows. `folds`: the best trial, on
    /// each fold of the cross-validation as in the search; the predictions of these networks are averaged.
    #[schemars(extend("default" = Final::default().refit.name()))]
    pub(super) refit: Option<Word<Refit>>,
    /// The number of networks that the winner is retrained as. They differ in their seeds, and their predictions are
    /// averaged: more accurate than one as a rule, for as many times the training, the file and the time of a prediction.
    /// A linear model is retrained once. Not with `refit: folds`.
    #[schemars(extend("default" = Final::default().refits))]
    pub(super) refits: Option<Count<1, { Final::MOST_REFITS as u64 }>>,
    /// The number of picks of an ensemble: trials are picked greedily by the study's metric on their out-of-fold
    /// predictions, again and again the one that makes the average of those picked best (Caruana et al. 2004). They are
    /// retrained in place of the winner, and predict together with their numbers of picks as weights. Its score is
    /// cross-fitted. 1 retrains the winner alone. Not with `refit: one_se` or `folds`.
    #[schemars(extend("default" = Final::default().ensemble))]
    pub(super) ensemble: Option<Count<1, { Final::MOST_PICKS as u64 }>>,
    /// Calibrate class probabilities of the retrained winner by temperature scaling: the temperature is fitted to the
    /// winner's out-of-fold predictions, and is used if it lowers their log loss.
    #[schemars(extend("default" = Final::default().calibrate))]
    pub(super) calibrate: Option<Switch>,
    /// Score the retrained winner once on the test rows.
    #[schemars(extend("default" = Final::default().test))]
    pub(super) test: Option<Switch>,
    /// Score the whole search, the choice of the best included, by nested cross-validation: the search is repeated
    /// on the training rows of each fold. Takes about as many times as long as there are folds.
    #[schemars(extend("default" = Final::default().nested))]
    pub(super) nested: Option<Switch>,
    /// Find out which columns of a table matter: the winner is retrained on each fold, and scored on validation rows in
    /// which one column at a time is shuffled (permutation importance). Default: `true` for tables with at most 200
    /// columns.
    pub(super) variables: Option<Switch>,
}

/// When to give up. Left out: never.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(rename = "Limits")]
pub(super) struct LimitsSpec {
    /// The most seconds that a fit may take; one that takes longer has failed, and is retried by
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
    /// Keep those of all trials if they take at most this many MB.
    #[schemars(extend("default" = Retention::default().megabytes))]
    pub(super) megabytes: Option<Count<0, 1_000_000>>,
    /// Otherwise keep those of this many of the best trials.
    #[schemars(extend("default" = Retention::default().best))]
    pub(super) best: Option<Count<0, 100_000>>,
}

/// The description of `metric`: the metrics of each task, by the direction that is better.
fn describe_metrics() -> String {
    let sentence = |(rows, task): (&str, Task)| {
        let better = |direction: Direction| {
            let metrics = Metric::all_for(task).iter().filter(|metric| metric.direction() == direction);
            enumerate(&metrics.map(describe_metric).collect::<Vec<_>>(), "and")
        };
        let [more, less] = [Direction::Maximize, Direction::Minimize].map(better);
        format!("For {rows}, more is better of {more}, less of {less}. ")
    };
    let tasks = [("classes", Task::Classification), ("numbers", Task::Regression)];
    let [of_classes, of_numbers] = tasks.map(|(_, task)| Metric::default_for(task));
    tasks.map(sentence).concat() + &format!("Left out: `{of_classes}` or `{of_numbers}`.")
}

/// A metric's name, and what it stands for where the name does not say.
fn describe_metric(metric: &Metric) -> String {
    let words = metric.in_words();
    let is_said = words.to_lowercase().replace(' ', "_") == metric.name();
    if is_said { format!("`{metric}`") } else { format!("`{metric}` ({words})") }
}
