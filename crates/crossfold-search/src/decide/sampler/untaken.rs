//! Random points that are not taken, for samplers that have no other point to propose.

use crossfold_study::Generator;

use super::SamplerInput;
use super::axes::{Axes, Place, Point, Scale};

/// The number of draws before the space is enumerated.
const DRAWS: usize = 100;

/// The most points that are enumerated.
const ENUMERATED: u64 = 1 << 16;

/// A random point that is not taken; `None` if none is found. In spaces of up to 65,536 points one is found if there is one.
pub(super) fn untaken(past: &SamplerInput<'_>, draws: &mut Generator) -> Option<Point> {
    for _ in 0..DRAWS {
        let point = past.axes.draw(draws);
        if !(past.is_taken)(&point) {
            return Some(point);
        }
    }
    let all = enumerate(past.axes)?;
    let free: Vec<Point> = all.into_iter().filter(|point| !(past.is_taken)(point)).collect();
    (!free.is_empty()).then(|| free[draws.below(free.len() as u64) as usize].clone())
}

/// All points of a space; `None` if there are too many.
fn enumerate(axes: &Axes) -> Option<Vec<Point>> {
    let mut points = vec![Vec::<Option<Place>>::new()];
    for (index, axis) in axes.iter().enumerate() {
        let mut longer = Vec::with_capacity(points.len());
        for places in points {
            if !axes.is_active(index, &places) {
                longer.push([places, vec![None]].concat());
                continue;
            }
            let count = match &axis.scale {
                Scale::Real => return None,
                Scale::Steps(cells) | Scale::Choice(cells) => cells.count(),
            };
            if longer.len() as u64 + u64::from(count) > ENUMERATED {
                return None;
            }
            longer.extend((0..count).map(|value| [places.as_slice(), &[Some(Place::Value(value))]].concat()));
        }
        points = longer;
    }
    Some(points.into_iter().map(Point).collect())
}
