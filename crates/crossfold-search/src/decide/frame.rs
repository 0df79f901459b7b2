//! The map between a study's search spaces, with their hyperparameters, and the [`Axes`] that samplers see.

mod effects;
mod layout;
#[cfg(test)]
mod tests;
mod values;

use crossfold_network::{Param, Settings};
use crossfold_study::{Enqueued, Generator, ModelSpace};

use crate::decide::sampler::axes::{Axes, Place, Point, Scale};
use values::Values;

/// The spaces of one or several models as one set of axes. With several models, the first axis is the model of a point, and
/// the others are conditional on it.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    axes: Axes,
    slots: Vec<Slot>,
    /// Whether the first axis is the model's.
    has_root: bool,
}

/// The hyperparameter of an axis.
#[derive(Clone, Debug)]
struct Slot {
    /// The number of its model.
    model: usize,
    param: Param,
    /// The layer or block, from 0, where each has its own value.
    layer: Option<u32>,
    values: Values,
}

/// A point as settings of a model.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ModelSettings {
    pub model: usize,
    pub settings: Settings,
}

impl Frame {
    /// The axes of `models`' spaces.
    pub(crate) fn new(models: &[ModelSpace]) -> Frame {
        layout::frame(models)
    }

    pub(crate) fn axes(&self) -> &Axes {
        &self.axes
    }

    /// The settings of a point.
    pub(crate) fn decode(&self, point: &Point) -> ModelSettings {
        let model = match point.0.first() {
            Some(Some(Place::Value(model))) if self.has_root => *model as usize,
            Some(_) | None => 0,
        };
        let mut settings = Settings::default();
        let mut slots = self.active_slots(point).peekable();
        while let Some((slot, place)) = slots.next() {
            let mut values = vec![slot.values.setting(slot.param, place)];
            if slot.layer.is_some() {
                let is_same = |(other, _): &(&Slot, Place)| other.param == slot.param && other.layer.is_some();
                while let Some((other, place)) = slots.next_if(is_same) {
                    values.push(other.values.setting(other.param, place));
                }
                settings = settings.with(layout::per_layer(slot.param, &values));
            } else {
                settings = settings.with(values.remove(0));
            }
        }
        ModelSettings { model, settings }
    }

    /// The slots of a point's active axes with their places, in order; without the model's axis.
    fn active_slots<'a>(&'a self, point: &'a Point) -> impl Iterator<Item = (&'a Slot, Place)> {
        let places = point.0.iter().skip(usize::from(self.has_root));
        self.slots.iter().zip(places).filter_map(|(slot, place)| Some((slot, (*place)?)))
    }

    /// A random point, as random search draws it.
    ///
    /// A place is drawn for every axis, active or not. So the order and kind of the draws depend on the space alone, and must
    /// never change.
    pub(crate) fn draw(&self, generator: &mut Generator) -> Point {
        let root = self.has_root.then(|| self.axes.get(0).scale.at(generator.unit()));
        let drawn: Vec<Place> = self.slots.iter().map(|slot| slot.values.draw(generator)).collect();
        let places: Vec<Place> = root.into_iter().chain(drawn).collect();
        self.axes.point(|index, _, _| places[index])
    }

    /// Every point, the last axis varying fastest, with values in the order of the spec. The space must have no axis of real
    /// numbers, and few enough points.
    pub(crate) fn all_points(&self) -> Vec<Point> {
        let mut points = Vec::new();
        self.extend(&mut Vec::new(), &mut points);
        points
    }

    fn extend(&self, places: &mut Vec<Option<Place>>, points: &mut Vec<Point>) {
        let index = places.len();
        if index == self.axes.len() {
            points.push(Point(places.clone()));
        } else if self.axes.is_active(index, places) {
            let listed = match (self.has_root, index) {
                (true, 0) => (0..self.slots.last().map_or(1, |slot| slot.model as u32 + 1)).map(Place::Value).collect(),
                (true, index) => self.slots[index - 1].values.listed(),
                (false, index) => self.slots[index].values.listed(),
            };
            for place in listed {
                places.push(Some(place));
                self.extend(places, points);
                places.pop();
            }
        } else {
            places.push(None);
            self.extend(places, points);
            places.pop();
        }
    }

    /// The point of an enqueued one of a spec. Settings that it does not give are drawn.
    pub(crate) fn encode_enqueued(&self, wanted: &Enqueued, draws: &mut Generator) -> Point {
        let given = |slot: &Slot| -> Option<Place> {
            let setting = wanted.settings.get(slot.param).or_else(|| wanted.settings.get(slot.param.listed()))?;
            slot.values.place(&layout::value_for_layer(setting, slot.layer)?)
        };
        let cube: Vec<f64> = self.axes.iter().map(|_| draws.unit()).collect();
        self.axes.point(|index, axis, _| {
            if self.has_root && index == 0 {
                return Place::Value(wanted.model as u32);
            }
            given(&self.slots[index - usize::from(self.has_root)]).unwrap_or_else(|| axis.scale.at(cube[index]))
        })
    }

    /// Whether a point has a place on each active axis, and on no other.
    pub(crate) fn holds(&self, point: &Point) -> bool {
        let is_place = |(index, place): (usize, &Option<Place>)| match (self.axes.is_active(index, &point.0), place) {
            (false, None) => true,
            (true, Some(place)) => match (&self.axes.get(index).scale, place) {
                (Scale::Real, Place::Real(at)) => (0.0..1.0).contains(at),
                (Scale::Steps(cells) | Scale::Choice(cells), Place::Value(value)) => *value < cells.count(),
                (Scale::Real, Place::Value(_)) | (Scale::Steps(_) | Scale::Choice(_), Place::Real(_)) => false,
            },
            (true, None) | (false, Some(_)) => false,
        };
        point.0.len() == self.axes.len() && point.0.iter().enumerate().all(is_place)
    }
}
