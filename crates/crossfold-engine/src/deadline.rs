//! The times that `--until` takes.

use jiff::civil::{DateTime, Time};

/// Why a time is no deadline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeadlineError {
    #[error(
        "`--until {given}`: expected a time of day with two digits each, such as `07:00`, or a date and a time, such as \
         `2026-11-27 07:00`"
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

pub(crate) fn parse(text: &str) -> Option<Then> {
    // A parser of times also takes a date with a time.
    text.parse::<DateTime>().map(Then::At).or_else(|_| text.parse::<Time>().map(Then::Next)).ok()
}
