//! Products by tiles: some rows of the left matrix meet some vectors of the right one, and their sums stay in registers.
//!
//! A sum is one chain of fused multiply-adds in the order of the inner index. So its bits don't depend on the sizes of tiles and
//! blocks, which differ from machine to machine.

use super::{Matrix, MatrixMut};
use crate::number::Number;
use crate::simd::{self as macerator, Simd, with_simd};
use crate::vectors::{copy_few, fused, load, store};

/// The inner indices of a block: a panel of the right matrix of this depth stays in the first caches.
const DEPTH: usize = 256;
/// The most vectors of the right matrix in a tile.
const VECTORS: usize = 3;
/// The most values of [`VECTORS`] vectors of 512 bits.
const WIDEST: usize = VECTORS * 16;
/// From this many tiles above each other on, a panel is copied, so that its values are adjacent.
const REUSED: usize = 16;

/// A loop that is unrolled, so that sums stay in registers.
macro_rules! unrolled {
    ($index:ident < $count:ident: $body:block) => {
        unrolled!(@ $index $count $body 0 1 2 3 4 5 6 7);
    };
    (@ $index:ident $count:ident $body:block $($number:literal)+) => {
        $(if $number < $count {
            let $index = $number;
            $body
        })+
    };
}

/// Sets `to` to the product, or adds the product to it. `panel` is memory for copies.
#[with_simd]
pub(super) fn product<'a, S: Simd, E: Number>(
    left: Matrix<'a, E>,
    right: Matrix<'a, E>,
    to: MatrixMut<'a, E>,
    adds: bool,
    panel: &'a mut Vec<E>,
) {
    // Sums need rows × vectors registers, of which there are 32 or 16. Where multiply-adds are calls, one row at a time takes as
    // long, and numbers of 64 bits serve tests alone: more loops would take longer to build.
    if !E::is_fused::<S>() || size_of::<E>() > size_of::<f32>() {
        blocks::<S, E, 1>(left, right, to, adds, panel);
    } else if cfg!(target_arch = "aarch64") || E::lanes::<S>() * size_of::<E>() == 64 {
        blocks::<S, E, 8>(left, right, to, adds, panel);
    } else {
        blocks::<S, E, 4>(left, right, to, adds, panel);
    }
}

#[inline(always)]
fn blocks<S: Simd, E: Number, const R: usize>(
    left: Matrix<'_, E>,
    right: Matrix<'_, E>,
    to: MatrixMut<'_, E>,
    adds: bool,
    panel: &mut Vec<E>,
) {
    let lanes = E::lanes::<S>();
    let ([rows, inner], columns) = (left.shape, right.shape[1]);
    for first in (0..inner).step_by(DEPTH) {
        let depth = DEPTH.min(inner - first);
        let left = Lines { values: &left.values[first * left.strides[1]..], strides: left.strides };
        let mut column = 0;
        while column < columns {
            let vectors = match (columns - column).div_ceil(lanes) {
                // Two and two are faster than three and one.
                4 => 2,
                left => left.min(VECTORS),
            };
            let start = first * right.strides[0] + column * right.strides[1];
            let mut block = Block {
                rows,
                depth,
                left,
                right: Lines { values: &right.values[start..], strides: right.strides },
                to: &mut to.values[column..],
                width: (vectors * lanes).min(columns - column),
                stride: to.stride,
                adds: adds || first > 0,
            };
            match vectors {
                1 => block.compute::<S, 1, R>(panel),
                2 => block.compute::<S, 2, R>(panel),
                _ => block.compute::<S, VECTORS, R>(panel),
            }
            column += vectors * lanes;
        }
    }
}

/// The values of a matrix from some place on.
#[derive(Clone, Copy)]
struct Lines<'a, E> {
    values: &'a [E],
    /// Distance from row to row and from column to column.
    strides: [usize; 2],
}

/// A part of the product that has at most [`WIDEST`] columns and [`DEPTH`] inner indices.
struct Block<'a, E> {
    rows: usize,
    depth: usize,
    left: Lines<'a, E>,
    right: Lines<'a, E>,
    to: &'a mut [E],
    /// Columns.
    width: usize,
    /// Distance from row to row of `to`.
    stride: usize,
    adds: bool,
}

