//! Pooling.

use crossfold_network::{Image, PoolingKind};
use macerator::{Simd, with_simd};

use super::layer::{Layer, Parameter, Step};
use crossfold_kernels::Real;

/// Windows of size × size beside each other; what is left over at the bottom and right is in none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiles {
    size: usize,
    from: Image,
    to: Image,
}

impl Tiles {
    pub(super) fn new(size: usize, from: Image, to: Image) -> Tiles {
        Tiles { size, from, to }
    }

    /// Values of an image.
    pub(super) fn image(&self) -> usize {
        self.from.values()
    }

    /// Values of what becomes of it.
    pub(super) fn result(&self) -> usize {
        self.to.values()
    }

    /// Where windows begin, one after another, and from there on their pixels, if the pixel in a row and a column
    /// is `at` a place that grows alike with each.
    pub(super) fn places(&self, at: impl Fn(usize, usize) -> usize) -> [Vec<usize>; 2] {
        let Tiles { size, to, .. } = *self;
        let windows = (0..to.height * to.width).map(|tile| at(tile / to.width * size, tile % to.width * size));
        [windows.collect(), (0..size * size).map(|pixel| at(pixel / size, pixel % size)).collect()]
    }

    /// Where in an image the windows begin, and from there on their pixels.
    fn in_image(&self) -> [Vec<usize>; 2] {
        let Image { width, channels, .. } = self.from;
        self.places(|row, column| (row * width + column) * channels)
    }

    /// The greatest value of each window, and which of its pixels has it: the first of equal ones.
    pub(super) fn greatest<E: Real>(&self, values: &[E], greatest: &mut [E], chosen: &mut [u32]) {
        let [windows, pixels] = self.in_image();
        let results = greatest.chunks_exact_mut(self.result()).zip(chosen.chunks_exact_mut(self.result()));
        for (values, (greatest, chosen)) in values.chunks_exact(self.image()).zip(results) {
            choose(values, &windows, &pixels, greatest, chosen);
        }
    }

    /// Takes the gradient of what [`Tiles::greatest`] chose to its place in images.
    pub(super) fn spread_to_chosen<E: Real>(&self, delta: &[E], chosen: &[u32], below: &mut [E]) {
        let channels = self.from.channels;
        let [windows, pixels] = self.in_image();
        below.fill(E::ZERO);
        let results = delta.chunks_exact(self.result()).zip(chosen.chunks_exact(self.result()));
        for (below, (delta, chosen)) in below.chunks_exact_mut(self.image()).zip(results) {
            let results = delta.chunks_exact(channels).zip(chosen.chunks_exact(channels));
            for (start, (delta, chosen)) in windows.iter().zip(results) {
                for (channel, (&delta, &chosen)) in delta.iter().zip(chosen).enumerate() {
                    below[start + pixels[chosen as usize] + channel] = delta;
                }
            }
        }
    }

