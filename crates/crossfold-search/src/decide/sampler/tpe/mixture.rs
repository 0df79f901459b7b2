//! Densities that are mixtures of kernels around points.

use crossfold_study::Generator;

use super::columns::{ABSENT, Column, Columns};
use super::exponential::exponential;
use super::kernels::{Height, KeptKernels, TAIL, Width};
use crate::decide::sampler::axes::{Axes, Axis, Place, Point, Scale};

/// The number of kernels that are multiplied at a time, so that their products stay in the L1 cache.
const BLOCK: usize = 64;

/// The number of points that the prior counts as.
const PRIOR: f64 = 1.0;

/// The number of points that the prior of a choice counts as, within each kernel.
const LOOSE: f64 = 2.0;

/// A mixture of the prior and, for each point, a product of one kernel per axis.
///
/// Densities are relative to the prior, whose own is 1 everywhere. Where an axis is not active for a point, its kernel is the
/// prior, since the point has no information on it. So the mixture is a density of whole points whatever their conditional
/// axes, and all points inform about the axes that are active for them.
///
/// The widths of kernels on numbers are the distances to neighbours (Bergstra et al. 2011), with a lower bound.
pub(super) struct Mixture {
    /// The weight of each point; with `prior` they add up to 1.
    shares: Vec<f64>,
    prior: f64,
    axes: Vec<Kernels>,
}

/// The kernels of an axis, one per point.
enum Kernels {
    /// Truncated normal densities with a [`TAIL`]; for many steps, at the middles of their cells.
    Normal {
        centres: Vec<f64>,
        widths: Vec<f64>,
        /// 1 / 2 width²; 0 where the axis is not active.
        steepness: Vec<f64>,
        heights: Vec<f64>,
    },
    /// Their masses in the cells of steps, as rows of a table.
    Steps { centres: Vec<u32>, widths: Vec<f64>, rows: Vec<u32> },
    /// The point's own value or a draw from the prior (Aitchison and Aitken 1976).
    Choice {
        values: Vec<u32>,
        /// The probability of a draw, which is the density at other values.
        loose: f64,
        /// The density at the point's own value, by value.
        same: Vec<f64>,
    },
}

impl Mixture {
    /// Kernels around the points `members` of `columns`, with their `weights`. On an axis that is active for n of them, kernels
    /// are at least `least(n)` wide.
    pub(super) fn new(
        axes: &Axes,
        columns: &Columns,
        members: &[u32],
        weights: &[f64],
        least: fn(f64) -> f64,
        kept: &mut [KeptKernels],
    ) -> Mixture {
        let total = weights.iter().sum::<f64>() + PRIOR;
        let mut is_member = vec![false; columns.len()];
        for &member in members {
            is_member[member as usize] = true;
        }
        let mut gaps = vec![0.0; columns.len()];
        let kernels = |((axis, column), kept): ((&Axis, &Column), &mut KeptKernels)| {
            let there = f64::from(measure(column, &is_member, &mut gaps));
            let least = least(there);
            let width = |member: u32| Width::near(gaps[member as usize].max(least));
            Kernels::new(&axis.scale, column, members, width, there, kept)
        };
        Mixture {
            shares: weights.iter().map(|weight| weight / total).collect(),
            prior: PRIOR / total,
            axes: axes.iter().zip(&columns.axes).zip(kept).map(kernels).collect(),
        }
    }

    pub(super) fn draw(&self, axes: &Axes, draws: &mut Generator) -> Point {
        let mut left = draws.unit();
        let chosen = self.shares.iter().position(|share| {
            left -= share;
            left < 0.0
        });
        axes.point(|index, axis, _| match chosen {
            Some(chosen) => self.axes[index].draw(chosen, &axis.scale, draws),
            None => axis.scale.at(draws.unit()),
        })
    }

    /// The density at a point, relative to the prior; `None` if it is above `most`, which may stop the sum early.
    pub(super) fn density(&self, axes: &Axes, kept: &[KeptKernels], point: &Point, most: f64) -> Option<f64> {
        let mut sum = self.prior;
        for start in (0..self.shares.len()).step_by(BLOCK) {
            if sum > most {
                return None;
            }
            let mut products = [0.0; BLOCK];
            let shares = &self.shares[start..self.shares.len().min(start + BLOCK)];
            let products = &mut products[..shares.len()];
            products.copy_from_slice(shares);
            for (((kernels, axis), kept), place) in self.axes.iter().zip(axes.iter()).zip(kept).zip(&point.0) {
                if let Some(place) = place {
                    kernels.multiply(products, start, axis.scale.coordinate(*place), *place, kept);
                }
            }
            sum += products.iter().sum::<f64>();
        }
        (sum <= most).then_some(sum)
    }
}

