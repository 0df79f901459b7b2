//! Conditions for hyperparameters that have no effect where others have certain values, such as momentum with an optimizer
//! that has none.

use crossfold_network::Settings;
use crossfold_study::{Generator, Study};

use super::Frame;
use crate::decide::sampler::axes::{Axes, Axis, Condition, Place, Point, Scale};

/// The number of pairs of points that are compared before an axis is taken to have no effect.
const PAIRS: usize = 48;
/// The most values of an axis on which others can be conditional.
const MOST_VALUES: u32 = 32;

impl Frame {
    /// The same axes, each active only where it has an effect. That is found from the networks of random points, so that it is
    /// not defined twice. It is for samplers that learn, to which axes without effect would be noise.
    pub(crate) fn with_effects(self, study: &Study) -> Frame {
        let mut draws = study.seed.sampling("effects", 0);
        let mut conditions: Vec<Vec<Condition>> = vec![Vec::new(); self.axes.len()];
        for (index, found) in conditions.iter_mut().enumerate() {
            for earlier in usize::from(self.has_root)..index {
                let is_of_the_same_model = self.slots[earlier - usize::from(self.has_root)].model
                    == self.slots[index - usize::from(self.has_root)].model;
                let count = match &self.axes.get(earlier).scale {
                    Scale::Steps(cells) | Scale::Choice(cells) => cells.count(),
                    Scale::Real => continue,
                };
                if !is_of_the_same_model || count > MOST_VALUES {
                    continue;
                }
                let allowed: Vec<bool> =
                    (0..count).map(|value| self.has_effect(study, index, earlier, value, &mut draws)).collect();
                if allowed.contains(&true) && allowed.contains(&false) {
                    found.push(Condition { axis: earlier, allowed });
                }
            }
        }
        let axes = self.axes.iter().zip(conditions).map(|(axis, found)| {
            let active_where = axis.active_where.iter().cloned().chain(found).collect();
            Axis { scale: axis.scale.clone(), active_where }
        });
        Frame { axes: Axes::new(axes.collect()), ..self }
    }

    /// Whether the axis `index` changes the network of any of some points with `value` on the axis `earlier`.
    fn has_effect(&self, study: &Study, index: usize, earlier: usize, value: u32, draws: &mut Generator) -> bool {
        let mut compared = 0;
        // Where a condition of the spec rarely holds, the axis is active for few points.
        for _ in 0..PAIRS * 8 {
            let [one, other] = self.pair(index, earlier, value, draws);
            let (Some(_), Some(Place::Value(there))) = (one.0[index], one.0[earlier]) else { continue };
            if there != value {
                continue;
            }
            compared += 1;
            if self.network(study, &one) != self.network(study, &other) {
                return true;
            }
            if compared == PAIRS {
                return false;
            }
        }
        // With few comparisons the axis is taken to have an effect.
        compared < PAIRS / 4
    }

    /// Two points with `value` on the axis `earlier` that differ on the axis `index` alone, if it is active.
    fn pair(&self, index: usize, earlier: usize, value: u32, draws: &mut Generator) -> [Point; 2] {
        let cube: Vec<f64> = self.axes.iter().map(|_| draws.unit()).collect();
        let model = self.slots[index - usize::from(self.has_root)].model as u32;
        let step = 0.25 + 0.5 * draws.unit();
        [0.0, step].map(|step| {
            self.axes.point(|at, axis, _| {
                if self.has_root && at == 0 {
                    Place::Value(model)
                } else if at == earlier {
                    Place::Value(value)
                } else if at == index {
                    let place = axis.scale.at((cube[at] + step) % 1.0);
                    match (step > 0.0, &axis.scale, axis.scale.at(cube[at])) {
                        // The step was too small to reach another value.
                        (true, Scale::Steps(cells) | Scale::Choice(cells), Place::Value(first))
                            if place == Place::Value(first) =>
                        {
                            Place::Value((first + 1) % cells.count())
                        }
                        (true | false, Scale::Real | Scale::Steps(_) | Scale::Choice(_), _) => place,
                    }
                } else {
                    axis.scale.at(cube[at])
                }
            })
        })
    }

    fn network(&self, study: &Study, point: &Point) -> Option<(String, u32)> {
        let decoded = self.decode(point);
        let fixed = study.models[decoded.model].fixed.clone();
        let settings = decoded.settings.iter().cloned().fold(fixed, Settings::with);
        settings.resolve().ok().map(|(configuration, epochs)| (configuration.canonical(), epochs))
    }
}
