//! Rungs as written: `{epochs: 2, folds: 1}`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::number::Count;

/// A number of folds, repeats included.
type Folds = Count<1, 1_000_000>;

/// The rungs: how far a trial is trained before it is compared with others.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
pub(super) struct RungSpec {
    #[schemars(required)]
    pub(super) epochs: Option<Count<1, 100_000>>,
    /// The number of folds, counted from the first. Left out: all of them.
    pub(super) folds: Option<Folds>,
}
