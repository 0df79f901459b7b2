//! The times that `--until` takes.

use jiff::civil::{DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

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

pub(crate) enum Then {
    At(DateTime),
    /// A time of day that is past today is tomorrow's.
    Next(Time),
}

/// A time, and the zone whose clocks show it if it says which.
pub(crate) fn parse(text: &str) -> Option<(Then, Option<TimeZone>)> {
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
