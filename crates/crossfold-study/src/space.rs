//! Search spaces.

use std::collections::BTreeSet;

use crossfold_network::{Param, Setting, Settings};

/// The values that a hyperparameter is searched over.
#[derive(Clone, Debug, PartialEq)]
pub enum Domain {
    /// Settings of one hyperparameter in the order of the spec; not empty.
    Choice(Vec<Setting>),
    /// Real numbers in [low, high), all equally likely.
    Uniform { low: f64, high: f64 },
    /// Real numbers in [low, high), their logarithms equally likely; `low` is above 0.
    LogUniform { low: f64, high: f64 },
    /// low, low + step, …, not above `high`.
    Int { low: u32, high: u32, step: u32 },
    /// Whole numbers from `low`, which is at least 1, to `high`, their logarithms equally likely.
    LogInt { low: u32, high: u32 },
}

/// A hyperparameter and its domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    pub param: Param,
    pub domain: Domain,
    /// The prior distribution; uniform for `None`.
    pub prior: Option<Prior>,
    /// For a range of real numbers, how likely 0 is beforehand, in addition to the range; 0 where the range is all.
    pub zero: f64,
    /// The conditions under which it is searched; all must hold.
    pub when: Vec<When>,
    /// The greatest number of layers or blocks, if each has its own value; `None` if they share one.
    pub per_layer: Option<u32>,
}

impl Dimension {
    /// A dimension without conditions and with a uniform prior.
    pub fn new(param: Param, domain: Domain) -> Dimension {
        Dimension { param, domain, prior: None, zero: 0.0, when: Vec::new(), per_layer: None }
    }

    /// Whether it is searched at a point with `settings`, which include all that its conditions name.
    pub fn is_searched_at(&self, settings: &Settings) -> bool {
        self.when.iter().all(|when| when.holds(settings))
    }

    /// The hyperparameter in whose column the value appears: `hidden` for nodes per layer, otherwise
    /// [`Dimension::param`].
    pub fn column(&self) -> Param {
        if self.per_layer.is_some() { self.param.listed() } else { self.param }
    }

    /// The number of values at a point with `settings`; `None` for real numbers, and for more than a `u64` holds.
    fn size_at(&self, settings: &Settings) -> Option<u64> {
        let places = match self.per_layer {
            None => 1,
            // An unknown number of layers counts as the greatest.
            Some(most) => settings.places(self.param).unwrap_or(most),
        };
        self.domain.size()?.checked_pow(places)
    }
}

/// A prior distribution over a domain.
#[derive(Clone, Debug, PartialEq)]
pub enum Prior {
    /// Positive weights of the values of a [`Domain::Choice`].
    Weights(Vec<f64>),
    /// A normal distribution with this mode and standard deviation, truncated to the domain. For a logarithmic domain
    /// it is a distribution of the natural logarithm, and `sd` is the logarithm of a factor.
    Normal { mode: f64, sd: f64 },
}

/// A condition: another hyperparameter, which is searched over finitely many values, has one of these.
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    pub param: Param,
    pub values: Vec<Setting>,
}

impl When {
    /// Whether it holds at a point with `settings`; it doesn't if the other hyperparameter isn't searched there.
    pub fn holds(&self, settings: &Settings) -> bool {
        settings.get(self.param).is_some_and(|setting| self.values.contains(setting))
    }
}

impl Domain {
    /// The values as settings of `param`, in order; `None` if there are more than `most`.
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

    /// The number of values; `None` for real numbers.
    pub fn size(&self) -> Option<u64> {
        match self {
            Domain::Choice(values) => Some(values.len() as u64),
            Domain::Int { low, high, step } => Some(u64::from((high - low) / step) + 1),
            Domain::LogInt { low, high } => Some(u64::from(high - low) + 1),
            Domain::Uniform { .. } | Domain::LogUniform { .. } => None,
        }
    }
}

/// The maximum number of trials in a plan. A spec that asks for more is almost certainly wrong.
pub const MAX_TRIALS: u64 = 100_000;

/// One dimension per searched hyperparameter, sorted by [`Param`], so that the order of keys in a spec has no effect.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchSpace(Vec<Dimension>);

