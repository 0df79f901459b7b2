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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dropout::Masks;

    /// Of one filter at a stride of 1, without padding.
    fn convolution(from: [usize; 2], filter: &[f64], bias: f64) -> Convolution<f64> {
        let kernel = filter.len().isqrt();
        let image = |[height, width]: [usize; 2]| Image { height, width, channels: 1 };
        let to = from.map(|length| length + 1 - kernel);
        let sizes = Sizes { from: image(from), to: image(to), kernel, stride: 1, before: [0, 0] };
        Convolution::new(&Configuration::default(), sizes, filter.to_vec(), vec![bias], None, None)
    }

    #[test]
    fn a_filter_meets_each_window_as_it_stands() {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = [2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0, 23.0, 29.0, 31.0, 37.0];
        let [alpha, beta, gamma, delta] = [41.0, 43.0, 47.0, 53.0];
        #[rustfmt::skip]
        let image = [
            a, b, c,
            d, e, f,
            g, h, i,
            j, k, l,
        ];
        #[rustfmt::skip]
        let filter = [
            alpha, beta,
            gamma, delta,
        ];
        #[rustfmt::skip]
        let expected = [
            a * alpha + b * beta + d * gamma + e * delta, b * alpha + c * beta + e * gamma + f * delta,
            d * alpha + e * beta + g * gamma + h * delta, e * alpha + f * beta + h * gamma + i * delta,
            g * alpha + h * beta + j * gamma + k * delta, h * alpha + i * beta + k * gamma + l * delta,
        ];
        let input = f64::matrix(image.to_vec(), 1, 12);
        let mut layer = convolution([4, 3], &filter, 0.0);
        assert_eq!(f64::slice(&layer.infer(&input, None)), expected);
        let masks = Masks::none();
        assert_eq!(f64::slice(&layer.forward(&input, &Step { masks: &masks, lengths: None })), expected);
        let biased = convolution([4, 3], &filter, 0.5).infer(&input, None);
        assert_eq!(f64::slice(&biased), expected.map(|sum| sum + 0.5));
    }

    /// Of a gradient of 1 at one result: each of the filter's values met one of the image's.
    #[test]
    fn a_gradient_goes_back_where_its_window_was() {
        let image: Vec<f64> = (1..=12).map(f64::from).collect();
        let input = f64::matrix(image, 1, 12);
        let mut layer = convolution([4, 3], &[0.1, 0.2, 0.3, 0.4], 0.0);
        let masks = Masks::none();
        let step = Step { masks: &masks, lengths: None };
        layer.forward(&input, &step);
        let delta = f64::matrix(vec![0.0, 0.0, 0.0, 1.0, 0.0, 0.0], 1, 6);
        let below = layer.backward(&input, delta, &step, true).unwrap();
        assert_eq!(f64::slice(&below), [0.0, 0.0, 0.0, 0.0, 0.1, 0.2, 0.0, 0.3, 0.4, 0.0, 0.0, 0.0]);
        assert_eq!(f64::slice(&layer.weight.gradient), [5.0, 6.0, 8.0, 9.0]);
        assert_eq!(f64::slice(&layer.bias.gradient), [1.0]);
    }
}
