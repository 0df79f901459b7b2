//! The values of a searched hyperparameter as an axis, and the places at which its effect is shown.

use crossfold_network::{Param, Setting};
use crossfold_study::Domain;

use super::axis::{Axis, Place, Span};

/// The most numbers at which an effect is shown; it is shown at every category.
const MOST_PLACES: usize = 20;

/// An integer range with more values than this is weighted by length, as a real one is; in a smaller one, each value that
/// occurs has the same weight, as in a list.
const MOST_LISTED: u32 = 32;

pub(super) struct SearchedAxis {
    pub(super) param: Param,
    pub(super) axis: Axis,
    /// The number of each point's value; `None` where no value has an effect.
    pub(super) values: Vec<Option<u32>>,
    /// The places at which the effect is shown.
    pub(super) shown: Vec<(Setting, Place)>,
}

/// An axis of numbers: places are the numbers or their logarithms.
#[derive(Clone, Copy)]
struct Scale {
    is_log: bool,
    range: Option<Range>,
    /// The place of 0 beside a range of logarithms, in which it has none.
    zero: Option<ZeroPlace>,
}

/// 0 has a length of its own below a range of logarithms.
#[derive(Clone, Copy)]
struct ZeroPlace {
    middle: f64,
    end: f64,
}

/// The ends of a range, and half the length that an integer has on the axis, which reaches beyond them.
#[derive(Clone, Copy)]
struct Range {
    low: f64,
    high: f64,
    margin: f64,
}

impl SearchedAxis {
    /// The axis of `param`, from its setting in each point and the domains in which models search it. `zero` is how likely
    /// 0 is in addition to ranges.
    pub(super) fn new(param: Param, settings: &[Option<Setting>], domains: &[&Domain], zero: f64) -> SearchedAxis {
        let numbers: Option<Vec<f64>> = settings.iter().flatten().map(Setting::number).collect();
        match numbers {
            Some(numbers) if !numbers.is_empty() => {
                SearchedAxis::from_numbers(param, settings, Scale::new(&numbers, domains, zero))
            }
            // A mixture of numbers and lists, as dropout may have, has no order.
            Some(_) | None => SearchedAxis::from_categories(param, settings),
        }
    }

    fn from_categories(param: Param, settings: &[Option<Setting>]) -> SearchedAxis {
        let text = |setting: &Setting| setting.to_string();
        let mut words: Vec<(String, &Setting)> = settings.iter().flatten().map(|s| (text(s), s)).collect();
        words.sort_by(|(a, _), (b, _)| a.cmp(b));
        words.dedup_by(|(a, _), (b, _)| a == b);
        let number = |setting| {
            let text = text(setting);
            words.partition_point(|(word, _)| *word < text) as u32
        };
        SearchedAxis {
            param,
            // The space exists even where no point has a value.
            axis: Axis::Categories(words.len().max(1) as u32),
            values: settings.iter().map(|setting| setting.as_ref().map(number)).collect(),
            shown: (0..).zip(&words).map(|(word, (_, setting))| ((*setting).clone(), Place::Category(word))).collect(),
        }
    }

    fn from_numbers(param: Param, settings: &[Option<Setting>], scale: Scale) -> SearchedAxis {
        let number = |setting: &Option<Setting>| setting.as_ref().and_then(Setting::number);
        let tried = sorted(settings.iter().filter_map(number).collect());
        let values = settings.iter().map(|setting| {
            let number = number(setting)?;
            Some(tried.partition_point(|&other| other < number) as u32)
        });
        let values = values.collect();
        let places = tried.iter().map(|&number| scale.place(number)).collect();
        let (span, numbers) = match scale.range {
            None => (Span::Values, spread_out(tried)),
            Some(range) => {
                let Range { low, high, margin } = range;
                let [low, high] = [low - margin, high + margin].map(|number| scale.place(number));
                let numbers = range.spread_out(param, scale.is_log);
                match scale.zero {
                    None => (Span::Range { low, high }, numbers),
                    Some(zero) => (Span::Range { low: zero.end, high }, [vec![0.0], numbers].concat()),
                }
            }
        };
        let shown = numbers.into_iter().filter_map(|number| {
            // Integers stay integers.
            let setting = param.count(number as u32).or_else(|| param.real(number))?;
            Some((setting, Place::Number(scale.place(number))))
        });
        SearchedAxis { param, axis: Axis::Line { places, span }, values, shown: shown.collect() }
    }
}

