//! A search space as samplers see it: axes on the unit interval, some of which are active only where others have certain
//! values.
//!
//! `decide/frame` maps places on axes to values. Logarithms and priors are part of that map, so for
//! samplers every axis is uniform on [0, 1).

use std::sync::Arc;

use crossfold_study::Generator;
use serde::{Deserialize, Serialize};

/// The axes of a space. An axis comes after all axes that its [`Condition`]s name.
#[derive(Clone, Debug, Default)]
pub struct Axes(Vec<Axis>);

/// One dimension of a space.
#[derive(Clone, Debug)]
pub struct Axis {
    pub scale: Scale,
    /// The axis is active where all of these hold.
    pub active_where: Vec<Condition>,
}

/// The kind of places on an axis.
#[derive(Clone, Debug)]
pub enum Scale {
    /// All of [0, 1).
    Real,
    /// Numbers or counts in their order.
    Steps(Cells),
    /// Words, all equally far from one another.
    Choice(Cells),
}

/// A division of the unit interval into one cell per value, as wide as the value is likely.
#[derive(Clone, Debug)]
pub enum Cells {
    /// This many cells of the same width, at least one.
    Even(u32),
    /// The upper ends of the cells, ascending from above 0; the last is 1.
    Ends(Arc<[f64]>),
}

impl Cells {
    /// Cells with widths in proportion to `weights`, each above 0.
    pub(crate) fn weighted(weights: &[f64]) -> Cells {
        let total: f64 = weights.iter().sum();
        let mut sum = 0.0;
        let mut ends: Vec<f64> = weights
            .iter()
            .map(|weight| {
                sum += weight;
                sum / total
            })
            .collect();
        *ends.last_mut().expect("there is at least one value") = 1.0;
        Cells::Ends(ends.into())
    }

    pub fn count(&self) -> u32 {
        match self {
            Cells::Even(count) => *count,
            Cells::Ends(ends) => ends.len() as u32,
        }
    }

    /// The value whose cell holds `place`, in [0, 1).
    pub fn at(&self, place: f64) -> u32 {
        match self {
            Cells::Even(count) => ((place * f64::from(*count)) as u32).min(count - 1),
            Cells::Ends(ends) => ends.partition_point(|end| *end <= place).min(ends.len() - 1) as u32,
        }
    }

    /// Both ends of a value's cell.
    pub(crate) fn ends(&self, value: u32) -> (f64, f64) {
        match self {
            Cells::Even(count) => (f64::from(value) / f64::from(*count), f64::from(value + 1) / f64::from(*count)),
            Cells::Ends(ends) => (if value == 0 { 0.0 } else { ends[value as usize - 1] }, ends[value as usize]),
        }
    }

    pub(crate) fn middle(&self, value: u32) -> f64 {
        let (low, high) = self.ends(value);
        f64::midpoint(low, high)
    }

    /// The prior probability of a value.
    pub(crate) fn width(&self, value: u32) -> f64 {
        let (low, high) = self.ends(value);
        high - low
    }
}

/// A requirement that an earlier axis has one of some values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// An axis of finitely many values.
    pub axis: usize,
    /// Whether each value meets the condition.
    pub allowed: Vec<bool>,
}

/// A place on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Place {
    /// On [`Scale::Real`], in [0, 1).
    Real(f64),
    /// The number of a value on [`Scale::Steps`] or [`Scale::Choice`].
    Value(u32),
}

/// A place on each axis; `None` where the axis is not active.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point(pub Vec<Option<Place>>);

