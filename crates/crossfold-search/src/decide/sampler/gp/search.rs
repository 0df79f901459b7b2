//! The search for the point of the highest expected improvement.

use crossfold_study::Generator;

use super::descent::{Limits, descend};
use super::improvement::log_expected;
use super::kernel::coordinates;
use super::process::{Posterior, Process};
use crate::decide::sampler::SamplerInput;
use crate::decide::sampler::axes::{Axes, Place, Point, Scale};

/// A point of the unit cube that represents a point of the space. It has coordinates for inactive axes, too, which count once
/// a change on another axis activates them.
type Cube = Vec<f64>;

/// The most promising point that is not taken.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) point: Point,
    pub(super) posterior: Posterior,
    /// The logarithm of the expected improvement.
    pub(super) log_improvement: f64,
}

/// The most points that are drawn at random from the whole space.
const DRAWN: usize = 512;

/// The most random points, times the number of observations: the cost of an evaluation grows with the square of that.
const DRAWN_WORK: usize = 100_000;

/// The most evaluations while climbing, times the square of the number of observations.
const CLIMBED_WORK: usize = 50_000_000;

/// The number of random points from which climbs start.
const CLIMBS: usize = 5;

/// The number of turns of a climb.
const TURNS: usize = 4;

/// The most changes in a row of axes with finitely many values.
const HOPS: usize = 8;

/// When a climb along axes of real numbers ends.
const SLIDE: Limits = Limits { steps: 30, flat: 1e-3 };

pub(super) struct Search<'a> {
    past: &'a SamplerInput<'a>,
    process: &'a Process,
    /// The value to improve on.
    best: f64,
    found: Option<Candidate>,
    /// The number of evaluations since candidates were drawn.
    evaluated: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(past: &'a SamplerInput<'a>, process: &'a Process, best: f64) -> Search<'a> {
        Search { past, process, best, found: None, evaluated: 0 }
    }

    /// Climbs from `incumbents`, given by their indices, and from some random points, the best among them. Some random points
    /// are near incumbents. `None` if all points that were evaluated are taken.
    pub(super) fn run(mut self, incumbents: &[usize], draws: &mut Generator) -> Option<Candidate> {
        let axes = self.past.axes;
        let points = self.process.len();
        let cube = |draws: &mut Generator| -> Cube { (0..axes.len()).map(|_| draws.unit()).collect() };
        let mut starts: Vec<Cube> =
            incumbents.iter().map(|index| to_cube(axes, &self.past.observed[*index].point, &cube(draws))).collect();
        let count = (DRAWN_WORK / points).clamp(64, DRAWN);
        let mut drawn: Vec<Cube> = (0..count).map(|_| cube(draws)).collect();
        for start in &starts {
            drawn.extend((0..count / 8).map(|_| draw_near(start, draws)));
        }
        let values = self.evaluate(&drawn);
        starts.extend(pick(&values, CLIMBS, draws).into_iter().map(|index| std::mem::take(&mut drawn[index])));
        self.evaluated = 0;
        for start in starts {
            self.climb(start);
            if self.evaluated > CLIMBED_WORK / (points * points) {
                break;
            }
        }
        self.found
    }

    /// The logarithms of the expected improvements at some points. Keeps the best point that is not taken.
    fn evaluate(&mut self, cubes: &[Cube]) -> Vec<f64> {
        self.evaluated += cubes.len();
        let axes = self.past.axes;
        let points: Vec<Point> = cubes.iter().map(|cube| axes.point_at(cube)).collect();
        let places: Vec<Vec<f64>> = points.iter().map(|point| coordinates(axes, point)).collect();
        let posteriors = self.process.posteriors(&places);
        let values: Vec<f64> = posteriors
            .iter()
            .map(|posterior| log_expected(self.best, posterior.mean, posterior.variance.sqrt()).0)
            .collect();
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
        for index in order {
            let log_improvement = values[index];
            if self.found.as_ref().is_some_and(|found| found.log_improvement >= log_improvement) {
                break;
            }
            if !(self.past.is_taken)(&points[index]) {
                let (point, posterior) = (points[index].clone(), posteriors[index]);
                self.found = Some(Candidate { point, posterior, log_improvement });
                break;
            }
        }
        values
    }

    /// Climbs from `cube`, in turns: along all axes of real numbers at once, then along one of the others.
    fn climb(&mut self, mut cube: Cube) {
        let axes = self.past.axes;
        let mut value = f64::NEG_INFINITY;
        for _ in 0..TURNS {
            let before = value;
            let point = axes.point_at(&cube);
            let real: Vec<usize> =
                (0..axes.len()).filter(|axis| matches!(point.0[*axis], Some(Place::Real(_)))).collect();
            if !real.is_empty() {
                self.climb_real_axes(&mut cube, &real);
                self.evaluated += SLIDE.steps;
            }
            value = self.evaluate(std::slice::from_ref(&cube))[0];
            value = self.climb_finite_axes(&mut cube, value);
            if value <= before + 1e-6 || real.len() == axes.len() {
                break;
            }
        }
    }

    /// Climbs along axes of real numbers.
    fn climb_real_axes(&self, cube: &mut Cube, real: &[usize]) {
        let axes = self.past.axes;
        let lengths: Vec<f64> = real.iter().map(|axis| self.process.scales().lengths[*axis]).collect();
        let mut places = coordinates(axes, &axes.point_at(cube));
        let start: Vec<f64> = real.iter().zip(&lengths).map(|(axis, length)| cube[*axis] / length).collect();
        let low = vec![0.0; real.len()];
        let high: Vec<f64> = lengths.iter().map(|length| 1.0f64.next_down() / length).collect();
        let (end, _) = descend(&start, (&low, &high), SLIDE, |at, gradient| {
            for ((axis, length), at) in real.iter().zip(&lengths).zip(at) {
                places[*axis] = at * length;
            }
            let (posterior, slopes) = self.process.slopes(&places, real);
            let deviation = posterior.variance.sqrt();
            let (value, [by_mean, by_deviation]) = log_expected(self.best, posterior.mean, deviation);
            for ((slope, length), [mean, variance]) in gradient.iter_mut().zip(&lengths).zip(slopes) {
                *slope = -length * (by_mean * mean + by_deviation * variance / (2.0 * deviation));
            }
            -value
        });
        for ((axis, length), at) in real.iter().zip(&lengths).zip(end) {
            cube[*axis] = (at * length).clamp(0.0, 1.0f64.next_down());
        }
    }

    /// Climbs by changing one axis with finitely many values at a time.
    fn climb_finite_axes(&mut self, cube: &mut Cube, mut value: f64) -> f64 {
        for _ in 0..HOPS {
            let neighbours = neighbours(self.past.axes, cube);
            let values = self.evaluate(&neighbours);
            let best = values.iter().zip(neighbours).max_by(|(a, _), (b, _)| a.total_cmp(b));
            match best {
                Some((better, neighbour)) if *better > value + 1e-9 => {
                    value = *better;
                    *cube = neighbour;
                }
                Some(_) | None => break,
            }
        }
        value
    }
}

