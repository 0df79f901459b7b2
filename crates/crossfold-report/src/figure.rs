//! Figures as people are shown them. Files have every digit.

use crossfold_study::Metric;

/// A metric's value: with four decimals where it has no unit, with five significant digits where its
/// unit is the target's.
pub fn figure(metric: Metric, value: f64) -> String {
    Precision::of(metric, value).show(value)
}

/// How many digits are shown of a figure and of those beside it, such as its standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    Decimals(usize),
    /// One digit before the point, four behind it, and a power of ten.
    Scientific,
}

impl Precision {
    pub(crate) fn of(metric: Metric, value: f64) -> Precision {
        if !metric.has_unit() && value.abs() < 1e4 { Precision::Decimals(4) } else { Precision::five_digits(value) }
    }

    /// So that a value of this size has five significant digits.
    pub(crate) fn five_digits(value: f64) -> Precision {
        // The exponent as it is printed: a logarithm would put 9.99999 below 10, and it is shown as 10.000.
        let printed = format!("{:.4e}", value.abs());
        match printed.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok()) {
            _ if value == 0.0 => Precision::Decimals(4),
            Some(exponent @ -4..=9) => Precision::Decimals((4 - exponent).max(0) as usize),
            Some(_) | None => Precision::Scientific,
        }
    }

    /// With its sign, but for what is shown as 0.
    pub(crate) fn signed(self, value: f64) -> String {
        let size = self.show(value.abs());
        match size.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
            true => size,
            false => format!("{}{size}", if value < 0.0 { '-' } else { '+' }),
        }
    }

    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Precision::Decimals(decimals) => format!("{value:.decimals$}"),
            Precision::Scientific => format!("{value:.4e}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_has_the_digits_that_say_something() {
        let check =
            |metric: Metric, value: f64, expected: &str| assert_eq!(figure(metric, value), expected, "{metric}");
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
    fn what_stands_beside_it_has_as_many_decimals() {
        assert_eq!(Precision::of(Metric::Mae, 254.678_9).show(1.0 / 3.0), "0.33");
        assert_eq!(Precision::of(Metric::Mae, 1e12).show(1.0 / 3.0), "3.3333e-1");
        assert_eq!(
            [0.25, -0.000_3, -0.000_03].map(|value| Precision::Decimals(4).signed(value)),
            ["+0.2500", "-0.0003", "0.0000"]
        );
    }
}
