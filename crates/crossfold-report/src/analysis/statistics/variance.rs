//! The variance of a score, or of the difference of two, and the test that follows from it.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// The variance of a score, or of the difference of two, between repetitions of a study with other rows, by its two sources.
///
/// Many rows tell their component well, each row compared with itself and counted once in any number of repeats. What the
/// folds vary beyond their rows is the noise of training: initial weights, the order of rows. The two add up to the variance
/// of independent folds. The variance of a difference over simulated studies (`benches/statistics/ties.py`) was 0.94 to 1.11
/// times that where there is something to learn, so nothing is added for folds that share training rows but what
/// [`RowVariances`](super::RowVariances) adds among many trials; a score by itself needs an
/// [allowance](super::Estimator).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Variance {
    /// Due to rows.
    pub(crate) rows: f64,
    /// Degrees of freedom of the estimate of `rows`.
    pub(crate) rows_freedom: f64,
    /// Due to training.
    pub(crate) training: f64,
    /// The square of all variance that the folds show, by its degrees of freedom: half the variance of the estimate of
    /// `training`. 0 where `training` is.
    pub(crate) training_spread: f64,
}

impl Variance {
    /// The whole variance.
    pub(crate) fn total(&self) -> f64 {
        self.rows + self.training
    }

    /// The variance of the difference of two independent samples (Welch 1947, "The generalization of 'Student's' problem
    /// when several different population variances are involved", Biometrika 34).
    pub(super) fn plus(self, other: Variance) -> Variance {
        let rows = self.rows + other.rows;
        let spread = self.rows.powi(2) / self.rows_freedom + other.rows.powi(2) / other.rows_freedom;
        Variance {
            rows,
            rows_freedom: if spread > 0.0 { rows * rows / spread } else { f64::INFINITY },
            training: self.training + other.training,
            training_spread: self.training_spread + other.training_spread,
        }
    }

    /// The degrees of freedom of the total (Satterthwaite 1946, "An approximate distribution of estimates of variance
    /// components", Biometrics Bulletin 2), at least 1.
    pub(crate) fn degrees_of_freedom(&self) -> f64 {
        let spread = self.rows * self.rows / self.rows_freedom + self.training_spread;
        if spread > 0.0 { (self.total().powi(2) / spread).max(1.0) } else { f64::INFINITY }
    }

    /// The two-sided p-value of a difference. One without variance shows nothing.
    pub(crate) fn p_value(&self, difference: f64) -> f64 {
        if self.total() > 0.0 { two_sided(difference / self.total().sqrt(), self.degrees_of_freedom()) } else { 1.0 }
    }

    /// The number of standard errors of a normal distribution that is as rare as `difference`; 0 for a difference that isn't
    /// positive.
    pub(crate) fn normal_score(&self, difference: f64) -> f64 {
        if difference <= 0.0 {
            return 0.0;
        }
        -Normal::standard().inverse_cdf(self.p_value(difference) / 2.0)
    }
}

/// The quantile of Student's t distribution; of the normal distribution for infinite degrees of freedom.
pub(crate) fn quantile(probability: f64, degrees_of_freedom: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, degrees_of_freedom) {
        Ok(t) if degrees_of_freedom.is_finite() => t.inverse_cdf(probability),
        Ok(_) | Err(_) => Normal::standard().inverse_cdf(probability),
    }
}

/// The probability of a statistic at least as far from 0.
pub(super) fn two_sided(statistic: f64, degrees_of_freedom: f64) -> f64 {
    let below = -statistic.abs();
    2.0 * match StudentsT::new(0.0, 1.0, degrees_of_freedom) {
        Ok(t) if degrees_of_freedom.is_finite() => t.cdf(below),
        Ok(_) | Err(_) => Normal::standard().cdf(below),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} and not {expected}");
    }

    /// Reference: `scipy.stats.t.ppf` and `scipy.stats.norm.ppf`, SciPy 1.17.1.
    #[test]
    fn quantiles_match_scipy() {
        check(quantile(0.95, 1.0), 6.313751514675037);
        check(quantile(0.95, 4.0), 2.1318467863266495);
        check(quantile(0.975, 4.0), 2.7764451051977934);
        check(quantile(0.975, 49.0), 2.0095752371292392);
        check(quantile(0.95, f64::INFINITY), 1.6448536269514722);
    }

    /// By hand: (3 + 1)² / (3²/99 + 1²/4) degrees of freedom; the p-value and score are of `scipy.stats.t.sf` and
    /// `scipy.stats.norm.isf` 1.17.1.
    #[test]
    fn the_degrees_of_freedom_are_satterthwaites() {
        let pair = Variance { rows: 3.0, rows_freedom: 99.0, training: 1.0, training_spread: 0.25 };
        check(pair.degrees_of_freedom(), 16.0 / (9.0 / 99.0 + 0.25));
        check(pair.p_value(6.0), 0.004311670425936598);
        check(pair.normal_score(6.0), 2.8544110478208204);
        assert_eq!(pair.normal_score(-6.0), 0.0);
        let folds_alone = Variance { rows: 0.0, rows_freedom: 1.0, training: 4.0, training_spread: 4.0 };
        check(folds_alone.degrees_of_freedom(), 4.0);
        let much_noise = Variance { rows: 0.25, rows_freedom: 99.0, training: 0.25, training_spread: 9.0 };
        check(much_noise.degrees_of_freedom(), 1.0);
        let none = Variance { rows: 0.0, rows_freedom: 1.0, training: 0.0, training_spread: 0.0 };
        assert_eq!([none.p_value(1.0), none.normal_score(1.0)], [1.0, 0.0]);
    }
}
