//! Convolutions.

mod max_pooling;
mod windows;

use crossfold_kernels::filters::{self, convolve, convolve_and_pool};
use crossfold_kernels::pointwise::add_bias;
use crossfold_kernels::{Matrix, MatrixMut, Real, add_product, multiply};
use crossfold_network::{Configuration, ConvolutionLayer, Image, PoolingLayer};

use super::bias::Bias;
use super::layer::{Layer, Parameter, Step};
use super::layout::{channels_first, channels_last};
use super::pointwise::Pointwise;
use super::pooling::Windows as PoolingWindows;
use max_pooling::MaxPooling;
use windows::Windows;

/// A convolution, max pooling and a pointwise step. They run image by image, so that each finds the results of the one
/// before it in the core's cache.
pub(super) struct Convolution<E> {
    windows: Windows,
    /// Filters × values of a window.
    weight: Parameter<E>,
    bias: Bias<E>,
    /// Max pooling before the bias and the activation, which then apply to at most a quarter of the values.
    pooling: Option<MaxPooling>,
    pointwise: Option<Pointwise<E>>,
    /// The size of a filter.
    filter: Image,
    /// Index at which each window starts in a padded image.
    starts: Vec<usize>,
    buffers: Buffers<E>,
}

/// Memory that is reused for the next images.
#[derive(Default)]
struct Buffers<E> {
    padded: Vec<E>,
    panels: Vec<E>,
    columns: Vec<E>,
    scattered: Vec<E>,
    /// Values of a window × filters: the weight's gradient in the shape in which its product is fastest.
    sums: Vec<E>,
    pooling: max_pooling::Buffers<E>,
}

impl<E: Real> Convolution<E> {
    /// `weight` and `bias` are as files store them; `None` for a layer without a bias.
    pub(super) fn new(
        configuration: &Configuration,
        sizes: ConvolutionLayer,
        weight: Vec<E>,
        bias: Option<Vec<E>>,
        pooling: Option<PoolingLayer>,
        pointwise: Option<Pointwise<E>>,
    ) -> Convolution<E> {
        let windows = Windows::new(sizes);
        let filter = Image { height: sizes.kernel, width: sizes.kernel, channels: sizes.from.channels };
        Convolution {
            weight: Parameter::weight(configuration, channels_last(&weight, filter)),
            bias: Bias::new(configuration, bias, sizes.to.channels),
            pooling: pooling.map(|sizes| MaxPooling::new(PoolingWindows::new(sizes), &windows)),
            pointwise,
            filter,
            starts: windows.starts(),
            buffers: Buffers::default(),
            windows,
        }
    }

    fn filters(&self) -> usize {
        self.bias.values().len()
    }

    /// Sets `output` to the pooled results, or to all results if there is no pooling. Calls `finish` with each image's
    /// results, the index of the first of them, and the bias.
    fn convolve(&mut self, input: &[E], output: &mut [E], mut finish: impl FnMut(usize, &mut [E], &[E])) {
        let (filters, width) = (self.filters(), self.width());
        let Buffers { padded, panels, .. } = &mut self.buffers;
        filters::pack(&self.weight.values, self.windows.len(), panels);
        if let Some(pooling) = &mut self.pooling {
            pooling.argmax.resize(output.len(), 0);
        }
        let images = input.chunks_exact(self.windows.image()).zip(output.chunks_exact_mut(width));
        for (first, (image, results)) in (0..).step_by(width).zip(images) {
            self.windows.pad(image, padded);
            let convolution = filters::Convolution {
                image: padded,
                row: self.windows.padded_row(),
                panels,
                filters,
                window: self.windows.len(),
                run: self.windows.run(),
            };
            match &mut self.pooling {
                None => convolve(&convolution, &self.starts, results),
                Some(MaxPooling { starts: [windows, pixels], argmax, .. }) => {
                    convolve_and_pool(&convolution, [windows, pixels], results, &mut argmax[first..][..width]);
                }
            }
            finish(first, results, self.bias.values());
        }
    }

