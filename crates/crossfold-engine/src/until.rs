//! `--until 07:00`: a wall-clock budget that ends at a time of day.

use std::time::SystemTime;

use crossfold_study::Override;
use jiff::civil::{DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan, Unit, Zoned};

use crate::machine::calendar;

/// The path in a spec of the time that a run may take.
pub(crate) const WALL_BUDGET: &str = "budget.wall";

/// Why a time is no deadline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeadlineError {
    #[error(
        "`--until {given}`: expected a time of day with two digits each, such as `07:00`, or a date and a time, such as \
         `2026-11-27 07:00`; either may have an offset or a zone, such as `07:00+01:00` or `07:00[Europe/Berlin]`"
    )]
    NotATime { given: String },
    #[error("`--until {given}` is past: it is {now} now")]
    Past { given: String, now: String },
}

impl DeadlineError {
    /// The time that was probably meant.
    pub fn hint(&self) -> Option<String> {
        let DeadlineError::NotATime { given } = self else { return None };
        // `7:00`, and `2026-11-27 7:00`.
        let (date, time) = given.trim().rsplit_once([' ', 'T']).map_or(("", given.trim()), |(date, time)| (date, time));
        let meant = format!("{date} 0{time}").trim_start().to_owned();
        (time.contains(':') && parse(&meant).is_some()).then(|| format!("did you mean `{meant}`?"))
    }
}

/// The time from `now` to then in whole seconds, as an override of the spec's wall-clock budget.
///
/// # Errors
/// If `time` is no time, or not in the future.
pub fn until(time: &str, now: SystemTime) -> Result<Override, DeadlineError> {
    let seconds = seconds_until(time, &calendar(now).to_zoned(TimeZone::system()))?;
    Ok(Override { path: WALL_BUDGET.to_owned(), value: format!("{seconds}s") })
}

fn seconds_until(time: &str, now: &Zoned) -> Result<i64, DeadlineError> {
    let parsed = parse(time.trim());
    let zone = parsed.as_ref().and_then(|(_, zone)| zone.as_ref()).unwrap_or(now.time_zone());
    let then = match parsed.as_ref().map(|(then, _)| then) {
        Some(&Then::At(then)) => then.to_zoned(zone.clone()).ok(),
        Some(&Then::Next(time)) => {
            let now = &now.with_time_zone(zone.clone());
            let today = now.date().to_datetime(time).to_zoned(zone.clone()).ok();
            today.and_then(|today| if today > *now { Some(today) } else { today.checked_add(1.day()).ok() })
        }
        None => None,
    };
    let seconds = then.and_then(|then| now.until((Unit::Second, &then)).ok()).map(|span| span.get_seconds());
    match seconds.ok_or_else(|| DeadlineError::NotATime { given: time.to_owned() })? {
        seconds if seconds > 0 => Ok(seconds),
        _ => Err(DeadlineError::Past { given: time.to_owned(), now: now.strftime("%Y-%m-%d %H:%M").to_string() }),
    }
}

enum Then {
    At(DateTime),
    /// A time of day that is past today is tomorrow's.
    Next(Time),
}

/// A time, and the zone whose clocks show it if it says which.
fn parse(text: &str) -> Option<(Then, Option<TimeZone>)> {
    let (clock, zone) = text.split_at(zone_begins(text));
    let zone = if zone.is_empty() { None } else { Some(parse_zone(text, zone)?) };
    // A parser of times also takes a date with a time.
    let then = clock.parse::<DateTime>().map(Then::At).or_else(|_| clock.parse::<Time>().map(Then::Next));
    Some((then.ok()?, zone))
}

/// Where the time of day ends and its offset or zone begins.
fn zone_begins(text: &str) -> usize {
    let has_date = text.as_bytes().get(4) == Some(&b'-');
    // Names of zones have letters, too.
    let clock = text.split('[').next().unwrap_or_default();
    let time = clock.find(['T', 't', ' ']).map_or(if has_date { clock.len() } else { 0 }, |separator| separator + 1);
    text[time..].find(['+', '-', 'Z', 'z', '[']).map_or(text.len(), |at| time + at)
}

