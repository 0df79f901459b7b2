//! One value per row, as files write it.

use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

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
        let mut values = Vec::with_capacity(text.split_whitespace().count());
        for word in text.split_whitespace() {
            values.push(value(word)?);
        }
        Ok(PerRow(values))
    }
}

/// The most lines of a list in a file: one for each repeat, or for each thing that decides a fit's bits.
const MOST_LINES: usize = 100_000;

/// Reads a list of lines. Their number is bounded, because an empty line takes more memory than its text.
pub(in crate::analysis) fn read_lines<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct Lines<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Lines<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {MOST_LINES} lines")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut lines = Vec::new();
            while let Some(line) = list.next_element()? {
                lines.push(line);
                if lines.len() > MOST_LINES {
                    return Err(A::Error::invalid_length(lines.len(), &self));
                }
            }
            Ok(lines)
        }
    }
    deserializer.deserialize_seq(Lines(PhantomData))
}
