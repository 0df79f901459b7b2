//! Draws from a Beta distribution.

use crossfold_study::Generator;

/// Draws from Beta(α, α), α above 0: X / (X + Y) of two draws from Gamma(α).
pub(super) fn draw_beta(alpha: f64, generator: &mut Generator) -> f64 {
    let (x, y) = (log_gamma_draw(alpha, generator), log_gamma_draw(alpha, generator));
    // Logarithms are used because draws for a small α underflow.
    1.0 / (1.0 + libm::exp(y - x))
}

/// Returns the logarithm of a draw from Gamma(α) (Marsaglia and Tsang 2000, "A simple method for generating gamma
/// variables", ACM TOMS 26(3)).
fn log_gamma_draw(alpha: f64, generator: &mut Generator) -> f64 {
    if alpha < 1.0 {
        // The draw is in (0, 1], because 0 has no logarithm.
        let uniform = 1.0 - generator.unit();
        return log_gamma_draw(alpha + 1.0, generator) + libm::log(uniform) / alpha;
    }
    let d = alpha - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = generator.normal();
        let v = (1.0 + c * x).powi(3);
        let uniform = 1.0 - generator.unit();
        if v > 0.0 && libm::log(uniform) < 0.5 * x * x + d * (1.0 - v + libm::log(v)) {
            return libm::log(d * v);
        }
    }
}

#[cfg(test)]
mod tests {
    use crossfold_study::Seed;

    use super::*;

    /// The mean is ½, the variance 1 / (4·(2α + 1)).
    #[test]
    fn beta_draws_have_the_expected_moments() {
        for alpha in [0.01, 0.2, 1.0, 4.0] {
            let mut generator = Seed(4).subset();
            let draws: Vec<f64> = (0..40_000).map(|_| draw_beta(alpha, &mut generator)).collect();
            assert!(draws.iter().all(|draw| (0.0..=1.0).contains(draw)));
            let mean = draws.iter().sum::<f64>() / 4e4;
            let variance = draws.iter().map(|draw| (draw - 0.5).powi(2)).sum::<f64>() / 4e4;
            let expected = 0.25 / (2.0 * alpha + 1.0);
            assert!((mean - 0.5).abs() < 4.0 * (expected / 4e4).sqrt(), "α = {alpha}: {mean}");
            assert!((variance / expected - 1.0).abs() < 0.03, "α = {alpha}: {variance}, not {expected}");
        }
    }
}
