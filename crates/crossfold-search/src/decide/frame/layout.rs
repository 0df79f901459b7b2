//! The axes of a study's spaces, and their conditions.

use crossfold_network::{Param, Setting};
use crossfold_study::{Dimension, ModelSpace};

use super::values::Values;
use super::{Frame, Slot};
use crate::decide::sampler::axes::{Axes, Axis, Cells, Condition, Place, Scale};

pub(super) fn frame(models: &[ModelSpace]) -> Frame {
    let has_root = models.len() > 1;
    let (mut slots, mut axes) = (Vec::new(), Vec::new());
    if has_root {
        axes.push(Axis { scale: Scale::Choice(Cells::Even(models.len() as u32)), active_where: Vec::new() });
    }
    for (number, model) in models.iter().enumerate() {
        let root = has_root.then(|| Condition { axis: 0, allowed: (0..models.len()).map(|n| n == number).collect() });
        for dimension in in_order(model) {
            let values = Values::new(dimension);
            let first = axes.len() - slots.len();
            let mut active_where: Vec<Condition> = root.iter().cloned().collect();
            for when in &dimension.when {
                let is_allowed = |setting: &Setting| when.values.contains(setting);
                active_where.push(condition(&slots, number, when.param, first, &is_allowed));
            }
            let layers = dimension.per_layer.unwrap_or(1);
            for layer in 0..layers {
                let mut active_where = active_where.clone();
                let mut counting = dimension.param.place_counters().into_iter();
                let counting = counting.find(|param| find(&slots, number, *param).is_some());
                if let Some(counter) = counting.filter(|_| dimension.per_layer.is_some()) {
                    let has_layer = |setting: &Setting| {
                        let places = model.fixed.clone().with(setting.clone()).places(dimension.param);
                        places.is_some_and(|places| places > layer)
                    };
                    active_where.push(condition(&slots, number, counter, first, &has_layer));
                }
                axes.push(Axis { scale: values.scale(), active_where });
                let layer = dimension.per_layer.map(|_| layer);
                slots.push(Slot { model: number, param: dimension.param, layer, values: values.clone() });
            }
        }
    }
    Frame { axes: Axes::new(axes), slots, has_root }
}

/// A model's dimensions by hyperparameter, each after those that it depends on.
fn in_order(model: &ModelSpace) -> Vec<&Dimension> {
    let dimensions = model.space.dimensions();
    let mut ordered: Vec<&Dimension> = Vec::with_capacity(dimensions.len());
    let depends_on = |dimension: &Dimension| -> Vec<Param> {
        let layers = dimension.per_layer.map(|_| dimension.param.place_counters()).into_iter().flatten();
        let is_searched = |param: &Param| dimensions.iter().any(|other| other.param == *param);
        dimension.when.iter().map(|when| when.param).chain(layers).filter(is_searched).collect()
    };
    while ordered.len() < dimensions.len() {
        let is_placed = |param: &Param| ordered.iter().any(|placed| placed.param == *param);
        let next = dimensions
            .iter()
            .find(|dimension| !is_placed(&dimension.param) && depends_on(dimension).iter().all(is_placed))
            .expect("the check of a spec refuses cyclic conditions");
        ordered.push(next);
    }
    ordered
}

fn find(slots: &[Slot], model: usize, param: Param) -> Option<usize> {
    slots.iter().position(|slot| slot.model == model && slot.param == param && slot.layer.is_none())
}

fn condition(
    slots: &[Slot],
    model: usize,
    param: Param,
    first: usize,
    is_allowed: &dyn Fn(&Setting) -> bool,
) -> Condition {
    let at = find(slots, model, param).expect("conditions are on what is searched");
    let slot = &slots[at];
    let count = slot.values.count().expect("conditions are on finitely many values");
    let settings = (0..count).map(|value| slot.values.setting(param, Place::Value(value)));
    Condition { axis: at + first, allowed: settings.map(|setting| is_allowed(&setting)).collect() }
}

/// The setting that has these values of all layers.
pub(super) fn per_layer(param: Param, values: &[Setting]) -> Setting {
    Setting::per_layer(param, values).expect("the check of a spec refuses values per layer for what has none")
}

/// The value of a setting for one layer; `None` where it has none for it.
pub(super) fn value_for_layer(setting: &Setting, layer: Option<u32>) -> Option<Setting> {
    match layer {
        None => Some(setting.clone()),
        Some(layer) => setting.for_layer(layer),
    }
}
