//! Numbers with as many digits as the page needs: it has a hundred thousand of them.

use serde::{Serialize, Serializer};

/// A number with all digits, `null` if it is not finite: a score that other files and the terminal show too. If the page
/// rounded a rounded number, it would show 0.92454970 as 0.9246.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) struct Exact(pub(in crate::formats) f64);

/// A number with nine significant digits; `null` if it is not finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) struct Nine(pub(in crate::formats) f64);

/// A number with five significant digits, for curves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) struct Five(pub(in crate::formats) f64);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_short(serializer, self.0)
    }
}

impl Serialize for Nine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(serializer, self.0, 8)
    }
}

impl Serialize for Five {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(serializer, self.0, 4)
    }
}

fn serialize<S: Serializer>(serializer: S, value: f64, decimals: usize) -> Result<S::Ok, S::Error> {
    // Formatting rounds in decimal; a multiplication would not.
    serialize_short(serializer, format!("{value:.decimals$e}").parse().unwrap_or(f64::NAN))
}

fn serialize_short<S: Serializer>(serializer: S, value: f64) -> Result<S::Ok, S::Error> {
    let is_short_integer = value.trunc() == value && value.abs() < 1e6;
    if is_short_integer { serializer.serialize_i64(value as i64) } else { serializer.serialize_f64(value) }
}

pub(super) fn exact(values: [f64; 2]) -> [Exact; 2] {
    values.map(Exact)
}

pub(super) fn nine(values: [f64; 2]) -> [Nine; 2] {
    values.map(Nine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_that_are_not_shown_are_dropped() {
        let check = |value: f64, expected: &str| assert_eq!(serde_json::to_string(&Nine(value)).unwrap(), expected);
        check(0.1 + 0.2, "0.3");
        check(1.0, "1");
        check(-0.0, "0");
        check(1_234_567_891.0, "1234567890.0");
        check(1.234_567_891_2e-9, "1.23456789e-9");
        check(9.999_999_996, "10");
        check(f64::NAN, "null");
        check(f64::INFINITY, "null");
        assert_eq!(serde_json::to_string(&Five(0.123_456)).unwrap(), "0.12346");
    }

    #[test]
    fn a_score_keeps_all_digits() {
        let check = |value: f64, expected: &str| assert_eq!(serde_json::to_string(&Exact(value)).unwrap(), expected);
        check(0.924_549_700_1, "0.9245497001");
        check(99_999_999.0, "99999999.0");
        check(0.1 + 0.2, "0.30000000000000004");
        check(2.0, "2");
        check(f64::NAN, "null");
    }
}
