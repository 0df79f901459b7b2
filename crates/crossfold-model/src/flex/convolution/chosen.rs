//! The way back through max pooling and the convolution before it.
//!
//! Of each window of the pooling one pixel was chosen, and only its gradient isn't 0; where the activation is
//! ReLU, many of these are 0, too. So there is a quarter or less to multiply, and no window to lay out.

use macerator::{Simd, Vector, with_simd};

use super::super::layer::Parameter;
use super::super::pooling::Tiles;
use super::windows::Windows;
use crossfold_kernels::Real;
use crossfold_kernels::vectors::{load, store};

/// Rows of filters are as long as whole vectors of any machine, with zeros at their ends.
const WHOLE: usize = 16;

/// Rows of a filter that are worked on at a time.
const ROWS: usize = 3;

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
    terms: Vec<Term<E>>,
    /// Filters with whole rows.
    weights: Vec<E>,
    /// Their gradients.
    sums: Vec<E>,
}

/// What of an image's gradient is a filter's and not 0, and where the filter saw that.
#[derive(Clone, Copy, Default)]
struct Term<E> {
    factor: E,
    start: usize,
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
        let run = windows.run();
        let whole = run.next_multiple_of(WHOLE);
        let Room { padded, padded_below, terms, weights, sums } = room;
        weights.clear();
        for row in weight.values.chunks_exact(run) {
            weights.extend_from_slice(row);
            weights.resize(weights.len().next_multiple_of(WHOLE), E::ZERO);
        }
        sums.clear();
        sums.resize(weights.len(), E::ZERO);
        below.fill(E::ZERO);
        let filters = weight.values.len() / windows.len();
        let filter = weights.len() / filters;
        for (number, image) in images.chunks_exact(windows.image()).enumerate() {
            let part = number * self.tiles.result()..(number + 1) * self.tiles.result();
            let (delta, chosen) = (&delta[part.clone()], &self.chosen[part]);
            windows.pad(image, padded);
            // The end of a whole row may lie behind the image.
            padded.resize(windows.padded() + WHOLE, E::ZERO);
            padded_below.clear();
            padded_below.resize(if below.is_empty() { 0 } else { padded.len() }, E::ZERO);
            let each = weights.chunks_exact(filter).zip(sums.chunks_exact_mut(filter));
            for (number, (weights, sums)) in each.enumerate() {
                self.terms(delta, chosen, number, filters, terms);
                add_products(terms, whole, windows.padded_row(), padded, sums);
                if !below.is_empty() {
                    add_weights(terms, whole, windows.padded_row(), weights, padded_below);
                }
            }
            if !below.is_empty() {
                windows.unpad(padded_below, &mut below[number * image.len()..][..image.len()]);
            }
        }
        for (gradient, sums) in weight.gradient.chunks_exact_mut(run).zip(sums.chunks_exact(whole)) {
            gradient.copy_from_slice(&sums[..run]);
        }
    }

    fn terms<E: Real>(&self, delta: &[E], chosen: &[u32], filter: usize, filters: usize, terms: &mut Vec<Term<E>>) {
        let [windows, pixels] = &self.places;
        terms.resize(windows.len(), Term { factor: E::ZERO, start: 0 });
        let mut count = 0;
        let results = delta[filter..].iter().step_by(filters).zip(chosen[filter..].iter().step_by(filters));
        for (&window, (&factor, &pixel)) in windows.iter().zip(results) {
            // Without a branch, which nobody could predict. NaN isn't 0 either.
            terms[count] = Term { factor, start: window + pixels[pixel as usize] };
            count += usize::from(factor != E::ZERO);
        }
        terms.truncate(count);
    }
}

/// Adds to a filter's gradient, in rows of `whole` values, what it saw times its gradient there. The image's rows are
/// `row` long.
#[with_simd]
fn add_products<S: Simd, E: Real>(terms: &[Term<E>], whole: usize, row: usize, image: &[E], sums: &mut [E]) {
    let lanes = E::lanes::<S>();
    for (above, sums) in (0..).step_by(ROWS * row).zip(sums.chunks_mut(ROWS * whole)) {
        let image = &image[above..];
        for column in (0..whole).step_by(2 * lanes) {
            let is_pair = column + lanes < whole;
            match (sums.len() / whole, is_pair) {
                (ROWS, true) => add_block::<S, E, ROWS, 2>(terms, [row, whole], column, image, sums),
                (ROWS, false) => add_block::<S, E, ROWS, 1>(terms, [row, whole], column, image, sums),
                (2, true) => add_block::<S, E, 2, 2>(terms, [row, whole], column, image, sums),
                (2, false) => add_block::<S, E, 2, 1>(terms, [row, whole], column, image, sums),
                (_, true) => add_block::<S, E, 1, 2>(terms, [row, whole], column, image, sums),
                (_, false) => add_block::<S, E, 1, 1>(terms, [row, whole], column, image, sums),
            }
        }
    }
}

/// So few that they stay in registers until all terms are added: `V` vectors of `R` rows.
#[inline(always)]
fn add_block<S: Simd, E: Real, const R: usize, const V: usize>(
    terms: &[Term<E>],
    [row, whole]: [usize; 2],
    column: usize,
    image: &[E],
    sums: &mut [E],
) {
    let lanes = E::lanes::<S>();
    let mut totals: [[Vector<S, E>; V]; R] =
        std::array::from_fn(|r| std::array::from_fn(|v| load(&sums[r * whole + column + v * lanes..])));
    for &Term { factor, start } in terms {
        let factor = factor.splat::<S>();
        for (r, totals) in totals.iter_mut().enumerate() {
            let seen = &image[start + r * row + column..][..V * lanes];
            for (v, total) in totals.iter_mut().enumerate() {
                *total = factor.mul_add(load(&seen[v * lanes..]), *total);
            }
        }
    }
    for (r, totals) in totals.into_iter().enumerate() {
        for (v, total) in totals.into_iter().enumerate() {
            store(total, &mut sums[r * whole + column + v * lanes..]);
        }
    }
}

/// Adds to an image's gradient that of the filter's results times the filter.
#[with_simd]
fn add_weights<S: Simd, E: Real>(terms: &[Term<E>], whole: usize, row: usize, weights: &[E], below: &mut [E]) {
    let lanes = E::lanes::<S>();
    for &Term { factor, start } in terms {
        let factor = factor.splat::<S>();
        for (above, weights) in (start..).step_by(row).zip(weights.chunks_exact(whole)) {
            let below = below[above..above + whole].chunks_exact_mut(lanes);
            for (below, weights) in below.zip(weights.chunks_exact(lanes)) {
                store(factor.mul_add(load(weights), load(below)), below);
            }
        }
    }
}
