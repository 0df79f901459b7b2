//! Batch and layer normalisation.

use crossfold_kernels::Real;
use crossfold_kernels::pointwise::add_bias;
use crossfold_kernels::simd::{self as macerator, Simd, with_simd};
use crossfold_network::{Configuration, EPSILON, MOMENTUM, NormalizationKind, NormalizationLayer};

use super::layer::{Layer, Parameter, Step};
use super::pointwise::Pointwise;

/// The number of places that are processed together, so that they stay in the core's cache. Their sum has the precision
/// of values, and is then added to a total of 64 bits.
const BLOCK: usize = 64;

/// x ↦ scale·x̂ + shift with x̂ = (x − mean)/√(variance + ε), and a pointwise step. Values are rows × places ×
/// features.
pub(super) struct Normalization<E> {
    places: usize,
    /// One per feature.
    scale: Parameter<E>,
    /// One per feature.
    shift: Parameter<E>,
    /// The statistics for scoring; `None` if each row has its own.
    running: Option<Running<E>>,
    /// The moments of the current step.
    moments: Moments<E>,
    pointwise: Option<Pointwise<E>>,
}

/// The running mean and variance of each feature.
struct Running<E> {
    mean: Vec<E>,
    variance: Vec<E>,
}

/// Means and 1/√(variance + ε): one per feature for batches, one per place for layers.
struct Moments<E> {
    kind: NormalizationKind,
    mean: Vec<E>,
    factor: Vec<E>,
}

impl<E: Real> Normalization<E> {
    /// `values` returns its tensors one after another, as files store them.
    pub(super) fn new(
        configuration: &Configuration,
        sizes: NormalizationLayer,
        values: &mut dyn FnMut() -> Vec<E>,
        pointwise: Option<Pointwise<E>>,
    ) -> Normalization<E> {
        let NormalizationLayer { kind, places, .. } = sizes;
        Normalization {
            places,
            scale: Parameter::bias(configuration, values()),
            shift: Parameter::bias(configuration, values()),
            running: match kind {
                NormalizationKind::Batch => Some(Running { mean: values(), variance: values() }),
                NormalizationKind::Layer => None,
            },
            moments: Moments { kind, mean: Vec::new(), factor: Vec::new() },
            pointwise,
        }
    }
}

/// Sets the `values` of consecutive places, the first of which has index `first`, to scale·x̂.
#[with_simd]
fn scale_places<S: Simd, E: Real>(moments: &Moments<E>, scale: &[E], first: usize, values: &mut [E]) {
    for (place, values) in (first..).zip(values.chunks_exact_mut(scale.len())) {
        match moments.kind {
            NormalizationKind::Batch => {
                for (((value, &mean), &factor), &scale) in
                    values.iter_mut().zip(&moments.mean).zip(&moments.factor).zip(scale)
                {
                    *value = (*value - mean) * (factor * scale);
                }
            }
            NormalizationKind::Layer => {
                let (mean, factor) = (moments.mean[place], moments.factor[place]);
                for (value, &scale) in values.iter_mut().zip(scale) {
                    *value = (*value - mean) * (factor * scale);
                }
            }
        }
    }
}

impl<E: Real> Running<E> {
    /// Moves the statistics towards those of a batch.
    fn follow(&mut self, mean: &[f64], variance: &[f64], places: usize) {
        // A single value has no unbiased variance.
        let unbiased = if places > 1 { places as f64 / (places - 1) as f64 } else { 1.0 };
        let follow = |running: &mut E, new: f64| {
            *running = E::from_f64((1.0 - MOMENTUM) * running.to_f64() + MOMENTUM * new);
        };
        self.mean.iter_mut().zip(mean).for_each(|(running, &mean)| follow(running, mean));
        self.variance.iter_mut().zip(variance).for_each(|(running, &variance)| follow(running, variance * unbiased));
    }

    fn moments(&self) -> Moments<E> {
        let factor = self.variance.iter().map(|&variance| factor(variance)).collect();
        Moments { kind: NormalizationKind::Batch, mean: self.mean.clone(), factor }
    }
}

/// 1/√(variance + ε).
#[inline(always)]
fn factor<E: Real>(variance: E) -> E {
    E::ONE / (variance + E::from_f64(EPSILON)).sqrt()
}

impl<E: Real> Moments<E> {
    /// The moments of each place.
    fn from_places(values: &[E], features: usize) -> Moments<E> {
        let places = values.len() / features;
        let (mut mean, mut factor) = (vec![E::ZERO; places], vec![E::ZERO; places]);
        moments_of_places(values, features, &mut mean, &mut factor);
        Moments { kind: NormalizationKind::Layer, mean, factor }
    }
}

#[with_simd]
fn moments_of_places<S: Simd, E: Real>(values: &[E], features: usize, means: &mut [E], factors: &mut [E]) {
    let share = E::from_f64(1.0 / features as f64);
    for (values, (mean, place_factor)) in values.chunks_exact(features).zip(means.iter_mut().zip(factors)) {
        *mean = sum(values, |value| value) * share;
        *place_factor = factor(sum(values, |value| (value - *mean) * (value - *mean)) * share);
    }
}

