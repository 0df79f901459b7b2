//! Embeddings of numbers (Gorishniy, Rubachev and Babenko 2022, arXiv 2203.05556).

use std::f64::consts::TAU;

use crossfold_kernels::simd::{self as macerator, Simd, with_simd};
use crossfold_kernels::{Matrix, MatrixMut, Real, multiply, transpose};
use crossfold_network::{Activation, Configuration, NumbersLayer};

use super::fuse::PointwiseStep;
use super::layer::{Layer, Parameter, Step};
use super::pointwise::Pointwise;

/// Makes several values of each number: ReLU(W·features + b), where the features are the number's inputs, or waves.
pub(super) struct Numbers<E> {
    sizes: NumbersLayer,
    /// The places of a row's other values.
    others: Vec<u32>,
    /// Numbers × frequencies; `None` if the features are the inputs.
    frequencies: Option<Parameter<E>>,
    /// Numbers × features × size.
    weight: Parameter<E>,
    /// Numbers × size.
    bias: Parameter<E>,
    relu: Pointwise<E>,
    /// Numbers × rows × features, in the current step.
    features: Vec<E>,
    /// Rows × numbers × size: the embeddings, then their gradient.
    embedded: Vec<E>,
    /// Rows × features: the gradient of one number's features.
    delta: Vec<E>,
}

impl<E: Real> Numbers<E> {
    /// `values` returns its tensors one after another, as files store them.
    pub(super) fn new(
        configuration: &Configuration,
        sizes: NumbersLayer,
        values: &mut dyn FnMut() -> Vec<E>,
    ) -> Numbers<E> {
        let frequencies = sizes.frequencies().map(|_| Parameter::bias(configuration, values()));
        let weight = each_transposed(&values(), sizes.size() * sizes.features(), sizes.features());
        Numbers {
            others: sizes.others(),
            frequencies,
            weight: Parameter::weight(configuration, weight),
            bias: Parameter::bias(configuration, values()),
            relu: Pointwise::new(PointwiseStep { activation: Some(Activation::Relu), mask: None }),
            features: Vec::new(),
            embedded: Vec::new(),
            delta: Vec::new(),
            sizes,
        }
    }

    /// Values of all embeddings of a row.
    fn embedded_width(&self) -> usize {
        self.sizes.numbers * self.sizes.size()
    }

    /// Sets the embeddings of each row, without bias and ReLU.
    fn embed(&mut self, input: &[E]) {
        let (rows, width) = (input.len() / self.sizes.inputs, self.embedded_width());
        let [size, features] = [self.sizes.size(), self.sizes.features()];
        self.features.resize(self.sizes.numbers * rows * features, E::ZERO);
        self.embedded.resize(rows * width, E::ZERO);
        let places = self.sizes.places.chunks_exact(self.sizes.width);
        let weights = self.weight.values.chunks_exact(features * size);
        let all = self.features.chunks_exact_mut(rows * features).zip(places).zip(weights);
        for (number, ((own, places), weight)) in all.enumerate() {
            match &self.frequencies {
                None => gather(input, self.sizes.inputs, places, own),
                Some(frequencies) => {
                    let count = features / 2;
                    let frequencies = &frequencies.values[number * count..][..count];
                    write_waves(input, self.sizes.inputs, places[0] as usize, frequencies, own);
                }
            }
            let to = MatrixMut::first_columns(&mut self.embedded[number * size..], size, width);
            multiply(Matrix::new(own, features), Matrix::new(weight, size), to);
        }
    }

    /// Copies embeddings and other values to `output`.
    fn write(&self, input: &[E], output: &mut [E]) {
        let width = self.embedded_width();
        let rows = output.chunks_exact_mut(width + self.others.len());
        for ((output, embedded), input) in
            rows.zip(self.embedded.chunks_exact(width)).zip(input.chunks_exact(self.sizes.inputs))
        {
            let (own, others) = output.split_at_mut(width);
            own.copy_from_slice(embedded);
            others.iter_mut().zip(&self.others).for_each(|(other, &place)| *other = input[place as usize]);
        }
    }
}

/// Transposes each of several matrices of `len` values with this number of columns.
fn each_transposed<E: Real>(values: &[E], len: usize, columns: usize) -> Vec<E> {
    values.chunks_exact(len).flat_map(|matrix| transpose(matrix, columns)).collect()
}

/// Copies the values at `places` of each row of `wide` values.
fn gather<E: Real>(rows: &[E], wide: usize, places: &[u32], to: &mut [E]) {
    for (row, to) in rows.chunks_exact(wide).zip(to.chunks_exact_mut(places.len())) {
        to.iter_mut().zip(places).for_each(|(to, &place)| *to = row[place as usize]);
    }
}

/// Sets `waves` to rows × (cosines, then sines) of the value at `place` of each row, which has `wide` values.
#[with_simd]
fn write_waves<S: Simd, E: Real>(rows: &[E], wide: usize, place: usize, frequencies: &[E], waves: &mut [E]) {
    let count = frequencies.len();
    for (row, waves) in rows.chunks_exact(wide).zip(waves.chunks_exact_mut(2 * count)) {
        let ((cosines, sines), value) = (waves.split_at_mut(count), row[place]);
        for ((cosine, sine), &frequency) in cosines.iter_mut().zip(sines).zip(frequencies) {
            (*cosine, *sine) = (frequency * value).cos_sin_of_turns();
        }
    }
}

