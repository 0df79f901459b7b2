//! One value per row, as files write it.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A value for each row of a repeat; `None` where the row validated no fold. In a file one line such as `0.5 - -1.25`,
/// with `-` for `None` and the shortest numbers that read back as the same bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    try_from = "String",
    into = "String",
    bound(serialize = "T: Clone + Display", deserialize = "T: FromStr, T::Err: Display")
)]
pub struct PerRow<T>(pub(crate) Vec<Option<T>>);

impl<T: Display> From<PerRow<T>> for String {
    fn from(PerRow(values): PerRow<T>) -> String {
        let shown = |value: Option<T>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        values.into_iter().map(shown).collect::<Vec<_>>().join(" ")
    }
}

impl<T: FromStr> TryFrom<String> for PerRow<T> {
    type Error = T::Err;

    fn try_from(text: String) -> Result<PerRow<T>, T::Err> {
        let value = |word: &str| if word == "-" { Ok(None) } else { word.parse().map(Some) };
        text.split_whitespace().map(value).collect::<Result<_, _>>().map(PerRow)
    }
}
