//! Scalars as they are written in a table.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// Text, or a number or switch as text: `-9`, `99`, `NA`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Literal(pub(super) String);

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LiteralVisitor;

        impl Visitor<'_> for LiteralVisitor {
            type Value = Literal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text or a number")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Literal, E> {
                Ok(Literal(text.to_owned()))
            }

            fn visit_bool<E: Error>(self, on: bool) -> Result<Literal, E> {
                Ok(Literal(on.to_string()))
            }

            fn visit_u64<E: Error>(self, n: u64) -> Result<Literal, E> {
                Ok(Literal(n.to_string()))
            }

            fn visit_i64<E: Error>(self, n: i64) -> Result<Literal, E> {
                Ok(Literal(n.to_string()))
            }

            fn visit_f64<E: Error>(self, x: f64) -> Result<Literal, E> {
                // A value that is left out is read as NaN.
                if x.is_finite() {
                    Ok(Literal(x.to_string()))
                } else {
                    Err(E::invalid_value(Unexpected::Float(x), &self))
                }
            }
        }

        deserializer.deserialize_any(LiteralVisitor)
    }
}

impl JsonSchema for Literal {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Literal".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}
