//! Times of day, with or without an offset from UTC.

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TimeOfDay {
    /// Seconds since midnight.
    pub(super) seconds: f64,
    /// Seconds by which local time is ahead of UTC, if the text says so.
    pub(super) offset: Option<f64>,
}

impl TimeOfDay {
    /// `14:05`, `14:05:30`, `14:05:30.25`, `2:05 PM`, `2 PM`, each perhaps followed by `Z`, `UTC`, `GMT` or an offset
    /// such as `+02:00`.
    pub(super) fn read(text: &str) -> Option<TimeOfDay> {
        let (text, offset) = split_offset(text)?;
        let (clock, half) = split_half(text);
        let mut parts = clock.split(':');
        let hours = number(parts.next()?, if half.is_some() { 13 } else { 24 })?;
        let minutes = match parts.next() {
            Some(minutes) => number(minutes, 60)?,
            None => half.map(|_| 0)?,
        };
        let seconds = parts.next().map_or(Some(0.0), seconds)?;
        let hours = match half {
            Some(_) if hours == 0 => return None,
            Some(half) => hours % 12 + half,
            None => hours,
        };
        let seconds = f64::from(hours * 3600 + minutes * 60) + seconds;
        parts.next().is_none().then_some(TimeOfDay { seconds, offset })
    }
}

/// A text without its offset from UTC, and the offset in seconds; `None` if that isn't an offset.
fn split_offset(text: &str) -> Option<(&str, Option<f64>)> {
    for zone in ["Z", "z", "UTC", "GMT"] {
        if let Some(rest) = text.strip_suffix(zone) {
            return Some((rest.trim_end(), Some(0.0)));
        }
    }
    let Some(at) = text.find(['+', '-', '−']) else { return Some((text, None)) };
    let (clock, offset) = text.split_at(at);
    let (sign, digits) = match offset.strip_prefix('+') {
        Some(digits) => (1.0, digits),
        None => (-1.0, offset.trim_start_matches(['-', '−'])),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let minutes = number(hours, 24)? * 60 + number(minutes, 60)?;
    Some((clock.trim_end(), Some(sign * f64::from(minutes) * 60.0)))
}

/// A text without `AM` or `PM`, and the hours to add to those of the clock.
fn split_half(text: &str) -> (&str, Option<u32>) {
    for (marks, hours) in [(["am", "a.m."], 0), (["pm", "p.m."], 12)] {
        for mark in marks {
            if let Some((clock, end)) = text.len().checked_sub(mark.len()).and_then(|at| text.split_at_checked(at))
                && end.eq_ignore_ascii_case(mark)
            {
                return (clock.trim_end(), Some(hours));
            }
        }
    }
    (text, None)
}

/// A number of one or two digits below `below`.
fn number(digits: &str, below: u32) -> Option<u32> {
    let are_digits = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| digits.parse().ok())?.filter(|&number| number < below)
}

/// Seconds with or without decimals, which may follow a comma.
fn seconds(text: &str) -> Option<f64> {
    let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let whole = number(whole, 60)?;
    let are_digits = (1..=9).contains(&decimals.len()) && decimals.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| format!("{whole}.{decimals}").parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, seconds: f64, offset: Option<f64>) {
        assert_eq!(TimeOfDay::read(text), Some(TimeOfDay { seconds, offset }), "{text}");
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        check("14:05", 50_700.0, None);
        check("2:05 PM", 50_700.0, None);
        check("2:05:30pm", 50_730.0, None);
        check("2:05 p.m.", 50_700.0, None);
        check("12:00 AM", 0.0, None);
        check("12:30 PM", 45_000.0, None);
        check("1 PM", 46_800.0, None);
        check("0:00:00.125", 0.125, None);
        check("0:00:01,5", 1.5, None);
        check("10:00Z", 36_000.0, Some(0.0));
        check("10:00 UTC", 36_000.0, Some(0.0));
        check("10:00 +0530", 36_000.0, Some(19_800.0));
        check("10:00-03:00", 36_000.0, Some(-10_800.0));
        check("10:00+02", 36_000.0, Some(7_200.0));
    }

    #[test]
    fn other_texts_are_no_times() {
        for text in
            ["", "10", "24:00", "13:00 PM", "0:30 AM", "10:60", "10:00:60", "10:00:00:00", "10:00 EST", "10:", "a"]
        {
            assert_eq!(TimeOfDay::read(text), None, "{text}");
        }
    }
}
