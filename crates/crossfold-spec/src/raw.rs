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
use crossfold_study::{Device, Direction, Final, Metric, Order, Pace, Pruner, Refit, Retention, Seed, Strategy};

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
    #[schemars(extend("default" = Seed::default().0))]
    pub(super) seed: Option<Count<0, { u64::MAX }>>,
    /// What does the arithmetic.
    #[schemars(extend("default" = Device::default().name()))]
    pub(super) device: Option<Word<Device>>,
    #[schemars(required)]
    pub(super) data: Option<SourceSpec>,
    pub(super) model: Option<Model>,
    /// Several networks in one study, by name: what a name holds takes the place of what stands in `model`,
    /// `training`, `augmentation` and `search.space`, which are for all.
    pub(super) models: Option<BTreeMap<String, Option<NamedModel>>>,
    pub(super) preprocessing: Option<PreprocessingSpec>,
    pub(super) training: Option<Training>,
    pub(super) augmentation: Option<Augmentation>,
    /// What to search over. Left out: one trial of the fixed values.
    pub(super) search: Option<Search>,
    pub(super) cross_validation: Option<CrossValidation>,
    /// What trials are ranked by: a metric's name, or a map with it.
    pub(super) objective: Option<Choice<Metric, ObjectiveSpec>>,
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
    /// What happens to trials that look bad before their end.
    #[schemars(extend("default" = Pruner::NONE.name()))]
    pub(super) pruner: Option<PrunerSpec>,
    /// How many trials are under way before one that is learnt for waits for the oldest of them; the number of jobs has
    /// no part in it.
    #[schemars(extend("default" = Pace::default().batch))]
    pub(super) batch: Option<Count<1, 1000>>,
    /// The order in which results are learnt from. `logical`: that in which trials were picked, the same at any number of
    /// jobs. `free`: that in which they come.
    #[schemars(extend("default" = Pace::default().order.name()))]
    pub(super) order: Option<Word<Order>>,
    /// Points that are tried before all others, such as what is known to work.
    #[schemars(extend("minItems" = 1))]
    pub(super) enqueue: Option<Vec<Option<PointSpec>>>,
    /// Which of `models` are searched. Left out: all.
    pub(super) models: Option<Vec<Option<Text>>>,
    /// What all models search; left out where each has a space of its own.
    pub(super) space: Option<Space>,
}

/// What trials are ranked by, as a map.
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
    /// Which trial is trained again on all the study's rows.
    #[schemars(extend("default" = Final::default().refit.name()))]
    pub(super) refit: Option<Word<Refit>>,
    /// Score the refitted network once on the test rows.
    #[schemars(extend("default" = Final::default().test))]
    pub(super) test: Option<Switch>,
    /// Score the whole search, the choice of the best included, by nested cross-validation: the search is done again
    /// on the training rows of each fold. Takes about as many times as long as there are folds.
    #[schemars(extend("default" = Final::default().nested))]
    pub(super) nested: Option<Switch>,
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
