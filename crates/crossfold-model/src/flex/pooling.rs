//! Pooling.

use burn_flex::FlexTensor;
use crossfold_study::{Image, PoolingKind};

use super::layer::{Layer, Parameter, Step};
use crate::real::Real;

/// Windows of size × size beside each other; what is left over at the bottom and right is in none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tiles {
    size: usize,
    from: Image,
    to: Image,
}

impl Tiles {
    pub(crate) fn new(size: usize, from: Image, to: Image) -> Tiles {
        Tiles { size, from, to }
    }

    /// Values of an image.
    pub(crate) fn image(&self) -> usize {
        self.from.values()
    }

    /// Values of what becomes of it.
    pub(crate) fn result(&self) -> usize {
        self.to.values()
    }

    /// Where windows begin, one after another, and from there on their pixels, if the pixel in a row and a column
    /// is `at` a place that grows alike with each.
    pub(crate) fn places(&self, at: impl Fn(usize, usize) -> usize) -> [Vec<usize>; 2] {
        let Tiles { size, to, .. } = *self;
        let windows = (0..to.height * to.width).map(|tile| at(tile / to.width * size, tile % to.width * size));
        [windows.collect(), (0..size * size).map(|pixel| at(pixel / size, pixel % size)).collect()]
    }

    /// Where in `values` of images the windows begin, in their order, and from there on their pixels.
    fn in_images(&self, values: usize) -> (impl Iterator<Item = usize>, Vec<usize>) {
        let Image { width, channels, .. } = self.from;
        let [windows, pixels] = self.places(|row, column| (row * width + column) * channels);
        let images = (0..values).step_by(self.image());
        (images.flat_map(move |image| windows.clone().into_iter().map(move |window| image + window)), pixels)
    }

    /// The greatest value of each window, and which of its pixels has it: the first of equal ones. NaN is
    /// greater than all else, so that a diverged fit is seen.
    pub(crate) fn greatest<E: Real>(&self, values: &[E], greatest: &mut [E], chosen: &mut [u32]) {
        let channels = self.from.channels;
        let (windows, pixels) = self.in_images(values.len());
        let results = greatest.chunks_exact_mut(channels).zip(chosen.chunks_exact_mut(channels));
        for (start, (greatest, chosen)) in windows.zip(results) {
            let (greatest, last_greatest) = greatest.as_chunks_mut::<LANES>();
            let (chosen, last_chosen) = chosen.as_chunks_mut::<LANES>();
            let last = start + channels - last_greatest.len();
            for (start, (greatest, chosen)) in (start..).step_by(LANES).zip(greatest.iter_mut().zip(chosen)) {
                choose(values, start, &pixels, greatest, chosen);
            }
            for (start, (greatest, chosen)) in (last..).zip(last_greatest.iter_mut().zip(last_chosen)) {
                choose(values, start, &pixels, std::array::from_mut(greatest), std::array::from_mut(chosen));
            }
        }
    }

    /// Takes the gradient of what [`Tiles::greatest`] chose to its place in images.
    pub(crate) fn spread_to_chosen<E: Real>(&self, delta: &[E], chosen: &[u32], below: &mut [E]) {
        let channels = self.from.channels;
        let (windows, pixels) = self.in_images(below.len());
        below.fill(E::ZERO);
        let results = delta.chunks_exact(channels).zip(chosen.chunks_exact(channels));
        for (start, (delta, chosen)) in windows.zip(results) {
            for (channel, (&delta, &chosen)) in delta.iter().zip(chosen).enumerate() {
                below[start + pixels[chosen as usize] + channel] = delta;
            }
        }
    }

    /// The mean of each window.
    fn means<E: Real>(&self, values: &[E], means: &mut [E]) {
        let channels = self.from.channels;
        let (windows, pixels) = self.in_images(values.len());
        let share = self.share();
        for (start, means) in windows.zip(means.chunks_exact_mut(channels)) {
            means.fill(E::ZERO);
            for at in &pixels {
                for (sum, &value) in means.iter_mut().zip(&values[start + at..][..channels]) {
                    *sum += value;
                }
            }
            means.iter_mut().for_each(|mean| *mean *= share);
        }
    }

