//! Empirical Bayes: variances that are each estimated from little data are moved towards their common value.
//!
//! As Smyth has it (2004, "Linear models and empirical Bayes methods for assessing differential expression in microarray
//! experiments", Statistical Applications in Genetics and Molecular Biology 3): true variances are taken to scatter as a
//! scaled inverse χ² with d₀ degrees of freedom. Estimates s² with d degrees of freedom of their own then have logarithms
//! of variance ψ′(d/2) + ψ′(d₀/2), which gives d₀, and the moderated variance is (d·s² + d₀·s₀²) / (d + d₀).

/// Estimates of variances, added one at a time: their mean, and the scatter of their logarithms (Welford 1962, "Note on a
/// method for calculating corrected sums of squares and products", Technometrics 4).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Estimates {
    pub(super) count: usize,
    sum: f64,
    mean_logarithm: f64,
    squares: f64,
}

impl Estimates {
    /// Adds an estimate above 0.
    pub(super) fn add(&mut self, estimate: f64) {
        self.count += 1;
        self.sum += estimate;
        let logarithm = libm::log(estimate);
        let from_old = logarithm - self.mean_logarithm;
        self.mean_logarithm += from_old / self.count as f64;
        self.squares += from_old * (logarithm - self.mean_logarithm);
    }

    pub(super) fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }

    /// The degrees of freedom d₀ with which true values scatter, given that the logarithms have the variance `sampling` by
    /// chance alone; infinite where they scatter no more than that.
    pub(super) fn prior_freedom(&self, sampling: f64) -> f64 {
        if self.count < 2 {
            return f64::INFINITY;
        }
        let beyond = self.squares / (self.count - 1) as f64 - sampling;
        if beyond > 0.0 { 2.0 * trigamma_inverse(beyond) } else { f64::INFINITY }
    }
}

/// An estimate with `freedom` degrees of freedom, moved towards `common`.
pub(super) fn moderate(own: f64, freedom: f64, common: f64, prior: f64) -> f64 {
    if prior.is_finite() { (freedom * own + prior * common) / (freedom + prior) } else { common }
}

/// ψ′, the second derivative of the logarithm of Γ, of a positive number: by its recurrence and, from 10 on, its
/// asymptotic series (Abramowitz and Stegun 1964, 6.4.6 and 6.4.12).
pub(super) fn trigamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 10.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series =
        1.0 / 6.0 - square * (1.0 / 30.0 - square * (1.0 / 42.0 - square * (1.0 / 30.0 - square * 5.0 / 66.0)));
    sum + 1.0 / x + square / 2.0 + square / x * series
}

/// The number whose ψ′ is `value`, by bisection: 1/ψ′(y) lies between y − ½ and y.
fn trigamma_inverse(value: f64) -> f64 {
    let (mut low, mut high) = (1.0 / value, 1.0 / value + 0.5);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if trigamma(middle) > value { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-11, "{found} and not {expected}");
    }

    /// Expected values from `scipy.special.polygamma(1, …)` 1.17.1.
    #[test]
    fn trigamma_and_its_inverse_match_scipy() {
        let expected = [
            (0.1, 101.433_299_150_792_75),
            (0.5, 4.934_802_200_544_68),
            (1.0, 1.644_934_066_848_226_6),
            (2.5, 0.490_357_756_100_234_9),
            (10.0, 0.105_166_335_681_685_76),
            (1000.0, 0.001_000_500_166_666_633),
        ];
        for (x, value) in expected {
            check(trigamma(x), value);
            assert!((trigamma_inverse(value) / x - 1.0).abs() < 1e-9, "{x}");
        }
    }

    /// By hand: e to the powers of −1, 0 and 1 have logarithms of variance 1, so with a sampling variance of
    /// 1 − ψ′(2½) true values have 5 degrees of freedom. An estimate of 4 with 5 of its own moves half way to 2.
    #[test]
    fn estimates_move_as_far_as_they_scatter_by_chance() {
        let mut estimates = Estimates::default();
        estimates.add(f64::exp(-1.0));
        assert_eq!(estimates.prior_freedom(0.1), f64::INFINITY);
        [1.0, 0.0].map(f64::exp).into_iter().for_each(|estimate| estimates.add(estimate));
        check(estimates.mean(), (f64::exp(-1.0) + 1.0 + f64::exp(1.0)) / 3.0);
        let prior = estimates.prior_freedom(1.0 - 0.490_357_756_100_234_9);
        assert!((prior - 5.0).abs() < 1e-9, "{prior}");
        check(moderate(4.0, 5.0, 2.0, prior), 3.0);
        assert_eq!(estimates.prior_freedom(1.0 + 1e-9), f64::INFINITY);
        assert_eq!(moderate(4.0, 5.0, 2.0, f64::INFINITY), 2.0);
    }
}
