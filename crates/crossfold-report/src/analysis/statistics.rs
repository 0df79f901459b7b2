//! Inference from a few scores and rows to the expected score.

mod bootstrap;
mod chosen;
mod evidence;
mod expected_score;
mod moderation;
mod noise;
mod paired;
mod row_variances;
mod sampling;
mod score_scale;
mod selection;
mod temperature;
mod ties;
mod units;
mod variance;
mod winsorize;

use crossfold_study::{Direction, Metric};

pub(crate) use bootstrap::{deviations, draw_rows};
pub(crate) use chosen::{Choice, ChosenBest};
pub(crate) use evidence::{Evidence, number_places};
pub(crate) use expected_score::{Estimator, ExpectedScore};
pub(crate) use noise::Noise;
pub(crate) use paired::{CrossedSide, Difference, Overlap, Population, Shares, Side, mcnemar};
pub(crate) use row_variances::RowVariances;
pub use sampling::sampling_errors;
pub(crate) use sampling::sampling_interval;
pub(crate) use selection::correct_for_selection;
pub(crate) use temperature::{at_temperature, temperature};
pub(crate) use ties::{LEVEL, Ties};
pub(crate) use units::UnitShares;
pub(crate) use variance::quantile;
pub(crate) use winsorize::Winsorized;

/// 1 where a greater value of `metric` is better, −1 where a smaller one is.
pub(crate) fn sign(metric: Metric) -> f64 {
    match metric.direction() {
        Direction::Maximize => 1.0,
        Direction::Minimize => -1.0,
    }
}

/// The mean; NaN for no values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The sample variance about `mean`, with divisor m − 1.
fn sample_variance(values: &[f64], mean: f64) -> f64 {
    squared_deviations(values, mean) / (values.len() as f64 - 1.0)
}

/// The standard deviation about `mean`, with divisor m.
pub(crate) fn standard_deviation(values: &[f64], mean: f64) -> f64 {
    (squared_deviations(values, mean) / values.len() as f64).sqrt()
}

fn squared_deviations(values: &[f64], mean: f64) -> f64 {
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

/// The standard error of `mean`, the mean of `scores`: sd/√m, with the sample's standard deviation
/// (divisor m − 1). `None` for fewer than two scores, which say nothing about their variance.
///
/// Folds share most of their training rows, so their scores are not independent, and this is
/// likely too small (Bengio and Grandvalet 2004, "No unbiased estimator of the variance of k-fold
/// cross-validation", JMLR 5); the one-standard-error rule is stated in it.
pub(crate) fn standard_error(scores: &[f64], mean: f64) -> Option<f64> {
    (scores.len() >= 2).then(|| (sample_variance(scores, mean) / scores.len() as f64).sqrt())
}

/// The standard error of `mean` with the correction of Nadeau and Bengio (2003, "Inference for the generalization
/// error", Machine Learning 52, section 4): sd·√(1/m + ratio), `ratio` being validation rows to training rows. It allows
/// for folds that share training rows; judged by Student's t with m − 1 degrees of freedom. `None` for fewer than two
/// scores.
pub(crate) fn corrected_error(scores: &[f64], mean: f64, ratio: f64) -> Option<f64> {
    let count = scores.len() as f64;
    Some(standard_error(scores, mean)? * (1.0 + count * ratio).sqrt())
}

/// The 95 % confidence interval of the expected score, limited to the values that the metric can have.
pub(crate) fn interval(mean: f64, error: f64, degrees_of_freedom: f64, metric: Metric) -> [f64; 2] {
    interval_around(metric, mean, quantile(0.975, degrees_of_freedom) * error)
}

/// The scores up to `half` from `score`, limited to the values that the metric can have.
fn interval_around(metric: Metric, score: f64, half: f64) -> [f64; 2] {
    let [least, most] = metric.range();
    [(score - half).max(least), (score + half).min(most)]
}

/// The standard error of a mean over rows, given each row's share in it; the shares sum to 0.
pub(crate) fn row_sampling_error(shares: &[f32]) -> f64 {
    let rows = shares.len() as f64;
    let squares: f64 = shares.iter().map(|&share| f64::from(share).powi(2)).sum();
    (squares * rows / (rows - 1.0).max(1.0)).sqrt()
}

/// Differences this small, relative to 1 or the score, are rounding and not the network's. Scores read from a file may
/// be off by a last digit, too.
pub(crate) const ROUNDING: f64 = 1e-12;

/// The difference of two scores, `new` minus `old`; 0 where they differ by rounding alone.
pub(crate) fn difference_beyond_rounding(old: f64, new: f64) -> f64 {
    let difference = new - old;
    if difference.abs() <= ROUNDING * old.abs().max(1.0) { 0.0 } else { difference }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from `scipy.stats.sem` 1.17.1 and `numpy.mean` 2.4.6.
    #[test]
    fn standard_errors_match_scipy() {
        let check = |scores: &[f64], mean: f64, expected: f64| {
            let error = standard_error(scores, mean).unwrap();
            assert!((error - expected).abs() < 1e-15, "{scores:?}: {error}");
        };
        check(&[0.9, 0.92, 0.88, 0.91, 0.93], 0.908, 0.008602325267042635);
        check(&[0.25, 0.75], 0.5, 0.25);
        check(&[2.3, 1.9, 2.1, 2.05], 2.0874999999999995, 0.08260094833999586);
    }

    /// Expected values from NumPy 2.4.6 and `scipy.stats.t.ppf` 1.17.1: sd·√(1/5 + 1/4) and 2.776 times that.
    #[test]
    fn a_corrected_error_allows_for_shared_rows() {
        let scores = [0.9, 0.92, 0.88, 0.91, 0.93];
        let error = corrected_error(&scores, 0.908, 0.25).unwrap();
        assert!((error - 0.012_903_487_900_563_953).abs() < 1e-15, "{error}");
        let [low, high] = interval(0.908, error, 4.0, Metric::Accuracy);
        assert!((low - 0.872_174_174_178_500_1).abs() < 1e-9 && (high - 0.943_825_825_821_499_9).abs() < 1e-9);
        assert_eq!(interval(0.908, 0.1, 4.0, Metric::Accuracy)[1], 1.0, "no accuracy is above 1");
        assert_eq!(interval(0.1, 0.1, 4.0, Metric::Rmse)[0], 0.0, "no error is below 0");
    }

    /// Expected values from `scipy.stats.t.ppf(0.975, …)` and `scipy.stats.norm.ppf(0.975)` 1.17.1.
    #[test]
    fn quantiles_match_scipy() {
        let expected = [
            (1.0, 12.706_204_736_174_694),
            (4.0, 2.776_445_105_197_793_4),
            (19.0, 2.093_024_054_408_308_7),
            (99.0, 1.984_216_951_586_417_4),
            (f64::INFINITY, 1.959_963_984_540_054),
        ];
        for (freedom, expected) in expected {
            let found = quantile(0.975, freedom);
            assert!((found / expected - 1.0).abs() < 1e-9, "{freedom}: {found}");
        }
    }

    #[test]
    fn one_score_has_no_standard_error() {
        assert_eq!(standard_error(&[0.9], 0.9), None);
        assert_eq!(standard_error(&[], 0.0), None);
    }
}
