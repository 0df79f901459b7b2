//! How rows are split: `{folds: 5}`, `{hold_out: 0.2}` or `none`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};

use super::number::{Count, ProperShare, Real};
use super::switch::Switch;

/// How rows are split into training and validation parts.
#[derive(Debug)]
pub(super) enum CrossValidation {
    None,
    Splits(SplitsSpec),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a map")]
pub(super) struct SplitsSpec {
    pub(super) folds: Option<Folds>,
    pub(super) repeats: Option<Repeats>,
    pub(super) stratified: Option<Switch>,
    pub(super) shuffle: Option<Switch>,
    pub(super) hold_out: Option<Real<ProperShare>>,
}

pub(super) type Folds = Count<2, 1000>;
pub(super) type Repeats = Count<1, 1000>;

impl<'de> Deserialize<'de> for CrossValidation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Splitting;

        impl<'de> Visitor<'de> for Splitting {
            type Value = CrossValidation;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`none`, `{folds: 5}` or `{hold_out: 0.2}`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<CrossValidation, E> {
                match text {
                    "none" => Ok(CrossValidation::None),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CrossValidation, A::Error> {
                SplitsSpec::deserialize(MapAccessDeserializer::new(map)).map(CrossValidation::Splits)
            }
        }

        deserializer.deserialize_any(Splitting)
    }
}

impl JsonSchema for CrossValidation {
    fn schema_name() -> Cow<'static, str> {
        "CrossValidation".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let stratified = json_schema!({
            "description": "Keep the classes' shares in every part.", "type": "boolean", "default": true,
        });
        let mut folds = Folds::json_schema(generator);
        folds.insert("description".into(), "Parts that each validate once.".into());
        let mut repeats = Repeats::json_schema(generator);
        repeats.insert("description".into(), "How often the rows are split anew.".into());
        repeats.insert("default".into(), 1.into());
        let mut hold_out = Real::<ProperShare>::json_schema(generator);
        hold_out.insert("description".into(), "The share of rows that validates.".into());
        json_schema!({
            "description": "How rows are split into training and validation parts. `none`: one fit per trial, \
                scored on a stratified hold-out of 0.2. Left out: 5 stratified folds.",
            "oneOf": [
                { "const": "none" },
                {
                    "type": "object",
                    "properties": {
                        "folds": folds,
                        "stratified": stratified,
                        "repeats": repeats,
                        "shuffle": {
                            "description": "Put rows in random order before they are split.",
                            "type": "boolean",
                            "default": true,
                        },
                    },
                    "required": ["folds"],
                    "additionalProperties": false,
                },
                {
                    "type": "object",
                    "properties": { "hold_out": hold_out, "stratified": stratified },
                    "required": ["hold_out"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