impl Kernels {
    fn new(
        scale: &Scale,
        column: &Column,
        members: &[u32],
        width: impl Fn(u32) -> Width,
        there: f64,
        kept: &mut KeptKernels,
    ) -> Kernels {
        let values = || members.iter().map(|&member| column.values[member as usize]);
        match (scale, kept) {
            (Scale::Real | Scale::Steps(_), KeptKernels::Heights(heights)) => {
                heights.resize_with(column.coordinates.len(), Height::default);
                let mut kernels = Kernels::Normal {
                    centres: Vec::with_capacity(members.len()),
                    widths: Vec::with_capacity(members.len()),
                    steepness: Vec::with_capacity(members.len()),
                    heights: Vec::with_capacity(members.len()),
                };
                for &member in members {
                    let centre = column.coordinates[member as usize];
                    let width = width(member);
                    if centre.is_nan() {
                        kernels.push(0.0, 1.0, 0.0, 1.0 - TAIL);
                    } else {
                        let height = heights[member as usize].get(centre, width);
                        kernels.push(centre, width.get(), 0.5 / (width.get() * width.get()), height);
                    }
                }
                kernels
            }
            (Scale::Steps(cells), KeptKernels::Table(table)) => {
                let row = |(centre, member): (u32, &u32)| match centre {
                    ABSENT => table.absent(),
                    centre => table.row(cells, centre, width(*member)),
                };
                Kernels::Steps {
                    rows: values().zip(members).map(row).collect(),
                    centres: values().collect(),
                    widths: members.iter().map(|&member| width(member).get()).collect(),
                }
            }
            (Scale::Choice(cells), KeptKernels::Nothing) => {
                let loose = LOOSE / (there + 1.0 + LOOSE);
                let same = (0..cells.count()).map(|value| loose + (1.0 - loose) / cells.width(value)).collect();
                Kernels::Choice { values: values().collect(), loose, same }
            }
            (Scale::Real, KeptKernels::Table(_) | KeptKernels::Nothing)
            | (Scale::Steps(_), KeptKernels::Nothing)
            | (Scale::Choice(_), KeptKernels::Table(_) | KeptKernels::Heights(_)) => {
                unreachable!("what is kept was made for these axes")
            }
        }
    }

    fn push(&mut self, centre: f64, width: f64, steep: f64, height: f64) {
        if let Kernels::Normal { centres, widths, steepness, heights } = self {
            centres.push(centre);
            widths.push(width);
            steepness.push(steep);
            heights.push(height);
        }
    }

    /// A draw from the kernel of the point `chosen`.
    fn draw(&self, chosen: usize, scale: &Scale, draws: &mut Generator) -> Place {
        let (centre, width) = match self {
            Kernels::Normal { centres, widths, steepness, .. } if steepness[chosen] > 0.0 && draws.unit() >= TAIL => {
                (centres[chosen], widths[chosen])
            }
            Kernels::Steps { centres, widths, .. } if centres[chosen] != ABSENT && draws.unit() >= TAIL => {
                (scale.coordinate(Place::Value(centres[chosen])), widths[chosen])
            }
            Kernels::Choice { values, loose, .. } if values[chosen] != ABSENT && draws.unit() >= *loose => {
                return Place::Value(values[chosen]);
            }
            Kernels::Normal { .. } | Kernels::Steps { .. } | Kernels::Choice { .. } => {
                return scale.at(draws.unit());
            }
        };
        // At least a third of such draws are in range: the worst case is a centre at an edge and a width of 1.
        loop {
            let coordinate = centre + width * draws.normal();
            if (0.0..1.0).contains(&coordinate) {
                return scale.at(coordinate);
            }
        }
    }

