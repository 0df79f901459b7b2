//! A density made of kernels around points.

use crossfold_study::Generator;

use super::columns::{ABSENT, Column, Columns};
use super::exponential::exponential;
use super::kernels::{Tables, Width, mass};
use crate::sampler::axes::{Axes, Place, Point, Scale};

/// How many kernels are multiplied at a time: their products stay in the core's nearest cache.
const BLOCK: usize = 128;

/// A mixture of products: one kernel an axis around each of some points, and the prior.
///
/// Densities are relative to the prior, so that its own is 1 everywhere. Where a point hasn't got an axis, its kernel on
/// it is the prior: the point says nothing of the axis.
pub(super) struct Mixture {
    /// How much each point counts; with `prior` they add up to 1.
    shares: Vec<f64>,
    prior: f64,
    axes: Vec<Kernels>,
}

/// The kernels of an axis, one a point.
enum Kernels {
    /// Normal densities cut off at 0 and 1, and so for steps too many for a table, at the middles of their cells.
    Normal { centres: Vec<f64>, widths: Vec<f64>, steepness: Vec<f64>, log_heights: Vec<f64> },
    /// Their masses in the cells of steps.
    Steps { centres: Vec<u32>, widths: Vec<f64>, rows: Vec<u32> },
    /// The point's own value most of the time, otherwise the prior (Aitchison and Aitken 1976); the relative densities
    /// of `same` by value.
    Choice { values: Vec<u32>, loose: f64, same: Vec<f64> },
}

/// What kernels are made by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// How much the prior counts, in points.
    pub(super) prior: f64,
    /// What the distance to a neighbour is multiplied by.
    pub(super) scale: f64,
    /// The least width is the larger of this and `floor / (points + 2)`.
    pub(super) narrowest: f64,
    pub(super) floor: f64,
    /// How likely a choice is left to the prior: `loose` among `points + 1 + loose`.
    pub(super) loose: f64,
}

impl Mixture {
    /// Kernels around the points `members` of `columns`, which count as `weights` say.
    pub(super) fn new(
        axes: &Axes,
        columns: &Columns,
        members: &[u32],
        weights: &[f64],
        shape: &Shape,
        tables: &mut Tables,
    ) -> Mixture {
        let total: f64 = weights.iter().sum::<f64>() + shape.prior;
        let mut is_member = vec![false; columns.len()];
        for &member in members {
            is_member[member as usize] = true;
        }
        let mut gaps = vec![0.0; columns.len()];
        let kernels = |(index, axis): (usize, &crate::sampler::axes::Axis)| {
            let column = &columns.axes[index];
            let there = measure(column, &is_member, &mut gaps);
            let floor = shape.narrowest.max(shape.floor / (there as f64 + 2.0));
            let width = |member: u32| Width::near((gaps[member as usize] * shape.scale).max(floor));
            let normal = || {
                let of = |member: &u32| {
                    let centre = column.coordinates[*member as usize];
                    if centre.is_nan() { (0.5, 1.0, 0.0, 0.0) } else { normal(centre, width(*member).get()) }
                };
                let mut parts = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
                parts.extend(members.iter().map(of).map(|(a, b, c, d)| (a, b, c, d)));
                let (centres, widths, steepness, log_heights) = parts;
                Kernels::Normal { centres, widths, steepness, log_heights }
            };
            match (&axis.scale, tables.get_mut(index)) {
                (Scale::Real, _) | (Scale::Steps(_), None) => normal(),
                (Scale::Steps(cells), Some(table)) => {
                    let centres: Vec<u32> = members.iter().map(|&member| column.values[member as usize]).collect();
                    let row = |(centre, member): (&u32, &u32)| match *centre {
                        ABSENT => table.absent(),
                        centre => table.row(cells, centre, width(*member)),
                    };
                    let rows = centres.iter().zip(members).map(row).collect();
                    let widths = members.iter().map(|&member| width(member).get()).collect();
                    Kernels::Steps { centres, widths, rows }
                }
                (Scale::Choice(cells), _) => {
                    let values = members.iter().map(|&member| column.values[member as usize]).collect();
                    let loose = shape.loose / (there as f64 + 1.0 + shape.loose);
                    let same = (0..cells.count()).map(|value| loose + (1.0 - loose) / cells.width(value)).collect();
                    Kernels::Choice { values, loose, same }
                }
            }
        };
        Mixture {
            shares: weights.iter().map(|weight| weight / total).collect(),
            prior: shape.prior / total,
            axes: axes.iter().enumerate().map(kernels).collect(),
        }
    }

