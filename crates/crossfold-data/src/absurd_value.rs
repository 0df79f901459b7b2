//! Single numbers that are far outside the range of all others, such as an income of 99999999 beside those up to 5000.

use crossfold_study::{ColumnKind, MissingMarkers};

use crate::column::{Column, Values};
use crate::messages::format_grouped;

/// A number far outside the range of all others: a code for a missing value, or a typo.
#[derive(Clone, Debug, PartialEq)]
pub struct AbsurdValue {
    value: f64,
    /// The first row that has it.
    pub row: usize,
    /// The least and the greatest of all other numbers.
    others: [f64; 2],
}

impl AbsurdValue {
    /// Finds the greatest or least number of a column of numbers, if only one row has it, and if it is at least a thousand
    /// times as far from all others as these are from each other.
    pub fn find(column: &Column) -> Option<AbsurdValue> {
        const TIMES: f64 = 1000.0;
        /// With fewer, the range of the others says little.
        const FEWEST: usize = 10;
        let Values::Numbers(numbers) = &column.values else { return None };
        if column.kind != ColumnKind::Numeric {
            return None;
        }
        let present = || numbers.iter().copied().filter(|number| !number.is_nan());
        present().nth(FEWEST)?;
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for number in present() {
            if number < low[0] {
                low = [number, low[0]];
            } else if number < low[1] {
                low[1] = number;
            }
            if number > high[0] {
                high = [number, high[0]];
            } else if number > high[1] {
                high[1] = number;
            }
        }
        let (value, others, gap) = match (high[0] - high[1], low[1] - low[0]) {
            (above, below) if above > below => (high[0], [low[0], high[1]], above),
            (_, below) => (low[0], [low[1], high[0]], below),
        };
        let range = others[1] - others[0];
        let is_absurd = range > 0.0 && gap >= TIMES * range && present().filter(|&number| number == value).count() == 1;
        let row = numbers.iter().position(|&number| number == value)?;
        is_absurd.then_some(AbsurdValue { value, row, others })
    }

    /// `99,999,999 in line 7, where all other values are between 65 and 5,000: it may be …`.
    pub fn in_words(&self, line: usize) -> String {
        let [low, high] = self.others.map(format_grouped);
        format!(
            "{} in line {line}, where all other values are between {low} and {high}: it may be a code for a missing value, or \
             a typo",
            format_grouped(self.value)
        )
    }

    /// The key that adds the value to the markers of missing values that the spec gives.
    pub fn key(&self, column: &str, given: &MissingMarkers) -> String {
        given.key_with(column, &[self.value.to_string()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(more: &[f64]) -> Option<String> {
        let numbers = (0..50).map(|row| f64::from(row * 100 + 65)).chain(more.iter().copied()).collect();
        let column = Column { name: "x".to_owned(), kind: ColumnKind::Numeric, values: Values::Numbers(numbers) };
        AbsurdValue::find(&column).map(|absurd| absurd.in_words(absurd.row + 2))
    }

    #[test]
    fn a_number_a_thousand_times_as_far_away_is_absurd() {
        let words = |number| {
            format!(
                "{number} in line 53, where all other values are between 65 and 4,965: it may be a code for a missing \
                 value, or a typo"
            )
        };
        assert_eq!(found(&[f64::NAN, 99_999_999.0]), Some(words("99,999,999")));
        assert_eq!(found(&[70.0, -5e7]), Some(words("-50,000,000")));
        assert_eq!(found(&[f64::NAN]), None);
        assert_eq!(found(&[4.9e6]), None);
        // What occurs twice isn't a typo, and a tail has several numbers.
        assert_eq!(found(&[99_999_999.0, 99_999_999.0]), None);
        assert_eq!(found(&[99_999_999.0, 50_000_000.0]), None);
    }

    #[test]
    fn one_number_that_differs_from_a_constant_is_a_value() {
        let mut numbers = vec![0.0; 50];
        numbers.push(1.0);
        let column = Column { name: "x".to_owned(), kind: ColumnKind::Numeric, values: Values::Numbers(numbers) };
        assert_eq!(AbsurdValue::find(&column), None);
    }
}
