//! Dates, as days since 1970-01-01.

mod calendar;
mod day;
mod named;
mod period;
mod time_of_day;

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

pub(super) use day::Moment;
use day::{Day, SECONDS_PER_DAY, is_digits, since_epoch, two_digits};
use time_of_day::TimeOfDay;

/// The format of a date. Dates of year, month and day may have a weekday before them and a time of day behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DateForm {
    /// `2026-11-23`, with or without a time after it.
    Iso,
    /// `2026/11/23`, `2026.11.23` or `2026-11-3`
    YearFirst,
    /// `23.11.2026` or `23.11.26`
    Dotted,
    /// `23/11/2026`, `23-11-2026` or `23/11/26`
    DayFirst,
    /// `11/23/2026`, `11-23-2026` or `11/23/26`
    MonthFirst,
    /// `26-11-23`
    ShortYearFirst,
    /// `23 Nov 2026`, `November 23, 2026`, `23-Nov-26`, `23NOV2026`, or `Nov 2026`: the month's first day.
    Named,
    /// `2026Q4`, `2026-Q4` or `Q4 2026`: the quarter's first day.
    Quarter,
    /// `2026-11` or `2026M11`: the month's first day.
    Month,
    /// `2026-W47`: the week's Monday (ISO 8601).
    Week,
    /// `20261123`, which is a number unless the spec says that it is a date.
    Compact,
}

impl DateForm {
    pub(super) const ALL: [DateForm; 11] = [
        DateForm::Iso,
        DateForm::YearFirst,
        DateForm::Dotted,
        DateForm::DayFirst,
        DateForm::MonthFirst,
        DateForm::ShortYearFirst,
        DateForm::Named,
        DateForm::Quarter,
        DateForm::Month,
        DateForm::Week,
        DateForm::Compact,
    ];

    /// Reads a date; `None` for text in another format, and for days that don't exist.
    pub(super) fn read(self, text: &str) -> Option<Moment> {
        match self {
            DateForm::Iso => iso(text),
            DateForm::Quarter => period::quarter(text),
            DateForm::Month => period::month(text),
            DateForm::Week => period::week(text),
            DateForm::Named => Written::read(text, named::day),
            DateForm::YearFirst => {
                Written::read(text, |day| Day::new(parts(day, "/.-").filter(|[year, ..]| year.len() == 4)?))
            }
            DateForm::ShortYearFirst => {
                Written::read(text, |day| Day::new(parts(day, "-").filter(|[year, ..]| year.len() == 2)?))
            }
            DateForm::Dotted => {
                Written::read(text, |day| parts(day, ".").and_then(|[day, month, year]| Day::new([year, month, day])))
            }
            DateForm::DayFirst => {
                Written::read(text, |day| parts(day, "/-").and_then(|[day, month, year]| Day::new([year, month, day])))
            }
            DateForm::MonthFirst => {
                Written::read(text, |day| parts(day, "/-").and_then(|[month, day, year]| Day::new([year, month, day])))
            }
            DateForm::Compact => Written::read(text, |day| {
                let digits = Some(day).filter(|day| day.len() == 8)?;
                Day::new([digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?])
            }),
        }
    }

    /// Days since 1970-01-01.
    pub(super) fn days(self, text: &str) -> Option<f64> {
        self.read(text).map(|moment| moment.days)
    }
}

/// The parts of a date with its time.
struct Written<'a> {
    weekday: Option<u8>,
    day: Cow<'a, str>,
    time: Option<TimeOfDay>,
}