    /// The mean of each window.
    fn means<E: Real>(&self, values: &[E], means: &mut [E]) {
        let channels = self.from.channels;
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

    /// Takes the gradient of means to all that they are of.
    fn spread<E: Real>(&self, delta: &[E], below: &mut [E]) {
        let channels = self.from.channels;
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

    /// What a value counts in a mean.
    fn share<E: Real>(&self) -> E {
        E::from_f64(1.0 / (self.size * self.size) as f64)
    }
}

#[with_simd]
fn choose<S: Simd, E: Real>(values: &[E], starts: &[usize], pixels: &[usize], greatest: &mut [E], chosen: &mut [u32]) {
    let channels = greatest.len() / starts.len();
    greatest.fill(E::from_f64(f64::NEG_INFINITY));
    chosen.fill(0);
    let results = greatest.chunks_exact_mut(channels).zip(chosen.chunks_exact_mut(channels));
    for (&start, (greatest, chosen)) in starts.iter().zip(results) {
        for (place, at) in (0..).zip(pixels) {
            let results = greatest.iter_mut().zip(&mut *chosen);
            for (&value, (greatest, chosen)) in values[start + at..][..channels].iter().zip(results) {
                // Both are asked, without a branch. NaN is greater than all else, so that a diverged fit is seen.
                let is_greater = (value > *greatest) | value.is_nan();
                *greatest = if is_greater { value } else { *greatest };
                *chosen = if is_greater { place } else { *chosen };
            }
        }
    }
}

/// Pooling by itself.
pub(super) struct Pooling {
    kind: PoolingKind,
    tiles: Tiles,
    /// Of the step under way, which pixel of each window is the greatest.
    chosen: Vec<u32>,
}

impl Pooling {
    pub(super) fn new(kind: PoolingKind, tiles: Tiles) -> Pooling {
        Pooling { kind, tiles, chosen: Vec::new() }
    }

    fn pool<E: Real>(&mut self, values: &[E], results: &mut [E]) {
        match self.kind {
            PoolingKind::Max => {
                self.chosen.resize(results.len(), 0);
                self.tiles.greatest(values, results, &mut self.chosen);
            }
            PoolingKind::Average => self.tiles.means(values, results),
        }
    }
}

impl<E: Real> Layer<E> for Pooling {
    fn width(&self) -> usize {
        self.tiles.result()
    }

    fn forward(&mut self, input: &[E], output: &mut [E], _: &Step<'_, E>) {
        self.pool(input, output);
    }

    fn backward(&mut self, _: &[E], delta: &mut [E], below: Option<&mut [E]>, _: &Step<'_, E>) {
        let Some(below) = below else { return };
        match self.kind {
            PoolingKind::Max => self.tiles.spread_to_chosen(delta, &self.chosen, below),
            PoolingKind::Average => self.tiles.spread(delta, below),
        }
    }

    fn infer(&mut self, input: &[E], output: &mut [E], _: Option<&[u32]>) {
        self.pool(input, output);
    }

    fn parameters(&mut self, _: &mut dyn FnMut(&mut Parameter<E>)) {}

    fn running(&mut self, _: &mut dyn FnMut(&mut [E])) {}

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

    fn tiles(height: usize, width: usize) -> Tiles {
        let image = |height, width| Image { height, width, channels: 1 };
        Tiles::new(2, image(height, width), image(height / 2, width / 2))
    }

    #[test]
    fn of_each_window_the_greatest_value_stays() {
        let (mut greatest, mut chosen) = ([0.0; 4], [0; 4]);
        tiles(4, 4).greatest(&IMAGE, &mut greatest, &mut chosen);
        assert_eq!((greatest, chosen), ([3.0, 5.0, 2.0, 4.0], [2, 0, 0, 1]));
        let mut below = [9.0; 16];
        tiles(4, 4).spread_to_chosen(&[1.0, 2.0, 3.0, 4.0], &chosen, &mut below);
        assert_eq!(below, [0.0, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn of_each_window_the_mean_stays() {
        let mut means = [0.0; 4];
        tiles(4, 4).means(&IMAGE, &mut means);
        assert_eq!(means, [1.5, 2.75, 1.25, 2.25]);
        let mut below = [9.0; 16];
        tiles(4, 4).spread(&[4.0, 8.0, 12.0, 16.0], &mut below);
        assert_eq!(below, [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 3.0, 3.0, 4.0, 4.0]);
    }

    /// As PyTorch has it: of equal values the first, and NaN is passed on.
    #[test]
    fn what_is_left_over_is_dropped_and_nan_is_not() {
        let nan = f64::NAN;
        let image = [1.0, 1.0, nan, 2.0, 9.0, 1.0, 1.0, 3.0, 4.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0];
        let (mut greatest, mut chosen) = ([0.0; 2], [9; 2]);
        tiles(3, 5).greatest(&image, &mut greatest, &mut chosen);
        assert!(greatest[0] == 1.0 && greatest[1].is_nan());
        assert_eq!(chosen, [0, 0]);
        let mut below = [7.0; 15];
        tiles(3, 5).spread_to_chosen(&[5.0, 6.0], &chosen, &mut below);
        assert_eq!(below, [5.0, 0.0, 6.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
