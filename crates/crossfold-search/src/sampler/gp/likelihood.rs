//! Which length scales, amplitude and noise make what was observed likeliest.

use macerator::{Simd, with_simd};

use super::Options;
use super::descent::{Limits, descend};
use super::factor::{Factor, dot};
use super::kernel::{Columns, Ruler, correlations_and_slopes, square};

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
    let count = sample.values.len();
    // By axis and point, so that nothing has to be summed within a vector.
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
        gradient[axes + 1] += on_diagonal * scales.noise * sample.shapes[index];
        start += index + 1;
    }
    for axis in 0..axes {
        gradient[axis] = -2.0 * weights[axis] * moments.0[axis].iter().sum::<f64>();
    }
}

/// Adds to `moments` the squares of the distances of a point from those before it, axis by axis, each times its factor: the
/// product of two numbers of `factors`.
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
                    *sum += product * square(words, at, *place);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::process::tests::{POINTS, RULERS, SHAPES, VALUES, scales};
    use super::*;

    fn with_sample<T>(then: impl Fn(&Sample<'_>) -> T) -> T {
        let mut columns = Columns::new(3);
        POINTS.iter().for_each(|point| columns.push(point));
        then(&Sample { rulers: &RULERS, columns: &columns, values: &VALUES, shapes: &SHAPES })
    }

    /// Reference: scikit-learn 1.9.1, `log_marginal_likelihood` of the process in `process.rs`.
    #[test]
    fn the_likelihood_is_scikit_learns() {
        let ours = with_sample(|sample| log_likelihood(sample, &scales(), &mut [0.0; 5]));
        assert!((ours + 6.622_010_570_622_693).abs() < 1e-12, "{ours}");
    }

    #[test]
    fn slopes_are_those_of_finite_differences() {
        let at = scales().logarithms();
        let value = |at: &[f64]| {
            let mut gradient = vec![0.0; 5];
            (with_sample(|sample| unlikeliness(sample, &Options::default(), at, &mut gradient.clone())), {
                with_sample(|sample| unlikeliness(sample, &Options::default(), at, &mut [0.0; 5]));
                gradient.clear();
            })
                .0
        };
        let mut gradient = vec![0.0; 5];
        with_sample(|_| ());
        {
            let mut columns = Columns::new(3);
            POINTS.iter().for_each(|point| columns.push(point));
            let sample = Sample { rulers: &RULERS, columns: &columns, values: &VALUES, shapes: &SHAPES };
            unlikeliness(&sample, &Options::default(), &at, &mut gradient);
        }
        for (index, slope) in gradient.into_iter().enumerate() {
            let beside = |step: f64| {
                let mut at = at.clone();
                at[index] += step;
                value(&at)
            };
            let difference = (beside(1e-5) - beside(-1e-5)) / 2e-5;
            assert!((difference - slope).abs() < 1e-7, "{index}: {difference} {slope}");
        }
    }
}
