//! Days of a calendar, and the numbers that they are read as.

use jiff::civil::Date;

/// A date that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::csv) struct Moment {
    /// Days since 1970-01-01; in UTC if the text has an offset from it.
    pub(in crate::csv) days: f64,
    /// Whether the text has an offset from UTC.
    pub(in crate::csv) zoned: bool,
    /// Whether the year has two digits.
    pub(in crate::csv) short_year: bool,
}

/// A day of a calendar, which may not exist.
pub(super) struct Day {
    pub(super) year: Year,
    pub(super) month: i16,
    pub(super) number: i16,
}

impl Day {
    pub(super) fn new([year, month, number]: [&str; 3]) -> Option<Day> {
        Some(Day { year: Year::read(year)?, month: two_digits(month)?, number: two_digits(number)? })
    }
}

pub(super) struct Year {
    pub(super) number: i16,
    /// Whether it was written with two digits.
    pub(super) short: bool,
}

impl Year {
    /// A year of four digits, from 1000, or of two: 69 to 99 are 1969 to 1999, as in POSIX.
    pub(super) fn read(digits: &str) -> Option<Year> {
        let number: i16 = digits.parse().ok()?;
        match digits.len() {
            4 if number >= 1000 => Some(Year { number, short: false }),
            2 => Some(Year { number: number + if number < 69 { 2000 } else { 1900 }, short: true }),
            _ => None,
        }
    }
}

pub(super) fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn two_digits(text: &str) -> Option<i16> {
    (is_digits(text, 1) || is_digits(text, 2)).then(|| text.parse().ok())?
}

pub(super) const SECONDS_PER_DAY: f64 = 86_400.0;

pub(super) fn since_epoch(date: Date) -> Option<f64> {
    let span = date.duration_since(jiff::civil::date(1970, 1, 1));
    Some(span.as_secs() as f64 / SECONDS_PER_DAY)
}
