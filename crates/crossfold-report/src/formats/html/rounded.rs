//! Numbers with as many digits as a chart shows: a page has a hundred thousand of them.

use serde::{Serialize, Serializer};

/// A number with six significant digits; `null` if it is not finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Six(pub(super) f64);

/// A number with five significant digits, for curves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Five(pub(super) f64);

impl Serialize for Six {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(serializer, self.0, 5)
    }
}

impl Serialize for Five {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(serializer, self.0, 4)
    }
}

fn serialize<S: Serializer>(serializer: S, value: f64, decimals: usize) -> Result<S::Ok, S::Error> {
    // Formatting rounds in decimal; a multiplication would not.
    let rounded: f64 = format!("{value:.decimals$e}").parse().unwrap_or(f64::NAN);
    let is_short_integer = rounded.trunc() == rounded && rounded.abs() < 1e6;
    if is_short_integer { serializer.serialize_i64(rounded as i64) } else { serializer.serialize_f64(rounded) }
}

pub(super) fn six(values: [f64; 2]) -> [Six; 2] {
    values.map(Six)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_that_are_not_shown_are_dropped() {
        let check = |value: f64, expected: &str| assert_eq!(serde_json::to_string(&Six(value)).unwrap(), expected);
        check(0.1 + 0.2, "0.3");
        check(1.0, "1");
        check(-0.0, "0");
        check(123_456_789.0, "123457000.0");
        check(1.234_567_8e-9, "1.23457e-9");
        check(9.999_996, "10");
        check(f64::NAN, "null");
        check(f64::INFINITY, "null");
        assert_eq!(serde_json::to_string(&Five(0.123_456)).unwrap(), "0.12346");
    }
}
