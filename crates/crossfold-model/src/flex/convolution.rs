//! Convolution: filters over all windows of an image, as matrix products.

mod chosen;
mod windows;

use burn_flex::{FlexTensor, Layout};
use crossfold_study::{Configuration, Convolution as Sizes, Image};

use super::layer::{Layer, Parameter, Step, visible};
use super::pointwise::{Pointwise, add_bias};
use super::pooling::Tiles;
use super::product::{matmul, transposed};
use crate::layout::{channels_first, channels_last};
use crate::real::Real;
use chosen::MaxPooling;
use windows::{Scratch, Windows};

/// Each filter's product with each window, with what is done behind it. Some images at a time: their windows are
/// laid out, multiplied and forgotten; on the way back they are laid out again, which is faster than to fetch
/// them from where they could be kept.
pub(crate) struct Convolution<E> {
    windows: Windows,
    /// Filters × values of a window.
    weight: Parameter<E>,
    bias: Parameter<E>,
    /// In front of the bias and the activation, with which it changes places: there is then a quarter to add to
    /// and to activate, or less.
    pooling: Option<MaxPooling>,
    pointwise: Option<Pointwise<E>>,
    /// A filter.
    filter: Image,
    scratch: Scratch<E>,
}

impl<E: Real> Convolution<E> {
    /// `weight` and `bias` are as files have them.
    pub(crate) fn new(
        configuration: &Configuration,
        sizes: Sizes,
        weight: Vec<E>,
        bias: Vec<E>,
        pooling: Option<Tiles>,
        pointwise: Option<Pointwise<E>>,
    ) -> Convolution<E> {
        let windows = Windows::new(sizes);
        let filter = Image { height: sizes.kernel, width: sizes.kernel, channels: sizes.from.channels };
        let weight = channels_last(&weight, filter);
        Convolution {
            weight: Parameter::weight(configuration, weight, bias.len(), windows.len()),
            bias: Parameter::bias(configuration, bias),
            pooling: pooling.map(|tiles| MaxPooling::new(tiles, &windows)),
            pointwise,
            filter,
            scratch: windows.scratch(),
            windows,
        }
    }

    fn filters(&self) -> usize {
        self.bias.slice().len()
    }

    /// Results of an image, pooled where they are.
    fn width(&self) -> usize {
        self.pooling.as_ref().map_or(self.windows.count() * self.filters(), |pooling| pooling.tiles.result())
    }

    /// Sets the weight's gradient from that of all results, some images at a time, and adds to that of `images`
    /// unless `below` is empty.
    fn differentiate(&mut self, images: &[E], delta: &FlexTensor, below: &mut [E]) {
        let (count, filters, image, width) = (self.windows.count(), self.filters(), self.windows.image(), self.width());
        let at_once = self.windows.images_at_once();
        // Windows' values × filters, the shape in which this product is fastest.
        let mut sums = vec![E::ZERO; self.windows.len() * filters];
        let mut padded = Vec::new();
        let spread_length = if self.pooling.is_some() { at_once * count * filters } else { 0 };
        let mut spread = E::matrix(vec![E::ZERO; spread_length], 1, spread_length);
        for (number, images) in images.chunks(at_once * image).enumerate() {
            let (first, rows) = (number * at_once, images.len() / image);
            let shape = [rows * count, filters];
            let delta = match &self.pooling {
                None => {
                    let strides = vec![filters as isize, 1];
                    delta.clone().with_layout(Layout::new(shape.into(), strides, first * width))
                }
                Some(pooling) => {
                    let part = first * width..(first + rows) * width;
                    let to = &mut E::slice_mut(&mut spread)[..rows * count * filters];
                    pooling.tiles.spread_to_chosen(&E::slice(delta)[part.clone()], &pooling.chosen[part], to);
                    spread.clone().with_layout(Layout::contiguous(shape.into()))
                }
            };
            let columns = self.windows.columns(images, &mut self.scratch);
            let part = matmul(&transposed(&columns), &delta);
            sums.iter_mut().zip(E::slice(&part)).for_each(|(sum, &part)| *sum += part);
            if !below.is_empty() {
                let columns = matmul(&delta, &self.weight.values);
                self.windows.scatter(E::slice(&columns), &mut below[first * image..][..images.len()], &mut padded);
            }
        }
        let gradient = E::slice_mut(&mut self.weight.gradient);
        for (filter, gradient) in gradient.chunks_exact_mut(self.windows.len()).enumerate() {
            for (gradient, sums) in gradient.iter_mut().zip(sums.chunks_exact(filters)) {
                *gradient = sums[filter];
            }
        }
    }
}

