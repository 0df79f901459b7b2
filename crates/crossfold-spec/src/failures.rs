//! `max_failures`: a number of trials, or a percentage of them.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use crossfold_study::{MAX_TRIALS, MaxFailures};

/// `10` or `5%`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Failures(pub(super) MaxFailures);

impl<'de> Deserialize<'de> for Failures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FailuresVisitor;

        impl Visitor<'_> for FailuresVisitor {
            type Value = Failures;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a number of trials from 0 to {MAX_TRIALS}, or a share of them from `0%` to `100%`")
            }

            fn visit_u64<E: Error>(self, count: u64) -> Result<Failures, E> {
                match u32::try_from(count) {
                    Ok(trials) if count <= MAX_TRIALS => Ok(Failures(MaxFailures::Trials(trials))),
                    Ok(_) | Err(_) => Err(E::invalid_value(Unexpected::Unsigned(count), &self)),
                }
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Failures, E> {
                let percent = text.strip_suffix('%').and_then(|number| number.parse::<f64>().ok());
                match percent {
                    Some(percent) if (0.0..=100.0).contains(&percent) => Ok(Failures(MaxFailures::Percent(percent))),
                    Some(_) | None => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }
        }

        deserializer.deserialize_any(FailuresVisitor)
    }
}

impl JsonSchema for Failures {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Failures".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "integer", "minimum": 0, "maximum": MAX_TRIALS },
            { "type": "string", "pattern": "^(100(\\.0*)?|[0-9]{1,2}(\\.[0-9]*)?)%$" }
        ] })
    }
}
