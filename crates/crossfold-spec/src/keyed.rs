//! Readers of maps and lists whose keys and values are known only at run time.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

/// Reads a key of a map, one of these.
pub(super) struct KeySeed<'k>(pub(super) &'k [&'static str]);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'static str, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<&'static str, E> {
        self.0.iter().copied().find(|known| *known == key).ok_or_else(|| {
            let names: Vec<String> = self.0.iter().map(|key| format!("`{key}`")).collect();
            // In the words of serde, which wants names that are known at compile time.
            E::custom(format!("unknown field `{key}`, expected one of {}", names.join(", ")))
        })
    }
}

/// Reads what its seed reads, or `None` from null, which is the hole that a reported mistake left.
#[derive(Clone, Copy)]
pub(super) struct HoleSeed<S>(pub(super) S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for HoleSeed<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for HoleSeed<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}

/// Reads a list of what its seed reads.
pub(super) struct ListSeed<S>(pub(super) S);

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for ListSeed<S> {
    type Value = Vec<Option<S::Value>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for ListSeed<S> {
    type Value = Vec<Option<S::Value>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        items(self.0, seq)
    }
}

/// The items of a list, each read by `seed`.
pub(super) fn items<'de, S: DeserializeSeed<'de> + Copy, A: SeqAccess<'de>>(
    seed: S,
    mut seq: A,
) -> Result<Vec<Option<S::Value>>, A::Error> {
    let mut items = Vec::new();
    while let Some(item) = seq.next_element_seed(HoleSeed(seed))? {
        items.push(item);
    }
    Ok(items)
}