impl Axes {
    /// # Panics
    /// If a condition names an axis that does not come earlier.
    pub fn new(axes: Vec<Axis>) -> Axes {
        let is_before =
            |(index, axis): (usize, &Axis)| axis.active_where.iter().all(|condition| condition.axis < index);
        assert!(axes.iter().enumerate().all(is_before), "axes come after those that they depend on");
        Axes(axes)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Axis> {
        self.0.iter()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, index: usize) -> &Axis {
        &self.0[index]
    }

    /// Whether the axis `index` is active, given the places on all `earlier` axes.
    pub(crate) fn is_active(&self, index: usize, earlier: &[Option<Place>]) -> bool {
        self.0[index].active_where.iter().all(|condition| match earlier[condition.axis] {
            Some(Place::Value(value)) => condition.allowed[value as usize],
            Some(Place::Real(_)) | None => false,
        })
    }

    /// The point with the places that `place` picks for each active axis, in order.
    pub fn point(&self, mut place: impl FnMut(usize, &Axis, &[Option<Place>]) -> Place) -> Point {
        let mut places = Vec::with_capacity(self.0.len());
        for (index, axis) in self.0.iter().enumerate() {
            let picked = self.is_active(index, &places).then(|| place(index, axis, &places));
            places.push(picked);
        }
        Point(places)
    }

    /// The point at a point of the unit cube, which has one coordinate in [0, 1) per axis.
    pub(crate) fn point_at(&self, cube: &[f64]) -> Point {
        self.point(|index, axis, _| axis.scale.at(cube[index]))
    }

    /// A point at random.
    ///
    /// A number is drawn for every axis, active or not, so that no draw depends on another axis.
    pub fn draw(&self, generator: &mut Generator) -> Point {
        let cube: Vec<f64> = self.0.iter().map(|_| generator.unit()).collect();
        self.point_at(&cube)
    }
}

impl Scale {
    /// The place at a coordinate in [0, 1).
    pub fn at(&self, coordinate: f64) -> Place {
        match self {
            Scale::Real => Place::Real(coordinate),
            Scale::Steps(cells) | Scale::Choice(cells) => Place::Value(cells.at(coordinate)),
        }
    }

    /// The coordinate of a place; for a value, the middle of its cell.
    pub(crate) fn coordinate(&self, place: Place) -> f64 {
        match (self, place) {
            (_, Place::Real(coordinate)) => coordinate,
            (Scale::Steps(cells) | Scale::Choice(cells), Place::Value(value)) => cells.middle(value),
            (Scale::Real, Place::Value(_)) => unreachable!("an axis of real numbers has no values to count"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::Seed;

    #[test]
    fn cells_are_as_wide_as_their_weights() {
        let cells = Cells::weighted(&[1.0, 2.0, 1.0]);
        assert_eq!([0.0, 0.249, 0.25, 0.74, 0.75, 0.999].map(|place| cells.at(place)), [0, 0, 1, 1, 2, 2]);
        assert_eq!([0, 1, 2].map(|value| cells.middle(value)), [0.125, 0.5, 0.875]);
        assert_eq!([0.0, 0.25, 0.999].map(|place| Cells::Even(4).at(place)), [0, 1, 3]);
    }

    #[test]
    fn axes_are_active_where_their_conditions_hold() {
        let free = |scale| Axis { scale, active_where: Vec::new() };
        let conditional =
            Axis { scale: Scale::Real, active_where: vec![Condition { axis: 0, allowed: vec![false, true] }] };
        let below = Axis {
            scale: Scale::Steps(Cells::Even(3)),
            active_where: vec![Condition { axis: 0, allowed: vec![true, false] }],
        };
        let axes = Axes::new(vec![free(Scale::Choice(Cells::Even(2))), conditional, below]);
        assert_eq!(axes.point_at(&[0.1, 0.5, 0.9]).0, [Some(Place::Value(0)), None, Some(Place::Value(2))]);
        assert_eq!(axes.point_at(&[0.6, 0.5, 0.9]).0, [Some(Place::Value(1)), Some(Place::Real(0.5)), None]);
        let drawn = axes.draw(&mut Seed(1).search(0));
        assert!(drawn.0[1].is_some() != drawn.0[2].is_some());
    }
}
