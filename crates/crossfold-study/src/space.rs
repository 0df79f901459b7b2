//! The space that a search draws hyperparameters from.

use std::collections::BTreeSet;

use crossfold_network::Settings;
use crossfold_network::{Param, Setting};

/// The values a hyperparameter may take.
#[derive(Clone, Debug, PartialEq)]
pub enum Domain {
    /// A list, in the order written; not empty, all of one parameter.
    Choice(Vec<Setting>),
    /// Real numbers in [low, high), all equally likely.
    Uniform { low: f64, high: f64 },
    /// Real numbers in [low, high), their logarithms equally likely; `low` is above 0.
    LogUniform { low: f64, high: f64 },
    /// low, low + step, … up to and with `high`, where a step lands on it.
    Int { low: u32, high: u32, step: u32 },
    /// Whole numbers from `low`, at least 1, up to and with `high`, their logarithms equally likely.
    LogInt { low: u32, high: u32 },
}

/// A hyperparameter and its domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    pub param: Param,
    pub domain: Domain,
    /// What is likely beforehand; all of the domain alike where it is `None`.
    pub prior: Option<Prior>,
    /// Where it is searched; everywhere where this is empty.
    pub when: Vec<When>,
    /// The most layers or blocks there can be, each of which has a value of its own; `None` where all have the same.
    pub per_layer: Option<u32>,
}

impl Dimension {
    /// One that is searched everywhere, and of which nothing is known beforehand.
    pub fn new(param: Param, domain: Domain) -> Dimension {
        Dimension { param, domain, prior: None, when: Vec::new(), per_layer: None }
    }

    /// Whether it is searched at the point of which `settings` are what its conditions may name.
    pub fn is_searched_at(&self, settings: &Settings) -> bool {
        self.when.iter().all(|when| when.holds(settings))
    }

    /// The hyperparameter that says its value in a table: nodes of each layer are `hidden`.
    pub fn column(&self) -> Param {
        if self.param == Param::Nodes && self.per_layer.is_some() { Param::Hidden } else { self.param }
    }

    /// How many values it has at the point with `settings`; `None` where they are real numbers, or more than can be counted.
    fn size_at(&self, settings: &Settings) -> Option<u64> {
        let places = match self.per_layer {
            None => 1,
            // Where it isn't searched, all points have the most.
            Some(most) => settings.places(self.param).unwrap_or(most),
        };
        self.domain.size()?.checked_pow(places)
    }
}

/// What is likely before anything is tried.
#[derive(Clone, Debug, PartialEq)]
pub enum Prior {
    /// Of each value of a [`Domain::Choice`], in proportion; above 0.
    Weights(Vec<f64>),
    /// A normal distribution cut off at the domain's ends, with its peak at `mode` and this standard deviation, both
    /// in the domain's unit; where logarithms are searched, of their logarithms, `sd` being the natural logarithm of a
    /// factor.
    Normal { mode: f64, sd: f64 },
}

/// That another hyperparameter, searched over finitely many values, has one of these.
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    pub param: Param,
    pub values: Vec<Setting>,
}

impl When {
    /// Whether the point with `settings` is one of these: where the named hyperparameter isn't searched itself, none is.
    pub fn holds(&self, settings: &Settings) -> bool {
        settings.get(self.param).is_some_and(|setting| self.values.contains(setting))
    }
}

impl Domain {
    /// Its values, of `param`, in order; `None` where there are more than `most`.
    pub fn listed(&self, param: Param, most: u64) -> Option<Vec<Setting>> {
        if self.size().is_none_or(|size| size > most) {
            return None;
        }
        match self {
            Domain::Choice(values) => Some(values.clone()),
            Domain::Int { low, high, step } => (*low..=*high).step_by(*step as usize).map(|n| param.count(n)).collect(),
            Domain::LogInt { low, high } => (*low..=*high).map(|n| param.count(n)).collect(),
            Domain::Uniform { .. } | Domain::LogUniform { .. } => None,
        }
    }

    /// How many values there are; `None` where they are real numbers.
    pub fn size(&self) -> Option<u64> {
        match self {
            Domain::Choice(values) => Some(values.len() as u64),
            Domain::Int { low, high, step } => Some(u64::from((high - low) / step) + 1),
            Domain::LogInt { low, high } => Some(u64::from(high - low) + 1),
            Domain::Uniform { .. } | Domain::LogUniform { .. } => None,
        }
    }
}

