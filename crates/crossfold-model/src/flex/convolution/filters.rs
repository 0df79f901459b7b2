//! Filters over the windows of an image, as they stand in it: to lay windows out for a product of matrices takes as long
//! as the product. A few windows meet a few filters at a time, whose sums stay in registers until they are whole.

use macerator::{Simd, Vector, with_simd};

use crate::real::Real;
use crate::vectors::{load, store};

/// Windows that are worked on at a time.
const WINDOWS: usize = 4;
/// Vectors of filters that are, where there are so many filters.
const VECTORS: usize = 2;
/// Filters that are at most: two vectors of 512 bits.
const MOST: usize = 32;

/// What filters see.
pub(super) struct Sight<'a, E> {
    /// With the zeros around it.
    pub(super) image: &'a [E],
    /// Values of its row.
    pub(super) row: usize,
    /// By [`lay_out`].
    pub(super) panels: &'a [E],
    pub(super) filters: usize,
    /// Values of a window.
    pub(super) window: usize,
    /// Of which so many lie side by side.
    pub(super) run: usize,
}

/// Filters in the order in which [`convolve`] and [`convolve_and_choose`] meet them: for as many as are worked on at a
/// time, the first value of each, the second of each and so on; filters that aren't there are 0.
#[with_simd]
pub(super) fn lay_out<S: Simd, E: Real>(weight: &[E], window: usize, panels: &mut Vec<E>) {
    let lanes = E::lanes::<S>();
    let width = if weight.len() / window > lanes { VECTORS * lanes } else { lanes };
    panels.clear();
    for filters in weight.chunks(width * window) {
        for place in 0..window {
            panels.extend((0..width).map(|filter| filters.get(filter * window + place).copied().unwrap_or(E::ZERO)));
        }
    }
}

/// Sets `results`, windows × filters, given where windows start in the image.
#[with_simd]
pub(super) fn convolve<'a, S: Simd, E: Real>(sight: &Sight<'a, E>, starts: &[usize], results: &mut [E]) {
    if sight.filters > E::lanes::<S>() {
        convolve_by::<S, E, VECTORS>(sight, starts, results);
    } else {
        convolve_by::<S, E, 1>(sight, starts, results);
    }
}

#[inline(always)]
fn convolve_by<S: Simd, E: Real, const V: usize>(sight: &Sight<'_, E>, starts: &[usize], results: &mut [E]) {
    for (filters, panel) in sight.panels::<S, V>() {
        let results = results.chunks_mut(WINDOWS * sight.filters);
        for (starts, results) in starts.chunks(WINDOWS).zip(results) {
            // If there are fewer left, the last one is worked on again and again.
            let starts = std::array::from_fn(|next| starts[next.min(starts.len() - 1)]);
            let sums = sight.products::<S, V>(panel, starts);
            for (sums, results) in sums.into_iter().zip(results.chunks_exact_mut(sight.filters)) {
                write(sums, &mut results[filters.clone()]);
            }
        }
    }
}

/// Sets `greatest`, windows of a pooling × filters, to the greatest of a filter's results in each, and `chosen` to which
/// of its pixels has it, the first of equal ones. `starts` are where the pooling's windows start in the image, and from
/// there on all their pixels.
#[with_simd]
pub(super) fn convolve_and_choose<'a, S: Simd, E: Real>(
    sight: &Sight<'a, E>,
    starts: [&[usize]; 2],
    greatest: &mut [E],
    chosen: &mut [u32],
) {
    if sight.filters > E::lanes::<S>() {
        choose_by::<S, E, VECTORS>(sight, starts, greatest, chosen);
    } else {
        choose_by::<S, E, 1>(sight, starts, greatest, chosen);
    }
}

#[inline(always)]
fn choose_by<S: Simd, E: Real, const V: usize>(
    sight: &Sight<'_, E>,
    [windows, pixels]: [&[usize]; 2],
    greatest: &mut [E],
    chosen: &mut [u32],
) {
    let width = V * E::lanes::<S>();
    for (filters, panel) in sight.panels::<S, V>() {
        let results = greatest.chunks_exact_mut(sight.filters).zip(chosen.chunks_exact_mut(sight.filters));
        for (&window, (greatest, chosen)) in windows.iter().zip(results) {
            let mut best = [E::from_elem(f64::NEG_INFINITY).splat::<S>(); V];
            let mut places = [E::from_index(0).splat::<S>(); V];
            for first in (0..pixels.len()).step_by(WINDOWS) {
                // If there are fewer left, the last one is looked at again and again.
                let of: [usize; WINDOWS] = std::array::from_fn(|next| (first + next).min(pixels.len() - 1));
                let sums = sight.products::<S, V>(panel, of.map(|pixel| window + pixels[pixel]));
                for (pixel, sums) in of.into_iter().zip(sums) {
                    let pixel = E::from_index(pixel as u32).splat();
                    for (sum, (best, place)) in sums.into_iter().zip(best.iter_mut().zip(&mut places)) {
                        // NaN is greater than all else, so that a diverged fit is seen.
                        let before = *best;
                        let is_greater = || sum.gt(before) | sum.ne(sum);
                        *best = is_greater().select(sum, before);
                        *place = is_greater().select(pixel, *place);
                    }
                }
            }
            write(best, &mut greatest[filters.clone()]);
            let mut values = [E::ZERO; MOST];
            write(places, &mut values[..width]);
            chosen[filters.clone()].iter_mut().zip(values).for_each(|(chosen, place)| *chosen = place.to_index());
        }
    }
}

impl<E: Real> Sight<'_, E> {
    /// Filters that are worked on at a time, with their values.
    #[inline(always)]
    fn panels<S: Simd, const V: usize>(&self) -> impl Iterator<Item = (std::ops::Range<usize>, &[E])> {
        let width = V * E::lanes::<S>();
        let panels = self.panels.chunks_exact(self.window * width).enumerate();
        panels.map(move |(number, panel)| (number * width..self.filters.min((number + 1) * width), panel))
    }

    /// Sums over windows that start there.
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
                        *sum = value.mul_add(weight, *sum);
                    }
                }
            }
        }
        sums
    }
}

/// As many values as there is room for.
#[inline(always)]
fn write<S: Simd, E: Real, const V: usize>(vectors: [Vector<S, E>; V], to: &mut [E]) {
    let lanes = E::lanes::<S>();
    if to.len() == V * lanes {
        for (vector, to) in vectors.into_iter().zip(to.chunks_exact_mut(lanes)) {
            store(vector, to);
        }
    } else {
        let mut values = [E::ZERO; MOST];
        for (vector, values) in vectors.into_iter().zip(values.chunks_exact_mut(lanes)) {
            store(vector, values);
        }
        to.copy_from_slice(&values[..to.len()]);
    }
}
