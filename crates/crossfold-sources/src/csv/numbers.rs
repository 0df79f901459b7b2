//! A column of numbers.

use super::cells::{self, Cells};

/// The numbers of a column, NaN where they are missing.
#[derive(Default)]
pub(super) struct Numbers {
    pub(super) values: Vec<f64>,
    /// The unit of all of them, as far as there are any.
    pub(super) unit: Option<Option<char>>,
    /// The first that is not written plainly, and what it is read as.
    pub(super) dressed: Option<(String, f64)>,
    /// The first that is infinite, and its row.
    pub(super) infinite: Option<(usize, String)>,
}

/// What a field of a column of numbers is no number as.
pub(super) enum NoNumber {
    Infinite,
    /// A number that would lose digits by being taken for one.
    Name,
    Word,
}

impl Numbers {
    /// Takes the next row's field. What is no number is missing from then on.
    pub(super) fn push(&mut self, field: &str, cells: &Cells<'_>) -> Result<(), NoNumber> {
        let (number, result) = if cells.is_missing(field) {
            (f64::NAN, Ok(()))
        } else {
            match cells::number(field, cells.decimal) {
                Some(number) if cells::loses_digits(field) => (number, Err(NoNumber::Name)),
                Some(number) => self.take(field, number, None),
                None if cells::is_infinite(field) => self.take(field, f64::INFINITY, None),
                None => match cells::dressed(field, cells.decimal) {
                    Some(dressed) => {
                        let found = self.take(field, dressed.number, dressed.unit);
                        if found.1.is_ok() && self.dressed.is_none() {
                            self.dressed = Some((field.to_owned(), dressed.number));
                        }
                        found
                    }
                    None => (f64::NAN, Err(NoNumber::Word)),
                },
            }
        };
        self.values.push(number);
        result
    }

    fn take(&mut self, field: &str, number: f64, unit: Option<char>) -> (f64, Result<(), NoNumber>) {
        if *self.unit.get_or_insert(unit) != unit {
            (f64::NAN, Err(NoNumber::Word))
        } else if number.is_finite() {
            (number, Ok(()))
        } else {
            self.infinite.get_or_insert_with(|| (self.values.len(), field.to_owned()));
            (f64::NAN, Err(NoNumber::Infinite))
        }
    }
}
