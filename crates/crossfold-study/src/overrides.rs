//! Overrides of values in a spec.

/// A value that replaces one in a spec, from `--set path=value`; `--seed 7` has the path `seed`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Override {
    /// For example `training.epochs` or `search.space.dropout[2]`.
    pub path: String,
    /// YAML, for example `10` or `[0.1, 0.2]`.
    pub value: String,
}

impl Override {
    /// Reads `path=value`.
    ///
    /// # Errors
    /// If there is no path or no `=`.
    pub fn parse(text: &str) -> Result<Override, String> {
        match text.split_once('=') {
            Some((path, value)) if !path.trim().is_empty() => {
                Ok(Override { path: path.trim().to_owned(), value: value.to_owned() })
            }
            Some(_) | None => Err("expected `path=value`, such as `training.epochs=5`".to_owned()),
        }
    }
}
