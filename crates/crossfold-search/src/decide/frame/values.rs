//! The values at the places of an axis.

use std::sync::Arc;

use crossfold_network::{Param, Setting};
use crossfold_study::{Dimension, Domain, Generator, Prior};

use crate::decide::sampler::axes::{Cells, Place, Scale};

/// The values of one axis.
#[derive(Clone, Debug)]
pub(super) enum Values {
    /// Settings by place, numbers in ascending order.
    List {
        settings: Arc<[Setting]>,
        scale: Scale,
        listed: Arc<[u32]>,
    },
    /// low, low + step, … by place.
    Whole {
        low: u32,
        step: u32,
        cells: Cells,
        has_even_draws: bool,
    },
    Real(Range),
}

/// A map from [0, 1) to real numbers in [low, high), and to 0 at the places below `zero`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    low: f64,
    high: f64,
    is_log: bool,
    zero: f64,
    /// The mode and standard deviation of a normal distribution; of logarithms where these are searched.
    prior: Option<[f64; 2]>,
}

impl Values {
    pub(super) fn new(dimension: &Dimension) -> Values {
        let normal = match &dimension.prior {
            Some(Prior::Normal { mode, sd }) => Some([*mode, *sd]),
            Some(Prior::Weights(_)) | None => None,
        };
        match &dimension.domain {
            Domain::Choice(settings) => Values::list(settings, dimension.prior.as_ref()),
            Domain::Int { low, high, step } => {
                let count = (high - low) / step + 1;
                let middle = |value: u32| f64::from(low + step * value);
                let half = f64::from(*step) / 2.0;
                let cells = normal.map_or(Cells::Even(count), |normal| {
                    cells(count, &|value| [middle(value) - half, middle(value) + half], normal)
                });
                Values::Whole { low: *low, step: *step, cells, has_even_draws: normal.is_none() }
            }
            Domain::LogInt { low, high } => {
                // The cell of n spans the logarithms from n − ½ to n + ½.
                let ends = |value: u32| [0.5, -0.5].map(|half| libm::log(f64::from(low + value) - half));
                let count = high - low + 1;
                let cells = match normal {
                    Some([mode, sd]) => cells(count, &ends, [libm::log(mode), sd]),
                    None => Cells::weighted(&widths(count, &ends)),
                };
                Values::Whole { low: *low, step: 1, cells, has_even_draws: false }
            }
            Domain::Uniform { low, high } => {
                Values::Real(Range { low: *low, high: *high, is_log: false, zero: dimension.zero, prior: normal })
            }
            Domain::LogUniform { low, high } => {
                let prior = normal.map(|[mode, sd]| [libm::log(mode), sd]);
                Values::Real(Range { low: *low, high: *high, is_log: true, zero: dimension.zero, prior })
            }
        }
    }

    fn list(settings: &[Setting], prior: Option<&Prior>) -> Values {
        let numbers: Option<Vec<f64>> = settings.iter().map(Setting::number).collect();
        let mut order: Vec<usize> = (0..settings.len()).collect();
        if let Some(numbers) = &numbers {
            order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
        }
        let cells = match prior {
            Some(Prior::Weights(weights)) => Cells::weighted(&order.iter().map(|&at| weights[at]).collect::<Vec<_>>()),
            Some(Prior::Normal { .. }) | None => Cells::Even(settings.len() as u32),
        };
        // The order of only two numbers carries no information.
        let scale = if numbers.is_some() && settings.len() > 2 { Scale::Steps(cells) } else { Scale::Choice(cells) };
        let mut listed = vec![0; settings.len()];
        for (place, &at) in (0..).zip(&order) {
            listed[at] = place;
        }
        let settings = order.into_iter().map(|at| settings[at].clone()).collect();
        Values::List { settings, scale, listed: listed.into() }
    }

    pub(super) fn scale(&self) -> Scale {
        match self {
            Values::List { scale, .. } => scale.clone(),
            Values::Whole { cells, .. } => Scale::Steps(cells.clone()),
            Values::Real(_) => Scale::Real,
        }
    }

    /// The number of values; `None` for real numbers.
    pub(super) fn count(&self) -> Option<u32> {
        match self {
            Values::List { settings, .. } => Some(settings.len() as u32),
            Values::Whole { cells, .. } => Some(cells.count()),
            Values::Real(_) => None,
        }
    }

    pub(super) fn setting(&self, param: Param, place: Place) -> Setting {
        match (self, place) {
            (Values::List { settings, .. }, Place::Value(value)) => settings[value as usize].clone(),
            (Values::Whole { low, step, .. }, Place::Value(value)) => param
                .count(low + step * value)
                .unwrap_or_else(|| unreachable!("the check of a spec refuses a range of integers for `{param}`")),
            (Values::Real(range), Place::Real(place)) => param
                .real(range.value(place))
                .unwrap_or_else(|| unreachable!("the check of a spec refuses a range of real numbers for `{param}`")),
            (Values::List { .. } | Values::Whole { .. }, Place::Real(_)) | (Values::Real(_), Place::Value(_)) => {
                unreachable!("a place is of its axis")
            }
        }
    }

