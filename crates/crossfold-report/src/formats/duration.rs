//! Durations as people are shown them.

use std::time::Duration;

/// A duration in two or three digits: `9.0 s`, `61 s`, `10 min`, `2.5 h`.
pub(crate) fn rounded(duration: Duration) -> String {
    match duration.as_secs_f64() {
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 119.5 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

/// `0:31`, `12:05`, `1:02:03`.
pub(crate) fn clock(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    let [hours, minutes, seconds] = [seconds / 3600, seconds / 60 % 60, seconds % 60];
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// [`rounded`] below two minutes, then as a [`clock`].
pub(crate) fn elapsed(time: Duration) -> String {
    if time.as_secs_f64() < 119.5 { rounded(time) } else { clock(time) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_figures() {
        let shown = [0.04, 9.0, 61.0, 119.6, 600.0, 9000.0].map(|s| rounded(Duration::from_secs_f64(s)));
        assert_eq!(shown, ["0.0 s", "9.0 s", "61 s", "2 min", "10 min", "2.5 h"]);
        assert_eq!([57.2, 119.6, 3723.0].map(|s| elapsed(Duration::from_secs_f64(s))), ["57 s", "2:00", "1:02:03"]);
    }
}
