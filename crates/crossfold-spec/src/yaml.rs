//! Values of hyperparameters as YAML.

use crossfold_network::{Plain, Setting};
use serde_yaml::Value;

/// The value of `setting` as a spec has it.
pub(super) fn value(setting: &Setting) -> Value {
    plain(setting.plain())
}

fn plain(value: Plain) -> Value {
    match value {
        Plain::Text(text) => text.into(),
        Plain::Flag(flag) => flag.into(),
        Plain::Count(count) => count.into(),
        Plain::Real(number) => number.into(),
        Plain::List(values) => values.into_iter().map(plain).collect::<Vec<_>>().into(),
    }
}