    /// Takes the gradient of means to all that they are of.
    fn spread<E: Real>(&self, delta: &[E], below: &mut [E]) {
        let channels = self.from.channels;
        let (windows, pixels) = self.in_images(below.len());
        let share = self.share();
        below.fill(E::ZERO);
        for (start, delta) in windows.zip(delta.chunks_exact(channels)) {
            for at in &pixels {
                for (below, &delta) in below[start + at..][..channels].iter_mut().zip(delta) {
                    *below = delta * share;
                }
            }
        }
    }

    /// What a value counts in a mean.
    fn share<E: Real>(&self) -> E {
        E::from_elem(1.0 / (self.size * self.size) as f64)
    }
}

/// Channels that are compared at a time.
const LANES: usize = 8;

/// Of so many channels from `start` on, the greatest value of any of the `pixels`, and its number.
fn choose<E: Real, const LANES: usize>(
    values: &[E],
    start: usize,
    pixels: &[usize],
    greatest: &mut [E; LANES],
    chosen: &mut [u32; LANES],
) {
    let mut most = [E::from_elem(f64::NEG_INFINITY); LANES];
    let mut pixel_of_most = [0; LANES];
    for (pixel, &at) in (0..).zip(pixels) {
        let at = start + at;
        for (lane, &value) in values[at..at + LANES].iter().enumerate() {
            // Both are asked, without a branch.
            let is_greater = (value > most[lane]) | value.is_nan();
            most[lane] = if is_greater { value } else { most[lane] };
            pixel_of_most[lane] = if is_greater { pixel } else { pixel_of_most[lane] };
        }
    }
    (*greatest, *chosen) = (most, pixel_of_most);
}

/// Pooling by itself.
pub(crate) struct Pooling {
    kind: PoolingKind,
    tiles: Tiles,
    /// Of the step under way, which pixel of each window is the greatest.
    chosen: Vec<u32>,
}

impl Pooling {
    pub(crate) fn new(kind: PoolingKind, tiles: Tiles) -> Pooling {
        Pooling { kind, tiles, chosen: Vec::new() }
    }

    /// Returns what becomes of `input`.
    fn pooled<E: Real>(&self, input: &FlexTensor, chosen: &mut Vec<u32>) -> FlexTensor {
        let values = E::slice(input);
        let rows = values.len() / self.tiles.image();
        let mut results = vec![E::ZERO; rows * self.tiles.result()];
        match self.kind {
            PoolingKind::Max => {
                chosen.resize(results.len(), 0);
                self.tiles.greatest(values, &mut results, chosen);
            }
            PoolingKind::Average => self.tiles.means(values, &mut results),
        }
        E::matrix(results, rows, self.tiles.result())
    }
}

impl<E: Real> Layer<E> for Pooling {
    fn forward(&mut self, input: &FlexTensor, _: &Step<'_, E>) -> FlexTensor {
        let mut chosen = std::mem::take(&mut self.chosen);
        let results = self.pooled::<E>(input, &mut chosen);
        self.chosen = chosen;
        results
    }

    fn backward(&mut self, _: &FlexTensor, delta: FlexTensor, _: &Step<'_, E>, passes_on: bool) -> Option<FlexTensor> {
        passes_on.then(|| {
            let delta: &[E] = E::slice(&delta);
            let rows = delta.len() / self.tiles.result();
            let mut below = vec![E::ZERO; rows * self.tiles.image()];
            match self.kind {
                PoolingKind::Max => self.tiles.spread_to_chosen(delta, &self.chosen, &mut below),
                PoolingKind::Average => self.tiles.spread(delta, &mut below),
            }
            E::matrix(below, rows, self.tiles.image())
        })
    }

    fn infer(&self, input: &FlexTensor, _: Option<&[u32]>) -> FlexTensor {
        self.pooled::<E>(input, &mut Vec::new())
    }

    fn parameters(&mut self, _: &mut dyn FnMut(&mut Parameter<E>)) {}

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