/// Sums in several lanes, which is faster and more accurate than one by one.
#[inline(always)]
fn sum<E: Real>(values: &[E], term: impl Fn(E) -> E) -> E {
    let (chunks, rest) = values.as_chunks::<8>();
    let mut lanes = [E::ZERO; 8];
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += term(value);
        }
    }
    lanes.into_iter().chain(rest.iter().map(|&value| term(value))).fold(E::ZERO, |sum, value| sum + value)
}

/// Returns the mean and the variance of each feature, block by block (Chan, Golub and LeVeque 1983).
#[with_simd]
fn moments_of_features<S: Simd, E: Real>(values: &[E], features: usize) -> [Vec<f64>; 2] {
    let (mut mean, mut squares) = (vec![0.0; features], vec![0.0; features]);
    let (mut block_mean, mut block_squares) = (vec![E::ZERO; features], vec![E::ZERO; features]);
    let mut before = 0.0;
    for block in values.chunks(BLOCK * features) {
        let count = (block.len() / features) as f64;
        block_mean.fill(E::ZERO);
        block_squares.fill(E::ZERO);
        for values in block.chunks_exact(features) {
            block_mean.iter_mut().zip(values).for_each(|(sum, &value)| *sum += value);
        }
        let share = E::from_f64(1.0 / count);
        block_mean.iter_mut().for_each(|mean| *mean *= share);
        for values in block.chunks_exact(features) {
            for ((sum, &value), &mean) in block_squares.iter_mut().zip(values).zip(&block_mean) {
                *sum += (value - mean) * (value - mean);
            }
        }
        let all = before + count;
        for (((mean, squares), block_mean), block_squares) in
            mean.iter_mut().zip(&mut squares).zip(&block_mean).zip(&block_squares)
        {
            let further = block_mean.to_f64() - *mean;
            *mean += further * count / all;
            *squares += block_squares.to_f64() + further * further * before * count / all;
        }
        before = all;
    }
    squares.iter_mut().for_each(|squares| *squares /= before);
    [mean, squares]
}

/// Returns sums over all places, one per feature: of x̂ times its gradient, and of the gradient.
#[with_simd]
fn sum_gradients<S: Simd, E: Real>(moments: &Moments<E>, features: usize, values: &[E], deltas: &[E]) -> [Vec<f64>; 2] {
    let Moments { kind, mean, factor } = moments;
    let mut totals = [vec![0.0; features], vec![0.0; features]];
    let mut sums = [vec![E::ZERO; features], vec![E::ZERO; features]];
    let blocks = values.chunks(BLOCK * features).zip(deltas.chunks(BLOCK * features));
    for (first, (values, deltas)) in (0..).step_by(BLOCK).zip(blocks) {
        sums.iter_mut().for_each(|sums| sums.fill(E::ZERO));
        let [with_value, alone] = &mut sums;
        let rows = values.chunks_exact(features).zip(deltas.chunks_exact(features));
        for (place, (values, deltas)) in (first..).zip(rows) {
            let terms = with_value.iter_mut().zip(alone.iter_mut()).zip(values.iter().zip(deltas));
            match kind {
                NormalizationKind::Batch => {
                    for (((sum, alone), (&value, &delta)), (&mean, &factor)) in terms.zip(mean.iter().zip(factor)) {
                        *sum += (value - mean) * factor * delta;
                        *alone += delta;
                    }
                }
                NormalizationKind::Layer => {
                    let (mean, factor) = (mean[place], factor[place]);
                    for ((sum, alone), (&value, &delta)) in terms {
                        *sum += (value - mean) * factor * delta;
                        *alone += delta;
                    }
                }
            }
        }
        for (totals, sums) in totals.iter_mut().zip(&sums) {
            totals.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum.to_f64());
        }
    }
    totals
}

/// Turns the gradient of the result into that of the input, for moments per feature. `means` are the means of x̂ times
/// the gradient, and of the gradient.
#[with_simd]
fn differentiate_by_feature<S: Simd, E: Real>(
    moments: &Moments<E>,
    weights: &[E],
    means: &[Vec<E>; 2],
    values: &[E],
    deltas: &mut [E],
) {
    let (features, [with_value, alone]) = (weights.len(), means);
    for (deltas, values) in deltas.chunks_exact_mut(features).zip(values.chunks_exact(features)) {
        let moments = moments.mean.iter().zip(&moments.factor).zip(weights);
        for (((delta, &value), ((&mean, &factor), &weight)), (&with_value, &alone)) in
            deltas.iter_mut().zip(values).zip(moments).zip(with_value.iter().zip(alone))
        {
            *delta = factor * weight * (*delta - alone - (value - mean) * factor * with_value);
        }
    }
}

