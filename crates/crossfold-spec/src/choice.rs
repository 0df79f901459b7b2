//! A word from a closed list, or a map that says more: `one_hot` or `{target: {smoothing: 10}}`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

use super::word::Named;

/// One of the names of `W`, or the map `M`.
#[derive(Clone, Debug)]
pub(super) enum Choice<W, M> {
    Word(W),
    Map(M),
}

/// A map that a spec may have instead of a word.
pub(super) trait Detailed: DeserializeOwned + JsonSchema {
    /// Its form in messages: "`{constant: 0}`".
    const FORM: &'static str;
}

impl<'de, W: Named, M: Detailed> Deserialize<'de> for Choice<W, M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ChoiceVisitor<W, M>(PhantomData<(W, M)>);

        impl<'de, W: Named, M: Detailed> Visitor<'de> for ChoiceVisitor<W, M> {
            type Value = Choice<W, M>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                for word in W::ALL {
                    write!(f, "`{}`, ", word.name())?;
                }
                write!(f, "or {}", M::FORM)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                let word = W::ALL.iter().find(|word| word.name() == text);
                word.map(|&word| Choice::Word(word)).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
                Err(A::Error::invalid_type(Unexpected::Seq, &self))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                M::deserialize(MapAccessDeserializer::new(map)).map(Choice::Map)
            }
        }

        deserializer.deserialize_any(ChoiceVisitor(PhantomData))
    }
}

impl<W: Named, M: Detailed> JsonSchema for Choice<W, M> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}OrMore", W::ALL.iter().map(|word| word.name()).collect::<Vec<_>>().join("Or")).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = W::ALL.iter().map(|word| word.name()).collect();
        json_schema!({ "oneOf": [{ "enum": names }, M::json_schema(generator)] })
    }
}
