//! Durations: `90s`, `1h30m`, or a number of seconds.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// A positive duration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span(pub(super) Duration);

/// The seconds of each unit, from the longest.
const UNITS: [(char, u32); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

const MAX_DAYS: u32 = 10_000;

impl Span {
    /// `None` if the duration isn't positive, or is longer than the limit.
    fn seconds(seconds: f64) -> Option<Span> {
        let longest = f64::from(MAX_DAYS) * 86_400.0;
        let span = (seconds > 0.0 && seconds <= longest).then(|| Duration::from_secs_f64(seconds))?;
        (!span.is_zero()).then_some(Span(span))
    }

    /// Parses a sum of numbers with units, each unit shorter than the one before.
    fn parse(text: &str) -> Option<Span> {
        let mut rest = text.trim();
        let mut units = UNITS.iter();
        let mut seconds = 0.0;
        while !rest.is_empty() {
            let (number, behind) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
            let behind = behind.trim_start();
            let (_, length) = units.find(|(unit, _)| behind.starts_with(*unit))?;
            seconds += number.parse::<f64>().ok()? * f64::from(*length);
            rest = behind[1..].trim_start();
        }
        Span::seconds(seconds)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SpanVisitor;

        impl Visitor<'_> for SpanVisitor {
            type Value = Span;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(
                    f,
                    "a time such as `90s`, `15m`, `8h`, `1h30m` or `2d`, or a number of seconds, above 0 and at most \
                     {MAX_DAYS} days"
                )
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Span, E> {
                Span::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }

            fn visit_f64<E: Error>(self, seconds: f64) -> Result<Span, E> {
                Span::seconds(seconds).ok_or_else(|| E::invalid_value(Unexpected::Float(seconds), &self))
            }

            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Span, E> {
                self.visit_f64(seconds as f64)
            }

            fn visit_i64<E: Error>(self, seconds: i64) -> Result<Span, E> {
                self.visit_f64(seconds as f64)
            }
        }

        deserializer.deserialize_any(SpanVisitor)
    }
}

impl JsonSchema for Span {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let number = |unit: char| format!("( *[0-9.]+ *{unit})?");
        let pattern = format!("^(?=.*[0-9]){} *$", UNITS.map(|(unit, _)| number(unit)).concat());
        json_schema!({ "anyOf": [
            { "type": "string", "pattern": pattern },
            { "type": "number", "exclusiveMinimum": 0, "maximum": f64::from(MAX_DAYS) * 86_400.0 },
        ] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_parsed() {
        let check = |text: &str, expected: Option<f64>| {
            assert_eq!(Span::parse(text).map(|span| span.0.as_secs_f64()), expected, "{text}");
        };
        check("90s", Some(90.0));
        check("60 s", Some(60.0));
        check("15m", Some(900.0));
        check("8h", Some(28_800.0));
        check("1h30m", Some(5_400.0));
        check("1h 30m", Some(5_400.0));
        check("1.5h", Some(5_400.0));
        check("2d", Some(172_800.0));
        check("1d2h3m4s", Some(93_784.0));
        check("0.25s", Some(0.25));
        check("10000d", Some(864_000_000.0));
        for bad in ["", " ", "0s", "8", "h", "8x", "-8h", "30m1h", "1h1h", "1h30", "1..5h", ".h", "10001d", "8 hours"] {
            check(bad, None);
        }
    }
}
