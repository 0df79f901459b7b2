//! Field delimiters.

use std::borrow::Cow;
use std::fmt;

use crossfold_study::Delimiter;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// The name of a delimiter, or its only character.
#[derive(Clone, Copy, Debug)]
pub(super) struct DelimiterWord(pub(super) Delimiter);

impl<'de> Deserialize<'de> for DelimiterWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DelimiterVisitor;

        impl Visitor<'_> for DelimiterVisitor {
            type Value = DelimiterWord;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Delimiter::EXPECTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<DelimiterWord, E> {
                let delimiter = Delimiter::parse(text).map(DelimiterWord);
                delimiter.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(DelimiterVisitor)
    }
}

impl JsonSchema for DelimiterWord {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Delimiter".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = Delimiter::NAMED.map(|(name, _)| name);
        json_schema!({ "anyOf": [{ "enum": names }, { "type": "string", "minLength": 1, "maxLength": 1 }] })
    }
}
