//! A Gaussian process conditioned on observations (Rasmussen and Williams 2006, chapter 2).

use super::factor::{Factor, LANES, dot};
use super::kernel::{Columns, Ruler, correlations, correlations_and_slopes};
use super::likelihood::Scales;

/// A Gaussian process with mean 0, conditioned on values.
#[derive(Clone, Debug)]
pub(super) struct Process {
    rulers: Vec<Ruler>,
    scales: Scales,
    weights: Vec<f64>,
    columns: Columns,
    /// The variance of each observation about the function.
    noise: Vec<f64>,
    factor: Factor,
    /// K⁻¹·y.
    solved: Vec<f64>,
}

/// The posterior of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Posterior {
    pub(super) mean: f64,
    pub(super) variance: f64,
}

impl Process {
    pub(super) fn new(rulers: Vec<Ruler>, scales: Scales) -> Process {
        let columns = Columns::new(rulers.len());
        let weights = scales.weights();
        Process { rulers, scales, weights, columns, noise: Vec::new(), factor: Factor::default(), solved: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.factor.len()
    }

    pub(super) fn scales(&self) -> &Scales {
        &self.scales
    }

    /// Adds a point. Posteriors are valid again after [`condition`](Process::condition).
    ///
    /// `noise_factor` is the noise of the observation as a multiple of the usual one.
    pub(super) fn push(&mut self, at: &[f64], noise_factor: f64) {
        let mut covariances = vec![0.0; self.len()];
        self.covariances(at, &mut covariances);
        let noise = self.scales.noise * noise_factor;
        self.factor.push(&covariances, self.scales.amplitude + noise, noise);
        self.columns.push(at);
        self.noise.push(noise);
    }

    /// Removes all points but the first `points`.
    pub(super) fn truncate(&mut self, points: usize) {
        self.factor.truncate(points);
        self.columns.truncate(points);
        self.noise.truncate(points);
    }

    /// Conditions the process on the values of the first points. The other points get the values that are expected there, so
    /// that they reduce variances and do not change means (Ginsbourger et al. 2010, "Kriging is well-suited to parallelize
    /// optimization").
    pub(super) fn condition(&mut self, values: &[f64]) {
        let points = self.len();
        let product = self.factor.multiply(values);
        self.solved = self.factor.multiply_transposed(&product);
        self.solved.resize(points, 0.0);
    }

    /// The mean at each point with a known value.
    pub(super) fn means(&self, values: &[f64]) -> Vec<f64> {
        let parts = values.iter().zip(&self.solved).zip(&self.noise);
        parts.map(|((value, solved), noise)| value - noise * solved).collect()
    }

    fn covariances(&self, at: &[f64], out: &mut [f64]) {
        correlations(&self.rulers, &self.weights, &self.columns, at, out);
        out.iter_mut().for_each(|value| *value *= self.scales.amplitude);
    }

    pub(super) fn posteriors(&self, points: &[Vec<f64>]) -> Vec<Posterior> {
        let mut posteriors = Vec::with_capacity(points.len());
        let mut covariances = vec![0.0; self.len()];
        let mut lanes = vec![[0.0; LANES]; self.len()];
        for points in points.chunks(LANES) {
            let mut means = [0.0; LANES];
            for (lane, point) in points.iter().enumerate() {
                self.covariances(point, &mut covariances);
                means[lane] = dot(&covariances, &self.solved);
                for (lanes, value) in lanes.iter_mut().zip(&covariances) {
                    lanes[lane] = *value;
                }
            }
            let known = self.factor.quadratic(&lanes);
            let posterior = |lane| Posterior { mean: means[lane], variance: self.remaining_variance(known[lane]) };
            posteriors.extend((0..points.len()).map(posterior));
        }
        posteriors
    }

    /// The variance that remains after `known` of it is explained.
    fn remaining_variance(&self, known: f64) -> f64 {
        (self.scales.amplitude - known).max(1e-12 * self.scales.amplitude)
    }

    /// The posterior at a point, and the slopes of mean and variance along some axes of numbers.
    pub(super) fn slopes(&self, at: &[f64], axes: &[usize]) -> (Posterior, Vec<[f64; 2]>) {
        let mut covariances = vec![0.0; self.len()];
        let mut slopes = covariances.clone();
        correlations_and_slopes(&self.rulers, &self.weights, &self.columns, at, &mut covariances, &mut slopes);
        covariances.iter_mut().chain(&mut slopes).for_each(|value| *value *= self.scales.amplitude);
        let product = self.factor.multiply(&covariances);
        let solved = self.factor.multiply_transposed(&product);
        let posterior = Posterior {
            mean: dot(&covariances, &self.solved),
            variance: self.remaining_variance(dot(&product, &product)),
        };
        let by_axis = |axis: &usize| {
            let mut sums = [0.0; 2];
            for (point, coordinate) in self.columns.0[*axis].iter().enumerate() {
                let slope = slopes[point] * (at[*axis] - coordinate);
                sums[0] += slope * self.solved[point];
                sums[1] += slope * solved[point];
            }
            [2.0 * self.weights[*axis] * sums[0], -4.0 * self.weights[*axis] * sums[1]]
        };
        (posterior, axes.iter().map(by_axis).collect())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::slice;

    use super::*;

    const WORDS: Ruler = Ruler::Words { to_middle: 0.375 };

    pub(in super::super) const RULERS: [Ruler; 3] = [Ruler::Line, Ruler::Line, WORDS];
    pub(in super::super) const POINTS: [[f64; 3]; 5] =
        [[0.1, 0.2, 3.0], [0.8, 0.9, 1.0], [0.3, 0.7, -1.0], [0.55, 0.4, 0.0], [0.95, 0.05, 3.0]];
    pub(in super::super) const VALUES: [f64; 5] = [0.3, -1.2, 0.7, 1.1, -0.4];
    pub(in super::super) const NOISE_FACTORS: [f64; 5] = [1.0, 2.0, 0.5, 1.0, 3.0];

    pub(in super::super) fn scales() -> Scales {
        Scales { lengths: vec![0.5, 2.0, 1.5], amplitude: 1.7, noise: 0.04 }
    }

    fn process() -> Process {
        let mut process = Process::new(RULERS.to_vec(), scales());
        for (point, noise_factor) in POINTS.iter().zip(NOISE_FACTORS) {
            process.push(point, noise_factor);
        }
        process.condition(&VALUES);
        process
    }

    /// Reference: scikit-learn 1.9.1 with NumPy 2.4.6, `GaussianProcessRegressor(1.7 * Matern(…, nu=2.5), alpha=0.04 *
    /// [1, 2, 0.5, 1, 3], optimizer=None)`, words as in the kernel's test.
    #[test]
    fn posteriors_match_scikit_learn() {
        let posteriors = process().posteriors(&[vec![0.2, 0.3, 3.0], vec![0.7, 0.6, 2.0], vec![0.5, 0.5, -1.0]]);
        let means = [0.409_563_675_454_102_1, -0.036_388_677_718_541_29, 0.537_989_625_143_630_2];
        let variances = [0.094_937_008_333_290_55, 0.633_159_168_780_468_4, 0.158_350_447_086_912_83];
        for (posterior, (mean, variance)) in posteriors.iter().zip(means.into_iter().zip(variances)) {
            assert!((posterior.mean - mean).abs() < 1e-12, "{posterior:?}");
            assert!((posterior.variance - variance).abs() < 1e-12, "{posterior:?}");
        }
    }

    #[test]
    fn derivatives_match_finite_differences() {
        let process = process();
        let at = [0.35, 0.6, 1.0];
        let (posterior, slopes) = process.slopes(&at, &[0, 1]);
        assert!((posterior.mean - process.posteriors(&[at.to_vec()])[0].mean).abs() < 1e-14);
        for (axis, slopes) in slopes.into_iter().enumerate() {
            let beside = |step: f64| {
                let mut at = at.to_vec();
                at[axis] += step;
                process.posteriors(&[at])[0]
            };
            let (above, below) = (beside(1e-5), beside(-1e-5));
            assert!(((above.mean - below.mean) / 2e-5 - slopes[0]).abs() < 1e-8, "{axis}");
            assert!(((above.variance - below.variance) / 2e-5 - slopes[1]).abs() < 1e-8, "{axis}");
        }
    }

    #[test]
    fn means_at_known_points_match_the_posterior() {
        let process = process();
        let posteriors = process.posteriors(&POINTS.map(|point| point.to_vec()));
        for (mean, posterior) in process.means(&VALUES).into_iter().zip(posteriors) {
            assert!((mean - posterior.mean).abs() < 1e-12);
        }
    }

    #[test]
    fn pending_points_reduce_variances_until_they_are_removed() {
        let before = process();
        let mut process = before.clone();
        let at = vec![0.5, 0.5, 2.0];
        process.push(&at, 1.0);
        process.condition(&VALUES);
        let (with, without) = (process.posteriors(slice::from_ref(&at))[0], before.posteriors(slice::from_ref(&at))[0]);
        assert!((with.mean - without.mean).abs() < 1e-12);
        assert!(with.variance < 0.1 * without.variance);
        process.truncate(5);
        process.condition(&VALUES);
        assert_eq!(process.posteriors(&[at])[0], without);
    }
}
