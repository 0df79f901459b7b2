//! What a search says about its hyperparameters.

use serde::{Serialize, Serializer};

use super::rounded::Six;

/// How much of the scores' differences each hyperparameter accounts for, and how.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImportanceView {
    /// In the order to be shown.
    pub hyperparameters: Vec<HyperparameterImportance>,
    /// What two account for together, beyond each alone.
    pub pairs: Vec<PairImportance>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HyperparameterImportance {
    /// As in a leaderboard's column.
    pub name: String,
    /// Of the scores' variance, 0 to 1.
    #[serde(serialize_with = "rounded")]
    pub share: f64,
    /// Standard deviation of the share.
    #[serde(serialize_with = "rounded")]
    pub sd: f64,
    /// The score to be expected at each value, whatever the other hyperparameters; numbers ascend.
    pub effect: Vec<Effect>,
}

/// The score to be expected at a value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effect {
    pub value: EffectValue,
    #[serde(serialize_with = "rounded")]
    pub mean: f64,
    #[serde(serialize_with = "rounded")]
    pub sd: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum EffectValue {
    Number(#[serde(serialize_with = "rounded")] f64),
    Label(String),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairImportance {
    pub first: String,
    pub second: String,
    /// Of the scores' variance, 0 to 1.
    #[serde(serialize_with = "rounded")]
    pub share: f64,
}

fn rounded<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    Six(*value).serialize(serializer)
}
