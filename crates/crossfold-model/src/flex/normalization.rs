//! Batch and layer normalisation.

use crossfold_study::{Configuration, NormalizationKind};

use super::layer::{Layer, Parameter, Step};
use super::pointwise::{Pointwise, add_bias};
use crate::normalization::{EPSILON, MOMENTUM};
use crate::real::Real;

/// Places that are worked on at a time, so that they stay in a core's own cache; and that are summed in their own
/// precision, before their sum is added to the total in 64 bits.
const BLOCK: usize = 64;

/// x ↦ scale·x̂ + shift with x̂ = (x − mean)/√(variance + ε), and what is done to each value behind it. Values are
/// rows × places × features; where a row has one place only, they are rows × features.
pub(super) struct Normalization<E> {
    places: usize,
    /// One a feature.
    scale: Parameter<E>,
    /// One a feature.
    shift: Parameter<E>,
    /// What rows are scored with, where it isn't of their own.
    running: Option<Running<E>>,
    /// Of the step under way.
    moments: Moments<E>,
    pointwise: Option<Pointwise<E>>,
}

/// One a feature.
struct Running<E> {
    mean: Vec<E>,
    variance: Vec<E>,
}

/// Means and 1/√(variance + ε), one a feature or one a place.
struct Moments<E> {
    of: NormalizationKind,
    mean: Vec<E>,
    factor: Vec<E>,
}

impl<E: Real> Normalization<E> {
    /// `values` hands out its tensors as files have them.
    pub(super) fn new(
        configuration: &Configuration,
        kind: NormalizationKind,
        places: usize,
        values: &mut dyn FnMut() -> Vec<E>,
        pointwise: Option<Pointwise<E>>,
    ) -> Normalization<E> {
        Normalization {
            places,
            scale: Parameter::bias(configuration, values()),
            shift: Parameter::bias(configuration, values()),
            running: match kind {
                NormalizationKind::Batch => Some(Running { mean: values(), variance: values() }),
                NormalizationKind::Layer => None,
            },
            moments: Moments { of: kind, mean: Vec::new(), factor: Vec::new() },
            pointwise,
        }
    }

    /// Sets some places' `values`, which begin with the `first`, to scale·x̂.
    fn scale(&self, moments: &Moments<E>, first: usize, values: &mut [E]) {
        let scale = &self.scale.values;
        for (place, values) in (first..).zip(values.chunks_exact_mut(scale.len())) {
            match moments.of {
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
}

impl<E: Real> Running<E> {
    fn follow(&mut self, mean: &[f64], variance: &[f64], places: usize) {
        // Of one value there is no unbiased variance.
        let unbiased = if places > 1 { places as f64 / (places - 1) as f64 } else { 1.0 };
        let follow = |running: &mut E, new: f64| {
            *running = E::from_elem((1.0 - MOMENTUM) * running.to_f64() + MOMENTUM * new);
        };
        self.mean.iter_mut().zip(mean).for_each(|(running, &mean)| follow(running, mean));
        self.variance.iter_mut().zip(variance).for_each(|(running, &variance)| follow(running, variance * unbiased));
    }

    fn moments(&self) -> Moments<E> {
        let factor = self.variance.iter().map(|&variance| factor(variance)).collect();
        Moments { of: NormalizationKind::Batch, mean: self.mean.clone(), factor }
    }
}

fn factor<E: Real>(variance: E) -> E {
    E::ONE / (variance + E::from_elem(EPSILON)).sqrt()
}

impl<E: Real> Moments<E> {
    /// Of each place's features.
    fn of_places(values: &[E], features: usize) -> Moments<E> {
        let share = E::from_elem(1.0 / features as f64);
        let moments = values.chunks_exact(features).map(|values| {
            let mean = sum(values, |value| value) * share;
            let variance = sum(values, |value| (value - mean) * (value - mean)) * share;
            (mean, factor(variance))
        });
        let (mean, factor) = moments.unzip();
        Moments { of: NormalizationKind::Layer, mean, factor }
    }
}

/// In lanes, which is exact to more digits than one by one, and faster.
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

/// The mean and the variance of each feature, block after block (Chan, Golub and LeVeque 1983).
fn moments_of_features<E: Real>(values: &[E], features: usize) -> [Vec<f64>; 2] {
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
        let share = E::from_elem(1.0 / count);
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

/// Two sums one a feature, each place's terms being added to both by `add`.
fn totals<E: Real>(places: usize, features: usize, mut add: impl FnMut(usize, &mut [E], &mut [E])) -> [Vec<f64>; 2] {
    let mut totals = [vec![0.0; features], vec![0.0; features]];
    let mut sums = [vec![E::ZERO; features], vec![E::ZERO; features]];
    for first in (0..places).step_by(BLOCK) {
        sums.iter_mut().for_each(|sums| sums.fill(E::ZERO));
        let [one, other] = &mut sums;
        (first..places.min(first + BLOCK)).for_each(|place| add(place, one, other));
        for (totals, sums) in totals.iter_mut().zip(&sums) {
            totals.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum.to_f64());
        }
    }
    totals
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
                let factor = variance.iter().map(|&variance| E::from_elem(1.0 / (variance + EPSILON).sqrt())).collect();
                let mean = mean.into_iter().map(E::from_elem).collect();
                Moments { of: NormalizationKind::Batch, mean, factor }
            }
            None => Moments::of_places(values, features),
        };
        if let Some(pointwise) = &mut self.pointwise {
            pointwise.begin(values.len());
        }
        for (number, values) in values.chunks_mut(BLOCK * features).enumerate() {
            self.scale(&self.moments, number * BLOCK, values);
            match &mut self.pointwise {
                None => add_bias(values, &self.shift.values),
                Some(pointwise) => pointwise.apply_from(number * BLOCK * features, values, &self.shift.values, step),
            }
        }
    }