/// Given `deltas`, the gradient of `waves`, sets `gradient` to that of the frequencies. Then the first half of each row of
/// `deltas` is the gradient of the number of turns, frequency × value.
#[with_simd]
fn differentiate_waves<S: Simd, E: Real>(
    rows: &[E],
    wide: usize,
    place: usize,
    waves: &[E],
    deltas: &mut [E],
    gradient: &mut [E],
) {
    let count = gradient.len();
    let turn = E::from_f64(TAU);
    gradient.fill(E::ZERO);
    let pairs = waves.chunks_exact(2 * count).zip(deltas.chunks_exact_mut(2 * count));
    for (row, (waves, deltas)) in rows.chunks_exact(wide).zip(pairs) {
        let (cosines, sines) = waves.split_at(count);
        let ((of_cosines, of_sines), value) = (deltas.split_at_mut(count), row[place]);
        let terms = cosines.iter().zip(sines).zip(of_cosines.iter_mut().zip(of_sines));
        for (((&cosine, &sine), (delta, of_sine)), sum) in terms.zip(gradient.iter_mut()) {
            *delta = turn * (cosine * *of_sine - sine * *delta);
            *sum += value * *delta;
        }
    }
}

impl<E: Real> Layer<E> for Numbers<E> {
    fn width(&self) -> usize {
        self.embedded_width() + self.others.len()
    }

    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>) {
        self.embed(input);
        self.relu.apply(&mut self.embedded, &self.bias.values, step);
        self.write(input, output);
    }

    fn backward(&mut self, input: &[E], delta: &mut [E], mut below: Option<&mut [E]>, _: &Step<'_, E>) {
        let width = self.embedded_width();
        let [wide, size, features] = [self.sizes.inputs, self.sizes.size(), self.sizes.features()];
        let rows = input.len() / wide;
        for (embedded, delta) in
            self.embedded.chunks_exact_mut(width).zip(delta.chunks_exact(width + self.others.len()))
        {
            embedded.copy_from_slice(&delta[..width]);
        }
        self.relu.differentiate(&mut self.embedded);
        self.bias.sum_columns(&self.embedded);
        self.delta.resize(rows * features, E::ZERO);
        let places = self.sizes.places.chunks_exact(self.sizes.width);
        for (number, (own, places)) in self.features.chunks_exact(rows * features).zip(places).enumerate() {
            let embedded = Matrix::new(&self.embedded, width).columns(number * size..(number + 1) * size);
            let part = number * features * size..(number + 1) * features * size;
            let gradient = MatrixMut::new(&mut self.weight.gradient[part.clone()], size);
            multiply(Matrix::new(own, features).transposed(), embedded, gradient);
            if self.frequencies.is_none() && below.is_none() {
                continue;
            }
            let weight = Matrix::new(&self.weight.values[part], size);
            multiply(embedded, weight.transposed(), MatrixMut::new(&mut self.delta, features));
            if let Some(Parameter { values, gradient, .. }) = &mut self.frequencies {
                let (count, place) = (features / 2, places[0] as usize);
                let part = number * count..(number + 1) * count;
                differentiate_waves(input, wide, place, own, &mut self.delta, &mut gradient[part.clone()]);
                if let Some(below) = &mut below {
                    for (below, delta) in below.chunks_exact_mut(wide).zip(self.delta.chunks_exact(features)) {
                        let terms = delta.iter().zip(&values[part.clone()]);
                        below[place] = terms.fold(E::ZERO, |sum, (&delta, &frequency)| sum + delta * frequency);
                    }
                }
            } else if let Some(below) = &mut below {
                for (below, delta) in below.chunks_exact_mut(wide).zip(self.delta.chunks_exact(features)) {
                    places.iter().zip(delta).for_each(|(&place, &delta)| below[place as usize] = delta);
                }
            }
        }
        if let Some(below) = below {
            for (below, delta) in below.chunks_exact_mut(wide).zip(delta.chunks_exact(width + self.others.len())) {
                self.others.iter().zip(&delta[width..]).for_each(|(&place, &delta)| below[place as usize] = delta);
            }
        }
    }

    fn infer(&mut self, input: &[E], output: &mut [E], _: Option<&[u32]>) {
        self.embed(input);
        self.relu.activate(&mut self.embedded, &self.bias.values);
        self.write(input, output);
    }

    fn visit_parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        self.frequencies.iter_mut().for_each(&mut *take);
        take(&mut self.weight);
        take(&mut self.bias);
    }

    fn visit_running(&mut self, _: &mut dyn FnMut(&mut [E])) {}

    fn export(&self) -> Vec<Vec<E>> {
        let [size, features] = [self.sizes.size(), self.sizes.features()];
        let weight = each_transposed(&self.weight.values, size * features, size);
        let frequencies = self.frequencies.iter().map(|frequencies| frequencies.values.clone());
        frequencies.chain([weight, self.bias.values.clone()]).collect()
    }

    fn is_finite(&self) -> bool {
        self.frequencies.as_ref().is_none_or(Parameter::is_finite) && self.weight.is_finite() && self.bias.is_finite()
    }
}
