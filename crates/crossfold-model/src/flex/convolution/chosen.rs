//! The way back through max pooling and the convolution before it.
//!
//! Of each window of the pooling one pixel was chosen, and only its gradient isn't 0; where the activation is
//! ReLU, many of these are 0, too. So there is a quarter or less to multiply, and no window to lay out.

use macerator::{Simd, with_simd};

use super::super::layer::Parameter;
use super::super::pooling::Tiles;
use super::windows::Windows;
use crate::real::Real;

/// Values of a row of a filter, from which on this is faster than a product of matrices that are mostly 0.
pub(super) const SHORTEST_RUN: usize = 16;

pub(super) struct MaxPooling {
    pub(super) tiles: Tiles,
    /// Of the step under way, which pixel of each window is the greatest.
    pub(super) chosen: Vec<u32>,
    /// Where, in a padded image, is what a filter sees of the first pixel of each window; from there, of all its
    /// pixels.
    pub(super) places: [Vec<usize>; 2],
}

/// Memory that is used again for the next image.
#[derive(Default)]
pub(super) struct Room<E> {
    padded: Vec<E>,
    padded_below: Vec<E>,
    terms: Vec<(E, usize)>,
}

impl MaxPooling {
    pub(super) fn new(tiles: Tiles, windows: &Windows) -> MaxPooling {
        MaxPooling { tiles, chosen: Vec::new(), places: tiles.places(|row, column| windows.start(row, column)) }
    }

    /// Sets the gradient of `weight` from `delta`, that of the greatest values, and `below` to that of `images`, if it
    /// isn't empty.
    pub(super) fn differentiate<E: Real>(
        &self,
        windows: &Windows,
        weight: &mut Parameter<E>,
        images: &[E],
        delta: &[E],
        below: &mut [E],
        room: &mut Room<E>,
    ) {
        let Parameter { values: weight, gradient, .. } = weight;
        gradient.fill(E::ZERO);
        let filters = weight.len() / windows.len();
        let (run, row) = (windows.run(), windows.padded_row());
        let Room { padded, padded_below, terms } = room;
        for (number, image) in images.chunks_exact(windows.image()).enumerate() {
            let part = number * self.tiles.result()..(number + 1) * self.tiles.result();
            let (delta, chosen) = (&delta[part.clone()], &self.chosen[part]);
            windows.pad(image, padded);
            padded_below.clear();
            padded_below.resize(if below.is_empty() { 0 } else { padded.len() }, E::ZERO);
            let filters_of = weight.chunks_exact(windows.len()).zip(gradient.chunks_exact_mut(windows.len()));
            for (filter, (weight, gradient)) in filters_of.enumerate() {
                self.terms(delta, chosen, filter, filters, terms);
                add(terms, [run, row], padded, weight, gradient, padded_below);
            }
            if !below.is_empty() {
                windows.unpad(padded_below, &mut below[number * image.len()..][..image.len()]);
            }
        }
    }

    /// What of an image's gradient is a filter's and not 0, and where it saw that.
    fn terms<E: Real>(&self, delta: &[E], chosen: &[u32], filter: usize, filters: usize, terms: &mut Vec<(E, usize)>) {
        let [windows, pixels] = &self.places;
        terms.resize(windows.len(), (E::ZERO, 0));
        let mut count = 0;
        for (&window, at) in windows.iter().zip((filter..).step_by(filters)) {
            // Without a branch, which nobody could predict. NaN isn't 0 either.
            terms[count] = (delta[at], window + pixels[chosen[at] as usize]);
            count += usize::from(delta[at] != E::ZERO);
        }
        terms.truncate(count);
    }
}

/// A filter's part in an image's way back; `image` and `below` are padded.
#[with_simd]
fn add<S: Simd, E: Real>(
    terms: &[(E, usize)],
    sizes: [usize; 2],
    image: &[E],
    weight: &[E],
    gradient: &mut [E],
    below: &mut [E],
) {
    let [run, row] = sizes;
    for (above, gradient) in (0..).step_by(row).zip(gradient.chunks_exact_mut(run)) {
        add_products(gradient, terms, &image[above..]);
    }
    if !below.is_empty() {
        for &(factor, start) in terms {
            for (above, weight) in (start..).step_by(row).zip(weight.chunks_exact(run)) {
                add_scaled(&mut below[above..above + run], factor, weight);
            }
        }
    }
}

/// Adds each term's factor times as many values from its place on as there are sums.
#[inline(always)]
fn add_products<E: Real>(sums: &mut [E], terms: &[(E, usize)], values: &[E]) {
    let (wide, rest) = sums.as_chunks_mut::<16>();
    let (narrow, last) = rest.as_chunks_mut::<4>();
    let narrow_from = 16 * wide.len();
    let last_from = narrow_from + 4 * narrow.len();
    for (from, sums) in (0..).step_by(16).zip(wide) {
        add_lanes(sums, terms, &values[from..]);
    }
    for (from, sums) in (narrow_from..).step_by(4).zip(narrow) {
        add_lanes(sums, terms, &values[from..]);
    }
    for (from, sum) in (last_from..).zip(last) {
        add_lanes(std::array::from_mut(sum), terms, &values[from..]);
    }
}

/// So few that they stay in registers until all terms are added.
#[inline(always)]
fn add_lanes<E: Real, const LANES: usize>(sums: &mut [E; LANES], terms: &[(E, usize)], values: &[E]) {
    let mut added = [E::ZERO; LANES];
    for &(factor, start) in terms {
        for (sum, &value) in added.iter_mut().zip(&values[start..start + LANES]) {
            *sum += factor * value;
        }
    }
    sums.iter_mut().zip(added).for_each(|(sum, added)| *sum += added);
}

#[inline(always)]
fn add_scaled<E: Real>(sums: &mut [E], factor: E, values: &[E]) {
    let (wide, rest) = sums.as_chunks_mut::<16>();
    let (wide_values, rest_values) = values.as_chunks::<16>();
    for (sums, values) in wide.iter_mut().zip(wide_values) {
        let mut added = *sums;
        added.iter_mut().zip(values).for_each(|(sum, &value)| *sum += factor * value);
        *sums = added;
    }
    rest.iter_mut().zip(rest_values).for_each(|(sum, &value)| *sum += factor * value);
}