impl Scale {
    fn new(numbers: &[f64], domains: &[&Domain], zero: f64) -> Scale {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut is_log, mut is_range, mut margin) = (false, false, 0.0);
        for domain in domains {
            let ends = match domain {
                Domain::Choice(_) => continue,
                Domain::Int { low, high, step } if (high - low) / step < MOST_LISTED => continue,
                Domain::Int { low, high, step } => {
                    margin = f64::from(*step) / 2.0;
                    [*low, *high].map(f64::from)
                }
                Domain::Uniform { low, high } => [*low, *high],
                Domain::LogInt { low, high } if high - low < MOST_LISTED => continue,
                Domain::LogInt { low, high } => {
                    is_log = true;
                    [*low, *high].map(f64::from)
                }
                Domain::LogUniform { low, high } => {
                    is_log = true;
                    [*low, *high]
                }
            };
            is_range = true;
            (low, high) = (low.min(ends[0]), high.max(ends[1]));
        }
        // Values that another model lists or fixes may lie outside.
        let has_zero = is_log && zero > 0.0;
        (low, high) = numbers
            .iter()
            .filter(|number| !has_zero || **number > 0.0)
            .fold((low, high), |(low, high), &number| (low.min(number), high.max(number)));
        let is_log = is_log && low > 0.0;
        let range = Range { low, high, margin: if is_log { 0.0 } else { margin } };
        let zero = (has_zero && is_log).then(|| {
            let [first, last] = [low, high].map(libm::log);
            let length = (last - first) * zero / (1.0 - zero);
            ZeroPlace { middle: first - length / 2.0, end: first - length }
        });
        Scale { is_log, range: (is_range && low < high).then_some(range), zero }
    }

    fn place(self, number: f64) -> f64 {
        if let Some(zero) = self.zero.filter(|_| number == 0.0) {
            return zero.middle;
        }
        if self.is_log { libm::log(number) } else { number }
    }
}

impl Range {
    /// Numbers from end to end, in equal steps, or in equal ratios over several orders of magnitude.
    fn spread_out(self, param: Param, is_log: bool) -> Vec<f64> {
        let Range { low, high, .. } = self;
        let is_whole = param.count(0).is_some();
        let has_ratio = is_log || low > 0.0 && high / low >= 100.0;
        let inner = (1..MOST_PLACES - 1).map(|step| {
            let share = step as f64 / (MOST_PLACES - 1) as f64;
            let number = if has_ratio {
                libm::exp(libm::log(low) * (1.0 - share) + libm::log(high) * share)
            } else {
                low * (1.0 - share) + high * share
            };
            let number = if is_whole { number.round() } else { three_digits(number) };
            number.clamp(low, high)
        });
        sorted([low].into_iter().chain(inner).chain([high]).collect())
    }
}

/// Rounds to three digits, as people write numbers. The effect is that of the number shown.
fn three_digits(number: f64) -> f64 {
    format!("{number:.2e}").parse().expect("a formatted number parses")
}

fn sorted(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    numbers
}

/// At most as many numbers as are shown, including the first and the last.
fn spread_out(numbers: Vec<f64>) -> Vec<f64> {
    if numbers.len() <= MOST_PLACES {
        return numbers;
    }
    (0..MOST_PLACES).map(|step| numbers[step * (numbers.len() - 1) / (MOST_PLACES - 1)]).collect()
}

#[cfg(test)]
mod tests {
    use crossfold_network::{ActivationName, PerLayer};

    use super::*;

    fn axis(param: Param, settings: Vec<Option<Setting>>, domains: &[&Domain]) -> (Axis, Vec<Option<u32>>, String) {
        let searched = SearchedAxis::new(param, &settings, domains, 0.0);
        let shown: Vec<String> = searched.shown.iter().map(|(setting, _)| setting.to_string()).collect();
        (searched.axis, searched.values, shown.join(" "))
    }

    #[test]
    fn listed_numbers_are_ordered() {
        let nodes = [Some(64), None, Some(16), Some(64)].map(|nodes| nodes.map(Setting::Nodes));
        let expected = Axis::Line { places: vec![16.0, 64.0], span: Span::Values };
        let int = Domain::Int { low: 16, high: 64, step: 16 };
        for domain in [Domain::Choice(vec![Setting::Nodes(16), Setting::Nodes(64)]), int] {
            let found = axis(Param::Nodes, nodes.to_vec(), &[&domain]);
            assert_eq!(found, (expected.clone(), vec![Some(1), None, Some(0), Some(1)], "16 64".to_owned()));
        }
    }