    /// Multiplies `products`, which are of the points from `start`, by their kernels at a place.
    fn multiply(&self, products: &mut [f64], start: usize, coordinate: f64, place: Place, kept: &KeptKernels) {
        let end = start + products.len();
        match (self, place, kept) {
            (Kernels::Normal { centres, steepness, heights, .. }, Place::Real(_) | Place::Value(_), _) => {
                let kernels = centres[start..end].iter().zip(&steepness[start..end]).zip(&heights[start..end]);
                for (product, ((centre, steepness), height)) in products.iter_mut().zip(kernels) {
                    let distance = coordinate - centre;
                    *product *= TAIL + height * exponential(-distance * distance * steepness);
                }
            }
            (Kernels::Steps { rows, .. }, Place::Value(value), KeptKernels::Table(table)) => {
                let densities = table.at(value);
                for (product, row) in products.iter_mut().zip(&rows[start..end]) {
                    *product *= densities[*row as usize];
                }
            }
            (Kernels::Choice { values, loose, same }, Place::Value(value), _) => {
                let same = same[value as usize];
                for (product, own) in products.iter_mut().zip(&values[start..end]) {
                    let other = if *own == ABSENT { 1.0 } else { *loose };
                    *product *= if *own == value { same } else { other };
                }
            }
            (Kernels::Steps { .. }, Place::Value(_), KeptKernels::Heights(_) | KeptKernels::Nothing)
            | (Kernels::Steps { .. } | Kernels::Choice { .. }, Place::Real(_), _) => {
                unreachable!("places and what is kept are those of the axis")
            }
        }
    }
}

