//! The length scales, amplitude and noise with the highest posterior density.

use crossfold_kernels::simd::{self as macerator, Simd, with_simd};

use super::descent::{Limits, descend};
use super::factor::{Factor, dot};
use super::kernel::{Columns, Ruler, correlations_and_slopes, squared_distance};

/// The parameters of a process. Values are standardised, so variances are shares of theirs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scales {
    /// The length scale of each axis, in the unit of its ruler.
    pub(super) lengths: Vec<f64>,
    /// The variance of the function.
    pub(super) amplitude: f64,
    /// The variance of an observation with usual noise about the function.
    pub(super) noise: f64,
}

/// The least variance of an observation; without it, neighbouring points would make covariances singular.
pub(super) const LEAST_NOISE: f64 = 1e-6;

impl Scales {
    /// One over the square of each length scale.
    pub(super) fn weights(&self) -> Vec<f64> {
        self.lengths.iter().map(|length| 1.0 / (length * length)).collect()
    }

    fn logarithms(&self) -> Vec<f64> {
        let noise = self.noise - LEAST_NOISE;
        self.lengths.iter().chain([&self.amplitude, &noise]).map(|scale| libm::log(*scale)).collect()
    }

    fn from_logarithms(logarithms: &[f64]) -> Scales {
        let axes = logarithms.len() - 2;
        let scale = |logarithm: &f64| libm::exp(*logarithm);
        Scales {
            lengths: logarithms[..axes].iter().map(scale).collect(),
            amplitude: scale(&logarithms[axes]),
            noise: scale(&logarithms[axes + 1]) + LEAST_NOISE,
        }
    }
}

/// The observations to which scales are fitted.
pub(super) struct Sample<'a> {
    pub(super) rulers: &'a [Ruler],
    pub(super) columns: &'a Columns,
    pub(super) values: &'a [f64],
    /// The noise variance of each observation, as a multiple of the usual one.
    pub(super) noise_factors: &'a [f64],
}

/// The starts of the search for scales: a length for all axes, and a noise. The likelihood often has one optimum where values
/// are smooth and noisy, and another where they are rugged and exact.
const STARTS: [(f64, f64); 2] = [(1.0, 1e-2), (0.3, 1e-3)];

const LIMITS: Limits = Limits { steps: 30, flat: 1e-2 };

/// The scales with the highest posterior density under [`prior`].
pub(super) fn fit(sample: &Sample<'_>) -> Scales {
    let axes = sample.rulers.len();
    let bounds = |length: f64, amplitude: f64, noise: f64| {
        let mut bounds = vec![libm::log(length); axes];
        bounds.extend([libm::log(amplitude), libm::log(noise)]);
        bounds
    };
    let (low, high) = (bounds(0.02, 1e-3, 1e-9), bounds(60.0, 1e3, 2.0));
    let [first, second] = STARTS.map(|(length, noise)| {
        let start = Scales { lengths: vec![length; axes], amplitude: 1.0, noise: noise + LEAST_NOISE };
        let function = |at: &[f64], gradient: &mut [f64]| negative_log_posterior(sample, at, gradient);
        descend(&start.logarithms(), (&low, &high), LIMITS, function)
    });
    Scales::from_logarithms(if second.1 < first.1 { &second.0 } else { &first.0 })
}

/// The negative logarithm of the posterior density of scales, up to a constant. Scales are given by their logarithms.
fn negative_log_posterior(sample: &Sample<'_>, logarithms: &[f64], gradient: &mut [f64]) -> f64 {
    let scales = Scales::from_logarithms(logarithms);
    let value = -log_likelihood(sample, &scales, gradient);
    gradient.iter_mut().for_each(|slope| *slope = -*slope);
    let last = gradient.len() - 1;
    gradient[last] *= (scales.noise - LEAST_NOISE) / scales.noise;
    value + prior(&scales, gradient)
}

