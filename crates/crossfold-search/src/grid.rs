//! Grid search: every combination.

use crossfold_study::{Domain, SearchSpace, Setting, Settings};

use crate::random::integer;

/// Every point of `space`, whose number must be known to be bearable; the last dimension varies
/// fastest.
pub(crate) fn points(space: &SearchSpace) -> impl Iterator<Item = Settings> {
    let axes: Vec<Vec<Setting>> = space
        .dimensions()
        .iter()
        .map(|dimension| match &dimension.domain {
            Domain::Choice(values) => values.clone(),
            Domain::Int { low, high, step } => {
                (*low..=*high).step_by(*step as usize).map(|value| integer(dimension.param, value)).collect()
            }
            Domain::LogInt { low, high } => (*low..=*high).map(|value| integer(dimension.param, value)).collect(),
            Domain::Uniform { .. } | Domain::LogUniform { .. } => endless(),
        })
        .collect();
    let total: usize = axes.iter().map(Vec::len).product();
    (0..total).map(move |index| {
        let mut stride = total;
        axes.iter().fold(Settings::default(), |point, values| {
            stride /= values.len();
            point.with(values[index / stride % values.len()].clone())
        })
    })
}

/// The number of values of [`Domain::Int`].
pub(crate) fn steps(low: u32, high: u32, step: u32) -> u64 {
    u64::from((high - low) / step) + 1
}

fn endless() -> ! {
    unreachable!("the check of a spec refuses a grid over real numbers")
}