impl<E: Number> Block<'_, E> {
    #[inline(always)]
    fn compute<S: Simd, const V: usize, const R: usize>(&mut self, panel: &mut Vec<E>) {
        let full = V * E::lanes::<S>();
        let [down, across] = self.right.strides;
        let is_copied = across != 1 || self.rows > REUSED * R && down > full;
        // Vectors may reach past the last column, into the next row, but not past the last row.
        let direct =
            if is_copied { 0 } else { self.right.values.len().checked_sub(full).map_or(0, |rest| rest / down + 1) };
        let direct = match direct.min(self.depth) {
            // Rather copy all of them than load and store many sums twice.
            some if some < self.depth && self.depth < self.rows => 0,
            some => some,
        };
        if direct > 0 {
            self.tiles::<S, V, R>(0..direct, self.right.values, down);
        }
        if direct < self.depth {
            panel.resize(DEPTH * WIDEST, E::ZERO);
            self.copy_right(direct, full, panel);
            self.tiles::<S, V, R>(direct..self.depth, panel, full);
        }
    }

    /// Copies the right matrix from an inner index on, in rows of `full` values, of which the last may be any.
    #[inline(always)]
    fn copy_right(&self, first: usize, full: usize, panel: &mut [E]) {
        let [down, across] = self.right.strides;
        let values = &self.right.values[first * down..];
        let depth = self.depth - first;
        if across == 1 {
            for (row, to) in panel.chunks_exact_mut(full).take(depth).enumerate() {
                copy_few(&values[row * down..], &mut to[..self.width]);
            }
        } else if down == 1 {
            transpose_into(values, across, [self.width, depth], panel, full);
        } else {
            for (row, to) in panel.chunks_exact_mut(full).take(depth).enumerate() {
                let values = values[row * down..].iter().step_by(across);
                to[..self.width].iter_mut().zip(values).for_each(|(to, &value)| *to = value);
            }
        }
    }

    /// Computes tile after tile, for some inner indices. `panel` has the right matrix from the first of them on, a row each `step`
    /// values.
    #[inline(always)]
    fn tiles<S: Simd, const V: usize, const R: usize>(
        &mut self,
        inner: std::ops::Range<usize>,
        panel: &[E],
        step: usize,
    ) {
        let adds = self.adds || inner.start > 0;
        let left = Lines { values: &self.left.values[inner.start * self.left.strides[1]..], ..self.left };
        let tile = Tile { depth: inner.len(), panel, step, width: self.width, stride: self.stride, adds };
        let mut row = 0;
        while row < self.rows {
            let left = Lines { values: &left.values[row * left.strides[0]..], ..left };
            let to = &mut self.to[row * self.stride..];
            row += match self.rows - row {
                rest if rest >= R => tile.compute::<S, V, R>(left, to),
                rest if R > 4 && rest >= 4 => tile.compute::<S, V, 4>(left, to),
                rest if R > 2 && rest >= 2 => tile.compute::<S, V, 2>(left, to),
                _ => tile.compute::<S, V, 1>(left, to),
            };
        }
    }
}

/// What tiles above each other share.
struct Tile<'a, E> {
    depth: usize,
    panel: &'a [E],
    step: usize,
    width: usize,
    stride: usize,
    adds: bool,
}

impl<E: Number> Tile<'_, E> {
    /// Computes the first rows, and returns their number.
    #[inline(always)]
    fn compute<S: Simd, const V: usize, const R: usize>(&self, left: Lines<'_, E>, to: &mut [E]) -> usize {
        let lanes = E::lanes::<S>();
        let is_full = self.width == V * lanes;
        let mut sums = [[E::ZERO.splat::<S>(); V]; R];
        if self.adds {
            unrolled!(r < R: {
                let from = &to[r * self.stride..];
                if is_full {
                    unrolled!(v < V: { sums[r][v] = load(&from[v * lanes..]); });
                } else {
                    let mut values = [E::ZERO; WIDEST];
                    copy_few(from, &mut values[..self.width]);
                    unrolled!(v < V: { sums[r][v] = load(&values[v * lanes..]); });
                }
            });
        }
        // The same loop for each layout of the left matrix, as `$value` reads it.
        macro_rules! sum {
            (|$k:ident, $r:ident| $value:expr) => {
                for $k in 0..self.depth {
                    let panel = &self.panel[$k * self.step..][..V * lanes];
                    let mut right = [E::ZERO.splat::<S>(); V];
                    unrolled!(v < V: { right[v] = load(&panel[v * lanes..]); });
                    unrolled!($r < R: {
                        let value = $value.splat::<S>();
                        unrolled!(v < V: { sums[$r][v] = fused(value, right[v], sums[$r][v]); });
                    });
                }
            };
        }
        let [down, across] = left.strides;
        if across == 1 {
            let mut rows: [&[E]; R] = [&[]; R];
            unrolled!(r < R: { rows[r] = &left.values[r * down..][..self.depth]; });
            sum!(|k, r| rows[r][k]);
        } else if down == 1 {
            sum!(|k, r| left.values[k * across..][..R][r]);
        } else {
            sum!(|k, r| left.values[k * across + r * down]);
        }
        unrolled!(r < R: {
            let to = &mut to[r * self.stride..];
            if is_full {
                unrolled!(v < V: { store(sums[r][v], &mut to[v * lanes..]); });
            } else {
                let mut values = [E::ZERO; WIDEST];
                unrolled!(v < V: { store(sums[r][v], &mut values[v * lanes..]); });
                copy_few(&values, &mut to[..self.width]);
            }
        });
        R
    }
}

/// Copies a matrix of rows × columns, a row each `stride` values, so that rows become columns of `to`, a row each `step` values.
#[inline(always)]
fn transpose_into<E: Number>(from: &[E], stride: usize, [rows, columns]: [usize; 2], to: &mut [E], step: usize) {
    const SIDE: usize = 8;
    let mut column = 0;
    while column + SIDE <= columns {
        let mut row = 0;
        while row + SIDE <= rows {
            let mut square = [[E::ZERO; SIDE]; SIDE];
            for (r, square) in square.iter_mut().enumerate() {
                square.copy_from_slice(&from[(row + r) * stride + column..][..SIDE]);
            }
            for c in 0..SIDE {
                let to = &mut to[(column + c) * step + row..][..SIDE];
                for r in 0..SIDE {
                    to[r] = square[r][c];
                }
            }
            row += SIDE;
        }
        for row in row..rows {
            for c in column..column + SIDE {
                to[c * step + row] = from[row * stride + c];
            }
        }
        column += SIDE;
    }
    for column in column..columns {
        for row in 0..rows {
            to[column * step + row] = from[row * stride + column];
        }
    }
}
