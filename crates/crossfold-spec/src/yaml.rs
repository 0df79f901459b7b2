//! YAML and JSON values.

use std::path::Path;

use crossfold_network::{Plain, Setting};
use serde_yaml::{Mapping, Value};

/// Entries of a map, in order.
pub(super) type Entries = Vec<(&'static str, Value)>;

/// The value of a setting, as in a spec.
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

/// A path. Bytes that aren't UTF-8 are replaced.
pub(super) fn path(path: &Path) -> Value {
    path.to_string_lossy().into_owned().into()
}

/// A map with its entries in this order.
pub(super) fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Mapping(entries.into_iter().map(|(key, value)| (key.into(), value)).collect::<Mapping>())
}

/// A map by names, in the order of `entries`.
pub(super) fn by_name<'a>(entries: impl Iterator<Item = (&'a String, Value)>) -> Value {
    Value::Mapping(entries.map(|(name, value)| (name.as_str().into(), value)).collect())
}

/// A value as JSON.
pub(super) fn json(value: Plain) -> serde_json::Value {
    match value {
        Plain::Text(text) => text.into(),
        Plain::Flag(flag) => flag.into(),
        Plain::Count(count) => count.into(),
        Plain::Real(number) => number.into(),
        Plain::List(values) => values.into_iter().map(json).collect::<Vec<_>>().into(),
    }
}
