//! A spec as written: every type right, nothing else checked.
//!
//! Each value is optional even where a study needs it, so that a mistake can leave a hole (a null)
//! and the rest be read; see [`mend`](super::mend). The comments on keys are the schema's
//! descriptions.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

use super::domain::Domain;
use super::number::{Count, Penalty, ProperShare, Rate, Real, StepSize};
use super::word::{ModelKind, Name, SourceKind, Switch, Text, Word};
use crate::{Activation, Device, Dropout, Metric, OptimizerName, Refit};

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
    pub(super) data: Option<Data>,
    #[schemars(required)]
    pub(super) model: Option<Model>,
    pub(super) training: Option<Training>,
    /// What to search over. Left out: one trial of the fixed values.
    pub(super) search: Option<Search>,
    pub(super) cross_validation: Option<CrossValidation>,
    pub(super) objective: Option<Objective>,
    #[serde(rename = "final")]
    pub(super) finish: Option<Finish>,
}

/// Where the rows come from.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
pub(super) struct Data {
    /// `mnist`: a folder with MNIST's four files. `csv`: a file with a header, numeric features and
    /// a column of classes.
    #[schemars(required)]
    pub(super) source: Option<Word<SourceKind>>,
    /// The folder or file, relative to this spec.
    #[schemars(required)]
    pub(super) path: Option<Text>,
    /// The column to predict (`csv`).
    pub(super) target: Option<Text>,
    /// A file with the test rows, relative to this spec (`csv`).
    pub(super) test_path: Option<Text>,
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
    pub(super) kind: Option<Word<ModelKind>>,
    /// Number of hidden layers, all of `nodes` nodes.
    pub(super) layers: Option<Layers>,
    /// Nodes of each hidden layer.
    pub(super) nodes: Option<Nodes>,
    /// Nodes of each hidden layer from the input side, such as `[256, 128]`; instead of `layers` and
    /// `nodes`.
    pub(super) hidden: Option<Hidden>,
    /// The function behind each hidden layer.
    #[schemars(extend("default" = "relu"))]
    pub(super) activation: Option<Word<Activation>>,
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
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
pub(super) struct Search {
    pub(super) strategy: Option<Strategy>,
    #[schemars(required)]
    pub(super) space: Option<Space>,
}

/// A domain for each hyperparameter that is searched over, by its short name or its path.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(transform = super::schema::with_paths)]
pub(super) struct Space {
    #[serde(alias = "model.layers")]
    pub(super) layers: Option<Domain<Layers>>,
    #[serde(alias = "model.nodes")]
    pub(super) nodes: Option<Domain<Nodes>>,
    #[serde(alias = "model.hidden")]
    pub(super) hidden: Option<Domain<Hidden>>,
    #[serde(alias = "model.activation")]
    pub(super) activation: Option<Domain<Word<Activation>>>,
    #[serde(alias = "model.dropout")]
    pub(super) dropout: Option<Domain<DropoutRates>>,
    #[serde(alias = "training.optimizer")]
    pub(super) optimizer: Option<Domain<Word<OptimizerName>>>,
    #[serde(alias = "training.learning_rate")]
    pub(super) learning_rate: Option<Domain<Real<StepSize>>>,
    #[serde(alias = "training.momentum")]
    pub(super) momentum: Option<Domain<Real<Rate>>>,
    #[serde(alias = "training.nesterov")]
    pub(super) nesterov: Option<Domain<Switch>>,
    #[serde(alias = "training.l2")]
    pub(super) l2: Option<Domain<Real<Penalty>>>,
    #[serde(alias = "training.batch_size")]
    pub(super) batch_size: Option<Domain<BatchSize>>,
    #[serde(alias = "training.epochs")]
    pub(super) epochs: Option<Domain<Epochs>>,
}

/// What trials are ranked by.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
pub(super) struct Objective {
    /// `accuracy`: the share of rows classified rightly, more is better. `log_loss`: the mean of
    /// -ln p(true class), less is better.
    #[schemars(extend("default" = "accuracy"))]
    pub(super) metric: Option<Word<Metric>>,
}

/// What happens when the search is over.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
pub(super) struct Finish {
    /// Which trial is trained again on all the study's rows.
    #[schemars(extend("default" = "best"))]
    pub(super) refit: Option<Word<Refit>>,
    /// Score the refitted network once on the test rows.
    #[schemars(extend("default" = false))]
    pub(super) test: Option<Switch>,
}

/// Nodes of each hidden layer.
#[derive(Debug)]
pub(super) struct Hidden(Vec<Option<Nodes>>);

const MAX_LAYERS: usize = 64;

impl Raw for Hidden {
    type Checked = Vec<u32>;

    fn checked(&self) -> Option<Vec<u32>> {
        self.0.iter().map(|nodes| nodes.as_ref()?.checked()).collect()
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Stacking;

        impl<'de> Visitor<'de> for Stacking {
            type Value = Hidden;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {MAX_LAYERS} layers' nodes, such as `[256, 128]`")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Hidden, A::Error> {
                list(seq, &self).map(Hidden)
            }
        }

        deserializer.deserialize_any(Stacking)
    }
}

/// A list with an item for each hidden layer at most.
fn list<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(
    mut seq: A,
    expected: &impl Visitor<'de>,
) -> Result<Vec<Option<T>>, A::Error> {
    let mut items = Vec::new();
    while let Some(item) = seq.next_element()? {
        items.push(item);
    }
    if items.len() > MAX_LAYERS { Err(A::Error::invalid_length(items.len(), expected)) } else { Ok(items) }
}

