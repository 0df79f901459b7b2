//! A search space as samplers see it: axes of the unit interval, some of which are there only where others have certain
//! values.
//!
//! What a place on an axis stands for is the business of [`Frame`](crate::decide::frame::Frame): logarithms and priors are in
//! how values are laid out, so that for samplers every axis is uniform on [0, 1).

use std::sync::Arc;

use crossfold_study::Generator;
use serde::{Deserialize, Serialize};

/// The axes of a space. An axis comes after all that its [`Condition`]s name.
#[derive(Clone, Debug, Default)]
pub struct Axes(Vec<Axis>);

/// One thing to decide.
#[derive(Clone, Debug)]
pub struct Axis {
    pub scale: Scale,
    /// The axis is there where all of these hold.
    pub only_where: Vec<Condition>,
}

/// What places there are on an axis.
#[derive(Clone, Debug)]
pub enum Scale {
    /// All of [0, 1).
    Real,
    /// Numbers or counts in their order.
    Steps(Cells),
    /// Words, none nearer to one than to another.
    Choice(Cells),
}

/// A division of the unit interval into the places of finitely many values, each as wide as the value is likely.
#[derive(Clone, Debug)]
pub enum Cells {
    /// So many of the same width, at least one.
    Even(u32),
    /// Their upper ends, ascending from above 0; the last is 1.
    Ends(Arc<[f64]>),
}

impl Cells {
    /// Cells of widths in proportion to `weights`, each above 0.
    pub fn weighted(weights: &[f64]) -> Cells {
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
    pub fn ends(&self, value: u32) -> (f64, f64) {
        match self {
            Cells::Even(count) => (f64::from(value) / f64::from(*count), f64::from(value + 1) / f64::from(*count)),
            Cells::Ends(ends) => (if value == 0 { 0.0 } else { ends[value as usize - 1] }, ends[value as usize]),
        }
    }

    pub fn middle(&self, value: u32) -> f64 {
        let (low, high) = self.ends(value);
        f64::midpoint(low, high)
    }

    /// How likely a value is before anything is known.
    pub fn width(&self, value: u32) -> f64 {
        let (low, high) = self.ends(value);
        high - low
    }
}

/// That an earlier axis has one of certain values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Of finitely many values.
    pub axis: usize,
    /// By value.
    pub allowed: Vec<bool>,
}

/// A place on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Place {
    /// On [`Scale::Real`], in [0, 1).
    Real(f64),
    /// On [`Scale::Steps`] or [`Scale::Choice`], which of its values.
    Value(u32),
}

/// A place on each axis; `None` where the axis isn't there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point(pub Vec<Option<Place>>);

impl Axes {
    /// # Panics
    /// Where a condition names an axis that doesn't come before it.
    pub fn new(axes: Vec<Axis>) -> Axes {
        let is_before = |(index, axis): (usize, &Axis)| axis.only_where.iter().all(|condition| condition.axis < index);
        assert!(axes.iter().enumerate().all(is_before), "axes come after those that they hang on");
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

    /// Whether the axis `index` is there, `earlier` being the places on all before it.
    pub fn is_there(&self, index: usize, earlier: &[Option<Place>]) -> bool {
        self.0[index].only_where.iter().all(|condition| match earlier[condition.axis] {
            Some(Place::Value(value)) => condition.allowed[value as usize],
            Some(Place::Real(_)) | None => false,
        })
    }

    /// The point made of what `place` picks for each axis that is there, in their order.
    pub fn point(&self, mut place: impl FnMut(usize, &Axis, &[Option<Place>]) -> Place) -> Point {
        let mut places = Vec::with_capacity(self.0.len());
        for (index, axis) in self.0.iter().enumerate() {
            let picked = self.is_there(index, &places).then(|| place(index, axis, &places));
            places.push(picked);
        }
        Point(places)
    }

    /// The point under a point of the unit cube, one coordinate in [0, 1) an axis.
    pub fn under(&self, cube: &[f64]) -> Point {
        self.point(|index, axis, _| axis.scale.at(cube[index]))
    }

    /// A point at random.
    ///
    /// A number is drawn for every axis, there or not, so that what an axis gets hangs on no other.
    pub fn draw(&self, generator: &mut Generator) -> Point {
        let cube: Vec<f64> = self.0.iter().map(|_| generator.unit()).collect();
        self.under(&cube)
    }
}

impl Scale {
    /// What is at a coordinate in [0, 1).
    pub fn at(&self, coordinate: f64) -> Place {
        match self {
            Scale::Real => Place::Real(coordinate),
            Scale::Steps(cells) | Scale::Choice(cells) => Place::Value(cells.at(coordinate)),
        }
    }

    /// The coordinate of a place: for values the middle of their cell.
    pub fn coordinate(&self, place: Place) -> f64 {
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
    fn axes_are_there_where_their_conditions_hold() {
        let free = |scale| Axis { scale, only_where: Vec::new() };
        let hangs = Axis { scale: Scale::Real, only_where: vec![Condition { axis: 0, allowed: vec![false, true] }] };
        let below = Axis {
            scale: Scale::Steps(Cells::Even(3)),
            only_where: vec![Condition { axis: 0, allowed: vec![true, false] }],
        };
        let axes = Axes::new(vec![free(Scale::Choice(Cells::Even(2))), hangs, below]);
        assert_eq!(axes.under(&[0.1, 0.5, 0.9]).0, [Some(Place::Value(0)), None, Some(Place::Value(2))]);
        assert_eq!(axes.under(&[0.6, 0.5, 0.9]).0, [Some(Place::Value(1)), Some(Place::Real(0.5)), None]);
        let drawn = axes.draw(&mut Seed(1).search(0));
        assert!(drawn.0[1].is_some() != drawn.0[2].is_some());
    }
}