    /// Runs the backward pass without pooling, a few images at a time. Sets the weight's gradient. Sets `below`, unless
    /// it is empty, to the gradient of `images`.
    fn differentiate(&mut self, images: &[E], delta: &[E], below: &mut [E]) {
        let (count, filters, image, width) = (self.windows.count(), self.filters(), self.windows.image(), self.width());
        let (at_once, window) = (self.windows.images_at_once(), self.windows.len());
        let Buffers { padded, columns, scattered, sums, .. } = &mut self.buffers;
        sums.clear();
        sums.resize(window * filters, E::ZERO);
        below.fill(E::ZERO);
        for (number, images) in images.chunks(at_once * image).enumerate() {
            let (first, rows) = (number * at_once, images.len() / image);
            let part = first * width..(first + rows) * width;
            let delta = Matrix::new(&delta[part], filters);
            self.windows.pad(images, padded);
            add_product(self.windows.columns(padded, columns).transposed(), delta, MatrixMut::new(sums, filters));
            if !below.is_empty() {
                columns.resize(rows * count * window, E::ZERO);
                multiply(delta, Matrix::new(&self.weight.values, window), MatrixMut::new(columns, window));
                self.windows.scatter(columns, &mut below[first * image..][..images.len()], scattered);
            }
        }
        for (filter, gradient) in self.weight.gradient.chunks_exact_mut(window).enumerate() {
            for (gradient, sums) in gradient.iter_mut().zip(sums.chunks_exact(filters)) {
                *gradient = sums[filter];
            }
        }
    }
}

impl<E: Real> Layer<E> for Convolution<E> {
    fn width(&self) -> usize {
        self.pooling.as_ref().map_or(self.windows.count() * self.filters(), |pooling| pooling.windows.result())
    }

    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>) {
        let mut pointwise = self.pointwise.take();
        if let Some(pointwise) = &mut pointwise {
            pointwise.reserve(output.len());
        }
        self.convolve(input, output, |first, results, bias| match &mut pointwise {
            None => add_bias(results, bias),
            Some(pointwise) => pointwise.apply_from(first, results, bias, step),
        });
        self.pointwise = pointwise;
    }

    fn backward(&mut self, input: &[E], delta: &mut [E], below: Option<&mut [E]>, _: &Step<'_, E>) {
        if let Some(pointwise) = &self.pointwise {
            pointwise.differentiate(delta);
        }
        self.bias.sum_columns(delta);
        let below = below.unwrap_or_default();
        match &self.pooling {
            Some(pooling) => {
                pooling.differentiate(&self.windows, &mut self.weight, input, delta, below, &mut self.buffers.pooling);
            }
            None => self.differentiate(input, delta, below),
        }
    }

    fn infer(&mut self, input: &[E], output: &mut [E], _: Option<&[u32]>) {
        let pointwise = self.pointwise.take();
        self.convolve(input, output, |_, results, bias| match &pointwise {
            None => add_bias(results, bias),
            Some(pointwise) => pointwise.activate(results, bias),
        });
        self.pointwise = pointwise;
    }

    fn visit_parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        take(&mut self.weight);
        self.bias.visit_parameter(take);
    }

    fn visit_running(&mut self, _: &mut dyn FnMut(&mut [E])) {}

    fn export(&self) -> Vec<Vec<E>> {
        [channels_first(&self.weight.values, self.filter)].into_iter().chain(self.bias.export()).collect()
    }

    fn is_finite(&self) -> bool {
        self.weight.is_finite() && self.bias.is_finite()
    }
}

#[cfg(test)]
mod tests {
    use crossfold_network::PoolingKind;

    use super::*;
    use crate::steps::dropout::Masks;

    /// One filter with a stride of 1, without padding.
    fn convolution(from: [usize; 2], filter: &[f64], bias: f64) -> Convolution<f64> {
        let kernel = filter.len().isqrt();
        let image = |[height, width]: [usize; 2]| Image { height, width, channels: 1 };
        let to = from.map(|length| length + 1 - kernel);
        let (from, to) = (image(from), image(to));
        let sizes = ConvolutionLayer { from, to, kernel, stride: 1, padding_before: [0, 0], has_bias: true };
        Convolution::new(&Configuration::default(), sizes, filter.to_vec(), Some(vec![bias]), None, None)
    }

    #[test]
    fn filters_are_applied_to_each_window() {
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
        let mut layer = convolution([4, 3], &filter, 0.0);
        let mut results = [0.0; 6];
        layer.infer(&image, &mut results, None);
        assert_eq!(results, expected);
        let masks = Masks::none();
        layer.forward(&image, &mut results, &Step { masks: &masks, lengths: None });
        assert_eq!(results, expected);
        convolution([4, 3], &filter, 0.5).infer(&image, &mut results, None);
        assert_eq!(results, expected.map(|sum| sum + 0.5));
    }

