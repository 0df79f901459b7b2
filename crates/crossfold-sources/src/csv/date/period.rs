//! Quarters, months and weeks.

use jiff::civil::{Date, ISOWeekDate, Weekday};

use super::day::{Moment, is_digits, since_epoch, two_digits};

/// The first day of a quarter: `2026Q4`, `2026-Q4` or `Q4 2026`.
pub(super) fn quarter(text: &str) -> Option<Moment> {
    read(text, "Qq", 4, |year, quarter| day(year, 3 * quarter - 2))
}

/// The first day of a month: `2026-11` or `2026M11`.
pub(super) fn month(text: &str) -> Option<Moment> {
    read(text, "Mm-", 12, day)
}

/// The Monday of an ISO 8601 week: `2026-W47`.
pub(super) fn week(text: &str) -> Option<Moment> {
    read(text, "Ww", 53, |year, week| {
        let week = ISOWeekDate::new(year, i8::try_from(week).ok()?, Weekday::Monday).ok()?;
        since_epoch(week.date())
    })
}

fn read(text: &str, marks: &str, most: i16, days: impl Fn(i16, i16) -> Option<f64>) -> Option<Moment> {
    let (year, number) = period(text, marks, most)?;
    Some(Moment { days: days(year, number)?, zoned: false, short_year: false })
}

/// A year and the number of its quarter, month or week, which follows one of `marks` and is at most `most`: `2026Q4`,
/// `2026-Q4`, `Q4 2026`.
fn period(text: &str, marks: &str, most: i16) -> Option<(i16, i16)> {
    let is_year = |text: &str| is_digits(text, 4);
    let (year, part) = match (text.get(..4), text.get(4..), text.rsplit_once([' ', '/', '-'])) {
        (Some(year), Some(part), _) if is_year(year) => (year, part),
        (_, _, Some((part, year))) if is_year(year) => (year, part),
        _ => return None,
    };
    let marked =
        part.strip_prefix(['-', ' ', '/']).filter(|rest| rest.starts_with(|c| marks.contains(c))).unwrap_or(part);
    let digits = marked.strip_prefix(|c| marks.contains(c))?;
    let number = two_digits(digits)?;
    (1..=most).contains(&number).then_some((year.parse().ok()?, number))
}

/// The first day of a month of a year of four digits, in days since 1970-01-01.
fn day(year: i16, month: i16) -> Option<f64> {
    let date = Date::new(year, i8::try_from(month).ok()?, 1);
    date.ok().filter(|_| year >= 1000).and_then(since_epoch)
}
