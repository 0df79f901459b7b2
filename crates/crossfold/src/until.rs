//! `--until 07:00`: a wall-clock budget that ends at a time of day.

use std::time::SystemTime;

use crossfold_engine::WALL_BUDGET;
use crossfold_study::Override;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Unit, Zoned};

use crate::error::Error;

/// The time from `now` to then in whole seconds, as an override of the spec's wall-clock budget.
pub(crate) fn budget(time: &str, now: SystemTime) -> Result<Override, Error> {
    let now = Timestamp::try_from(now).unwrap_or_default().to_zoned(TimeZone::system());
    let seconds = seconds_until(time, &now).filter(|seconds| *seconds > 0);
    let seconds = seconds.ok_or_else(|| Error::Until(time.to_owned()))?;
    Ok(Override { path: WALL_BUDGET.to_owned(), value: format!("{seconds}s") })
}

/// A time of day that is past today is tomorrow's.
fn seconds_until(time: &str, now: &Zoned) -> Option<i64> {
    // A parser of times also takes a date with a time.
    let then = match time.trim().parse::<DateTime>() {
        Ok(then) => then.to_zoned(now.time_zone().clone()).ok()?,
        Err(_) => {
            let time = time.trim().parse::<Time>().ok()?;
            let today = now.date().to_datetime(time).to_zoned(now.time_zone().clone()).ok()?;
            if today > *now { today } else { today.checked_add(1.day()).ok()? }
        }
    };
    now.until((Unit::Second, &then)).ok().map(|span| span.get_seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_its_next_occurrence() {
        let now: Zoned = "2026-11-26T22:30:15[UTC]".parse().unwrap();
        let check = |time: &str, seconds| assert_eq!(seconds_until(time, &now), seconds, "{time}");
        check("22:31", Some(45));
        check("07:00", Some(8 * 3600 + 29 * 60 + 45));
        check("22:30:15", Some(24 * 3600));
        check("2026-11-27 07:00", Some(8 * 3600 + 29 * 60 + 45));
        check("2026-11-25T07:00", Some(-(39 * 3600 + 30 * 60 + 15)));
        check("soon", None);
        check("25:00", None);
    }
}
