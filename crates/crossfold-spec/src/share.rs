//! A share of something: `0.2` or `20%`.

use std::borrow::Cow;
use std::fmt;

use crossfold_network::Interval;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use super::checked::Raw;
use super::number::interval_schema;

/// A number in (0, 1), which may be written as a percentage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Share(f64);

impl Share {
    fn new(share: f64) -> Option<Share> {
        Interval::SHARE.contains(share).then_some(Share(share))
    }

    /// The share of a percentage, to the bits of the same number of hundredths: `7.3%` is `0.073`.
    fn parse(text: &str) -> Option<Share> {
        let number = text.strip_suffix('%')?.trim_end();
        let is_plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        Share::new(format!("{number}e-2").parse().ok().filter(|_| is_plain)?)
    }
}

impl Raw for Share {
    type Checked = f64;

    fn checked(&self) -> Option<f64> {
        Some(self.0)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ShareVisitor;

        impl Visitor<'_> for ShareVisitor {
            type Value = Share;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}, or a percentage such as 20%", Interval::SHARE)
            }

            fn visit_f64<E: Error>(self, x: f64) -> Result<Share, E> {
                Share::new(x).ok_or_else(|| E::invalid_value(Unexpected::Float(x), &self))
            }

            fn visit_u64<E: Error>(self, n: u64) -> Result<Share, E> {
                self.visit_f64(n as f64)
            }

            fn visit_i64<E: Error>(self, n: i64) -> Result<Share, E> {
                self.visit_f64(n as f64)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Share, E> {
                Share::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(ShareVisitor)
    }
}

impl JsonSchema for Share {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            interval_schema(Interval::SHARE),
            { "type": "string", "pattern": "^[0-9]{1,2}(\\.[0-9]*)?%$" }
        ] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_shares_to_the_bit() {
        for tenths in 1..1000 {
            let percent = format!("{}.{}%", tenths / 10, tenths % 10);
            let number: f64 = format!("0.{tenths:03}").parse().unwrap();
            assert_eq!(Share::parse(&percent), Share::new(number), "{percent}");
        }
        assert_eq!(["20%", "20 %"].map(Share::parse), [Some(Share(0.2)); 2]);
        assert_eq!(["0%", "100%", "20", "-5%", "1e1%", "%"].map(Share::parse), [None; 6]);
    }
}