    pub(super) fn draw(&self, axes: &Axes, draws: &mut Generator) -> Point {
        let mut left = draws.unit();
        let chosen = self.shares.iter().position(|share| {
            let is_here = left < *share;
            left -= share;
            is_here
        });
        axes.point(|index, axis, _| {
            let Some(chosen) = chosen else { return axis.scale.at(draws.unit()) };
            let (centre, width) = match &self.axes[index] {
                Kernels::Normal { centres, widths, steepness, .. } if steepness[chosen] > 0.0 => {
                    (centres[chosen], widths[chosen])
                }
                Kernels::Steps { centres, widths, .. } if centres[chosen] != ABSENT => {
                    (axis.scale.coordinate(Place::Value(centres[chosen])), widths[chosen])
                }
                Kernels::Choice { values, loose, .. } if values[chosen] != ABSENT && draws.unit() >= *loose => {
                    return Place::Value(values[chosen]);
                }
                Kernels::Normal { .. } | Kernels::Steps { .. } | Kernels::Choice { .. } => {
                    return axis.scale.at(draws.unit());
                }
            };
            loop {
                let coordinate = centre + width * draws.normal();
                if (0.0..1.0).contains(&coordinate) {
                    return axis.scale.at(coordinate);
                }
            }
        })
    }

    /// The density at a point, relative to the prior; `None` once it is clear that it is above `most`.
    pub(super) fn density(&self, axes: &Axes, tables: &Tables, point: &Point, most: f64) -> Option<f64> {
        let mut sum = self.prior;
        let mut start = 0;
        while start < self.shares.len() {
            if sum > most {
                return None;
            }
            let end = self.shares.len().min(start + BLOCK);
            sum += self.block(axes, tables, point, start, end);
            start = end;
        }
        (sum <= most).then_some(sum)
    }

    /// What the kernels from `start` to `end` add to the density.
    fn block(&self, axes: &Axes, tables: &Tables, point: &Point, start: usize, end: usize) -> f64 {
        let mut products = [0.0; BLOCK];
        let products = &mut products[..end - start];
        products.copy_from_slice(&self.shares[start..end]);
        let mut logs = [0.0; BLOCK];
        let logs = &mut logs[..end - start];
        let mut has_logs = false;
        for (index, (kernels, axis)) in self.axes.iter().zip(axes.iter()).enumerate() {
            let Some(place) = point.0[index] else { continue };
            match (kernels, place) {
                (Kernels::Normal { centres, steepness, log_heights, .. }, place) => {
                    has_logs = true;
                    let at = axis.scale.coordinate(place);
                    let kernels = centres[start..end].iter().zip(&steepness[start..end]).zip(&log_heights[start..end]);
                    for (log, ((centre, steepness), height)) in logs.iter_mut().zip(kernels) {
                        let distance = at - centre;
                        *log += height - distance * distance * steepness;
                    }
                }
                (Kernels::Steps { rows, .. }, Place::Value(value)) => {
                    let densities = tables.get(index).map_or(&[][..], |table| table.at(value));
                    for (product, row) in products.iter_mut().zip(&rows[start..end]) {
                        *product *= densities[*row as usize];
                    }
                }
                (Kernels::Choice { values, loose, same }, Place::Value(value)) => {
                    let same = same[value as usize];
                    for (product, own) in products.iter_mut().zip(&values[start..end]) {
                        *product *= if *own == value {
                            same
                        } else if *own == ABSENT {
                            1.0
                        } else {
                            *loose
                        };
                    }
                }
                (Kernels::Steps { .. } | Kernels::Choice { .. }, Place::Real(_)) => {
                    unreachable!("an axis that counts values has no real numbers")
                }
            }
        }
        if has_logs {
            for (product, log) in products.iter_mut().zip(logs.iter()) {
                *product *= exponential(*log);
            }
        }
        products.iter().sum()
    }
}

/// Of each member its distance to the neighbours on an axis, the larger of the two; the outermost have but one. Returns how
/// many members have the axis.
fn measure(column: &Column, is_member: &[bool], gaps: &mut [f64]) -> usize {
    let mut there = 0;
    // The last one, and how far it is from the one before.
    let mut last: Option<(u32, f64)> = None;
    for &number in column.order.iter().filter(|number| is_member[**number as usize]) {
        there += 1;
        let gap = last.map(|(before, behind)| {
            let gap = column.coordinates[number as usize] - column.coordinates[before as usize];
            gaps[before as usize] = gap.max(behind);
            gap
        });
        last = Some((number, gap.unwrap_or(0.0)));
    }
    if let Some((number, behind)) = last {
        let at = column.coordinates[number as usize];
        gaps[number as usize] = if there == 1 { at.max(1.0 - at) } else { behind };
    }
    there
}

/// Centre, width, 1 / 2 width², and the logarithm of the density at the centre.
fn normal(centre: f64, width: f64) -> (f64, f64, f64, f64) {
    let height = 1.0 / (width * 2.506_628_274_631_000_5 * mass(0.0, 1.0, centre, width));
    (centre, width, 0.5 / (width * width), libm::log(height))
}
