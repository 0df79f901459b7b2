//! Columns of numbers.

use super::cells::{self, Cells};
use super::markers::Markers;

/// The numbers of a column, NaN where they are missing.
#[derive(Default)]
pub(super) struct Numbers {
    pub(super) values: Vec<f64>,
    /// The unit of all numbers, if any; `None` while there are no numbers.
    pub(super) unit: Option<Option<char>>,
    /// The first number with a unit or separators: its text and value.
    pub(super) formatted: Option<(String, f64)>,
    /// The first infinite number: its row and text.
    pub(super) infinite: Option<(usize, String)>,
    /// The first number, if all are digits, `E` and digits; `None` while there are no numbers.
    pub(super) exponents: Option<Option<String>>,
    pub(super) markers: Markers,
}

/// Why a field isn't a number.
pub(super) enum NotANumber {
    Infinite,
    /// Digits that a number can't represent, such as leading zeros.
    Digits,
    Word,
}

impl Numbers {
    /// Adds the field of the next row. A field that isn't a number is added as a missing value.
    pub(super) fn push(&mut self, field: &str, cells: &Cells<'_>) -> Result<(), NotANumber> {
        let (number, result) = if cells.is_missing(field) {
            self.take_missing(field)
        } else {
            match cells::parse_number(field, cells.decimal) {
                Some(number) if cells::loses_digits(field) => (number, Err(NotANumber::Digits)),
                Some(number) if cells.marks(number) => self.take_missing(field),
                Some(number) => {
                    if self.exponents.as_ref().is_none_or(Option::is_some) {
                        let is_one = cells::is_digits_with_exponent(field);
                        let first = self.exponents.take().flatten().unwrap_or_else(|| field.to_owned());
                        self.exponents = Some(is_one.then_some(first));
                    }
                    self.take(field, number, None)
                }
                None if cells::is_infinite(field) => self.take(field, f64::INFINITY, None),
                None => match cells::parse_formatted(field, cells.decimal) {
                    Some(formatted) if cells.marks(formatted.number) => self.take_missing(field),
                    Some(formatted) => {
                        let found = self.take(field, formatted.number, formatted.unit);
                        if found.1.is_ok() && self.formatted.is_none() {
                            self.formatted = Some((field.to_owned(), formatted.number));
                        }
                        found
                    }
                    None => (f64::NAN, Err(NotANumber::Word)),
                },
            }
        };
        self.values.push(number);
        result
    }

    /// Whether the column most likely holds names of digits and an `E`, of which one is too great for a number.
    pub(super) fn are_names(&self) -> bool {
        self.infinite.is_some() && self.exponents.as_ref().is_some_and(Option::is_some)
    }

    fn take_missing(&mut self, field: &str) -> (f64, Result<(), NotANumber>) {
        self.markers.push(field, self.values.len());
        (f64::NAN, Ok(()))
    }

    fn take(&mut self, field: &str, number: f64, unit: Option<char>) -> (f64, Result<(), NotANumber>) {
        if *self.unit.get_or_insert(unit) != unit {
            (f64::NAN, Err(NotANumber::Word))
        } else if number.is_finite() {
            (number, Ok(()))
        } else {
            self.infinite.get_or_insert_with(|| (self.values.len(), field.to_owned()));
            (f64::NAN, Err(NotANumber::Infinite))
        }
    }
}