/// Writes each member's distance to its neighbours on an axis into `gaps`, the larger of the two; the outermost have one
/// neighbour. Returns the number of members for which the axis is active.
fn measure(column: &Column, is_member: &[bool], gaps: &mut [f64]) -> u32 {
    let mut there = 0;
    // The previous member, and its distance from the one before it.
    let mut last: Option<(u32, f64)> = None;
    for &number in column.order.iter().filter(|number| is_member[**number as usize]) {
        there += 1;
        let gap = last.map_or(0.0, |(before, behind)| {
            let gap = column.coordinates[number as usize] - column.coordinates[before as usize];
            gaps[before as usize] = gap.max(behind);
            gap
        });
        last = Some((number, gap));
    }
    if let Some((number, behind)) = last {
        let at = column.coordinates[number as usize];
        gaps[number as usize] = if there == 1 { at.max(1.0 - at) } else { behind };
    }
    there
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::sampler::Observation;
    use crate::decide::sampler::axes::{Cells, Condition};
    use crossfold_study::Seed;

    fn axes(scales: impl IntoIterator<Item = Scale>) -> Axes {
        Axes::new(scales.into_iter().map(|scale| Axis { scale, active_where: Vec::new() }).collect())
    }

    /// A mixture around points, with its axes and kernels.
    struct Fixture {
        axes: Axes,
        kept: Vec<KeptKernels>,
        mixture: Mixture,
    }

    impl Fixture {
        fn new(axes: Axes, points: Vec<Point>, weights: &[f64]) -> Fixture {
            let observed: Vec<Observation> =
                points.into_iter().map(|point| Observation { point, value: 0.0, variance: None }).collect();
            let mut columns = Columns::default();
            columns.update(&axes, &observed);
            let mut kept = KeptKernels::new(&axes);
            let members: Vec<u32> = (0..observed.len() as u32).collect();
            let mixture = Mixture::new(&axes, &columns, &members, weights, |there| 0.7 / (there + 2.0), &mut kept);
            Fixture { axes, kept, mixture }
        }

        fn density(&self, places: &[Option<Place>]) -> f64 {
            self.mixture.density(&self.axes, &self.kept, &Point(places.to_vec()), f64::INFINITY).unwrap()
        }
    }

    fn real(at: f64) -> Option<Place> {
        Some(Place::Real(at))
    }

    fn value(value: u32) -> Option<Place> {
        Some(Place::Value(value))
    }

    /// Reference: SciPy 1.17.1's `truncnorm` and NumPy 2.4.6, with widths 0.3125, 0.375 and 0.375 on the first axis, and
    /// 0.125, 0.625 and 0.625 on the second.
    #[test]
    fn densities_match_scipy() {
        let choice = Scale::Choice(Cells::weighted(&[1.0, 2.0, 1.0]));
        let points = vec![
            Point(vec![real(0.2), value(1), value(0)]),
            Point(vec![real(0.5), value(1), value(2)]),
            Point(vec![real(0.9), value(4), value(1)]),
        ];
        let fixture = Fixture::new(axes([Scale::Real, Scale::Steps(Cells::Even(5)), choice]), points, &[1.5, 1.0, 0.5]);
        let references = [
            ([real(0.3), value(1), value(0)], 4.957_428_428_667_919),
            ([real(0.75), value(3), value(1)], 0.729_893_957_608_819),
            ([real(0.05), value(0), value(2)], 1.001_604_813_009_086_7),
        ];
        for (at, reference) in references {
            let density = fixture.density(&at);
            assert!((density / reference - 1.0).abs() < 1e-8, "{at:?}: {density}");
        }
    }

    #[test]
    fn densities_integrate_to_1() {
        let uneven = Cells::weighted(&[1.0, 5.0, 2.0, 0.5]);
        let many = Cells::weighted(&(0..200).map(|value| 1.0 + f64::from(value % 3)).collect::<Vec<_>>());
        let (grid, fine) = (Cells::Even(2000), 1e-6);
        let check = |scale: Scale, cells: &Cells, exact: f64| {
            let cell = |at: f64| scale.at(at);
            let points = [0.03, 0.5, 0.51, 0.97].map(|at| Point(vec![Some(cell(at))])).to_vec();
            let fixture = Fixture::new(axes([scale.clone()]), points, &[1.6, 1.2, 0.8, 0.4]);
            let sum: f64 = (0..cells.count())
                .map(|value| fixture.density(&[Some(cell(cells.middle(value)))]) * cells.width(value))
                .sum();
            assert!((sum - 1.0).abs() < exact, "{scale:?}: {sum}");
        };
        check(Scale::Real, &grid, fine);
        check(Scale::Steps(Cells::Even(7)), &Cells::Even(7), 1e-12);
        check(Scale::Steps(uneven.clone()), &uneven, 1e-12);
        check(Scale::Choice(uneven.clone()), &uneven, 1e-12);
        // Too many for a table, so densities are those at the middles of cells.
        check(Scale::Steps(many.clone()), &many, 1e-3);
    }

    /// An axis is inactive for half of the points. The density still sums to 1 over all points of the space.
    #[test]
    fn densities_of_conditional_axes_integrate_to_1() {
        let conditional = Axis {
            scale: Scale::Steps(Cells::Even(5)),
            active_where: vec![Condition { axis: 0, allowed: vec![true, false] }],
        };
        let choice = Axis { scale: Scale::Choice(Cells::Even(2)), active_where: Vec::new() };
        let points = vec![
            Point(vec![value(0), value(1)]),
            Point(vec![value(1), None]),
            Point(vec![value(0), value(4)]),
            Point(vec![value(1), None]),
        ];
        let fixture = Fixture::new(Axes::new(vec![choice, conditional]), points, &[1.0; 4]);
        let first: f64 = (0..5).map(|step| fixture.density(&[value(0), value(step)]) / 10.0).sum();
        let second = fixture.density(&[value(1), None]) / 2.0;
        assert!((first + second - 1.0).abs() < 1e-12, "{first} {second}");
    }

    #[test]
    fn draws_follow_the_density() {
        let points = vec![Point(vec![real(0.1), value(2)]), Point(vec![real(0.7), value(0)])];
        let fixture = Fixture::new(axes([Scale::Real, Scale::Choice(Cells::Even(3))]), points, &[1.3, 0.7]);
        let mut draws = Seed(3).search(0);
        let mut counts = [[0.0; 3]; 10];
        for _ in 0..30_000 {
            let point = fixture.mixture.draw(&fixture.axes, &mut draws);
            let [Some(Place::Real(at)), Some(Place::Value(value))] = point.0[..] else { panic!("{point:?}") };
            counts[(10.0 * at) as usize][value as usize] += 1.0;
        }
        for (tenth, counts) in counts.iter().enumerate() {
            for (choice, count) in counts.iter().enumerate() {
                let at = |hundredth: usize| (tenth as f64 + (hundredth as f64 + 0.5) / 100.0) / 10.0;
                let density = (0..100).map(|hundredth| fixture.density(&[real(at(hundredth)), value(choice as u32)]));
                let expected = density.sum::<f64>() / 100.0 * 1000.0;
                assert!((count - expected).abs() < 4.5 * expected.sqrt(), "{tenth} {choice}: {count}, {expected}");
            }
        }
    }

    #[test]
    fn a_density_above_the_limit_is_none() {
        let points = (0..300).map(|_| Point(vec![real(0.5)])).collect();
        let fixture = Fixture::new(axes([Scale::Real]), points, &[1.0; 300]);
        let density = fixture.density(&[real(0.5)]);
        let at = Point(vec![real(0.5)]);
        let within = |most| fixture.mixture.density(&fixture.axes, &fixture.kept, &at, most);
        assert_eq!(within(density), Some(density));
        assert_eq!(within(density * 0.99), None);
        assert_eq!(within(0.1), None);
    }
}