/// `point` as a point of the cube; inactive axes get their coordinates from `other`.
fn to_cube(axes: &Axes, point: &Point, other: &Cube) -> Cube {
    let parts = axes.iter().zip(&point.0).zip(other);
    parts.map(|((axis, place), other)| place.map_or(*other, |place| axis.scale.coordinate(place))).collect()
}

/// A random point near `cube`: most coordinates differ a little, some are redrawn.
fn draw_near(cube: &Cube, draws: &mut Generator) -> Cube {
    let reach = libm::exp(draws.uniform(libm::log(0.003), libm::log(0.3)));
    cube.iter()
        .map(|coordinate| {
            let (chance, off, anew) = (draws.unit(), draws.normal(), draws.unit());
            if chance < 0.15 { anew } else { (coordinate + reach * off).clamp(0.0, 1.0f64.next_down()) }
        })
        .collect()
}

/// The index of the best, and those of some others, drawn in proportion to their expected improvement.
fn pick(values: &[f64], count: usize, draws: &mut Generator) -> Vec<usize> {
    let Some(best) = (0..values.len()).max_by(|a, b| values[*a].total_cmp(&values[*b])) else { return Vec::new() };
    let mut shares: Vec<f64> = values.iter().map(|value| libm::exp(value - values[best])).collect();
    let mut picked = vec![best];
    while picked.len() < count {
        shares[picked[picked.len() - 1]] = 0.0;
        let mut left = draws.unit() * shares.iter().sum::<f64>();
        let next = shares.iter().position(|share| {
            left -= share;
            *share > 0.0 && left < 0.0
        });
        match next {
            Some(next) => picked.push(next),
            None => break,
        }
    }
    picked
}

/// All changes of one active axis with finitely many values; of many values, the nearest ones and some far away.
fn neighbours(axes: &Axes, cube: &Cube) -> Vec<Cube> {
    let point = axes.point_at(cube);
    let mut neighbours = Vec::new();
    for (index, (axis, place)) in axes.iter().zip(&point.0).enumerate() {
        let (cells, at) = match (&axis.scale, place) {
            (Scale::Steps(cells) | Scale::Choice(cells), Some(Place::Value(at))) => (cells, *at),
            (Scale::Real, _) | (Scale::Steps(_) | Scale::Choice(_), Some(Place::Real(_)) | None) => continue,
        };
        for value in 0..cells.count() {
            let distance = value.abs_diff(at);
            let is_included = match axis.scale {
                Scale::Steps(_) => cells.count() <= 16 || distance.is_power_of_two(),
                Scale::Choice(_) | Scale::Real => true,
            };
            if distance > 0 && is_included {
                let mut neighbour = cube.clone();
                neighbour[index] = cells.middle(value);
                neighbours.push(neighbour);
            }
        }
    }
    neighbours
}
