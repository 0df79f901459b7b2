//! How configurations are picked: `grid` or `{random: {trials: 40}}`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};

use super::number::Count;
use crate::MAX_TRIALS;

/// How configurations are picked.
#[derive(Debug)]
pub(super) enum StrategySpec {
    Grid,
    Random(RandomStrategy),
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
pub(super) struct RandomStrategy {
    #[schemars(required)]
    pub(super) random: Option<RandomTrials>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
pub(super) struct RandomTrials {
    /// How many configurations are drawn.
    #[schemars(required)]
    pub(super) trials: Option<Count<1, { MAX_TRIALS }>>,
}

impl<'de> Deserialize<'de> for StrategySpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Choosing;

        impl<'de> Visitor<'de> for Choosing {
            type Value = StrategySpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`grid` or `{random: {trials: 40}}`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<StrategySpec, E> {
                match text {
                    "grid" => Ok(StrategySpec::Grid),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<StrategySpec, A::Error> {
                RandomStrategy::deserialize(MapAccessDeserializer::new(map)).map(StrategySpec::Random)
            }
        }

        deserializer.deserialize_any(Choosing)
    }
}

impl JsonSchema for StrategySpec {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Strategy".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`grid`: every combination. `random`: so many independent draws.",
            "default": "grid",
            "oneOf": [{ "const": "grid" }, RandomStrategy::json_schema(generator)],
        })
    }
}
