//! Values that are put over a spec's.

/// A value that takes the place of the spec's: `--set path=value`; `--seed 7` is the path `seed`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Override {
    /// Such as `training.epochs` or `search.space.dropout[2]`.
    pub path: String,
    /// YAML, such as `10` or `[0.1, 0.2]`.
    pub value: String,
}
