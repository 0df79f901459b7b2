//! Scores as people are shown them. Files have every digit.

use crossfold_network::{exponent, group_thousands};
use crossfold_study::Metric;

use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::analysis::test_score::TestScore;

/// A metric's value for people: with four decimals where it has no unit, with four significant digits where its
/// unit is the target's.
pub fn format_score(metric: Metric, value: f64) -> String {
    Precision::for_score(metric, value).show(value)
}

/// Scores on the test rows, in every metric that is defined, with the interval of the one that ranks trials: `log loss
/// 0.0612, accuracy 0.9812 (0.9783 to 0.9837 with 95 % confidence)`.
pub fn format_scores(ranked_by: Metric, scores: &[TestScore]) -> String {
    let format = |&TestScore { metric, value, interval }: &TestScore| {
        let show = |value| format_score(metric, value);
        let score = format!("{} {}", metric.label(), show(value?));
        Some(match interval.filter(|_| metric == ranked_by) {
            Some([low, high]) => format!("{score} ({} to {} with 95 % confidence)", show(low), show(high)),
            None => score,
        })
    };
    scores.iter().filter_map(format).collect::<Vec<_>>().join(", ")
}

/// The number of digits of a value and of those beside it, such as its standard error or the scores of other trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// A number of digits after the point.
    Decimals(usize),
    /// Four significant digits of each value: the decimals of a very small value would be too many for the others.
    Significant,
}

impl Precision {
    /// The precision of `value` and of values beside it.
    pub(crate) fn for_score(metric: Metric, value: f64) -> Precision {
        if !metric.has_unit() && value.abs() < 1e4 { Precision::Decimals(4) } else { Precision::four_digits(value) }
    }

    /// The precision of all scores of a leaderboard: a column has one format, which is that of the best trial.
    pub(crate) fn for_board(board: &Leaderboard<'_>) -> Precision {
        let best = board.best().and_then(|best| best.mean).map_or(0.0, |mean| mean.get());
        Precision::for_score(board.metric(), best)
    }

    /// A trial's mean score and its standard error: `0.9494 ± 0.0006`.
    pub(crate) fn show_mean(self, row: &Row<'_>) -> Option<String> {
        let mean = self.show(row.mean?.get());
        Some(match row.standard_error {
            Some(error) => format!("{mean} ± {}", self.show(error)),
            None => mean,
        })
    }

    /// The precision at which `value` has four significant digits.
    pub(crate) fn four_digits(value: f64) -> Precision {
        match exponent(value, 4) {
            _ if value == 0.0 => Precision::Decimals(4),
            Some(exponent @ -3..=9) => Precision::Decimals((3 - exponent).max(0) as usize),
            Some(_) | None => Precision::Significant,
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
        let decimals = match (self, exponent(value, 4)) {
            (Precision::Decimals(decimals), Some(..=9)) => decimals,
            (Precision::Significant, _) if value == 0.0 => 0,
            (Precision::Significant, Some(exponent @ -6..=9)) => (3 - exponent).max(0) as usize,
            (Precision::Decimals(_) | Precision::Significant, _) => return format!("{value:.3e}"),
        };
        group_thousands(&format!("{value:.decimals$}"))
    }
}

/// Writes all numbers of a column as powers of ten if one of them is: `1e-4` beside `1.5e-7`, not `0.0001`.
pub(crate) fn use_one_notation(cells: &mut [String]) {
    let number = |cell: &str| cell.parse::<f64>().ok().filter(|number| number.is_finite() && *number != 0.0);
    if cells.iter().any(|cell| cell.contains('e') && number(cell).is_some()) {
        cells
            .iter_mut()
            .for_each(|cell| *cell = number(cell).map_or_else(|| cell.clone(), |number| format!("{number:e}")));
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

/// A number with two significant digits: `0.40`, `9.9`, `120`.
pub(crate) fn two_digits(value: f64) -> String {
    let decimals = (1 - exponent(value, 2).unwrap_or(0)).max(0) as usize;
    format!("{value:.decimals$}")
}

/// A number of operations with three significant digits: `2.50 trillion`.
pub(crate) fn operations(flops: f64) -> String {
    let (unit, name) = match flops {
        flops if flops < 1e9 => (1e6, "million"),
        flops if flops < 1e12 => (1e9, "billion"),
        flops if flops < 1e15 => (1e12, "trillion"),
        _ => (1e15, "quadrillion"),
    };
    let count = flops / unit;
    let decimals = if count < 10.0 { 2 } else { usize::from(count < 100.0) };
    format!("{count:.decimals$} {name}")
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
        check(Metric::R2, -123_456.0, "-123,456");
        check(Metric::R2, -1.5e30, "-1.500e30");
        check(Metric::Rmse, 0.0, "0.0000");
        check(Metric::Rmse, 0.512_345_6, "0.5123");
        check(Metric::Rmse, 9.999_9, "10.00");
        check(Metric::Mae, 254.678_9, "254.7");
        check(Metric::Mae, 1_234_567.8, "1,234,568");
        check(Metric::Mae, 0.000_123_456, "0.0001235");
        check(Metric::Mae, 3.5421e-5, "0.00003542");
        check(Metric::Mae, 1.234_56e-7, "1.235e-7");
        check(Metric::Mae, 1.234_56e12, "1.235e12");
    }

    #[test]
    fn factors_have_two_digits() {
        let shown = [0.4, 0.0567, 9.94, 9.96, 119.6, 0.0].map(two_digits);
        assert_eq!(shown, ["0.40", "0.057", "9.9", "10", "120", "0.0"]);
    }

    #[test]
    fn small_p_values_have_more_digits() {
        assert_eq!([0.000_01, 0.012_345, 0.3].map(probability), ["below 0.0001", "0.0123", "0.30"]);
    }

    #[test]
    fn values_beside_a_score_have_as_many_decimals() {
        assert_eq!(Precision::for_score(Metric::Mae, 254.678_9).show(1.0 / 3.0), "0.3");
        assert_eq!(Precision::for_score(Metric::Mae, 1e12).show(1.0 / 3.0), "0.3333");
        // As of a score that is nearly perfect, beside those of other trials.
        let perfect = Precision::for_score(Metric::Rmse, 3.5421e-5);
        let beside = [0.391_72, 0.087_564, 0.0, 1e-8].map(|value| perfect.show(value));
        assert_eq!(beside, ["0.3917", "0.08756", "0", "1.000e-8"]);
        assert_eq!(Precision::Decimals(4).show(1e30), "1.000e30");
        assert_eq!([-999.5, -1234.25].map(|value| Precision::Decimals(2).show(value)), ["-999.50", "-1,234.25"]);
        assert_eq!(
            [0.25, -0.000_3, -0.000_03].map(|value| Precision::Decimals(4).show_signed(value)),
            ["+0.2500", "-0.0003", "0.0000"]
        );
    }

    #[test]
    fn a_column_has_one_notation() {
        let column = |cells: &[&str]| {
            let mut cells: Vec<String> = cells.iter().map(|&cell| cell.to_owned()).collect();
            use_one_notation(&mut cells);
            cells
        };
        assert_eq!(column(&["0.0001464", "1.5e-7", "0", "", "8"]), ["1.464e-4", "1.5e-7", "0", "", "8e0"]);
        assert_eq!(column(&["0.0001", "0.001", "relu"]), ["0.0001", "0.001", "relu"]);
        assert_eq!(column(&["sigmoide", "0.5"]), ["sigmoide", "0.5"]);
    }
}