    /// With δ in front of scale and shift, and means over whatever x's own mean was over, the gradient of x is
    /// (g − mean g − x̂·mean(g·x̂))/√(variance + ε), where g = scale·δ.
    fn backward(&mut self, values: &[E], deltas: &mut [E], below: Option<&mut [E]>, _: &Step<'_, E>) {
        if let Some(pointwise) = &self.pointwise {
            pointwise.retrace(deltas);
        }
        let Moments { of, mean, factor } = &self.moments;
        let features = self.scale.values.len();
        let places = values.len() / features;
        let row = |place: usize| place * features..(place + 1) * features;
        let [scale, shift] = totals(places, features, |place, scale: &mut [E], shift| {
            let sums = scale.iter_mut().zip(shift);
            let terms = sums.zip(values[row(place)].iter().zip(&deltas[row(place)]));
            match of {
                NormalizationKind::Batch => {
                    for (((scale, shift), (&value, &delta)), (&mean, &factor)) in terms.zip(mean.iter().zip(factor)) {
                        *scale += (value - mean) * factor * delta;
                        *shift += delta;
                    }
                }
                NormalizationKind::Layer => {
                    let (mean, factor) = (mean[place], factor[place]);
                    for ((scale, shift), (&value, &delta)) in terms {
                        *scale += (value - mean) * factor * delta;
                        *shift += delta;
                    }
                }
            }
        });
        let set = |parameter: &mut Parameter<E>, totals: &[f64]| {
            parameter.gradient.iter_mut().zip(totals).for_each(|(gradient, &total)| *gradient = E::from_elem(total));
        };
        set(&mut self.scale, &scale);
        set(&mut self.shift, &shift);
        let Some(below) = below else { return };
        let weights = &self.scale.values;
        match of {
            NormalizationKind::Batch => {
                let means = |totals: &[f64]| -> Vec<E> {
                    totals.iter().map(|total| E::from_elem(total / places as f64)).collect()
                };
                let (with_value, alone) = (means(&scale), means(&shift));
                for (deltas, values) in deltas.chunks_exact_mut(features).zip(values.chunks_exact(features)) {
                    let moments = mean.iter().zip(factor).zip(weights);
                    let means = with_value.iter().zip(&alone);
                    for (((delta, &value), ((&mean, &factor), &weight)), (&with_value, &alone)) in
                        deltas.iter_mut().zip(values).zip(moments).zip(means)
                    {
                        *delta = factor * weight * (*delta - alone - (value - mean) * factor * with_value);
                    }
                }
            }
            NormalizationKind::Layer => {
                let share = E::from_elem(1.0 / features as f64);
                let places = deltas.chunks_exact_mut(features).zip(values.chunks_exact(features));
                for ((deltas, values), (&mean, &factor)) in places.zip(mean.iter().zip(factor)) {
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
        }
        below.copy_from_slice(deltas);
    }

    fn infer(&mut self, input: &[E], values: &mut [E], _: Option<&[u32]>) {
        values.copy_from_slice(input);
        let features = self.scale.values.len();
        let moments = match &self.running {
            Some(running) => running.moments(),
            None => Moments::of_places(values, features),
        };
        for (number, values) in values.chunks_mut(BLOCK * features).enumerate() {
            self.scale(&moments, number * BLOCK, values);
            match &self.pointwise {
                None => add_bias(values, &self.shift.values),
                Some(pointwise) => pointwise.activate(values, &self.shift.values),
            }
        }
    }

    fn parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        take(&mut self.scale);
        take(&mut self.shift);
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
