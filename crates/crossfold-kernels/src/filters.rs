//! Convolution by filters that slide over the image in place.
//!
//! Copying windows into a matrix (im2col) takes as long as the matrix product itself. Here a few windows meet a few
//! filters at a time, and their sums stay in registers until they are complete.

use crate::simd::{self as macerator, Simd, Vector, with_simd};

use crate::Real;
use crate::vectors::{fused, load, store};

/// Number of windows processed together.
const WINDOWS: usize = 4;
/// Number of vectors of filters processed together, if there are enough filters.
const VECTORS: usize = 2;
/// Maximum number of filters processed together: two vectors of 512 bits.
const MAX_FILTERS: usize = 32;

/// An image and the filters that slide over it. Sizes are in values, not bytes.
pub struct Convolution<'a, E> {
    /// The padded image, pixel by pixel with all channels.
    pub image: &'a [E],
    /// Values per row of the image.
    pub row: usize,
    /// The filters, as [`pack`] lays them out.
    pub panels: &'a [E],
    pub filters: usize,
    /// Values per window.
    pub window: usize,
    /// Values of a window that are adjacent in the image.
    pub run: usize,
}

/// Lays filters out in the order in which [`convolve`] and [`convolve_and_pool`] read them.
///
/// Each group of filters that is processed together is stored value by value: the first value of each filter, then the
/// second of each, and so on. The last group is padded with zeros. `weight` is filters × `window`.
#[with_simd]
pub fn pack<S: Simd, E: Real>(weight: &[E], window: usize, panels: &mut Vec<E>) {
    let lanes = E::lanes::<S>();
    let width = if weight.len() / window > lanes { VECTORS * lanes } else { lanes };
    panels.clear();
    for filters in weight.chunks(width * window) {
        for place in 0..window {
            panels.extend((0..width).map(|filter| filters.get(filter * window + place).copied().unwrap_or(E::ZERO)));
        }
    }
}

/// Sets `results`, windows × filters, to the products of windows and filters. `starts` has the index in the image at
/// which each window starts.
#[with_simd]
pub fn convolve<'a, S: Simd, E: Real>(convolution: &Convolution<'a, E>, starts: &[usize], results: &mut [E]) {
    if convolution.filters > E::lanes::<S>() {
        convolve_vectors::<S, E, VECTORS>(convolution, starts, results);
    } else {
        convolve_vectors::<S, E, 1>(convolution, starts, results);
    }
}

#[inline(always)]
fn convolve_vectors<S: Simd, E: Real, const V: usize>(
    convolution: &Convolution<'_, E>,
    starts: &[usize],
    results: &mut [E],
) {
    for (filters, panel) in convolution.panels::<S, V>() {
        let results = results.chunks_mut(WINDOWS * convolution.filters);
        for (starts, results) in starts.chunks(WINDOWS).zip(results) {
            // If fewer windows are left, the last one is repeated.
            let starts = std::array::from_fn(|next| starts[next.min(starts.len() - 1)]);
            let sums = convolution.products::<S, V>(panel, starts);
            for (sums, results) in sums.into_iter().zip(results.chunks_exact_mut(convolution.filters)) {
                write(sums, &mut results[filters.clone()]);
            }
        }
    }
}

/// Convolution and max pooling in one pass.
///
/// Sets `greatest`, pooling windows × filters, to the maximum of a filter's results in each pooling window, and
/// `chosen` to the index of its pixel within the window, the first of ties. NaN counts as the greatest value. `starts`
/// has the index in the image at which each pooling window starts, and the offsets of its pixels from there.
#[with_simd]
pub fn convolve_and_pool<'a, S: Simd, E: Real>(
    convolution: &Convolution<'a, E>,
    starts: [&[usize]; 2],
    greatest: &mut [E],
    chosen: &mut [u32],
) {
    if convolution.filters > E::lanes::<S>() {
        convolve_and_pool_vectors::<S, E, VECTORS>(convolution, starts, greatest, chosen);
    } else {
        convolve_and_pool_vectors::<S, E, 1>(convolution, starts, greatest, chosen);
    }
}

