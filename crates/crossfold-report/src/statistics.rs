//! What a few scores say about more of their kind.

/// The standard error of `mean`, the mean of `scores`: sd/√m, with the sample's standard deviation
/// (divisor m − 1). `None` for fewer than two scores, which say nothing of their spread.
///
/// Folds share most of their training rows, so their scores are not independent, and this is
/// likely too small (Bengio and Grandvalet 2004, "No unbiased estimator of the variance of k-fold
/// cross-validation", JMLR 5); it is what the one-standard-error rule is stated in.
pub(crate) fn standard_error(scores: &[f64], mean: f64) -> Option<f64> {
    if scores.len() < 2 {
        return None;
    }
    let count = scores.len() as f64;
    let squares: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
    Some((squares / (count - 1.0) / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from `scipy.stats.sem` 1.17.1 and `numpy.mean` 2.4.6.
    #[test]
    fn standard_errors_are_those_of_scipy() {
        let check = |scores: &[f64], mean: f64, expected: f64| {
            let error = standard_error(scores, mean).unwrap();
            assert!((error - expected).abs() < 1e-15, "{scores:?}: {error}");
        };
        check(&[0.9, 0.92, 0.88, 0.91, 0.93], 0.908, 0.008602325267042635);
        check(&[0.25, 0.75], 0.5, 0.25);
        check(&[2.3, 1.9, 2.1, 2.05], 2.0874999999999995, 0.08260094833999586);
    }

    #[test]
    fn one_score_has_no_standard_error() {
        assert_eq!(standard_error(&[0.9], 0.9), None);
        assert_eq!(standard_error(&[], 0.0), None);
    }
}
