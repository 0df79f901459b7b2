//! The settings of points. Random search's draws must never change.

use crossfold_network::{OptimizerName, PerLayer, Setting};
use crossfold_study::{Dimension, Domain, Prior, SearchSpace, Seed, When};

use super::*;
use crate::simulation::choice;

fn space(dimensions: Vec<(Param, Domain)>) -> SearchSpace {
    SearchSpace::new(dimensions.into_iter().map(|(param, domain)| Dimension::new(param, domain)).collect())
}

fn frame(dimensions: Vec<Dimension>) -> Frame {
    Frame::new(&[ModelSpace { fixed: Settings::default(), space: SearchSpace::new(dimensions) }])
}

/// Random search's points 0, 1, ….
fn points(space: &SearchSpace, seed: Seed, draws: u32) -> impl Iterator<Item = Settings> {
    let frame = frame(space.dimensions().to_vec());
    (0..u64::from(draws)).map(move |draw| frame.decode(&frame.draw(&mut seed.search(draw))).settings)
}

/// Reference: ChaCha8, Lemire's method and the formulas of the domains, written again in Python,
/// whose second rate is one unit in the last place above ours.
#[test]
fn draws_match_the_reference() {
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
fn rounding_stays_within_a_narrow_range() {
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

/// SciPy 1.17.1: `truncnorm(a, b, loc=ln 0.001, scale=ln 3).ppf`, then `exp`; and `truncnorm.ppf` of a plain one.
#[test]
fn priors_are_truncated_normal_distributions() {
    let with = |param, domain, prior| Dimension { prior: Some(prior), ..Dimension::new(param, domain) };
    let frame = frame(vec![
        with(
            Param::LearningRate,
            Domain::LogUniform { low: 1e-4, high: 1e-1 },
            Prior::Normal { mode: 1e-3, sd: 3.0_f64.ln() },
        ),
        with(Param::L2, Domain::Uniform { low: 0.0, high: 0.5 }, Prior::Normal { mode: 0.2, sd: 0.1 }),
    ]);
    let value = |place: f64, param| {
        frame.decode(&frame.axes().point_at(&[place; 2])).settings.get(param).unwrap().number().unwrap()
    };
    for (place, rate, l2) in [
        (0.1, 0.000_269_350_875_927_485_56, 0.082_671_181_313_066_11),
        (0.5, 0.001_025_140_695_825_305_2, 0.202_682_443_228_307_86),
        (0.9, 0.004_133_898_582_273_691, 0.328_761_564_642_164_1),
    ] {
        let found = [value(place, Param::LearningRate), value(place, Param::L2)];
        let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-9;
        assert!(near(found[0], rate) && near(found[1], l2), "{place}: {found:?}");
    }
}

/// By hand: the upper half of [0, 1) is two decades.
#[test]
fn zero_has_places_of_its_own() {
    let range = Dimension::new(Param::L2, Domain::LogUniform { low: 1e-4, high: 1e-2 });
    let frame = frame(vec![Dimension { zero: 0.5, ..range }]);
    let value = |place: f64| frame.decode(&frame.axes().point_at(&[place])).settings.get(Param::L2).unwrap().number();
    for (place, expected) in [(0.0, 0.0), (0.499, 0.0), (0.5, 1e-4), (0.75, 1e-3), (0.999_999, 1e-2)] {
        let found = value(place).unwrap();
        assert!((found - expected).abs() <= 1e-4 * expected, "{place}: {found}");
    }
    for value in [0.0, 1e-4, 5e-3] {
        let wanted = Enqueued { model: 0, settings: Settings::default().with(Setting::L2(value)) };
        let point = frame.encode_enqueued(&wanted, &mut Seed(1).search(0));
        let Some(Setting::L2(found)) = frame.decode(&point).settings.get(Param::L2).cloned() else {
            panic!("{point:?}")
        };
        assert!((found - value).abs() <= 1e-12, "{value}: {found}");
    }
}

#[test]
fn weights_are_frequencies() {
    let mut words =
        Dimension::new(Param::Optimizer, choice(Setting::Optimizer, [OptimizerName::Adam, OptimizerName::Sgd]));
    words.prior = Some(Prior::Weights(vec![3.0, 1.0]));
    let frame = frame(vec![words]);
    let drawn = (0..4000).filter(|&draw| {
        let settings = frame.decode(&frame.draw(&mut Seed(3).search(draw))).settings;
        settings.get(Param::Optimizer) == Some(&Setting::Optimizer(OptimizerName::Adam))
    });
    // Four standard deviations of 4,000 draws.
    let share = drawn.count() as f64 / 4000.0;
    assert!((share - 0.75).abs() < 0.028, "{share}");
}

#[test]
fn logarithmic_integers_are_even_over_octaves() {
    let frame = frame(vec![Dimension::new(Param::Nodes, Domain::LogInt { low: 1, high: 255 })]);
    let mut octaves = [0u32; 8];
    for draw in 0..16_000 {
        let settings = frame.decode(&frame.draw(&mut Seed(4).search(draw))).settings;
        let Some(&Setting::Nodes(nodes)) = settings.get(Param::Nodes) else { panic!("{settings:?}") };
        assert!((1..=255).contains(&nodes));
        octaves[nodes.ilog2() as usize] += 1;
    }
    // The room of [2^k − ½, 2^(k+1) − ½) out of [½, 255½), by logarithms.
    let total = (255.5_f64 / 0.5).ln();
    for (octave, &seen) in (0..).zip(&octaves) {
        let [low, high] = [octave, octave + 1].map(|k| 2.0_f64.powi(k) - 0.5);
        let share = (high / low).ln() / total;
        let error = (share * (1.0 - share) / 16_000.0).sqrt();
        assert!((f64::from(seen) / 16_000.0 - share).abs() < 4.5 * error, "{octaves:?}");
    }
}

#[test]
fn a_grid_enumerates_only_active_axes() {
    let optimizer =
        Dimension::new(Param::Optimizer, choice(Setting::Optimizer, [OptimizerName::Sgd, OptimizerName::Adam]));
    let mut momentum = Dimension::new(Param::Momentum, choice(Setting::Momentum, [0.5, 0.9]));
    momentum.when = vec![When { param: Param::Optimizer, values: vec![Setting::Optimizer(OptimizerName::Sgd)] }];
    let layers = Dimension::new(Param::Layers, choice(Setting::Layers, [1, 2]));
    let mut nodes = Dimension::new(Param::Nodes, choice(Setting::Nodes, [8, 4]));
    nodes.per_layer = Some(2);
    let frame = frame(vec![optimizer, momentum, layers, nodes]);
    let named: Vec<String> = frame
        .all_points()
        .iter()
        .map(|point| {
            let settings = frame.decode(point).settings;
            settings.iter().map(|setting| format!("{}={setting}", setting.param())).collect::<Vec<_>>().join(" ")
        })
        .collect();
    // (2 + 4 widths) × (2 momenta + 1).
    assert_eq!(named.len(), 18, "{named:?}");
    assert_eq!(named[0], "layers=1 hidden=[8] optimizer=sgd momentum=0.5");
    assert_eq!(named[2], "layers=1 hidden=[8] optimizer=adam");
    assert_eq!(named[17], "layers=2 hidden=[4, 4] optimizer=adam");
}

#[test]
fn encoding_reverses_decoding() {
    let with = |param, domain, prior| Dimension { prior, ..Dimension::new(param, domain) };
    let frame = frame(vec![
        with(
            Param::LearningRate,
            Domain::LogUniform { low: 1e-4, high: 1e-1 },
            Some(Prior::Normal { mode: 1e-3, sd: 1.0 }),
        ),
        with(Param::L2, Domain::Uniform { low: 0.0, high: 0.5 }, None),
        with(Param::Nodes, Domain::LogInt { low: 4, high: 99 }, None),
        with(Param::BatchSize, choice(Setting::BatchSize, [64, 16, 32]), None),
        with(Param::Dropout, choice(|rate| Setting::Dropout(PerLayer::Same(rate)), [0.5, 0.0]), None),
    ]);
    for draw in 0..200 {
        let settings = frame.decode(&frame.draw(&mut Seed(9).search(draw))).settings;
        let wanted = Enqueued { model: 0, settings: settings.clone() };
        let again = frame.decode(&frame.encode_enqueued(&wanted, &mut Seed(1).search(0))).settings;
        for (one, other) in settings.iter().zip(again.iter()) {
            let is_near = match (one.number(), other.number()) {
                (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs(),
                (_, _) => one == other,
            };
            assert!(is_near, "{one} {other}");
        }
    }
}
