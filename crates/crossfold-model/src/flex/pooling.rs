//! Pooling.

use crossfold_kernels::Real;
use crossfold_kernels::simd::{self as macerator, Simd, with_simd};
use crossfold_network::{Image, PoolingKind, PoolingLayer};

use super::layer::{Layer, Parameter, Step};

/// The windows of an image that are pooled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    sizes: PoolingLayer,
}

impl Windows {
    pub(super) fn new(sizes: PoolingLayer) -> Windows {
        Windows { sizes }
    }

    /// The number of values in an image.
    pub(super) fn image(&self) -> usize {
        self.sizes.from.values()
    }

    /// The number of values in a pooled image.
    pub(super) fn result(&self) -> usize {
        self.sizes.to.values()
    }

    /// The index at which each window starts, and the offsets of its pixels from there. `at` returns the index of the
    /// pixel in a row and a column. It must be linear in both.
    pub(super) fn starts(&self, at: impl Fn(usize, usize) -> usize) -> [Vec<usize>; 2] {
        let PoolingLayer { size, to, .. } = self.sizes;
        let windows = (0..to.height * to.width).map(|tile| at(tile / to.width * size, tile % to.width * size));
        [windows.collect(), (0..size * size).map(|pixel| at(pixel / size, pixel % size)).collect()]
    }

    /// [`Windows::starts`] in an image.
    fn in_image(&self) -> [Vec<usize>; 2] {
        let Image { width, channels, .. } = self.sizes.from;
        self.starts(|row, column| (row * width + column) * channels)
    }

    /// Sets `maxima` to the maximum of each window, and `argmax` to its pixel, the first of equal ones.
    pub(super) fn max<E: Real>(&self, values: &[E], maxima: &mut [E], argmax: &mut [u32]) {
        let [windows, pixels] = self.in_image();
        let results = maxima.chunks_exact_mut(self.result()).zip(argmax.chunks_exact_mut(self.result()));
        for (values, (maxima, argmax)) in values.chunks_exact(self.image()).zip(results) {
            max(values, &windows, &pixels, maxima, argmax);
        }
    }

    /// Sets `below` to the gradient of the images, given that of the maxima.
    pub(super) fn differentiate_max<E: Real>(&self, delta: &[E], argmax: &[u32], below: &mut [E]) {
        let channels = self.sizes.from.channels;
        let [windows, pixels] = self.in_image();
        below.fill(E::ZERO);
        let results = delta.chunks_exact(self.result()).zip(argmax.chunks_exact(self.result()));
        for (below, (delta, argmax)) in below.chunks_exact_mut(self.image()).zip(results) {
            let results = delta.chunks_exact(channels).zip(argmax.chunks_exact(channels));
            for (start, (delta, argmax)) in windows.iter().zip(results) {
                for (channel, (&delta, &pixel)) in delta.iter().zip(argmax).enumerate() {
                    below[start + pixels[pixel as usize] + channel] = delta;
                }
            }
        }
    }

    /// Sets `means` to the mean of each window.
    fn mean<E: Real>(&self, values: &[E], means: &mut [E]) {
        let channels = self.sizes.from.channels;
        let [windows, pixels] = self.in_image();
        let share = self.share();
        for (values, means) in values.chunks_exact(self.image()).zip(means.chunks_exact_mut(self.result())) {
            for (start, means) in windows.iter().zip(means.chunks_exact_mut(channels)) {
                means.fill(E::ZERO);
                for at in &pixels {
                    for (sum, &value) in means.iter_mut().zip(&values[start + at..][..channels]) {
                        *sum += value;
                    }
                }
                means.iter_mut().for_each(|mean| *mean *= share);
            }
        }
    }

    /// Sets `below` to the gradient of the images, given that of the means.
    fn differentiate_mean<E: Real>(&self, delta: &[E], below: &mut [E]) {
        let channels = self.sizes.from.channels;
        let [windows, pixels] = self.in_image();
        let share = self.share();
        below.fill(E::ZERO);
        for (below, delta) in below.chunks_exact_mut(self.image()).zip(delta.chunks_exact(self.result())) {
            for (start, delta) in windows.iter().zip(delta.chunks_exact(channels)) {
                for at in &pixels {
                    for (below, &delta) in below[start + at..][..channels].iter_mut().zip(delta) {
                        *below = delta * share;
                    }
                }
            }
        }
    }

    /// The weight of a pixel in a mean.
    fn share<E: Real>(&self) -> E {
        E::from_f64(1.0 / (self.sizes.size * self.sizes.size) as f64)
    }
}

