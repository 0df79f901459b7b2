//! Numbers as people are shown them. Files have every digit.

use std::time::Duration;

use crossfold_study::Metric;

use crate::analysis::test_score::TestScore;

/// A metric's value for people: with four decimals where it has no unit, with five significant digits where its
/// unit is the target's.
pub fn format_score(metric: Metric, value: f64) -> String {
    Precision::for_score(metric, value).show(value)
}

/// Scores on the test rows, in every metric that is defined, with the interval of the one that ranks trials: `log loss
/// 0.0612, accuracy 0.9812 (0.9783 to 0.9837 with 95 % confidence)`.
pub fn format_scores(ranked_by: Metric, scores: &[TestScore]) -> String {
    let format = |&TestScore { metric, value, interval }: &TestScore| {
        let show = |value| format_score(metric, value);
        let score = format!("{} {}", metric.name().replace('_', " "), show(value?));
        Some(match interval.filter(|_| metric == ranked_by) {
            Some([low, high]) => format!("{score} ({} to {} with 95 % confidence)", show(low), show(high)),
            None => score,
        })
    };
    scores.iter().filter_map(format).collect::<Vec<_>>().join(", ")
}

/// The number of digits of a value and of those beside it, such as its standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// A number of digits after the point.
    Decimals(usize),
    /// One digit before the point, four behind it, and a power of ten.
    Scientific,
}

impl Precision {
    /// The precision of `value` and of values beside it.
    pub(crate) fn for_score(metric: Metric, value: f64) -> Precision {
        if !metric.has_unit() && value.abs() < 1e4 { Precision::Decimals(4) } else { Precision::five_digits(value) }
    }

    /// The precision at which `value` has five significant digits.
    pub(crate) fn five_digits(value: f64) -> Precision {
        // The exponent as formatted: a logarithm would put 9.99999 below 10, but it is shown as 10.000.
        let printed = format!("{:.4e}", value.abs());
        match printed.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok()) {
            _ if value == 0.0 => Precision::Decimals(4),
            Some(exponent @ -4..=9) => Precision::Decimals((4 - exponent).max(0) as usize),
            Some(_) | None => Precision::Scientific,
        }
    }

    /// The text of a value with its sign, except where it is shown as 0.
    pub(crate) fn show_signed(self, value: f64) -> String {
        let size = self.show(value.abs());
        match size.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
            true => size,
            false => format!("{}{size}", if value < 0.0 { '-' } else { '+' }),
        }
    }

    /// The text of a value.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Precision::Decimals(decimals) => format!("{value:.decimals$}"),
            Precision::Scientific => format!("{value:.4e}"),
        }
    }
}

/// A p-value, with the digits that matter.
pub(crate) fn probability(p: f64) -> String {
    match p {
        p if p < 0.000_1 => "below 0.0001".to_owned(),
        p if p < 0.1 => format!("{p:.4}"),
        p => format!("{p:.2}"),
    }
}

/// `1 network`, `2 networks`.
pub fn counted(count: usize, noun: &str) -> String {
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
    fn a_score_has_the_digits_that_matter() {
        let check =
            |metric: Metric, value: f64, expected: &str| assert_eq!(format_score(metric, value), expected, "{metric}");
        check(Metric::Accuracy, 0.98765, "0.9877");
        check(Metric::LogLoss, 12.0, "12.0000");
        check(Metric::CalibrationError, 0.012_34, "0.0123");
        check(Metric::R2, -0.5, "-0.5000");
        check(Metric::R2, -123_456.0, "-123456");
        check(Metric::R2, -1.5e30, "-1.5000e30");
        check(Metric::Rmse, 0.0, "0.0000");
        check(Metric::Rmse, 0.512_345_6, "0.51235");
        check(Metric::Rmse, 9.999_99, "10.000");
        check(Metric::Mae, 254.678_9, "254.68");
        check(Metric::Mae, 1_234_567.8, "1234568");
        check(Metric::Mae, 0.000_123_456, "0.00012346");
        check(Metric::Mae, 1.234_56e-7, "1.2346e-7");
        check(Metric::Mae, 1.234_56e12, "1.2346e12");
    }

    #[test]
    fn small_p_values_have_more_digits() {
        assert_eq!([0.000_01, 0.012_345, 0.3].map(probability), ["below 0.0001", "0.0123", "0.30"]);
    }

    #[test]
    fn values_beside_a_score_have_as_many_decimals() {
        assert_eq!(Precision::for_score(Metric::Mae, 254.678_9).show(1.0 / 3.0), "0.33");
        assert_eq!(Precision::for_score(Metric::Mae, 1e12).show(1.0 / 3.0), "3.3333e-1");
        assert_eq!(
            [0.25, -0.000_3, -0.000_03].map(|value| Precision::Decimals(4).show_signed(value)),
            ["+0.2500", "-0.0003", "0.0000"]
        );
    }

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
