//! Numbers that differ in a zero at their end alone, such as the versions `1.1` and `1.10`.

use std::collections::HashMap;

/// What the numbers of a column say about zeros at their end.
#[derive(Default)]
pub(super) struct TrailingZeros {
    /// A text with one decimal, and one with a zero behind it, by the number.
    seen: HashMap<u64, [Option<String>; 2]>,
    /// Whether a number is none of a version or of a year with its month: `1.05`, `1.125`, `0.5`.
    are_decimals: bool,
}

/// With more distinct numbers, they are decimals.
const MAX_NUMBERS: usize = 1000;

impl TrailingZeros {
    /// Takes the text of the next number.
    pub(super) fn push(&mut self, field: &str, number: f64) {
        if self.are_decimals {
            return;
        }
        let Some(at) = field.bytes().rev().take(4).position(|byte| byte == b'.' || byte == b',') else {
            self.are_decimals = field.contains(['.', ',']);
            return;
        };
        let decimals = &field[field.len() - at..];
        match decimals.as_bytes() {
            [_] => self.seen.entry(number.to_bits()).or_default()[0].get_or_insert_with(|| field.to_owned()),
            [b'1'..=b'9', b'0'] => {
                self.seen.entry(number.to_bits()).or_default()[1].get_or_insert_with(|| field.to_owned())
            }
            [b'1'..=b'9', _] => return,
            _ => {
                self.are_decimals = true;
                return;
            }
        };
        self.are_decimals = self.seen.len() > MAX_NUMBERS || number < 1.0;
    }

    /// Two texts of one number in a column whose decimals may be counted.
    pub(super) fn twins(&self) -> Option<[String; 2]> {
        let mut twins = self.seen.values().filter_map(|[one, two]| Some([one.clone()?, two.clone()?]));
        let first = twins.next().filter(|_| !self.are_decimals)?;
        // Whatever the order of the map.
        Some(twins.fold(first, |least, other| least.min(other)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_that_are_counted_may_be_names() {
        let twins = |texts: &[&str]| {
            let mut zeros = TrailingZeros::default();
            texts.iter().for_each(|text| zeros.push(text, text.parse().unwrap()));
            zeros.twins().map(|twins| twins.join(" "))
        };
        assert_eq!(twins(&["1.1", "1.2", "1.10", "1.11", "2"]).as_deref(), Some("1.1 1.10"));
        assert_eq!(twins(&["2020.10", "2020.1", "2020.12"]).as_deref(), Some("2020.1 2020.10"));
        assert_eq!(twins(&["1.1", "1.10", "1.05"]), None);
        assert_eq!(twins(&["1.1", "1.10", "1.125"]), None);
        assert_eq!(twins(&["1.1", "1.10", "-2.5"]), None);
        assert_eq!(twins(&["1.1", "1.10", "2.0000001"]), None);
        assert_eq!(twins(&["1.1", "1.2", "1.12"]), None);
        assert_eq!(twins(&["1.10", "1.20"]), None);
        assert_eq!(twins(&["0.5", "0.50"]), None);
    }
}