impl Written<'_> {
    fn read(text: &str, day: impl Fn(&str) -> Option<Day>) -> Option<Moment> {
        let written = Written::split(text)?;
        written.moment(day(&written.day)?)
    }

    fn split(text: &str) -> Option<Written<'_>> {
        // A cheap test comes first, because few texts are dates.
        const MAX_LENGTH: usize = 48;
        if text.len() > MAX_LENGTH || !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (text, weekday) = calendar::split_weekday(text);
        let Some(at) = start_of_time(text) else { return Some(Written { weekday, day: text.into(), time: None }) };
        let (day, time) = text.split_at(at);
        let day = day.trim_end_matches([' ', ',', 'T', ':']);
        let day = day.strip_suffix(" at").unwrap_or(day);
        // C writes the year behind the time: `Mon Nov 23 10:00:00 2026`.
        let (day, time) = match time.rsplit_once(' ') {
            Some((time, year)) if is_digits(year, 4) => (format!("{day} {year}").into(), time),
            Some(_) | None => (day.into(), time),
        };
        Some(Written { weekday, day, time: Some(TimeOfDay::read(time)?) })
    }

    /// `None` if there is no such day, or if it isn't the weekday that the text says.
    fn moment(&self, day: Day) -> Option<Moment> {
        let Day { year, month, number } = day;
        let date = Date::new(year.number, i8::try_from(month).ok()?, i8::try_from(number).ok()?).ok()?;
        if self.weekday.is_some_and(|weekday| date.weekday().to_monday_zero_offset() != weekday as i8) {
            return None;
        }
        let seconds = self.time.map_or(0.0, |time| time.seconds - time.offset.unwrap_or(0.0));
        let zoned = self.time.is_some_and(|time| time.offset.is_some());
        Some(Moment { days: since_epoch(date)? + seconds / SECONDS_PER_DAY, zoned, short_year: year.short })
    }
}

/// The byte at which the time of day begins; `None` if there is none.
fn start_of_time(text: &str) -> Option<usize> {
    let digits = |text: &str| text.bytes().rev().take_while(u8::is_ascii_digit).count();
    if let Some(colon) = text.find(':') {
        return match digits(&text[..colon]) {
            // SAS puts a colon between date and time: `23NOV2026:10:00:00`.
            0 | 3.. => Some(colon + 1),
            count => Some(colon - count),
        };
    }
    // `2 PM`
    let clock = text.trim_end_matches(['m', 'M', '.']).strip_suffix(['a', 'A', 'p', 'P'])?.trim_end_matches([' ', '.']);
    Some(clock.len() - digits(clock)).filter(|&at| at > 0 && at < clock.len())
}

/// Whether a text looks like a date in a form that isn't read: it begins with three numbers of which one may be a year, or
/// it is a month with a number.
pub(super) fn looks_like_date(text: &str) -> bool {
    let is_year = |part: &str| is_digits(part, 4) && (part.starts_with("19") || part.starts_with("20"));
    let is_named = |month: &str, other: &str| calendar::month(month).is_some() && two_digits(other).is_some();
    let is_month = |year: &str, month: &str| {
        let number = two_digits(month).filter(|number| (1..=12).contains(number));
        // Seasons such as `2003/04` are names.
        let next = year.get(2..).and_then(|year| year.parse::<i16>().ok()).map(|year| (year + 1) % 100);
        is_year(year) && number.is_some() && number != next
    };
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if let &[a, b] = words.as_slice() {
        let numbers = text.contains('/') && (is_month(a, b) || is_month(b, a));
        return numbers || is_named(a, b) || is_named(b, a);
    }
    let end = text.find([' ', 'T']).unwrap_or(text.len());
    parts(&text[..end], "/.-").is_some_and(|parts| {
        let years = parts.into_iter().filter(|&part| is_year(part)).count();
        let others = parts.into_iter().filter(|&part| two_digits(part).is_some()).count();
        (years, others) == (1, 2)
    })
}

/// Whether a text is a time of day without a date.
pub(super) fn is_time_of_day(text: &str) -> bool {
    TimeOfDay::read(text).is_some()
}

fn iso(text: &str) -> Option<Moment> {
    let moment = |days, zoned| Moment { days, zoned, short_year: false };
    // A cheap test comes first, because few texts are dates.
    let bytes = text.as_bytes();
    if bytes.len() < 10 || bytes[4] != b'-' || !bytes[0].is_ascii_digit() {
        return None;
    }
    if bytes.len() == 10 {
        return text.parse::<Date>().ok().and_then(since_epoch).map(|days| moment(days, false));
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(moment(time.as_nanosecond() as f64 / 1e9 / SECONDS_PER_DAY, true));
    }
    let local = text.parse::<DateTime>().ok()?;
    let time = local.time();
    let seconds = f64::from(time.hour()) * 3600.0 + f64::from(time.minute()) * 60.0 + f64::from(time.second());
    let seconds = seconds + f64::from(time.subsec_nanosecond()) / 1e9;
    Some(moment(since_epoch(local.date())? + seconds / SECONDS_PER_DAY, false))
}

