//! A density made of kernels around points.

use crossfold_study::Generator;

use super::Options;
use crate::sampler::axes::{Axes, Axis, Cells, Place, Point, Scale};

/// A mixture of products: a kernel an axis around each of some points, and the uniform density as one more.
///
/// Densities are relative to the space's prior, so the uniform one is 1 everywhere.
pub(super) struct Mixture<'a> {
    axes: &'a Axes,
    points: Vec<&'a Point>,
    /// The share of each point, then of the uniform density; they add up to 1.
    shares: Vec<f64>,
    /// By axis and point; not used for choices.
    widths: Vec<Vec<f64>>,
    /// By axis: how likely a choice is left to the prior.
    loose: Vec<f64>,
    /// By axis: what a kernel's mass within [0, 1) is, or for steps relative densities, by point and value.
    tables: Vec<Vec<f64>>,
}

impl<'a> Mixture<'a> {
    pub(super) fn new(
        axes: &'a Axes,
        points: Vec<&'a Point>,
        weights: &[f64],
        options: &Options,
        narrowest: f64,
    ) -> Mixture<'a> {
        let total: f64 = weights.iter().sum::<f64>() + options.prior;
        let shares = weights.iter().chain([&options.prior]).map(|weight| weight / total).collect();
        let mut widths = Vec::new();
        let mut loose = Vec::new();
        let mut tables = Vec::new();
        for (index, axis) in axes.iter().enumerate() {
            let coordinates: Vec<Option<f64>> =
                points.iter().map(|point| point.0[index].map(|place| axis.scale.coordinate(place))).collect();
            let there = coordinates.iter().flatten().count() as f64;
            let found = gaps(&coordinates, |gap| {
                let floor = narrowest.max(1.0 / (there + 2.0)) * options.floor;
                (gap * options.scale).clamp(floor, 1.0)
            });
            loose.push(options.loose / (there + 1.0 + options.loose));
            tables.push(match &axis.scale {
                Scale::Real => coordinates
                    .iter()
                    .zip(&found)
                    .map(|(centre, width)| centre.map_or(1.0, |centre| mass(0.0, 1.0, centre, *width)))
                    .collect(),
                Scale::Steps(cells) => {
                    let mut table = Vec::new();
                    for (centre, width) in coordinates.iter().zip(&found) {
                        table.extend(steps(cells, *centre, *width));
                    }
                    table
                }
                Scale::Choice(_) => Vec::new(),
            });
            widths.push(found);
        }
        Mixture { axes, points, shares, widths, loose, tables }
    }

    pub(super) fn draw(&self, draws: &mut Generator) -> Point {
        let mut left = draws.unit();
        let mut chosen = self.points.len();
        for (index, share) in self.shares.iter().enumerate() {
            if left < *share {
                chosen = index;
                break;
            }
            left -= share;
        }
        self.axes.point(|index, axis, _| {
            let Some(place) = self.points.get(chosen).and_then(|point| point.0[index]) else {
                return axis.scale.at(draws.unit());
            };
            match &axis.scale {
                Scale::Real | Scale::Steps(_) => {
                    let centre = axis.scale.coordinate(place);
                    loop {
                        let coordinate = centre + self.widths[index][chosen] * draws.normal();
                        if (0.0..1.0).contains(&coordinate) {
                            return axis.scale.at(coordinate);
                        }
                    }
                }
                Scale::Choice(cells) => {
                    if draws.unit() < self.loose[index] {
                        Place::Value(cells.at(draws.unit()))
                    } else {
                        place
                    }
                }
            }
        })
    }

    pub(super) fn log_density(&self, point: &Point) -> f64 {
        let mut sum = *self.shares.last().expect("the uniform density has a share");
        for (component, centre) in self.points.iter().enumerate() {
            let mut product = self.shares[component];
            for (index, axis) in self.axes.iter().enumerate() {
                if let (Some(at), Some(centre)) = (point.0[index], centre.0[index]) {
                    product *= self.kernel(index, axis, component, centre, at);
                }
            }
            sum += product;
        }
        libm::log(sum)
    }

    fn kernel(&self, index: usize, axis: &Axis, component: usize, centre: Place, at: Place) -> f64 {
        match (&axis.scale, centre, at) {
            (Scale::Real, Place::Real(centre), Place::Real(at)) => {
                let width = self.widths[index][component];
                let z = (at - centre) / width;
                libm::exp(-0.5 * z * z) / (width * 2.506_628_274_631_000_5 * self.tables[index][component])
            }
            (Scale::Steps(cells), _, Place::Value(at)) => {
                self.tables[index][component * cells.count() as usize + at as usize]
            }
            (Scale::Choice(cells), Place::Value(centre), Place::Value(at)) => {
                let loose = self.loose[index];
                if centre == at { loose + (1.0 - loose) / cells.width(at) } else { loose }
            }
            _ => unreachable!(),
        }
    }
}

fn steps(cells: &Cells, centre: Option<f64>, width: f64) -> Vec<f64> {
    let Some(centre) = centre else { return vec![1.0; cells.count() as usize] };
    let total = mass(0.0, 1.0, centre, width);
    (0..cells.count())
        .map(|value| {
            let (low, high) = cells.ends(value);
            mass(low, high, centre, width) / (total * (high - low))
        })
        .collect()
}

fn mass(low: f64, high: f64, centre: f64, width: f64) -> f64 {
    let scaled = |edge: f64| (edge - centre) / (width * std::f64::consts::SQRT_2);
    0.5 * (libm::erf(scaled(high)) - libm::erf(scaled(low)))
}

/// How wide each kernel is: the larger of the distances to its neighbours.
fn gaps(coordinates: &[Option<f64>], clip: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> =
        coordinates.iter().enumerate().filter_map(|(index, at)| at.map(|at| (at, index))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut gaps = vec![1.0; coordinates.len()];
    for (rank, &(at, index)) in order.iter().enumerate() {
        let left = (rank > 0).then(|| at - order[rank - 1].0);
        let right = order.get(rank + 1).map(|next| next.0 - at);
        let gap = match (left, right) {
            (Some(left), Some(right)) => left.max(right),
            (Some(gap), None) | (None, Some(gap)) => gap,
            (None, None) => at.max(1.0 - at),
        };
        gaps[index] = clip(gap);
    }
    gaps
}
