//! Columns of numbers.

use super::cells::{self, Cells};
use super::markers::Markers;
use super::trailing_zeros::TrailingZeros;

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
    /// The first number of digits, `E` and digits, which may be a name, and its value.
    code: Option<(String, f64)>,
    /// Whether a number has an exponent as programs write it, with a mark or a sign: `1.5e5`, `1e+05`.
    has_exponents: bool,
    /// Whether a number has no exponent.
    has_plain: bool,
    pub(super) zeros: TrailingZeros,
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
                    if field.contains(['e', 'E']) {
                        self.take_exponent(field, number);
                    } else {
                        self.has_plain = true;
                        self.zeros.push(field, number);
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

    /// A number of digits, `E` and digits in a column in which no program wrote exponents, and its value.
    pub(super) fn code(&self) -> Option<&(String, f64)> {
        self.code.as_ref().filter(|_| !self.has_exponents)
    }

    /// Whether the column most likely holds names of digits and an `E`, of which one is too great for a number.
    pub(super) fn are_names(&self) -> bool {
        self.infinite.is_some() && !self.has_exponents && (self.code.is_some() || !self.has_plain)
    }

    fn take_exponent(&mut self, field: &str, number: f64) {
        // `0e0` and `1e400` are no codes.
        if !cells::is_digits_with_exponent(field) {
            self.has_exponents = true;
        } else if self.code.is_none() && number != 0.0 && number.is_finite() {
            self.code = Some((field.to_owned(), number));
        }
    }

    fn take_missing(&mut self, field: &str) -> (f64, Result<(), NotANumber>) {
        self.markers.push(field);
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
