//! Numbers in words, for plans and explanations.

use std::time::Duration;

/// `1 network`, `2 networks`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `235146` as `235,146`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A duration in two or three digits: `9.0 s`, `61 s`, `10 min`, `2.5 h`.
pub(crate) fn rounded(duration: Duration) -> String {
    match duration.as_secs_f64() {
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let grouped = [7, 999, 1000, 235_146, 1_000_000].map(thousands);
        assert_eq!(grouped, ["7", "999", "1,000", "235,146", "1,000,000"]);
    }

    #[test]
    fn durations_have_two_figures() {
        let shown = [0.04, 9.0, 61.0, 600.0, 9000.0].map(|s| rounded(Duration::from_secs_f64(s)));
        assert_eq!(shown, ["0.0 s", "9.0 s", "61 s", "10 min", "2.5 h"]);
    }
}
