//! Hyperparameters of which the leading trials have the greatest or the least value that the space offers: better ones may
//! lie beyond.

use crossfold_network::{Param, Plain, Setting};
use crossfold_study::Domain;

use crate::analysis::leaderboard::{Leaderboard, Row};

/// With fewer trials, chance alone often puts all leading ones at one end.
const FEWEST_TRIALS: usize = 12;

/// A hyperparameter whose best values are at an end of its domain.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SpaceEdge {
    pub(crate) param: Param,
    pub(crate) end: End,
    /// The value at that end.
    pub(crate) value: Setting,
    /// How many of the leading trials have it, or one near it in a range.
    pub(crate) trials: usize,
    /// The number of leading trials.
    pub(crate) leading: usize,
    /// All values and one beyond them; `None` for a range.
    pub(crate) wider: Option<Vec<Setting>>,
}

/// An end of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Least,
    Greatest,
}

/// The hyperparameters of which the best trial and at least four fifths of the leading fifth of trials have a value at one end
/// of the domain. A least value that could be 0, such as a penalty's, isn't an edge: values below it are much the same.
pub(crate) fn find_edges(board: &Leaderboard<'_>) -> Vec<SpaceEdge> {
    let Some(best) = board.best() else { return Vec::new() };
    let model = best.value(Param::Model);
    let is_scored = |row: &&Row<'_>| row.rank.is_some() && row.value(Param::Model) == model;
    let scored: Vec<&Row<'_>> = board.rows().iter().filter(is_scored).collect();
    let space = board.study().models.iter().find(|one| one.fixed.get(Param::Model) == model.as_ref());
    let Some(space) = space.filter(|_| scored.len() >= FEWEST_TRIALS) else { return Vec::new() };
    let leaders = &scored[..(scored.len() / 5).clamp(4, 10)];
    let dimensions = space.space.dimensions().iter().filter(|dimension| dimension.per_layer.is_none());
    let edges = dimensions.flat_map(|dimension| {
        [End::Least, End::Greatest].map(|end| find_edge(dimension.param, &dimension.domain, end, leaders))
    });
    edges.flatten().collect()
}

