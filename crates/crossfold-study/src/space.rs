//! The space that a search draws hyperparameters from.

use crate::hyperparameter::{Param, Setting};

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

impl Domain {
    /// How many values there are; `None` where they are real numbers.
    fn size(&self) -> Option<u64> {
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

    /// How many points the grid over this space has; `None` where that is more than a `u64` holds,
    /// as with a continuous range.
    pub fn combinations(&self) -> Option<u64> {
        self.0.iter().try_fold(1_u64, |product, dimension| product.checked_mul(dimension.domain.size()?))
    }
}

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
}
