//! Numbers in JSON, bit for bit.
//!
//! As text in the fewest digits that tell a number from its neighbours: JSON's own numbers are read back by
//! way of faster arithmetic that may be off in the last bit.

use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub(crate) mod number {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{number:?}"))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        parse(&String::deserialize(deserializer)?)
    }
}

pub(crate) mod numbers {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(numbers: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(numbers.iter().map(|number| format!("{number:?}")))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        Vec::<String>::deserialize(deserializer)?.iter().map(|text| parse(text)).collect()
    }
}

/// Finite, as all that is learnt from finite values is.
fn parse<E: Error>(text: &str) -> Result<f64, E> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) | Err(_) => Err(E::custom(format_args!("`{text}` is not a finite number"))),
    }
}
