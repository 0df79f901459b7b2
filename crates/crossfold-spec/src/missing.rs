//! `data.missing`: a list for all columns, or a list per column.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crossfold_study::MissingMarkers;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::literal::Literal;

type List = Vec<Option<Literal>>;

/// `[NA, -9]`, or `{age: [999], "*": [NA]}`.
#[derive(Debug)]
pub(super) enum MissingSpec {
    List(List),
    Map(BTreeMap<String, Option<List>>),
}

impl MissingSpec {
    pub(super) fn markers(self) -> MissingMarkers {
        let texts = |list: List| list.into_iter().flatten().map(|Literal(text)| text).collect();
        match self {
            MissingSpec::List(list) => MissingMarkers::list(texts(list)),
            MissingSpec::Map(columns) => {
                let columns = columns.into_iter().filter_map(|(column, list)| Some((column, texts(list?))));
                MissingMarkers::map(columns.collect())
            }
        }
    }
}

impl<'de> Deserialize<'de> for MissingSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MissingVisitor;

        impl<'de> Visitor<'de> for MissingVisitor {
            type Value = MissingSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list, or a list per column such as `{age: [999]}`")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                List::deserialize(SeqAccessDeserializer::new(seq)).map(MissingSpec::List)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(MissingSpec::Map)
            }
        }

        deserializer.deserialize_any(MissingVisitor)
    }
}

impl JsonSchema for MissingSpec {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Missing".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let list = json_schema!({ "type": "array", "items": Literal::json_schema(generator) });
        json_schema!({ "oneOf": [list, { "type": "object", "additionalProperties": list }] })
    }
}