/// Turns the gradient of the result into that of the input, for moments per place.
#[with_simd]
fn differentiate_by_place<S: Simd, E: Real>(moments: &Moments<E>, weights: &[E], values: &[E], deltas: &mut [E]) {
    let features = weights.len();
    let share = E::from_f64(1.0 / features as f64);
    let places = deltas.chunks_exact_mut(features).zip(values.chunks_exact(features));
    for ((deltas, values), (&mean, &factor)) in places.zip(moments.mean.iter().zip(&moments.factor)) {
        let (mut with_value, mut alone) = (E::ZERO, E::ZERO);
        for ((delta, &value), &weight) in deltas.iter_mut().zip(values).zip(weights) {
            *delta *= weight;
            alone += *delta;
            with_value += *delta * (value - mean) * factor;
        }
        let (with_value, alone) = (with_value * share, alone * share);
        for (delta, &value) in deltas.iter_mut().zip(values) {
            *delta = factor * (*delta - alone - (value - mean) * factor * with_value);
        }
    }
}

impl<E: Real> Layer<E> for Normalization<E> {
    fn width(&self) -> usize {
        self.places * self.scale.values.len()
    }

    fn forward(&mut self, input: &[E], values: &mut [E], step: &Step<'_, E>) {
        values.copy_from_slice(input);
        let features = self.scale.values.len();
        self.moments = match &mut self.running {
            Some(running) => {
                let [mean, variance] = moments_of_features(values, features);
                running.follow(&mean, &variance, values.len() / features);
                let factor = variance.iter().map(|&variance| E::from_f64(1.0 / (variance + EPSILON).sqrt())).collect();
                let mean = mean.into_iter().map(E::from_f64).collect();
                Moments { kind: NormalizationKind::Batch, mean, factor }
            }
            None => Moments::from_places(values, features),
        };
        if let Some(pointwise) = &mut self.pointwise {
            pointwise.reserve(values.len());
        }
        for (number, values) in values.chunks_mut(BLOCK * features).enumerate() {
            scale_places(&self.moments, &self.scale.values, number * BLOCK, values);
            match &mut self.pointwise {
                None => add_bias(values, &self.shift.values),
                Some(pointwise) => pointwise.apply_from(number * BLOCK * features, values, &self.shift.values, step),
            }
        }
    }

    /// If δ is the gradient of the result, g = scale·δ, and means are over the same values as that of x, then the
    /// gradient of x is (g − mean g − x̂·mean(g·x̂))/√(variance + ε).
    fn backward(&mut self, values: &[E], deltas: &mut [E], below: Option<&mut [E]>, _: &Step<'_, E>) {
        if let Some(pointwise) = &self.pointwise {
            pointwise.differentiate(deltas);
        }
        let features = self.scale.values.len();
        let totals = sum_gradients(&self.moments, features, values, deltas);
        for (parameter, totals) in [&mut self.scale, &mut self.shift].into_iter().zip(&totals) {
            parameter.gradient.iter_mut().zip(totals).for_each(|(gradient, &total)| *gradient = E::from_f64(total));
        }
        let Some(below) = below else { return };
        match self.moments.kind {
            NormalizationKind::Batch => {
                let places = (values.len() / features) as f64;
                let means = totals.map(|totals| totals.iter().map(|total| E::from_f64(total / places)).collect());
                differentiate_by_feature(&self.moments, &self.scale.values, &means, values, deltas);
            }
            NormalizationKind::Layer => differentiate_by_place(&self.moments, &self.scale.values, values, deltas),
        }
        below.copy_from_slice(deltas);
    }

    fn infer(&mut self, input: &[E], values: &mut [E], _: Option<&[u32]>) {
        values.copy_from_slice(input);
        let features = self.scale.values.len();
        let moments = match &self.running {
            Some(running) => running.moments(),
            None => Moments::from_places(values, features),
        };
        for (number, values) in values.chunks_mut(BLOCK * features).enumerate() {
            scale_places(&moments, &self.scale.values, number * BLOCK, values);
            match &self.pointwise {
                None => add_bias(values, &self.shift.values),
                Some(pointwise) => pointwise.activate(values, &self.shift.values),
            }
        }
    }

    fn visit_parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        take(&mut self.scale);
        take(&mut self.shift);
    }

    fn visit_running(&mut self, take: &mut dyn FnMut(&mut [E])) {
        if let Some(Running { mean, variance }) = &mut self.running {
            take(mean);
            take(variance);
        }
    }

    fn export(&self) -> Vec<Vec<E>> {
        let mut tensors = vec![self.scale.values.clone(), self.shift.values.clone()];
        if let Some(Running { mean, variance }) = &self.running {
            tensors.extend([mean.clone(), variance.clone()]);
        }
        tensors
    }

    fn is_finite(&self) -> bool {
        let finite = |values: &[E]| values.iter().all(|value| value.is_finite());
        let running = |running: &Running<E>| finite(&running.mean) && finite(&running.variance);
        self.scale.is_finite() && self.shift.is_finite() && self.running.as_ref().is_none_or(running)
    }
}
