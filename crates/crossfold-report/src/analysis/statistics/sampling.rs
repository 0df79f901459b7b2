//! How much a score varies between samples of rows.

use std::collections::BTreeMap;

use crossfold_network::Task;
use crossfold_study::{Metric, Predictions, Truth, influence};

use super::score_scale::ScoreScale;
use super::{interval_around, quantile, row_sampling_error};

/// The standard error of each metric that is defined on some rows, from the rows' [`influence`]: how much the metric
/// would vary between samples of as many rows.
pub fn sampling_errors(truth: &Truth, predictions: &Predictions, classes: usize) -> BTreeMap<Metric, f64> {
    let (task, rows) = match truth {
        Truth::Labels(labels) => (Task::Classification, labels.len()),
        Truth::Numbers(numbers) => (Task::Regression, numbers.len()),
    };
    let error = |&metric: &Metric| {
        let shares: Vec<f32> =
            influence(metric, truth, predictions, classes)?.iter().map(|share| (share / rows as f64) as f32).collect();
        Some((metric, row_sampling_error(&shares)))
    };
    // If all rows have the same influence, the variance can't be estimated, except that of the accuracy, which follows from
    // the number of rows.
    let is_known = |&(metric, error): &(Metric, f64)| error.is_finite() && (error > 0.0 || metric.is_proportion());
    Metric::all_for(task).iter().filter_map(error).filter(is_known).collect()
}

/// The 95 % confidence interval of a score on new rows of the same kind. For the accuracy it is Wilson's (1927, "Probable
/// inference, the law of succession, and statistical inference", JASA 22), which holds near 0 and 1, too; for the other
/// metrics it is that of the normal distribution about the score.
pub(crate) fn sampling_interval(metric: Metric, score: f64, error: f64, rows: u64) -> [f64; 2] {
    let reach = quantile(0.975, f64::INFINITY);
    if metric.is_proportion() {
        return ScoreScale::share_interval(score, rows as f64, reach);
    }
    interval_around(metric, score, reach * error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from `statsmodels.stats.proportion.proportion_confint(count, nobs, method="wilson")` 0.15.0.
    #[test]
    fn an_accuracy_has_wilsons_interval() {
        let check = |score: f64, rows: u64, expected: [f64; 2]| {
            let found = sampling_interval(Metric::Accuracy, score, 0.0, rows);
            let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12;
            assert!(found.iter().zip(&expected).all(close), "{found:?}");
        };
        check(0.9, 100, [0.8256343384950865, 0.9447708629393249]);
        check(1.0, 20, [0.8388748419471804, 1.0]);
        check(0.0, 5, [0.0, 0.43448246478317487]);
    }

    /// By hand: squared errors 1 and 4 have the mean 2.5 and the standard deviation √4.5; of the mean absolute error,
    /// 1 and 2, the standard error is 1/2.
    #[test]
    fn the_standard_error_follows_from_the_rows() {
        let errors = sampling_errors(&Truth::Numbers(vec![0.0, 0.0]), &Predictions([1.0, 2.0][..].into()), 0);
        assert_eq!(errors[&Metric::Mae], 0.5);
        let expected = (4.5_f64 / 2.0).sqrt() / (2.0 * 2.5_f64.sqrt());
        assert!((errors[&Metric::Rmse] - expected).abs() < 1e-7);
        assert!(!errors.contains_key(&Metric::R2), "the targets don't differ");
        let [low, high] = sampling_interval(Metric::Mae, 1.5, 0.5, 2);
        assert!((low - 0.52001800773).abs() < 1e-10 && (high - 2.47998199227).abs() < 1e-10, "{low} {high}");
    }
}