impl SearchSpace {
    /// # Panics
    /// If a hyperparameter has two dimensions. The check of a spec rules this out.
    pub fn new(mut dimensions: Vec<Dimension>) -> SearchSpace {
        dimensions.sort_by_key(|dimension| dimension.param);
        assert!(dimensions.windows(2).all(|w| w[0].param != w[1].param), "each parameter has one dimension");
        SearchSpace(dimensions)
    }

    /// The dimensions, sorted by [`Param`].
    pub fn dimensions(&self) -> &[Dimension] {
        &self.0
    }

    /// The number of points of the grid over this space. A dimension counts where it is searched, once per layer that
    /// has its own value. `None` with a continuous range, and if there are more than a `u64` holds. If the
    /// hyperparameters that conditions and numbers of layers depend on have more than [`MAX_ASSIGNMENTS`] combinations,
    /// the result is an upper bound: all conditions count as fulfilled, and all networks have the most layers.
    pub fn combinations(&self) -> Option<u64> {
        let mut deciding = self.conditioning();
        if self.0.iter().any(|dimension| dimension.per_layer.is_some()) {
            deciding.extend([Param::Layers, Param::Hidden, Param::Blocks, Param::Filters]);
        }
        // Conditions don't depend on values per layer.
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

    /// The hyperparameters that conditions depend on.
    pub fn conditioning(&self) -> BTreeSet<Param> {
        self.0.iter().flat_map(|dimension| &dimension.when).map(|when| when.param).collect()
    }

    /// The combinations of values of the `deciding` hyperparameters, each where it is searched; `None` if there are
    /// more than [`MAX_ASSIGNMENTS`]. `deciding` must include the hyperparameters on which conditions of its dimensions
    /// depend.
    pub fn assignments(&self, deciding: &BTreeSet<Param>) -> Option<Vec<Settings>> {
        let mut waiting: Vec<&Dimension> =
            self.0.iter().filter(|dimension| deciding.contains(&dimension.param)).collect();
        let mut found = vec![Settings::default()];
        while !waiting.is_empty() {
            let depends_on = |dimension: &Dimension, on: &Dimension| dimension.when.iter().any(|w| w.param == on.param);
            let ready = waiting.iter().position(|one| !waiting.iter().any(|other| depends_on(one, other)))?;
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

/// The most combinations of values that are enumerated to evaluate conditions.
pub const MAX_ASSIGNMENTS: u64 = 10_000;

/// The most values of a range of whole numbers with a prior, whose probabilities are tabulated.
pub const MAX_TABULATED: u64 = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_do_not_overflow() {
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
    fn combinations_respect_conditions_and_layers() {
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
        // Without a dimension for the number of layers, all networks have 3.
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
        // With too many combinations to enumerate, every dimension counts as searched.
        let many = Dimension::new(Param::BatchSize, Domain::Int { low: 1, high: 5_000, step: 1 });
        let warmup = Dimension {
            when: when(Param::BatchSize, vec![Setting::BatchSize(7)]),
            ..Dimension::new(Param::Warmup, Domain::Int { low: 0, high: 1, step: 1 })
        };
        check(vec![&many, &warmup], 5_001);
        check(vec![&many, &warmup, &optimizers, &momentum], 5_000 * 2 * 3 * 3);
    }

    #[test]
    fn condition_on_an_unsearched_hyperparameter_does_not_hold() {
        let when = When { param: Param::Layers, values: vec![Setting::Layers(1), Setting::Layers(2)] };
        assert!(when.holds(&Settings::default().with(Setting::Layers(2))));
        assert!(!when.holds(&Settings::default().with(Setting::Layers(3))));
        assert!(!when.holds(&Settings::default()));
    }

    #[test]
    fn per_layer_nodes_are_shown_in_the_column_hidden() {
        let nodes = Dimension::new(Param::Nodes, Domain::LogInt { low: 1, high: 4 });
        assert_eq!(nodes.column(), Param::Nodes);
        assert_eq!(Dimension { per_layer: Some(2), ..nodes }.column(), Param::Hidden);
    }
}