/// The most points of a search space that a plan is made of. More is a slip in a spec far more often
/// than a wish.
pub const MAX_TRIALS: u64 = 100_000;

/// What is searched: one dimension a hyperparameter, sorted by [`Param`], so that the order of
/// keys in a spec means nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchSpace(Vec<Dimension>);

impl SearchSpace {
    /// # Panics
    /// If a parameter has two dimensions: the spec's check has refused that.
    pub fn new(mut dimensions: Vec<Dimension>) -> SearchSpace {
        dimensions.sort_by_key(|dimension| dimension.param);
        assert!(dimensions.windows(2).all(|w| w[0].param != w[1].param), "each parameter has one dimension");
        SearchSpace(dimensions)
    }

    pub fn dimensions(&self) -> &[Dimension] {
        &self.0
    }

    /// How many points the grid over this space has, where each dimension counts where it is searched and as often as
    /// there are layers that have a value of it; `None` where that is more than a `u64` holds, as with a continuous
    /// range. Where what conditions name and numbers of layers have more than [`MAX_ASSIGNMENTS`] combinations, all
    /// conditions count as fulfilled and all networks as the deepest, which is an upper bound.
    pub fn combinations(&self) -> Option<u64> {
        let mut deciding = self.named();
        if self.0.iter().any(|dimension| dimension.per_layer.is_some()) {
            deciding.extend([Param::Layers, Param::Hidden, Param::Blocks, Param::Filters]);
        }
        // What has a value for each layer decides nothing.
        self.0.iter().filter(|dimension| dimension.per_layer.is_some()).for_each(|dimension| {
            deciding.remove(&dimension.param);
        });
        let Some(assignments) = self.assignments(&deciding) else {
            let size = |dimension: &Dimension| dimension.size_at(&Settings::default());
            return self.0.iter().try_fold(1_u64, |product, dimension| product.checked_mul(size(dimension)?));
        };
        let decided = |dimension: &&Dimension| !deciding.contains(&dimension.param);
        assignments.iter().try_fold(0_u64, |sum, settings| {
            let searched = self.0.iter().filter(decided).filter(|dimension| dimension.is_searched_at(settings));
            let points = searched.map(|dimension| dimension.size_at(settings));
            sum.checked_add(points.into_iter().try_fold(1_u64, |product, size| product.checked_mul(size?))?)
        })
    }

    /// The hyperparameters that conditions name.
    pub fn named(&self) -> BTreeSet<Param> {
        self.0.iter().flat_map(|dimension| &dimension.when).map(|when| when.param).collect()
    }

    /// The combinations of values that the `deciding` hyperparameters can have together, each where it is searched;
    /// `None` where there are more than [`MAX_ASSIGNMENTS`]. With a hyperparameter are all that its conditions name.
    pub fn assignments(&self, deciding: &BTreeSet<Param>) -> Option<Vec<Settings>> {
        let mut waiting: Vec<&Dimension> =
            self.0.iter().filter(|dimension| deciding.contains(&dimension.param)).collect();
        let mut found = vec![Settings::default()];
        while !waiting.is_empty() {
            let hangs_on = |dimension: &Dimension, on: &Dimension| dimension.when.iter().any(|w| w.param == on.param);
            let ready = waiting.iter().position(|one| !waiting.iter().any(|other| hangs_on(one, other)))?;
            let dimension = waiting.remove(ready);
            let values = dimension.domain.listed(dimension.param, MAX_ASSIGNMENTS)?;
            let mut longer = Vec::new();
            for settings in found {
                if dimension.is_searched_at(&settings) {
                    longer.extend(values.iter().map(|value| settings.clone().with(value.clone())));
                } else {
                    longer.push(settings);
                }
                if longer.len() as u64 > MAX_ASSIGNMENTS {
                    return None;
                }
            }
            found = longer;
        }
        Some(found)
    }
}

/// The most combinations of values, of what conditions name, that are looked at one by one.
pub const MAX_ASSIGNMENTS: u64 = 10_000;

