//! The backward pass of a convolution with max pooling.
//!
//! In each pooling window only the maximum has a gradient other than 0, and after ReLU many of these are 0, too. At
//! most a quarter of the results therefore needs products, and no windows are copied.

use crossfold_kernels::Real;
use crossfold_kernels::simd::{self as macerator, Simd, Vector, with_simd};
use crossfold_kernels::vectors::{fused, load, store};

use super::super::layer::Parameter;
use super::super::pooling::Windows as PoolingWindows;
use super::windows::Windows;

/// Rows of filters are padded with zeros to a multiple of this number, the lanes of the longest vector of any machine.
const WHOLE: usize = 16;

/// The number of a filter's rows that are processed together.
const ROWS: usize = 3;

pub(super) struct MaxPooling {
    pub(super) windows: PoolingWindows,
    /// The pixel of each pooling window that has the maximum in the current step.
    pub(super) argmax: Vec<u32>,
    /// The index in a padded image at which the filter's window for each pooling window's first pixel starts, and the
    /// offsets of the filter's windows for the other pixels.
    pub(super) starts: [Vec<usize>; 2],
}

/// Memory that is reused for the next image.
#[derive(Default)]
pub(super) struct Buffers<E> {
    padded: Vec<E>,
    padded_below: Vec<E>,
    terms: Vec<Term<E>>,
    /// Filters with padded rows.
    weights: Vec<E>,
    /// Their gradients.
    sums: Vec<E>,
}

/// A gradient of a filter's result other than 0, and the start of the filter's window.
#[derive(Clone, Copy, Default)]
struct Term<E> {
    gradient: E,
    start: usize,
}

impl MaxPooling {
    pub(super) fn new(pooling: PoolingWindows, windows: &Windows) -> MaxPooling {
        let starts = pooling.starts(|row, column| windows.start(row, column));
        MaxPooling { windows: pooling, argmax: Vec::new(), starts }
    }

    /// Sets the gradient of `weight`, given `delta`, the gradient of the maxima. Sets `below`, unless it is empty, to
    /// the gradient of `images`.
    pub(super) fn differentiate<E: Real>(
        &self,
        windows: &Windows,
        weight: &mut Parameter<E>,
        images: &[E],
        delta: &[E],
        below: &mut [E],
        buffers: &mut Buffers<E>,
    ) {
        let run = windows.run();
        let whole = run.next_multiple_of(WHOLE);
        let Buffers { padded, padded_below, terms, weights, sums } = buffers;
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
            let part = number * self.windows.result()..(number + 1) * self.windows.result();
            let (delta, argmax) = (&delta[part.clone()], &self.argmax[part]);
            windows.pad(image, padded);
            // A filter's padded row may reach past the image.
            padded.resize(windows.padded() + WHOLE, E::ZERO);
            padded_below.clear();
            padded_below.resize(if below.is_empty() { 0 } else { padded.len() }, E::ZERO);
            let each = weights.chunks_exact(filter).zip(sums.chunks_exact_mut(filter));
            for (number, (weights, sums)) in each.enumerate() {
                self.collect_terms(delta, argmax, number, filters, terms);
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

    /// Sets `terms` to those of one filter.
    fn collect_terms<E: Real>(
        &self,
        delta: &[E],
        argmax: &[u32],
        filter: usize,
        filters: usize,
        terms: &mut Vec<Term<E>>,
    ) {
        let [windows, pixels] = &self.starts;
        terms.resize(windows.len(), Term { gradient: E::ZERO, start: 0 });
        let mut count = 0;
        let results = delta[filter..].iter().step_by(filters).zip(argmax[filter..].iter().step_by(filters));
        for (&window, (&gradient, &pixel)) in windows.iter().zip(results) {
            // A branch would be unpredictable. NaN counts as different from 0.
            terms[count] = Term { gradient, start: window + pixels[pixel as usize] };
            count += usize::from(gradient != E::ZERO);
        }
        terms.truncate(count);
    }
}

/// Adds each term's gradient times the image's values in its window to a filter's gradient. The filter's rows have
/// `whole` values, the image's `row` values.
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

/// Does the same for `V` vectors of each of `R` rows, few enough to stay in registers until all terms are added.
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
    for &Term { gradient, start } in terms {
        let gradient = gradient.splat::<S>();
        for (r, totals) in totals.iter_mut().enumerate() {
            let seen = &image[start + r * row + column..][..V * lanes];
            for (v, total) in totals.iter_mut().enumerate() {
                *total = fused(gradient, load(&seen[v * lanes..]), *total);
            }
        }
    }
    for (r, totals) in totals.into_iter().enumerate() {
        for (v, total) in totals.into_iter().enumerate() {
            store(total, &mut sums[r * whole + column + v * lanes..]);
        }
    }
}

/// Adds each term's gradient times the filter to an image's gradient.
#[with_simd]
fn add_weights<S: Simd, E: Real>(terms: &[Term<E>], whole: usize, row: usize, weights: &[E], below: &mut [E]) {
    let lanes = E::lanes::<S>();
    for &Term { gradient, start } in terms {
        let gradient = gradient.splat::<S>();
        for (above, weights) in (start..).step_by(row).zip(weights.chunks_exact(whole)) {
            let below = below[above..above + whole].chunks_exact_mut(lanes);
            for (below, weights) in below.zip(weights.chunks_exact(lanes)) {
                store(fused(gradient, load(weights), load(below)), below);
            }
        }
    }
}