/// The negative logarithm of the prior density of scales. Its slopes by their logarithms are added to `gradient`.
///
/// The priors are those of Optuna 5's `GPSampler` (`optuna/_gp/prior.py`): w/10 + 1/(10·w) for one over the square of a length, w; gamma
/// densities of shape 2 and rate 1 for the amplitude, of shape 1.1 and rate 30 for the noise. They keep lengths between about
/// 0.3 and 3 unless the values say otherwise. Log-normal ones whose median grows with the root of the number of axes, after
/// Hvarfner, Hellsten and Nardi 2024 ("Vanilla Bayesian optimization performs great in high dimensions") but tighter, did worse
/// in spaces of up to six axes; the paper's own constants were not tried.
fn prior(scales: &Scales, gradient: &mut [f64]) -> f64 {
    let axes = scales.lengths.len();
    let mut sum = 0.0;
    for (axis, weight) in scales.weights().into_iter().enumerate() {
        sum += 0.1 / weight + 0.1 * weight;
        gradient[axis] += 0.2 / weight - 0.2 * weight;
    }
    sum += scales.amplitude - libm::log(scales.amplitude);
    gradient[axes] += scales.amplitude - 1.0;
    sum += 30.0 * scales.noise - 0.1 * libm::log(scales.noise);
    gradient[axes + 1] += (30.0 - 0.1 / scales.noise) * (scales.noise - LEAST_NOISE);
    sum
}

/// The logarithm of the marginal likelihood (Rasmussen and Williams 2006, equations 5.8 and 5.9). Writes its slopes by the
/// logarithms of the scales into `gradient`.
pub(super) fn log_likelihood(sample: &Sample<'_>, scales: &Scales, gradient: &mut [f64]) -> f64 {
    let count = sample.values.len();
    let weights = scales.weights();
    let mut factor = Factor::default();
    let mut covariances = vec![0.0; count * (count + 1) / 2];
    let mut slopes = covariances.clone();
    for index in 0..count {
        let row = index * (index + 1) / 2..index * (index + 1) / 2 + index;
        let (covariances, slopes) = (&mut covariances[row.clone()], &mut slopes[row]);
        let at = sample.columns.point(index);
        correlations_and_slopes(sample.rulers, &weights, sample.columns, &at, covariances, slopes);
        covariances.iter_mut().chain(slopes).for_each(|value| *value *= scales.amplitude);
        let noise = scales.noise * sample.noise_factors[index];
        factor.push(covariances, scales.amplitude + noise, noise);
    }
    let solved = factor.solve(sample.values);
    let pull = covariance_slopes(&factor, &solved);
    slope(sample, scales, &weights, (&covariances, &slopes, &pull), gradient);
    let fit = dot(sample.values, &solved);
    -0.5 * (fit + factor.log_determinant() + count as f64 * libm::log(2.0 * std::f64::consts::PI))
}

/// Twice the derivative of the likelihood by each covariance: the lower triangle of ααᵀ - K⁻¹.
fn covariance_slopes(factor: &Factor, solved: &[f64]) -> Vec<f64> {
    let mut pull = factor.inverse();
    let mut start = 0;
    for (index, a) in solved.iter().enumerate() {
        for (value, b) in pull[start..].iter_mut().zip(&solved[..=index]) {
            *value = a * b - *value;
        }
        start += index + 1;
    }
    pull
}

/// The slopes of the likelihood from those of the covariances.
fn slope(
    sample: &Sample<'_>,
    scales: &Scales,
    weights: &[f64],
    (covariances, slopes, pull): (&[f64], &[f64], &[f64]),
    gradient: &mut [f64],
) {
    gradient.fill(0.0);
    let axes = weights.len();
    let count = sample.values.len();
    // By axis and point, which needs no sums within a vector.
    let mut moments = Columns(vec![vec![0.0; count]; axes]);
    let mut by_distance = vec![0.0; count];
    let mut start = 0;
    for index in 0..count {
        let below = start..start + index;
        add_moments(
            sample.rulers,
            sample.columns,
            [&slopes[below.clone()], &pull[below.clone()]],
            &mut by_distance,
            &mut moments,
        );
        let on_diagonal = 0.5 * pull[start + index];
        gradient[axes] += dot(&covariances[below.clone()], &pull[below]) + on_diagonal * scales.amplitude;
        gradient[axes + 1] += on_diagonal * scales.noise * sample.noise_factors[index];
        start += index + 1;
    }
    for axis in 0..axes {
        gradient[axis] = -2.0 * weights[axis] * moments.0[axis].iter().sum::<f64>();
    }
}

