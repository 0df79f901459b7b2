//! Overrides of values in a spec.

/// A value that replaces one in a spec, from `--set path=value`; `--seed 7` has the path `seed`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Override {
    /// For example `training.epochs` or `search.space.dropout[2]`.
    pub path: String,
    /// YAML, for example `10` or `[0.1, 0.2]`.
    pub value: String,
}
