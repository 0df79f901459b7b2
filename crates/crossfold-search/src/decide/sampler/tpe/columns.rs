//! The points so far, in one column per axis.

use crate::decide::sampler::Observation;
use crate::decide::sampler::axes::{Axes, Place, Point, Scale};

/// Points by axis, in the order of their proposal.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) axes: Vec<Column>,
    points: Vec<Point>,
    values: Vec<f64>,
    /// Point numbers, the best first; equal ones by number.
    pub(super) ranking: Vec<u32>,
}

#[derive(Default)]
pub(super) struct Column {
    /// NaN where the axis is not active.
    pub(super) coordinates: Vec<f64>,
    /// The number of the value, on axes with finitely many; [`ABSENT`] where the axis is not active.
    pub(super) values: Vec<u32>,
    /// The numbers of points for which the axis is active, by coordinate; equal ones by number.
    pub(super) order: Vec<u32>,
}

/// No value, because the axis is not active.
pub(super) const ABSENT: u32 = u32::MAX;

impl Columns {
    /// Updates the points to `observed`. Returns whether they were rebuilt, because `observed` does not continue them.
    pub(super) fn update(&mut self, axes: &Axes, observed: &[Observation]) -> bool {
        let is_same = |(index, point): (usize, &Point)| {
            let now = &observed[index];
            now.value.total_cmp(&self.values[index]).is_eq() && now.point == *point
        };
        let is_prefix = self.axes.len() == axes.len()
            && self.points.len() <= observed.len()
            && self.points.iter().enumerate().all(is_same);
        if !is_prefix {
            *self = Columns { axes: axes.iter().map(|_| Column::default()).collect(), ..Columns::default() };
        }
        for each in &observed[self.points.len()..] {
            self.push(axes, &each.point, each.value);
        }
        !is_prefix
    }

    pub(super) fn push(&mut self, axes: &Axes, point: &Point, value: f64) {
        let number = self.points.len() as u32;
        for ((axis, column), place) in axes.iter().zip(&mut self.axes).zip(&point.0) {
            let coordinate = place.map_or(f64::NAN, |place| axis.scale.coordinate(place));
            column.coordinates.push(coordinate);
            column.values.push(match (&axis.scale, place) {
                (Scale::Steps(_) | Scale::Choice(_), Some(Place::Value(value))) => *value,
                (Scale::Real, _) | (_, Some(Place::Real(_)) | None) => ABSENT,
            });
            if place.is_some() {
                let rank = column.order.partition_point(|&other| column.coordinates[other as usize] <= coordinate);
                column.order.insert(rank, number);
            }
        }
        self.points.push(point.clone());
        self.values.push(value);
        let rank = self.ranking.partition_point(|&other| self.values[other as usize].total_cmp(&value).is_le());
        self.ranking.insert(rank, number);
    }

    /// Forgets all but the first `count` points.
    pub(super) fn truncate(&mut self, count: usize) {
        for column in &mut self.axes {
            column.coordinates.truncate(count);
            column.values.truncate(count);
            column.order.retain(|&number| (number as usize) < count);
        }
        self.points.truncate(count);
        self.values.truncate(count);
        self.ranking.retain(|&number| (number as usize) < count);
    }

    pub(super) fn len(&self) -> usize {
        self.points.len()
    }
}