/// Three numbers with the same one of `marks` between them.
fn parts<'a>(text: &'a str, marks: &str) -> Option<[&'a str; 3]> {
    let mark = text.chars().find(|&c| marks.contains(c))?;
    let mut parts = text.split(mark).map(str::trim);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    let are_digits = three.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    (are_digits && parts.next().is_none()).then_some(three)
}

/// The year of a number of days since 1970-01-01.
pub(super) fn year(days: f64) -> i16 {
    day_of(days).map_or(0, Date::year)
}

/// The date of a number of days since 1970-01-01: `2026-11-23`.
pub(super) fn show(days: f64) -> String {
    day_of(days).map_or_else(String::new, |day| day.to_string())
}

fn day_of(days: f64) -> Option<Date> {
    let span = jiff::Span::new().try_days(days.floor() as i64).ok()?;
    jiff::civil::date(1970, 1, 1).checked_add(span).ok()
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
            "+1/2/2024",
            "1/2/2024 24:00",
            "1/2/2024 1",
            "1/2/224",
            "Nov 24",
            "23 Nov",
            "30 Feb 2024",
            "Tue, 1 Jan 2024",
            "1 Jan 2024 10:00 EST",
            "10:00",
            "2024",
            "02013112",
        ] {
            assert!(DateForm::ALL.into_iter().all(|form| form.days(no_date).is_none()), "{no_date}");
        }
    }
    /// Expected values are from Python: `(date(2026, 11, 23) - date(1970, 1, 1)).days` is 20780, and that of 2069-11-23
    /// and 1969-11-23 are 36486 and -39.
    #[test]
    fn dates_are_read_as_people_write_them() {
        let check = |form: DateForm, texts: &[&str], days: f64| {
            for text in texts {
                assert_eq!(form.days(text), Some(days), "{text}");
            }
        };
        check(
            DateForm::Named,
            &[
                "23 Nov 2026",
                "23-Nov-2026",
                "23NOV2026",
                "November 23, 2026",
                "Nov. 23rd 2026",
                "23rd of November 2026",
                "23. November 2026",
                "2026 Nov 23",
                "2026-Nov-23",
                "23-Nov-26",
                "Mon, 23 Nov 2026 00:00:00 +0000",
                "Monday, November 23, 2026 at 12:00 AM",
                "Mon Nov 23 00:00:00 2026",
                "Mon Nov 23 00:00:00 UTC 2026",
                "23NOV2026:00:00:00",
                "23 novembre 2026",
                "23 de noviembre de 2026",
            ],
            20780.0,
        );
        check(DateForm::Named, &["Nov 2026", "NOVEMBER-2026", "2026 Nov"], 20758.0);
        check(DateForm::DayFirst, &["23/11/26", "23-11-2026", "Mon 23/11/2026", "23/11/2026 12 AM"], 20780.0);
        check(
            DateForm::DayFirst,
            &["23/11/2026 6:00 PM", "23/11/2026 18:00:00.000", "23/11/2026, 8:00 pm +0200"],
            20780.75,
        );
        check(DateForm::MonthFirst, &["11/23/26", "11-23-2026", "11/23/2026 12:00:00 am"], 20780.0);
        check(DateForm::Dotted, &["23.11.26", "23. 11. 2026", "23.11.2026, 0:00"], 20780.0);
        check(DateForm::YearFirst, &["2026-11-23 12:00 AM", "2026.11.23", "2026-11-23 00:00:00,000"], 20780.0);
        check(DateForm::ShortYearFirst, &["26-11-23"], 20780.0);
        check(DateForm::Compact, &["20261123", "20261123T00:00", "20261123 00:00"], 20780.0);
        check(DateForm::Dotted, &["23.11.69"], -39.0);
        assert!(DateForm::Dotted.read("23.11.69").is_some_and(|moment| moment.short_year));
        assert!(DateForm::Iso.read("2026-11-23T00:00:00Z").is_some_and(|moment| moment.zoned));
    }
}