impl<E: Real> Layer<E> for Convolution<E> {
    fn forward(&mut self, input: &FlexTensor, step: &Step<'_, E>) -> FlexTensor {
        let images = visible::<E>(input);
        let (rows, width) = (images.len() / self.windows.image(), self.width());
        let mut values = vec![E::ZERO; rows * width];
        if let Some(pooling) = &mut self.pooling {
            pooling.chosen.resize(values.len(), 0);
        }
        if let Some(pointwise) = &mut self.pointwise {
            pointwise.begin(values.len());
        }
        let at_once = self.windows.images_at_once();
        let chunks = images.chunks(at_once * self.windows.image()).zip(values.chunks_mut(at_once * width));
        for (number, (images, values)) in chunks.enumerate() {
            let columns = self.windows.columns(images, &mut self.scratch);
            let results = matmul(&columns, &transposed(&self.weight.values));
            let first = number * at_once * width;
            match &mut self.pooling {
                None => values.copy_from_slice(E::slice(&results)),
                Some(MaxPooling { tiles, chosen, .. }) => {
                    tiles.greatest(E::slice(&results), values, &mut chosen[first..][..values.len()]);
                }
            }
            match &mut self.pointwise {
                None => add_bias(values, self.bias.slice()),
                Some(pointwise) => pointwise.apply_from(first, values, self.bias.slice(), step),
            }
        }
        E::matrix(values, rows, width)
    }

    fn backward(
        &mut self,
        input: &FlexTensor,
        mut delta: FlexTensor,
        _: &Step<'_, E>,
        passes_on: bool,
    ) -> Option<FlexTensor> {
        if let Some(pointwise) = &self.pointwise {
            pointwise.retrace(E::slice_mut(&mut delta));
        }
        self.bias.sum_columns(E::slice(&delta));
        let images = visible::<E>(input);
        let mut below = vec![E::ZERO; if passes_on { images.len() } else { 0 }];
        match &self.pooling {
            Some(pooling) if self.windows.run() >= chosen::SHORTEST_RUN => {
                pooling.differentiate(&self.windows, &mut self.weight, images, E::slice(&delta), &mut below);
            }
            Some(_) | None => self.differentiate(images, &delta, &mut below),
        }
        let image = self.windows.image();
        passes_on.then(|| E::matrix(below, images.len() / image, image))
    }

    fn infer(&self, input: &FlexTensor, _: Option<&[u32]>) -> FlexTensor {
        let images = visible::<E>(input);
        let (rows, width) = (images.len() / self.windows.image(), self.width());
        let mut values = vec![E::ZERO; rows * width];
        let mut scratch = self.windows.scratch();
        let at_once = self.windows.images_at_once();
        let mut chosen = vec![0; if self.pooling.is_some() { at_once * width } else { 0 }];
        let chunks = images.chunks(at_once * self.windows.image()).zip(values.chunks_mut(at_once * width));
        for (images, values) in chunks {
            let columns = self.windows.columns(images, &mut scratch);
            let results = matmul(&columns, &transposed(&self.weight.values));
            match &self.pooling {
                None => values.copy_from_slice(E::slice(&results)),
                Some(pooling) => pooling.tiles.greatest(E::slice(&results), values, &mut chosen[..values.len()]),
            }
            match &self.pointwise {
                None => add_bias(values, self.bias.slice()),
                Some(pointwise) => pointwise.activate(values, self.bias.slice()),
            }
        }
        E::matrix(values, rows, width)
    }

    fn parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        take(&mut self.weight);
        take(&mut self.bias);
    }

    fn export(&self) -> Vec<Vec<E>> {
        vec![channels_first(self.weight.slice(), self.filter), self.bias.slice().to_vec()]
    }

    fn is_finite(&self) -> bool {
        self.weight.is_finite() && self.bias.is_finite()
    }
}