#[with_simd]
fn max<S: Simd, E: Real>(values: &[E], starts: &[usize], pixels: &[usize], maxima: &mut [E], argmax: &mut [u32]) {
    let channels = maxima.len() / starts.len();
    maxima.fill(E::from_f64(f64::NEG_INFINITY));
    argmax.fill(0);
    let results = maxima.chunks_exact_mut(channels).zip(argmax.chunks_exact_mut(channels));
    for (&start, (maxima, argmax)) in starts.iter().zip(results) {
        for (place, at) in (0..).zip(pixels) {
            let results = maxima.iter_mut().zip(&mut *argmax);
            for (&value, (maximum, argmax)) in values[start + at..][..channels].iter().zip(results) {
                // `|` avoids a branch. NaN counts as the maximum, so that a diverged fit is detected.
                let is_greater = (value > *maximum) | value.is_nan();
                *maximum = if is_greater { value } else { *maximum };
                *argmax = if is_greater { place } else { *argmax };
            }
        }
    }
}

/// A pooling layer.
pub(super) struct Pooling {
    kind: PoolingKind,
    windows: Windows,
    /// The pixel of each window that has the maximum in the current step.
    argmax: Vec<u32>,
}

impl Pooling {
    pub(super) fn new(sizes: PoolingLayer) -> Pooling {
        Pooling { kind: sizes.kind, windows: Windows::new(sizes), argmax: Vec::new() }
    }

    fn pool<E: Real>(&mut self, values: &[E], results: &mut [E]) {
        match self.kind {
            PoolingKind::Max => {
                self.argmax.resize(results.len(), 0);
                self.windows.max(values, results, &mut self.argmax);
            }
            PoolingKind::Average => self.windows.mean(values, results),
        }
    }
}

impl<E: Real> Layer<E> for Pooling {
    fn width(&self) -> usize {
        self.windows.result()
    }

    fn forward(&mut self, input: &[E], output: &mut [E], _: &Step<'_, E>) {
        self.pool(input, output);
    }

    fn backward(&mut self, _: &[E], delta: &mut [E], below: Option<&mut [E]>, _: &Step<'_, E>) {
        let Some(below) = below else { return };
        match self.kind {
            PoolingKind::Max => self.windows.differentiate_max(delta, &self.argmax, below),
            PoolingKind::Average => self.windows.differentiate_mean(delta, below),
        }
    }

    fn infer(&mut self, input: &[E], output: &mut [E], _: Option<&[u32]>) {
        self.pool(input, output);
    }

    fn visit_parameters(&mut self, _: &mut dyn FnMut(&mut Parameter<E>)) {}

    fn visit_running(&mut self, _: &mut dyn FnMut(&mut [E])) {}

    fn export(&self) -> Vec<Vec<E>> {
        Vec::new()
    }

    fn is_finite(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: [f64; 16] = [1.0, 2.0, 5.0, 3.0, 3.0, 0.0, 1.0, 2.0, 2.0, 1.0, 3.0, 4.0, 1.0, 1.0, 2.0, 0.0];

    /// Windows of 2 × 2 pixels.
    fn windows(height: usize, width: usize) -> Windows {
        let image = |height, width| Image { height, width, channels: 1 };
        let (from, to) = (image(height, width), image(height / 2, width / 2));
        Windows::new(PoolingLayer { kind: PoolingKind::Max, size: 2, from, to })
    }

    #[test]
    fn each_window_is_reduced_to_its_maximum() {
        let (mut maxima, mut argmax) = ([0.0; 4], [0; 4]);
        windows(4, 4).max(&IMAGE, &mut maxima, &mut argmax);
        assert_eq!((maxima, argmax), ([3.0, 5.0, 2.0, 4.0], [2, 0, 0, 1]));
        let mut below = [9.0; 16];
        windows(4, 4).differentiate_max(&[1.0, 2.0, 3.0, 4.0], &argmax, &mut below);
        assert_eq!(below, [0.0, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn each_window_is_reduced_to_its_mean() {
        let mut means = [0.0; 4];
        windows(4, 4).mean(&IMAGE, &mut means);
        assert_eq!(means, [1.5, 2.75, 1.25, 2.25]);
        let mut below = [9.0; 16];
        windows(4, 4).differentiate_mean(&[4.0, 8.0, 12.0, 16.0], &mut below);
        assert_eq!(below, [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 3.0, 3.0, 4.0, 4.0]);
    }

    /// As in PyTorch, the first of equal values counts, and NaN propagates.
    #[test]
    fn leftover_pixels_are_dropped_and_nan_propagates() {
        let nan = f64::NAN;
        let image = [1.0, 1.0, nan, 2.0, 9.0, 1.0, 1.0, 3.0, 4.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0];
        let (mut maxima, mut argmax) = ([0.0; 2], [9; 2]);
        windows(3, 5).max(&image, &mut maxima, &mut argmax);
        assert!(maxima[0] == 1.0 && maxima[1].is_nan());
        assert_eq!(argmax, [0, 0]);
        let mut below = [7.0; 15];
        windows(3, 5).differentiate_max(&[5.0, 6.0], &argmax, &mut below);
        assert_eq!(below, [5.0, 0.0, 6.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
