//! Dates, as days since 1970-01-01.

use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday};
use serde::{Deserialize, Serialize};

/// The format of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DateForm {
    /// `2026-11-23`, with or without a time after it.
    Iso,
    /// `2026/11/23`
    YearFirst,
    /// `23.11.2026`
    Dotted,
    /// `23/11/2026`
    DayFirst,
    /// `11/23/2026`
    MonthFirst,
    /// `2026Q4`, `2026-Q4` or `Q4 2026`: the quarter's first day.
    Quarter,
    /// `2026-11` or `2026M11`: the month's first day.
    Month,
    /// `2026-W47`: the week's Monday (ISO 8601).
    Week,
}

impl DateForm {
    pub(super) const ALL: [DateForm; 8] = [
        DateForm::Iso,
        DateForm::YearFirst,
        DateForm::Dotted,
        DateForm::DayFirst,
        DateForm::MonthFirst,
        DateForm::Quarter,
        DateForm::Month,
        DateForm::Week,
    ];

    /// Days since 1970-01-01; `None` for text in another format. Dates of year, month and day may be followed by a
    /// space and a time of day, in hours and minutes, with or without seconds.
    pub(super) fn days(self, text: &str) -> Option<f64> {
        match self {
            DateForm::Iso => return iso(text),
            DateForm::Quarter => return period(text, "Qq", 4).and_then(|(year, q)| date(year, 3 * q - 2, 1)),
            DateForm::Month => return period(text, "Mm-", 12).and_then(|(year, month)| date(year, month, 1)),
            DateForm::Week => return period(text, "Ww", 53).and_then(|(year, week)| monday(year, week)),
            DateForm::YearFirst | DateForm::Dotted | DateForm::DayFirst | DateForm::MonthFirst => {}
        }
        let (day, time) = text.split_once(' ').unwrap_or((text, "0:00"));
        let day = match self {
            DateForm::Iso | DateForm::Quarter | DateForm::Month | DateForm::Week => return None,
            DateForm::YearFirst => parts(day, '/').and_then(|[year, month, day]| date(year, month, day)),
            DateForm::Dotted => parts(day, '.').and_then(|[day, month, year]| date(year, month, day)),
            DateForm::DayFirst => parts(day, '/').and_then(|[day, month, year]| date(year, month, day)),
            DateForm::MonthFirst => parts(day, '/').and_then(|[month, day, year]| date(year, month, day)),
        };
        Some(day? + time_of_day(time)?)
    }
}

const SECONDS_PER_DAY: f64 = 86_400.0;

fn iso(text: &str) -> Option<f64> {
    // A cheap test comes first, because few texts are dates.
    let bytes = text.as_bytes();
    if bytes.len() < 10 || bytes[4] != b'-' || !bytes[0].is_ascii_digit() {
        return None;
    }
    if bytes.len() == 10 {
        return text.parse::<Date>().ok().and_then(since_epoch);
    }
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_nanosecond() as f64 / 1e9 / SECONDS_PER_DAY);
    }
    let moment = text.parse::<DateTime>().ok()?;
    let time = moment.time();
    let seconds = f64::from(time.hour()) * 3600.0 + f64::from(time.minute()) * 60.0 + f64::from(time.second());
    Some(since_epoch(moment.date())? + (seconds + f64::from(time.subsec_nanosecond()) / 1e9) / SECONDS_PER_DAY)
}

fn parts(text: &str, mark: char) -> Option<[i16; 3]> {
    let mut parts = text.split(mark);
    let mut part = || parts.next().filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<i16>().ok();
    let three = [part()?, part()?, part()?];
    parts.next().is_none().then_some(three)
}

/// A year and the number of its quarter, month or week, which follows one of `marks` and is at most `most`: `2026Q4`,
/// `2026-Q4`, `Q4 2026`.
fn period(text: &str, marks: &str, most: i16) -> Option<(i16, i16)> {
    let is_year = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (year, part) = match (text.get(..4), text.get(4..), text.rsplit_once([' ', '/', '-'])) {
        (Some(year), Some(part), _) if is_year(year) => (year, part),
        (_, _, Some((part, year))) if is_year(year) => (year, part),
        _ => return None,
    };
    let marked =
        part.strip_prefix(['-', ' ', '/']).filter(|rest| rest.starts_with(|c| marks.contains(c))).unwrap_or(part);
    let digits = marked.strip_prefix(|c| marks.contains(c))?;
    let is_number = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i16 = is_number.then(|| digits.parse().ok())??;
    (1..=most).contains(&number).then_some((year.parse().ok()?, number))
}