/// The most values of a range of whole numbers that has a prior, whose probabilities are then in a table.
pub const MAX_TABULATED: u64 = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_are_counted_and_not_wrapped_round() {
        let int = |param, low, high, step| Dimension::new(param, Domain::Int { low, high, step });
        let choice = vec![Setting::Nesterov(true), Setting::Nesterov(false)];
        let choice = Dimension::new(Param::Nesterov, Domain::Choice(choice));
        let real = Dimension::new(Param::L2, Domain::Uniform { low: 0.0, high: 1.0 });
        let all = |param| int(param, 0, u32::MAX, 1);
        let check = |dimensions: Vec<Dimension>, expected| {
            assert_eq!(SearchSpace::new(dimensions).combinations(), expected);
        };
        check(vec![], Some(1));
        check(vec![choice.clone(), int(Param::Layers, 2, 9, 3)], Some(2 * 3));
        check(vec![all(Param::Nodes)], Some(1 << 32));
        check(vec![all(Param::Nodes), all(Param::Epochs)], None);
        check(vec![choice, real], None);
    }

    #[test]
    fn grids_have_what_is_searched_at_each_point() {
        let layers = Dimension::new(Param::Layers, Domain::Int { low: 0, high: 3, step: 1 });
        let each = |param, domain| Dimension { per_layer: Some(3), ..Dimension::new(param, domain) };
        let nodes = each(Param::Nodes, Domain::LogInt { low: 1, high: 4 });
        let rates = [0.0, 0.5].map(|rate| Setting::Dropout(crossfold_network::PerLayer::Same(rate)));
        let dropout = each(Param::Dropout, Domain::Choice(rates.into()));
        let check = |dimensions: Vec<&Dimension>, expected: u64| {
            let space = SearchSpace::new(dimensions.into_iter().cloned().collect());
            assert_eq!(space.combinations(), Some(expected), "{space:?}");
        };
        check(vec![&layers, &nodes], 1 + 4 + 16 + 64);
        check(vec![&layers, &nodes, &dropout], 1 + 8 + 64 + 512);
        // Without a dimension for it, all networks have 3 layers.
        check(vec![&nodes], 64);

        let momentum = [0.0, 0.5, 0.9].map(Setting::Momentum);
        let optimizer = |name| Setting::Optimizer(name);
        use crossfold_network::OptimizerName::{Adam, Rmsprop, Sgd};
        let optimizers = Dimension::new(Param::Optimizer, Domain::Choice([Adam, Sgd, Rmsprop].map(optimizer).into()));
        let when = |param, values| vec![When { param, values }];
        let momentum = Dimension {
            when: when(Param::Optimizer, vec![optimizer(Sgd), optimizer(Rmsprop)]),
            ..Dimension::new(Param::Momentum, Domain::Choice(momentum.into()))
        };
        check(vec![&optimizers, &momentum], 1 + 3 + 3);
        let nesterov = Dimension {
            when: when(Param::Momentum, vec![Setting::Momentum(0.9)]),
            ..Dimension::new(Param::Nesterov, Domain::Choice(vec![Setting::Nesterov(true), Setting::Nesterov(false)]))
        };
        check(vec![&optimizers, &momentum, &nesterov], 1 + 4 + 4);
        let dropout = Dimension { when: when(Param::Layers, vec![Setting::Layers(2)]), ..dropout };
        check(vec![&layers, &nodes, &dropout, &optimizers], 3 * (1 + 4 + 16 * 4 + 64));
        // With more than can be gone through one by one, as if all were searched.
        let many = Dimension::new(Param::BatchSize, Domain::Int { low: 1, high: 5_000, step: 1 });
        let warmup = Dimension {
            when: when(Param::BatchSize, vec![Setting::BatchSize(7)]),
            ..Dimension::new(Param::Warmup, Domain::Int { low: 0, high: 1, step: 1 })
        };
        check(vec![&many, &warmup], 5_001);
        check(vec![&many, &warmup, &optimizers, &momentum], 5_000 * 2 * 3 * 3);
    }

    #[test]
    fn a_condition_on_what_is_not_searched_does_not_hold() {
        let when = When { param: Param::Layers, values: vec![Setting::Layers(1), Setting::Layers(2)] };
        assert!(when.holds(&Settings::default().with(Setting::Layers(2))));
        assert!(!when.holds(&Settings::default().with(Setting::Layers(3))));
        assert!(!when.holds(&Settings::default()));
    }

    #[test]
    fn nodes_of_each_layer_are_a_column_of_widths() {
        let nodes = Dimension::new(Param::Nodes, Domain::LogInt { low: 1, high: 4 });
        assert_eq!(nodes.column(), Param::Nodes);
        assert_eq!(Dimension { per_layer: Some(2), ..nodes }.column(), Param::Hidden);
    }
}