/// `Z`, `+01:00`, `[Europe/Berlin]`, or an offset and a zone that has it then.
fn parse_zone(text: &str, zone: &str) -> Option<TimeZone> {
    match (zone, zone.strip_prefix('[')) {
        (_, Some(name)) => TimeZone::get(name.strip_suffix(']')?).ok(),
        // Whether a zone has this offset depends on the day.
        _ if zone.contains('[') => text.parse::<Zoned>().ok().map(|at| at.time_zone().clone()),
        ("Z" | "z", None) => Some(TimeZone::UTC),
        (offset, None) => {
            let clock = "2026-01-01T00:00:00";
            let [at, there]: [Timestamp; 2] =
                [format!("{clock}Z").parse().ok()?, format!("{clock}{offset}").parse().ok()?];
            let seconds = at.as_second() - there.as_second();
            Some(TimeZone::fixed(Offset::from_seconds(seconds.try_into().ok()?).ok()?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Result<i64, DeadlineError> {
        seconds_until(time, &"2026-11-26T22:30:15[UTC]".parse().unwrap())
    }

    #[test]
    fn a_time_of_day_is_its_next_occurrence() {
        let check = |time: &str, seconds| assert_eq!(at(time), Ok(seconds), "{time}");
        check("22:31", 45);
        check("07:00", 8 * 3600 + 29 * 60 + 45);
        check("22:30:15", 24 * 3600);
        check("2026-11-27 07:00", 8 * 3600 + 29 * 60 + 45);
        check("2026-11-27", 3600 + 29 * 60 + 45);
    }

    /// Each names the same moment.
    #[test]
    fn an_offset_or_a_zone_is_the_clocks_own() {
        let hour = 3600 - 15;
        for time in [
            "2026-11-26 23:30Z",
            "2026-11-26T23:30:00z",
            "2026-11-26 23:30+00:00",
            "2026-11-27 08:30+09:00",
            "2026-11-27T08:30+09",
            "2026-11-27T08:30+0900",
            "2026-11-26 18:30-05:00",
            "2026-11-27 08:30[Asia/Tokyo]",
            "2026-11-27 08:30+09:00[Asia/Tokyo]",
            "23:30Z",
            "08:30+09:00",
            "18:30-05",
            "08:30[Asia/Tokyo]",
        ] {
            assert_eq!(at(time), Ok(hour), "{time}");
        }
        // Clocks there have shown 07:00 half an hour ago.
        assert_eq!(at("07:00+09:00"), Ok(24 * 3600 - 30 * 60 - 15));
        for no_zone in [
            "23:30+",
            "23:30X",
            "23:30[Nowhere/City]",
            "23:30+99:00",
            "2026-11-27 08:30+08:00[Asia/Tokyo]",
            "23:30[Asia/Tokyo",
            "23:30 UTC",
            "23:30+09:00[",
            "2026-11-27+09:00",
            "08:30+09:00[Asia/Tokyo]",
        ] {
            assert!(matches!(at(no_zone), Err(DeadlineError::NotATime { .. })), "{no_zone}");
        }
    }

    #[test]
    fn an_error_has_one_cause() {
        let check = |time: &str, message: &str, hint: Option<&str>| {
            let error = at(time).unwrap_err();
            let hint = hint.map(|meant| format!("did you mean `{meant}`?"));
            assert!(error.to_string().starts_with(&format!("`--until {time}`{message}")), "{error}");
            assert_eq!(error.hint(), hint, "{time}");
        };
        check("7:00", ": expected a time of day", Some("07:00"));
        check("2026-11-27 7:00", ": expected a time of day", Some("2026-11-27 07:00"));
        check("2026-11-25T07:00", " is past: it is 2026-11-26 22:30 now", None);
        for no_time in ["soon", "25:00", "7", "7 pm", "07:60", "2026-02-30 07:00", "", "-1"] {
            check(no_time, ": expected a time of day", None);
        }
    }
}
