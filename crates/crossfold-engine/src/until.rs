//! `--until 07:00`: a wall-clock budget that ends at a time of day.

use std::time::SystemTime;

use crossfold_study::Override;
use jiff::tz::TimeZone;
use jiff::{ToSpan, Unit, Zoned};

use crate::WALL_BUDGET;
use crate::deadline::{DeadlineError, Then, parse};
use crate::error::Error;
use crate::machine::calendar;

/// The time from `now` to then in whole seconds, as an override of the spec's wall-clock budget.
///
/// # Errors
/// If `time` is no time, or not in the future.
pub fn until(time: &str, now: SystemTime) -> Result<Override, Error> {
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
