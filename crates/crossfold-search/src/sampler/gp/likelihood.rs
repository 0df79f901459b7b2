//! Which length scales, amplitude and noise make what was observed likeliest.

use super::descent::{Limits, descend};
use super::factor::{Factor, dot};
use super::kernel::{Columns, Ruler, correlations_and_slopes, square};
use super::Options;

/// What of a process isn't known beforehand. Values are standardised, so variances are parts of theirs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scales {
    /// By axis, in the unit of its ruler.
    pub(super) lengths: Vec<f64>,
    /// The variance of the function.
    pub(super) amplitude: f64,
    /// The variance of an observation of usual noise about the function.
    pub(super) noise: f64,
}

/// The least variance of an observation: without it, points side by side would make covariances singular.
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

/// What was observed, as the likelihood sees it.
pub(super) struct Sample<'a> {
    pub(super) rulers: &'a [Ruler],
    pub(super) columns: &'a Columns,
    pub(super) values: &'a [f64],
    /// How many times the usual noise's variance that of each observation is.
    pub(super) shapes: &'a [f64],
}

/// The likeliest scales, given what is usual ([`prior`]).
pub(super) fn fit(sample: &Sample<'_>, options: &Options) -> Scales {
    let axes = sample.rulers.len();
    let mut low = vec![libm::log(0.02); axes];
    let mut high = vec![libm::log(60.0); axes];
    low.extend([libm::log(1e-3), libm::log(1e-9)]);
    high.extend([libm::log(1e3), libm::log(2.0)]);
    let mut starts = vec![(options.length, 0.01)];
    if options.starts > 1 {
        starts.push((0.3, 0.001));
    }
    let limits = Limits { steps: options.steps, flat: 1e-2 };
    let mut best: Option<(Vec<f64>, f64)> = None;
    for (length, noise) in starts {
        let start = Scales { lengths: vec![length; axes], amplitude: 1.0, noise: noise + LEAST_NOISE }.logarithms();
        let end = descend(&start, (&low, &high), limits, |at, gradient| unlikeliness(sample, options, at, gradient));
        if best.as_ref().is_none_or(|(_, least)| end.1 < *least) {
            best = Some(end);
        }
    }
    Scales::from_logarithms(&best.expect("there is a start").0)
}

/// Minus the logarithm of the posterior density of scales, given by their logarithms, up to a constant.
fn unlikeliness(sample: &Sample<'_>, options: &Options, logarithms: &[f64], gradient: &mut [f64]) -> f64 {
    let scales = Scales::from_logarithms(logarithms);
    let value = -log_likelihood(sample, &scales, gradient);
    gradient.iter_mut().for_each(|slope| *slope = -*slope);
    let last = gradient.len() - 1;
    gradient[last] *= (scales.noise - LEAST_NOISE) / scales.noise;
    value + prior(&scales, options, logarithms, gradient)
}

/// How unusual scales are. Its slopes by their logarithms are added to `gradient`.
fn prior(scales: &Scales, options: &Options, logarithms: &[f64], gradient: &mut [f64]) -> f64 {
    let axes = scales.lengths.len();
    let mut sum = 0.0;
    match options.prior {
        0 => {
            for (axis, weight) in scales.weights().into_iter().enumerate() {
                sum += 0.1 / weight + 0.1 * weight;
                gradient[axis] += 2.0 * (0.1 / weight - 0.1 * weight);
            }
            sum += scales.amplitude - logarithms[axes];
            gradient[axes] += scales.amplitude - 1.0;
            sum += 30.0 * scales.noise - 0.1 * libm::log(scales.noise);
            gradient[axes + 1] += (30.0 - 0.1 / scales.noise) * (scales.noise - LEAST_NOISE);
        }
        _ => {
            let mean = options.mu + 0.5 * libm::log(axes as f64);
            let variance = options.sigma * options.sigma;
            for axis in 0..axes {
                let off = logarithms[axis] - mean;
                sum += off * off / (2.0 * variance);
                gradient[axis] += off / variance;
            }
            let variance = options.amplitude * options.amplitude;
            sum += logarithms[axes] * logarithms[axes] / (2.0 * variance);
            gradient[axes] += logarithms[axes] / variance;
            if options.prior == 1 {
                let off = logarithms[axes + 1] - options.noise_mu;
                let variance = options.noise_sigma * options.noise_sigma;
                sum += off * off / (2.0 * variance);
                gradient[axes + 1] += off / variance;
            } else {
                sum += 30.0 * scales.noise - 0.1 * libm::log(scales.noise);
                gradient[axes + 1] += (30.0 - 0.1 / scales.noise) * (scales.noise - LEAST_NOISE);
            }
        }
    }
    sum
}

/// The logarithm of the marginal likelihood (Rasmussen and Williams 2006, equations 5.8 and 5.9), its slopes by the logarithms
/// of the scales in `gradient`.
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
        let noise = scales.noise * sample.shapes[index];
        factor.push(covariances, scales.amplitude + noise, noise);
    }
    let solved = factor.solve(sample.values);
    let pull = pulls(&factor, &solved);
    slope(sample, scales, &weights, (&covariances, &slopes, &pull), gradient);
    let fit = dot(sample.values, &solved);
    -0.5 * (fit + factor.log_determinant() + count as f64 * libm::log(2.0 * std::f64::consts::PI))
}

/// Twice how the likelihood changes with each covariance: ααᵀ - K⁻¹, its lower triangle.
fn pulls(factor: &Factor, solved: &[f64]) -> Vec<f64> {
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
    let mut by_distance = Vec::new();
    let mut start = 0;
    for index in 0..sample.values.len() {
        let below = start..start + index;
        by_distance.clear();
        by_distance.extend(slopes[below.clone()].iter().zip(&pull[below.clone()]).map(|(a, b)| a * b));
        for axis in 0..axes {
            let column = &sample.columns.0[axis];
            gradient[axis] -= 2.0 * weights[axis] * moment(sample.rulers[axis], &column[..index], column[index], &by_distance);
        }
        let on_diagonal = 0.5 * pull[start + index];
        gradient[axes] += dot(&covariances[below.clone()], &pull[below]) + on_diagonal * scales.amplitude;
        gradient[axes + 1] += on_diagonal * scales.noise * sample.shapes[index];
        start += index + 1;
    }
}

/// The sum of squares of distances on an axis, each times its factor.
#[macerator::with_simd]
fn moment<S: macerator::Simd>(ruler: Ruler, column: &[f64], at: f64, factors: &[f64]) -> f64 {
    let (columns, column_rest) = column.as_chunks::<8>();
    let (chunks, factor_rest) = factors.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (column, factors) in columns.iter().zip(chunks) {
        for lane in 0..8 {
            sums[lane] += factors[lane] * square(ruler, at, column[lane]);
        }
    }
    let rest: f64 = column_rest.iter().zip(factor_rest).map(|(place, factor)| factor * square(ruler, at, *place)).sum();
    sums.iter().sum::<f64>() + rest
}
