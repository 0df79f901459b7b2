//! Random search: independent draws (Bergstra and Bengio 2012, "Random search for hyper-parameter
//! optimization", JMLR 13).

use crossfold_study::{Dimension, Domain, Generator, Param, SearchSpace, Seed, Setting, Settings};

use crate::grid::steps;

/// Points 0, 1, … of `space`. Each has a generator of its own, so that asking for more draws keeps
/// the earlier ones.
pub(crate) fn points(space: &SearchSpace, seed: Seed, draws: u32) -> impl Iterator<Item = Settings> {
    (0..u64::from(draws)).map(move |draw| {
        let mut generator = seed.search(draw);
        // A value is drawn for every dimension, even where another's value robs it of its effect.
        space
            .dimensions()
            .iter()
            .fold(Settings::default(), |point, dimension| point.with(value(dimension, &mut generator)))
    })
}

fn value(dimension: &Dimension, generator: &mut Generator) -> Setting {
    let param = dimension.param;
    match &dimension.domain {
        Domain::Choice(values) => values[generator.below(values.len() as u64) as usize].clone(),
        Domain::LogInt { low, high } => {
            // Each whole number has the room of its logarithm from half below it to half above.
            let ends = [f64::from(*low) - 0.5, f64::from(*high) + 0.5].map(libm::log);
            let drawn = libm::exp(generator.uniform(ends[0], ends[1])).round();
            integer(param, (drawn as u32).clamp(*low, *high))
        }
        Domain::Int { low, high, step } => {
            integer(param, low + step * generator.below(steps(*low, *high, *step)) as u32)
        }
        Domain::Uniform { low, high } => real(param, within(*low, *high, generator.uniform(*low, *high))),
        // A rate is part of what seeds are made from, to its last digit, and the platform's `ln` and
        // `exp` differ there from one C library to the next.
        Domain::LogUniform { low, high } => {
            let exponent = generator.uniform(libm::log(*low), libm::log(*high));
            real(param, within(*low, *high, libm::exp(exponent)))
        }
    }
}

/// Rounding may carry a draw over the edge of its range [low, high).
fn within(low: f64, high: f64, value: f64) -> f64 {
    value.clamp(low, high.next_down())
}

/// The setting of a parameter that counts something.
pub(crate) fn integer(param: Param, value: u32) -> Setting {
    param.count(value).unwrap_or_else(|| unreachable!("the check of a spec refuses a range of integers for `{param}`"))
}

/// The setting of a parameter that measures something.
fn real(param: Param, value: f64) -> Setting {
    param
        .real(value)
        .unwrap_or_else(|| unreachable!("the check of a spec refuses a range of real numbers for `{param}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::choice;
    use crossfold_study::PerLayer;

    fn space(dimensions: Vec<(Param, Domain)>) -> SearchSpace {
        SearchSpace::new(dimensions.into_iter().map(|(param, domain)| Dimension::new(param, domain)).collect())
    }

    /// Reference: ChaCha8, Lemire's method and the formulas of the domains, written again in Python,
    /// whose second rate is one unit in the last place above ours.
    #[test]
    fn draws_are_those_of_the_reference() {
        let space = space(vec![
            (Param::BatchSize, choice(Setting::BatchSize, [32, 64, 128])),
            (Param::LearningRate, Domain::LogUniform { low: 1e-4, high: 1e-1 }),
            (Param::Dropout, Domain::Uniform { low: 0.0, high: 0.5 }),
            (Param::Nodes, Domain::Int { low: 16, high: 256, step: 16 }),
        ]);
        let reference = [
            (144, 0.199_597_894_474_295_2, 0.000_201_610_402_038_519_68, 32),
            (96, 0.453_922_126_358_736_85, 0.016_925_931_277_247_973, 64),
            (176, 0.376_012_673_565_338_4, 0.033_239_138_777_732_52, 64),
            (176, 0.343_777_902_581_231_14, 0.000_407_647_684_953_757_9, 128),
        ];
        for (point, (nodes, dropout, rate, batch)) in points(&space, Seed(42), 4).zip(reference) {
            assert_eq!(point.get(Param::Nodes), Some(&Setting::Nodes(nodes)));
            assert_eq!(point.get(Param::Dropout), Some(&Setting::Dropout(PerLayer::Same(dropout))));
            assert_eq!(point.get(Param::BatchSize), Some(&Setting::BatchSize(batch)));
            let Some(&Setting::LearningRate(drawn)) = point.get(Param::LearningRate) else { panic!("{point:?}") };
            assert_eq!(drawn, rate, "every digit, since seeds are made from it");
        }
    }

    #[test]
    fn more_draws_keep_the_earlier_ones() {
        let space = space(vec![(Param::L2, Domain::Uniform { low: 0.0, high: 1.0 })]);
        let few: Vec<Settings> = points(&space, Seed(1), 10).collect();
        let many: Vec<Settings> = points(&space, Seed(1), 20).collect();
        assert_eq!(few, many[..10]);
        assert_ne!(few, points(&space, Seed(2), 10).collect::<Vec<_>>());
    }

    #[test]
    fn log_uniform_is_even_over_decades_and_stays_in_its_range() {
        let space = space(vec![(Param::LearningRate, Domain::LogUniform { low: 1e-4, high: 1e-1 })]);
        let mut decades = [0u32; 3];
        for point in points(&space, Seed(5), 30_000) {
            let Some(&Setting::LearningRate(rate)) = point.get(Param::LearningRate) else { panic!("{point:?}") };
            assert!((1e-4..1e-1).contains(&rate), "{rate}");
            decades[if rate < 1e-3 {
                0
            } else if rate < 1e-2 {
                1
            } else {
                2
            }] += 1;
        }
        // Chi-squared with 2 degrees of freedom: 13.8 is its 99.9 % point.
        let chi: f64 = decades.iter().map(|&n| (f64::from(n) - 1e4).powi(2) / 1e4).sum();
        assert!(chi < 13.8, "{decades:?}");
    }

    #[test]
    fn a_narrow_range_is_not_left_by_rounding() {
        let high = 1.0f64.next_up();
        let space = space(vec![
            (Param::L2, Domain::Uniform { low: 1.0, high }),
            (Param::LearningRate, Domain::LogUniform { low: 1.0, high }),
        ]);
        for point in points(&space, Seed(5), 100) {
            assert_eq!(point.get(Param::L2), Some(&Setting::L2(1.0)));
            assert_eq!(point.get(Param::LearningRate), Some(&Setting::LearningRate(1.0)));
        }
    }
}