/// Adds to `moments` the squared distances of a point from those before it on each axis, each times the product of its two
/// `factors`.
#[with_simd]
fn add_moments<S: Simd>(
    rulers: &[Ruler],
    columns: &Columns,
    factors: [&[f64]; 2],
    products: &mut [f64],
    moments: &mut Columns,
) {
    let count = factors[0].len();
    for ((product, a), b) in products.iter_mut().zip(factors[0]).zip(factors[1]) {
        *product = a * b;
    }
    for ((ruler, column), moments) in rulers.iter().zip(&columns.0).zip(&mut moments.0) {
        let at = column[count];
        match *ruler {
            Ruler::Line => {
                for ((sum, place), product) in moments.iter_mut().zip(&column[..count]).zip(&products[..count]) {
                    *sum += product * ((at - place) * (at - place));
                }
            }
            words @ Ruler::Words { .. } => {
                for ((sum, place), product) in moments.iter_mut().zip(&column[..count]).zip(&products[..count]) {
                    *sum += product * squared_distance(words, at, *place);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::process::tests::{NOISE_FACTORS, POINTS, RULERS, VALUES, scales};
    use super::*;

    fn columns() -> Columns {
        let mut columns = Columns::new(3);
        POINTS.iter().for_each(|point| columns.push(point));
        columns
    }

    fn sample(columns: &Columns) -> Sample<'_> {
        Sample { rulers: &RULERS, columns, values: &VALUES, noise_factors: &NOISE_FACTORS }
    }

    /// Reference: scikit-learn 1.9.1, `log_marginal_likelihood` of the process in `process.rs`.
    #[test]
    fn the_likelihood_matches_scikit_learn() {
        let ours = log_likelihood(&sample(&columns()), &scales(), &mut [0.0; 5]);
        assert!((ours + 6.622_010_570_622_693).abs() < 1e-12, "{ours}");
    }

    #[test]
    fn derivatives_match_finite_differences() {
        let columns = columns();
        let at = scales().logarithms();
        let mut gradient = [0.0; 5];
        negative_log_posterior(&sample(&columns), &at, &mut gradient);
        for (index, slope) in gradient.into_iter().enumerate() {
            let beside = |step: f64| {
                let mut at = at.clone();
                at[index] += step;
                negative_log_posterior(&sample(&columns), &at, &mut [0.0; 5])
            };
            let difference = (beside(1e-5) - beside(-1e-5)) / 2e-5;
            assert!((difference - slope).abs() < 1e-7, "{index}: {difference} {slope}");
        }
    }

    /// The length scale of an irrelevant axis is greater than that of a relevant one.
    #[test]
    fn irrelevant_axes_have_longer_length_scales() {
        let mut columns = Columns::new(2);
        let mut values = Vec::new();
        for index in 0..30 {
            let at = [f64::from(index * 7 % 30) / 30.0, f64::from(index * 11 % 30) / 30.0];
            columns.push(&at);
            values.push(libm::sin(9.0 * at[0]));
        }
        let rulers = [Ruler::Line, Ruler::Line];
        let scales = fit(&Sample { rulers: &rulers, columns: &columns, values: &values, noise_factors: &[1.0; 30] });
        assert!(scales.lengths[0] < 0.7 && scales.lengths[1] > 1.5, "{scales:?}");
        assert!(scales.noise < 1e-3, "{scales:?}");
    }
}