impl JsonSchema for Hidden {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Hidden".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": Nodes::json_schema(generator), "maxItems": MAX_LAYERS })
    }
}

/// One rate for all hidden layers, or one for each.
#[derive(Debug)]
pub(super) enum DropoutRates {
    Same(Real<Rate>),
    PerLayer(Vec<Option<Real<Rate>>>),
}

impl Raw for DropoutRates {
    type Checked = Dropout;

    fn checked(&self) -> Option<Dropout> {
        match self {
            DropoutRates::Same(rate) => rate.checked().map(Dropout::Same),
            DropoutRates::PerLayer(rates) => {
                rates.iter().map(|rate| rate.as_ref()?.checked()).collect::<Option<_>>().map(Dropout::PerLayer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for DropoutRates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Dropping;

        impl<'de> Visitor<'de> for Dropping {
            type Value = DropoutRates;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Real::<Rate>::describe(f)?;
                f.write_str(", or a list of one a hidden layer")
            }

            fn visit_f64<E: Error>(self, x: f64) -> Result<DropoutRates, E> {
                let rate = Real::new(x).map(DropoutRates::Same);
                rate.ok_or_else(|| E::invalid_value(Unexpected::Float(x), &self))
            }

            fn visit_u64<E: Error>(self, n: u64) -> Result<DropoutRates, E> {
                self.visit_f64(n as f64)
            }

            fn visit_i64<E: Error>(self, n: i64) -> Result<DropoutRates, E> {
                self.visit_f64(n as f64)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<DropoutRates, A::Error> {
                list(seq, &self).map(DropoutRates::PerLayer)
            }
        }

        deserializer.deserialize_any(Dropping)
    }
}

impl JsonSchema for DropoutRates {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Dropout".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let rate = Real::<Rate>::json_schema(generator);
        json_schema!({ "oneOf": [rate, { "type": "array", "items": rate, "maxItems": MAX_LAYERS }] })
    }
}

/// How configurations are picked.
#[derive(Debug)]
pub(super) enum Strategy {
    Grid,
    Random(RandomStrategy),
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
pub(super) struct RandomStrategy {
    #[schemars(required)]
    pub(super) random: Option<RandomTrials>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
pub(super) struct RandomTrials {
    /// How many configurations are drawn.
    #[schemars(required)]
    pub(super) trials: Option<Count<1, 100_000>>,
}

impl<'de> Deserialize<'de> for Strategy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Choosing;

        impl<'de> Visitor<'de> for Choosing {
            type Value = Strategy;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`grid` or `{random: {trials: 40}}`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Strategy, E> {
                match text {
                    "grid" => Ok(Strategy::Grid),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Strategy, A::Error> {
                RandomStrategy::deserialize(MapAccessDeserializer::new(map)).map(Strategy::Random)
            }
        }

        deserializer.deserialize_any(Choosing)
    }
}

impl JsonSchema for Strategy {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Strategy".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`grid`: every combination. `random`: so many independent draws.",
            "default": "grid",
            "oneOf": [{ "const": "grid" }, RandomStrategy::json_schema(generator)],
        })
    }
}

/// How rows are split into training and validation parts.
#[derive(Debug)]
pub(super) enum CrossValidation {
    None,
    Splits(Splits),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a map")]
pub(super) struct Splits {
    pub(super) folds: Option<Folds>,
    pub(super) repeats: Option<Repeats>,
    pub(super) stratified: Option<Switch>,
    pub(super) shuffle: Option<Switch>,
    pub(super) hold_out: Option<Real<ProperShare>>,
}

pub(super) type Folds = Count<2, 1000>;
pub(super) type Repeats = Count<1, 1000>;

impl<'de> Deserialize<'de> for CrossValidation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Splitting;

        impl<'de> Visitor<'de> for Splitting {
            type Value = CrossValidation;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`none`, `{folds: 5}` or `{hold_out: 0.2}`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<CrossValidation, E> {
                match text {
                    "none" => Ok(CrossValidation::None),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CrossValidation, A::Error> {
                Splits::deserialize(MapAccessDeserializer::new(map)).map(CrossValidation::Splits)
            }
        }

        deserializer.deserialize_any(Splitting)
    }
}

impl JsonSchema for CrossValidation {
    fn schema_name() -> Cow<'static, str> {
        "CrossValidation".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let stratified = json_schema!({
            "description": "Keep the classes' shares in every part.", "type": "boolean", "default": true,
        });
        let mut folds = Folds::json_schema(generator);
        folds.insert("description".into(), "Parts that each validate once.".into());
        let mut repeats = Repeats::json_schema(generator);
        repeats.insert("description".into(), "How often the rows are split anew.".into());
        repeats.insert("default".into(), 1.into());
        let mut hold_out = Real::<ProperShare>::json_schema(generator);
        hold_out.insert("description".into(), "The share of rows that validates.".into());
        json_schema!({
            "description": "How rows are split into training and validation parts. `none`: one fit per trial, \
                scored on a stratified hold-out of 0.2. Left out: 5 stratified folds.",
            "oneOf": [
                { "const": "none" },
                {
                    "type": "object",
                    "properties": {
                        "folds": folds,
                        "stratified": stratified,
                        "repeats": repeats,
                        "shuffle": {
                            "description": "Put rows in random order before they are split.",
                            "type": "boolean",
                            "default": true,
                        },
                    },
                    "required": ["folds"],
                    "additionalProperties": false,
                },
                {
                    "type": "object",
                    "properties": { "hold_out": hold_out, "stratified": stratified },
                    "required": ["hold_out"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