/// The Monday of an ISO 8601 week, in days since 1970-01-01.
fn monday(year: i16, week: i16) -> Option<f64> {
    let week = ISOWeekDate::new(year, i8::try_from(week).ok()?, Weekday::Monday).ok()?;
    since_epoch(week.date())
}

/// A date in days since 1970-01-01; `None` if it doesn't exist, or if the year doesn't have four digits.
fn date(year: i16, month: i16, day: i16) -> Option<f64> {
    if year < 1000 {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().and_then(since_epoch)
}

/// `14:05` or `14:05:30` as a fraction of a day.
fn time_of_day(text: &str) -> Option<f64> {
    let mut parts = text.split(':');
    let mut part = |below: u32| {
        let part = parts.next()?;
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok())?.filter(|&number| number < below)
    };
    let (hours, minutes) = (part(24)?, part(60)?);
    let seconds = if text.matches(':').count() == 2 { part(60)? } else { 0 };
    parts.next().is_none().then(|| f64::from(hours * 3600 + minutes * 60 + seconds) / SECONDS_PER_DAY)
}

fn since_epoch(date: Date) -> Option<f64> {
    let span = date.duration_since(jiff::civil::date(1970, 1, 1));
    Some(span.as_secs() as f64 / SECONDS_PER_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values are differences of Python's `datetime.date.fromisocalendar`.
    #[test]
    fn periods_become_their_first_days() {
        let quarter = |text: &str| DateForm::Quarter.days(text);
        assert_eq!(["2026Q4", "2026-Q4", "2026 q4", "Q4 2026", "Q4/2026"].map(quarter), [Some(20727.0); 5]);
        assert_eq!(["2026Q5", "2026Q0", "2026", "26Q4", "2026Q", "Q4", "2026-4"].map(quarter), [None; 7]);
        let month = |text: &str| DateForm::Month.days(text);
        assert_eq!(["2026-11", "2026M11", "2026m11", "1970-01"].map(month), [20758.0, 20758.0, 20758.0, 0.0].map(Some));
        assert_eq!(["2026-13", "2026-00", "2026-11-23", "2026-1234"].map(month), [None; 4]);
        let week = |text: &str| DateForm::Week.days(text);
        assert_eq!(["2026-W47", "2020W9", "2020-W53"].map(week), [20773.0, 18316.0, 18624.0].map(Some));
        assert_eq!(week("2021-W53"), None);
    }

    /// In Python, `(date(2024, 2, 29) - date(1970, 1, 1)).days` is 19782.
    #[test]
    fn dates_are_days_since_1970() {
        assert_eq!(DateForm::Iso.days("2024-02-29"), Some(19_782.0));
        assert_eq!(DateForm::Iso.days("1969-12-31"), Some(-1.0));
        assert_eq!(DateForm::Iso.days("2024-02-29T12:00:00"), Some(19_782.5));
        assert_eq!(DateForm::Iso.days("2024-02-29 06:00:00Z"), Some(19_782.25));
        assert_eq!(DateForm::YearFirst.days("2024/2/29"), Some(19_782.0));
        assert_eq!(DateForm::Dotted.days("29.2.2024"), Some(19_782.0));
        assert_eq!(DateForm::Dotted.days("29.02.2024 18:00"), Some(19_782.75));
        assert_eq!(DateForm::DayFirst.days("29/02/2024"), Some(19_782.0));
        assert_eq!(DateForm::MonthFirst.days("02/29/2024"), Some(19_782.0));
        assert_eq!(DateForm::MonthFirst.days("2/29/2024 6:00:00"), Some(19_782.25));
        for no_date in [
            "2023-02-29",
            "29.2.2023",
            "1.2",
            "2024-2-9x",
            "31/04/2024",
            "1/2/24",
            "+1/2/2024",
            "1/2/2024 24:00",
            "1/2/2024 1",
            "1/2/2024 ",
        ] {
            assert!(DateForm::ALL.into_iter().all(|form| form.days(no_date).is_none()), "{no_date}");
        }
    }
}