fn find_edge(param: Param, domain: &Domain, end: End, leaders: &[&Row<'_>]) -> Option<SpaceEdge> {
    let scale = Scale::new(param, domain)?;
    let is_at_end =
        |row: &&&Row<'_>| row.value(param).and_then(|it| it.number()).is_some_and(|it| scale.is_at(end, it));
    let trials = leaders.iter().filter(is_at_end).count();
    let leads = leaders.first().is_some_and(|best| is_at_end(&best));
    if !leads || trials < leaders.len() - leaders.len() / 5 {
        return None;
    }
    let is_none_at_0 = end == End::Least && setting(param, 0.0).is_some();
    // Of a range, any number beyond will do.
    let next = if scale.neighbours.is_some() { scale.beyond(end) } else { scale.just_beyond(end) };
    let beyond = setting(param, next).filter(|_| !is_none_at_0)?;
    let wider = match domain {
        Domain::Choice(values) if end == End::Least => Some([&[beyond][..], values].concat()),
        Domain::Choice(values) => Some([values, &[beyond][..]].concat()),
        Domain::Int { .. } | Domain::LogInt { .. } | Domain::Uniform { .. } | Domain::LogUniform { .. } => None,
    };
    let value = setting(param, scale.end(end))?;
    Some(SpaceEdge { param, end, value, trials, leading: leaders.len(), wider })
}

/// A hyperparameter with a number as its value; `None` where it can't have that.
fn setting(param: Param, number: f64) -> Option<Setting> {
    let count = param.count(number.round() as u32).filter(|_| number >= 0.0);
    let setting = count.or_else(|| param.setting(Plain::Real(number)))?;
    param.values().admit(&setting.plain()).then_some(setting)
}

/// The numbers of a domain in order.
struct Scale {
    low: f64,
    high: f64,
    /// The values next to the ends; `None` for a range.
    neighbours: Option<[f64; 2]>,
    is_logarithmic: bool,
}

impl Scale {
    /// `None` for words, and for so few values that most are at an end.
    fn new(param: Param, domain: &Domain) -> Option<Scale> {
        let range = |low: f64, high: f64, is_logarithmic| {
            (high > low).then_some(Scale { low, high, neighbours: None, is_logarithmic })
        };
        match domain {
            Domain::Choice(_) => {
                let mut numbers: Vec<f64> =
                    domain.listed(param, u64::MAX)?.iter().map(Setting::number).collect::<Option<_>>()?;
                numbers.sort_by(f64::total_cmp);
                numbers.dedup();
                let [low, second, .., high] = numbers[..] else { return None };
                let before = numbers[numbers.len() - 2];
                Some(Scale { low, high, neighbours: Some([second, before]), is_logarithmic: false })
            }
            &Domain::Int { low, high, .. } => range(low.into(), high.into(), false),
            &Domain::LogInt { low, high } => range(low.into(), high.into(), true),
            &Domain::Uniform { low, high } => range(low, high, false),
            &Domain::LogUniform { low, high } => range(low, high, true),
        }
    }

    fn end(&self, end: End) -> f64 {
        match end {
            End::Least => self.low,
            End::Greatest => self.high,
        }
    }

    /// Whether a number is at an end; in a range, whether it is in the fifth at that end.
    fn is_at(&self, end: End, number: f64) -> bool {
        const NEAR: f64 = 0.2;
        if self.neighbours.is_some() {
            return number == self.end(end);
        }
        let place = |number: f64| if self.is_logarithmic { libm::log(number) } else { number };
        let share = (place(number) - place(self.low)) / (place(self.high) - place(self.low));
        match end {
            End::Least => share <= NEAR,
            End::Greatest => share >= 1.0 - NEAR,
        }
    }

    /// A number a little beyond an end.
    fn just_beyond(&self, end: End) -> f64 {
        let step = 0.05 * (self.high - self.low);
        match end {
            End::Least => self.low - step.min(self.low / 2.0),
            End::Greatest => self.high + step,
        }
    }

    /// The next number beyond an end, with four significant digits: by the factor between the last two where they are far apart, else by their difference.
    fn beyond(&self, end: End) -> f64 {
        const FAR: f64 = 1.75;
        let [second, before] = self.neighbours.unwrap_or([self.high, self.low]);
        let beyond = match end {
            End::Least if self.low > 0.0 && second / self.low >= FAR => self.low * self.low / second,
            End::Least => self.low - (second - self.low),
            End::Greatest if before > 0.0 && self.high / before >= FAR => self.high * self.high / before,
            End::Greatest => self.high + (self.high - before),
        };
        format!("{beyond:.3e}").parse().unwrap_or(beyond)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(values: &[u32]) -> Domain {
        Domain::Choice(values.iter().map(|&nodes| Setting::Nodes(nodes)).collect())
    }

    #[test]
    fn the_next_value_continues_the_list() {
        let check = |param, domain: &Domain, end, expected: Option<Setting>| {
            assert_eq!(setting(param, Scale::new(param, domain).unwrap().beyond(end)), expected);
        };
        check(Param::Nodes, &choice(&[16, 32, 64]), End::Greatest, Some(Setting::Nodes(128)));
        check(Param::Nodes, &choice(&[64, 32, 16]), End::Least, Some(Setting::Nodes(8)));
        check(Param::Nodes, &choice(&[100, 110, 120]), End::Greatest, Some(Setting::Nodes(130)));
        check(Param::Nodes, &choice(&[1, 20, 65_536]), End::Greatest, None);
        check(Param::Nodes, &choice(&[1, 2, 3]), End::Greatest, Some(Setting::Nodes(4)));
        let rates = Domain::Choice([0.001, 0.01, 0.1].map(Setting::LearningRate).to_vec());
        let Some(Setting::LearningRate(rate)) =
            setting(Param::LearningRate, Scale::new(Param::LearningRate, &rates).unwrap().beyond(End::Greatest))
        else {
            panic!("a learning rate of 1 is in range")
        };
        assert!((rate - 1.0).abs() < 1e-12, "{rate}");
    }

    /// A number beyond the end of a range need not be the next of a list.
    #[test]
    fn a_range_can_be_widened_up_to_the_limit() {
        let beyond = |high: f64| {
            let scale = Scale::new(Param::Dropout, &Domain::Uniform { low: 0.0, high }).unwrap();
            setting(Param::Dropout, scale.just_beyond(End::Greatest))
        };
        assert!(beyond(0.5).is_some() && beyond(0.99).is_none());
    }

    #[test]
    fn two_values_and_words_have_no_edge() {
        assert!(Scale::new(Param::Nodes, &choice(&[16, 32])).is_none());
        let words = Domain::Choice(vec![Setting::Optimizer(crossfold_network::OptimizerName::Adam); 3]);
        assert!(Scale::new(Param::Optimizer, &words).is_none());
    }

    #[test]
    fn the_fifth_of_a_range_is_its_edge() {
        let scale = Scale::new(Param::LearningRate, &Domain::LogUniform { low: 1e-4, high: 1e-2 }).unwrap();
        assert!(scale.is_at(End::Greatest, 5e-3) && !scale.is_at(End::Greatest, 3e-3));
        assert!(scale.is_at(End::Least, 2e-4) && !scale.is_at(End::Least, 3e-4));
    }
}
