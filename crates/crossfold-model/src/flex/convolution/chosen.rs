//! The way back through max pooling and the convolution before it.
//!
//! Of each window of the pooling one pixel was chosen, and only its gradient isn't 0; where the activation is
//! ReLU, many of these are 0, too. So there is a quarter or less to multiply, and no window to lay out.

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
    places: [Vec<usize>; 2],
}

impl MaxPooling {
    pub(super) fn new(tiles: Tiles, windows: &Windows) -> MaxPooling {
        MaxPooling { tiles, chosen: Vec::new(), places: tiles.places(|row, column| windows.start(row, column)) }
    }

    /// Sets the gradient of `weight` from `delta`, that of the greatest values, and adds to that of `images` unless
    /// `below` is empty.
    pub(super) fn differentiate<E: Real>(
        &self,
        windows: &Windows,
        weight: &mut Parameter<E>,
        images: &[E],
        delta: &[E],
        below: &mut [E],
    ) {
        let gradient = E::slice_mut(&mut weight.gradient);
        gradient.fill(E::ZERO);
        let weight = E::slice(&weight.values);
        let filters = weight.len() / windows.len();
        let width = self.tiles.result();
        let (run, row) = (windows.run(), windows.padded_row());
        let (mut padded, mut padded_below) = (Vec::new(), Vec::new());
        let mut terms = Vec::new();
        for (number, image) in images.chunks_exact(windows.image()).enumerate() {
            let part = number * width..(number + 1) * width;
            let (delta, chosen) = (&delta[part.clone()], &self.chosen[part]);
            windows.pad(image, &mut padded);
            padded_below.clear();
            padded_below.resize(padded.len(), E::ZERO);
            let filters_of = weight.chunks_exact(windows.len()).zip(gradient.chunks_exact_mut(windows.len()));
            for (filter, (weight, gradient)) in filters_of.enumerate() {
                self.terms(delta, chosen, filter, filters, &mut terms);
                for (above, gradient) in (0..).step_by(row).zip(gradient.chunks_exact_mut(run)) {
                    add_all(gradient, &terms, &padded[above..]);
                }
                if !below.is_empty() {
                    for &(factor, start) in &terms {
                        for (above, weight) in (start..).step_by(row).zip(weight.chunks_exact(run)) {
                            let below = padded_below[above..above + run].iter_mut();
                            below.zip(weight).for_each(|(sum, &weight)| *sum += factor * weight);
                        }
                    }
                }
            }
            if !below.is_empty() {
                windows.unpad(&padded_below, &mut below[number * image.len()..][..image.len()]);
            }
        }
    }

    /// What of an image's gradient is a filter's and not 0, and where it saw that.
    fn terms<E: Real>(&self, delta: &[E], chosen: &[u32], filter: usize, filters: usize, terms: &mut Vec<(E, usize)>) {
        let [windows, pixels] = &self.places;
        terms.clear();
        let of_filter = (filter..).step_by(filters);
        for (&window, at) in windows.iter().zip(of_filter) {
            // NaN isn't 0 either.
            if delta[at] != E::ZERO {
                terms.push((delta[at], window + pixels[chosen[at] as usize]));
            }
        }
    }
}

/// Adds each term's factor times as many values from its place on as there are sums.
fn add_all<E: Real>(sums: &mut [E], terms: &[(E, usize)], values: &[E]) {
    let (wide, rest) = sums.as_chunks_mut::<16>();
    let (narrow, last) = rest.as_chunks_mut::<4>();
    let mut done = 0;
    for sums in wide {
        add_lanes(sums, terms, &values[done..]);
        done += 16;
    }
    for sums in narrow {
        add_lanes(sums, terms, &values[done..]);
        done += 4;
    }
    for sum in last {
        add_lanes(std::array::from_mut(sum), terms, &values[done..]);
        done += 1;
    }
}

/// So few that they stay in registers until all terms are added.
fn add_lanes<E: Real, const LANES: usize>(sums: &mut [E; LANES], terms: &[(E, usize)], values: &[E]) {
    let mut added = [E::ZERO; LANES];
    for &(factor, start) in terms {
        for (sum, &value) in added.iter_mut().zip(&values[start..start + LANES]) {
            *sum += factor * value;
        }
    }
    sums.iter_mut().zip(added).for_each(|(sum, added)| *sum += added);
}