    /// The expected gradients are for a gradient of 1 at one result, the sum of the filter's values times the image's.
    #[test]
    fn gradients_flow_back_to_their_window() {
        let image: Vec<f64> = (1..=12).map(f64::from).collect();
        let mut layer = convolution([4, 3], &[0.1, 0.2, 0.3, 0.4], 0.0);
        let masks = Masks::none();
        let step = Step { masks: &masks, lengths: None };
        layer.forward(&image, &mut [0.0; 6], &step);
        let (mut delta, mut below) = ([0.0, 0.0, 0.0, 1.0, 0.0, 0.0], [9.0; 12]);
        layer.backward(&image, &mut delta, Some(&mut below), &step);
        assert_eq!(below, [0.0, 0.0, 0.0, 0.0, 0.1, 0.2, 0.0, 0.3, 0.4, 0.0, 0.0, 0.0]);
        assert_eq!(layer.weight.gradient, [5.0, 6.0, 8.0, 9.0]);
        assert_eq!(layer.bias.gradient(), [1.0]);
    }

    /// Maxima and their pixels, computed by plain loops: filters of 3 × 3 over images of 7 × 8 with 2 channels and
    /// padding, pooled by `size`.
    fn pooled(image: &[f32], weight: &[f32], filters: usize, size: usize) -> (Vec<f32>, Vec<u32>) {
        let result = |y: usize, x: usize, filter: usize| {
            let mut sum = 0.0;
            for (place, &weight) in weight[filter * 18..][..18].iter().enumerate() {
                let (row, column, channel) = (y + place % 9 / 3, x + place % 3, place / 9);
                if (1..=7).contains(&row) && (1..=8).contains(&column) {
                    sum += weight * image[((row - 1) * 8 + column - 1) * 2 + channel];
                }
            }
            sum
        };
        let windows = (0..7 / size).flat_map(|y| (0..8 / size).map(move |x| (y * size, x * size)));
        let each = windows.flat_map(|window| (0..filters).map(move |filter| (window, filter)));
        let greatest = each.map(|((y, x), filter)| {
            (0..size * size).fold((f32::NEG_INFINITY, 0), |(greatest, chosen), pixel| {
                let value = result(y + pixel / size, x + pixel % size, filter);
                if value > greatest || value.is_nan() { (value, pixel as u32) } else { (greatest, chosen) }
            })
        });
        greatest.unzip()
    }

    /// There are more filters than any machine has lanes in two vectors, and pooling windows have more pixels than are
    /// processed together. Values are integers, so that sums are exact and some maxima are equal. One filter's centre
    /// is NaN.
    #[test]
    fn fused_pooling_matches_plain_loops() {
        let image: Vec<f32> = (0..112).map(|i| ((i * i + 3 * i) % 7) as f32 - 3.0).collect();
        for (filters, size) in [(35, 2), (35, 3), (16, 3), (3, 2), (1, 1)] {
            let mut weight: Vec<f32> = (0..filters * 18).map(|i| ((i * 5 + i / 4) % 5) as f32 - 2.0).collect();
            weight[18 * (filters / 2) + 4] = f32::NAN;
            let [from, to] = [(7, 8), (7 / size, 8 / size)].map(|(height, width)| [height, width]);
            let shaped = |[height, width]: [usize; 2], channels| Image { height, width, channels };
            let sizes = ConvolutionLayer {
                from: shaped(from, 2),
                to: shaped(from, filters),
                kernel: 3,
                stride: 1,
                padding_before: [1, 1],
                has_bias: false,
            };
            let pooling =
                PoolingLayer { kind: PoolingKind::Max, size, from: shaped(from, filters), to: shaped(to, filters) };
            let mut layer =
                Convolution::new(&Configuration::default(), sizes, weight.clone(), None, Some(pooling), None);
            let (expected, places) = pooled(&image, &weight, filters, size);
            let mut results = vec![0.0; expected.len()];
            let masks = Masks::none();
            layer.forward(&image, &mut results, &Step { masks: &masks, lengths: None });
            let alike = |a: f32, b: f32| a == b || a.is_nan() && b.is_nan();
            assert!(results.iter().zip(&expected).all(|(&a, &b)| alike(a, b)), "{filters} filters, {size}");
            assert!(results.iter().any(|value| value.is_nan()));
            let pooling = layer.pooling.unwrap();
            let known = pooling.argmax.iter().zip(&places).zip(&expected).filter(|(_, value)| !value.is_nan());
            assert!(known.clone().count() > 0 || filters == 1);
            assert!(known.clone().all(|((ours, theirs), _)| ours == theirs), "{filters} filters, {size}");
        }
    }
}