#[inline(always)]
fn convolve_and_pool_vectors<S: Simd, E: Real, const V: usize>(
    convolution: &Convolution<'_, E>,
    [windows, pixels]: [&[usize]; 2],
    greatest: &mut [E],
    chosen: &mut [u32],
) {
    let width = V * E::lanes::<S>();
    for (filters, panel) in convolution.panels::<S, V>() {
        let results = greatest.chunks_exact_mut(convolution.filters).zip(chosen.chunks_exact_mut(convolution.filters));
        for (&window, (greatest, chosen)) in windows.iter().zip(results) {
            let mut best = [E::from_f64(f64::NEG_INFINITY).splat::<S>(); V];
            let mut places = [E::from_index(0).splat::<S>(); V];
            for first in (0..pixels.len()).step_by(WINDOWS) {
                // If fewer pixels are left, the last one is repeated.
                let pixel_numbers: [usize; WINDOWS] = std::array::from_fn(|next| (first + next).min(pixels.len() - 1));
                let sums = convolution.products::<S, V>(panel, pixel_numbers.map(|pixel| window + pixels[pixel]));
                for (pixel, sums) in pixel_numbers.into_iter().zip(sums) {
                    let pixel = E::from_index(pixel as u32).splat();
                    for (sum, (best, place)) in sums.into_iter().zip(best.iter_mut().zip(&mut places)) {
                        // NaN counts as the greatest, so that a diverged fit is noticed.
                        let before = *best;
                        let is_greater = || sum.gt(before) | sum.ne(sum);
                        *best = is_greater().select(sum, before);
                        *place = is_greater().select(pixel, *place);
                    }
                }
            }
            write(best, &mut greatest[filters.clone()]);
            let mut values = [E::ZERO; MAX_FILTERS];
            write(places, &mut values[..width]);
            chosen[filters.clone()].iter_mut().zip(values).for_each(|(chosen, place)| *chosen = place.to_index());
        }
    }
}

impl<E: Real> Convolution<'_, E> {
    /// The groups of filters that are processed together: the range of filters, and their packed values.
    #[inline(always)]
    fn panels<S: Simd, const V: usize>(&self) -> impl Iterator<Item = (std::ops::Range<usize>, &[E])> {
        let width = V * E::lanes::<S>();
        let panels = self.panels.chunks_exact(self.window * width).enumerate();
        panels.map(move |(number, panel)| (number * width..self.filters.min((number + 1) * width), panel))
    }

    /// The products of a group of filters with the windows that start at `starts`.
    #[inline(always)]
    fn products<S: Simd, const V: usize>(&self, panel: &[E], starts: [usize; WINDOWS]) -> [[Vector<S, E>; V]; WINDOWS] {
        let lanes = E::lanes::<S>();
        let mut sums = [[E::ZERO.splat::<S>(); V]; WINDOWS];
        for (line, weights) in panel.chunks_exact(self.run * V * lanes).enumerate() {
            let seen = starts.map(|start| &self.image[start + line * self.row..][..self.run]);
            for (place, weights) in weights.chunks_exact(V * lanes).enumerate() {
                let weights: [Vector<S, E>; V] = std::array::from_fn(|v| load(&weights[v * lanes..]));
                for (sums, seen) in sums.iter_mut().zip(seen) {
                    let value = seen[place].splat::<S>();
                    for (sum, &weight) in sums.iter_mut().zip(&weights) {
                        *sum = fused(value, weight, *sum);
                    }
                }
            }
        }
        sums
    }
}

/// Stores the first `to.len()` values of the vectors.
#[inline(always)]
fn write<S: Simd, E: Real, const V: usize>(vectors: [Vector<S, E>; V], to: &mut [E]) {
    let lanes = E::lanes::<S>();
    if to.len() == V * lanes {
        for (vector, to) in vectors.into_iter().zip(to.chunks_exact_mut(lanes)) {
            store(vector, to);
        }
    } else {
        let mut values = [E::ZERO; MAX_FILTERS];
        for (vector, values) in vectors.into_iter().zip(values.chunks_exact_mut(lanes)) {
            store(vector, values);
        }
        to.copy_from_slice(&values[..to.len()]);
    }
}