    /// The place of a setting; `None` where it is not of the domain.
    pub(super) fn place(&self, setting: &Setting) -> Option<Place> {
        match self {
            Values::List { settings, .. } => {
                let text = setting.to_string();
                let at = settings.iter().position(|other| other.to_string() == text)?;
                Some(Place::Value(at as u32))
            }
            Values::Whole { low, step, cells, .. } => {
                let steps = (setting.number()? - f64::from(*low)) / f64::from(*step);
                let is_one = steps >= 0.0 && steps.fract() == 0.0 && steps < f64::from(cells.count());
                is_one.then_some(Place::Value(steps as u32))
            }
            Values::Real(range) => range.place(setting.number()?).map(Place::Real),
        }
    }

    /// All places, in the order of the spec.
    pub(super) fn listed(&self) -> Vec<Place> {
        match self {
            Values::List { listed, .. } => listed.iter().map(|&place| Place::Value(place)).collect(),
            Values::Whole { cells, .. } => (0..cells.count()).map(Place::Value).collect(),
            Values::Real(_) => unreachable!("the check of a spec refuses a grid over real numbers"),
        }
    }

    /// A place at random.
    pub(super) fn draw(&self, generator: &mut Generator) -> Place {
        match self {
            Values::List { listed, scale: Scale::Steps(Cells::Even(_)) | Scale::Choice(Cells::Even(_)), .. } => {
                Place::Value(listed[generator.below(listed.len() as u64) as usize])
            }
            Values::List { scale, .. } => scale.at(generator.unit()),
            Values::Whole { cells, has_even_draws: true, .. } => {
                Place::Value(generator.below(cells.count().into()) as u32)
            }
            Values::Whole { cells, has_even_draws: false, .. } => Place::Value(cells.at(generator.unit())),
            Values::Real(_) => Place::Real(generator.unit()),
        }
    }
}

impl Range {
    /// Seeds depend on every digit of a value, and the last digits of the platform's `ln` and `exp` differ between C libraries,
    /// so both are `libm`'s.
    fn value(self, place: f64) -> f64 {
        if place < self.zero {
            return 0.0;
        }
        // Unchanged to the last bit where 0 isn't apart.
        let place = (place - self.zero) / (1.0 - self.zero);
        let [low, high] = self.ends();
        let at = match self.prior {
            None => low + (high - low) * place,
            Some([mode, sd]) => quantile(place, low, high, mode, sd),
        };
        let value = if self.is_log { libm::exp(at) } else { at };
        // Rounding may exceed the bounds.
        value.clamp(self.low, self.high.next_down())
    }

    fn place(self, value: f64) -> Option<f64> {
        if value == 0.0 && self.zero > 0.0 {
            return Some(self.zero / 2.0);
        }
        if !(self.low..=self.high).contains(&value) {
            return None;
        }
        let [low, high] = self.ends();
        let at = if self.is_log { libm::log(value) } else { value };
        let place = match self.prior {
            None => (at - low) / (high - low),
            Some([mode, sd]) => {
                let [from, to] = [low, high].map(|end| cdf((end - mode) / sd));
                (cdf((at - mode) / sd) - from) / (to - from)
            }
        };
        let place = self.zero + (1.0 - self.zero) * place;
        Some(place.clamp(self.zero, 1.0_f64.next_down()))
    }

    fn ends(self) -> [f64; 2] {
        if self.is_log { [self.low, self.high].map(libm::log) } else { [self.low, self.high] }
    }
}

/// The least weight of a value, as a share of the mean weight, so that a prior makes no value impossible.
const LEAST_SHARE: f64 = 1e-3;

fn cells(count: u32, ends: &dyn Fn(u32) -> [f64; 2], [mode, sd]: [f64; 2]) -> Cells {
    let mass = |value| {
        let [low, high] = ends(value).map(|end| cdf((end - mode) / sd));
        high - low
    };
    let masses: Vec<f64> = (0..count).map(mass).collect();
    let least = LEAST_SHARE * masses.iter().sum::<f64>() / f64::from(count);
    Cells::weighted(&masses.iter().map(|mass| mass.max(least)).collect::<Vec<_>>())
}

fn widths(count: u32, ends: &dyn Fn(u32) -> [f64; 2]) -> Vec<f64> {
    let width = |value| {
        let [low, high] = ends(value);
        high - low
    };
    (0..count).map(width).collect()
}

/// The cumulative distribution function of the standard normal distribution.
fn cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The quantile `place` of a normal distribution truncated at `low` and `high`.
fn quantile(place: f64, low: f64, high: f64, mode: f64, sd: f64) -> f64 {
    let share = |at: f64| cdf((at - mode) / sd);
    let wanted = share(low) + place * (share(high) - share(low));
    let (mut low, mut high) = (low, high);
    // Bisection until there is no number in between: at most as many steps as a double has bits.
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return low;
        }
        if share(middle) <= wanted { low = middle } else { high = middle }
    }
}