    #[test]
    fn words_and_lists_and_mixtures_are_categories() {
        let activations = [Some(ActivationName::Tanh), Some(ActivationName::Relu), None];
        let found = axis(Param::Activation, activations.map(|name| name.map(Setting::Activation)).to_vec(), &[]);
        assert_eq!(found, (Axis::Categories(2), vec![Some(1), Some(0), None], "relu tanh".to_owned()));
        let rates = [PerLayer::Same(0.5), PerLayer::Each(vec![0.5, 0.25]), PerLayer::Same(0.5)];
        let found = axis(Param::Dropout, rates.map(|rate| Some(Setting::Dropout(rate))).to_vec(), &[]);
        assert_eq!(found, (Axis::Categories(2), vec![Some(0), Some(1), Some(0)], "0.5 [0.5, 0.25]".to_owned()));
        let nesterov = [true, false].map(|nesterov| Some(Setting::Nesterov(nesterov)));
        assert_eq!(axis(Param::Nesterov, nesterov.to_vec(), &[]).0, Axis::Categories(2));
        assert_eq!(axis(Param::Nodes, vec![None, None], &[]), (Axis::Categories(1), vec![None, None], String::new()));
    }

    #[test]
    fn a_range_covers_the_domain_and_values_outside_it() {
        let rates = [0.01, 0.1, 0.001].map(|rate| Some(Setting::LearningRate(rate))).to_vec();
        let domain = Domain::LogUniform { low: 0.0001, high: 0.1 };
        let (found, values, shown) = axis(Param::LearningRate, rates, &[&domain]);
        let [low, high] = [0.0001, 0.1].map(libm::log);
        let places = [0.001, 0.01, 0.1].map(libm::log).to_vec();
        assert_eq!(found, Axis::Line { places, span: Span::Range { low, high } });
        assert_eq!(values, [1, 2, 0].map(Some));
        assert_eq!(
            shown,
            "0.0001 0.000144 0.000207 0.000298 0.000428 0.000616 0.000886 0.00127 0.00183 0.00264 0.00379 0.00546 \
             0.00785 0.0113 0.0162 0.0234 0.0336 0.0483 0.0695 0.1"
        );

        let fixed = [0.0, 0.3, 0.5].map(|rate| Some(Setting::InputDropout(rate)));
        let found = axis(Param::InputDropout, fixed.to_vec(), &[&Domain::Uniform { low: 0.1, high: 0.6 }]);
        let span = Span::Range { low: 0.0, high: 0.6 };
        assert_eq!(found.0, Axis::Line { places: vec![0.0, 0.3, 0.5], span });
        assert!(found.2.starts_with("0 0.0316 0.0632 ") && found.2.ends_with(" 0.568 0.6"), "{}", found.2);
    }

    /// By hand: half of all draws are 0, so 0 is as long as the two decades.
    #[test]
    fn zero_lies_below_a_range_of_logarithms() {
        let values = [0.0, 1e-3, 1e-2].map(|l2| Some(Setting::L2(l2)));
        let domain = Domain::LogUniform { low: 1e-4, high: 1e-2 };
        let searched = SearchedAxis::new(Param::L2, &values, &[&domain], 0.5);
        let Axis::Line { places, span: Span::Range { low, high } } = searched.axis else { panic!("it is a line") };
        let decades = places.iter().chain([&low, &high]).map(|place| place / std::f64::consts::LN_10);
        for (found, expected) in decades.zip([-5.0, -3.0, -2.0, -6.0, -2.0]) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
        let shown: Vec<String> = searched.shown.iter().take(2).map(|(setting, _)| setting.to_string()).collect();
        assert_eq!(shown, ["0", "0.0001"]);
    }

    #[test]
    fn integers_stay_integers_and_have_a_length() {
        let epochs = [1, 40].map(|epochs| Some(Setting::Epochs(epochs))).to_vec();
        let found = axis(Param::Epochs, epochs.clone(), &[&Domain::Int { low: 1, high: 40, step: 1 }]);
        let span = Span::Range { low: 0.5, high: 40.5 };
        assert_eq!(found.0, Axis::Line { places: vec![1.0, 40.0], span });
        assert_eq!(found.2, "1 3 5 7 9 11 13 15 17 19 22 24 26 28 30 32 34 36 38 40");
        let found = axis(Param::Epochs, epochs, &[&Domain::Int { low: 1, high: 1000, step: 1 }]);
        assert_eq!(found.2, "1 2 3 4 6 9 13 18 26 38 55 78 113 162 234 336 483 695 1000");
    }

    #[test]
    fn some_of_many_listed_numbers_are_shown() {
        let sizes = (1..=39).map(|size| Some(Setting::BatchSize(size))).collect();
        let found = axis(Param::BatchSize, sizes, &[]);
        assert_eq!(found.2, "1 3 5 7 9 11 13 15 17 19 21 23 25 27 29 31 33 35 37 39");
    }
}
