use std::time::Duration;

use crossfold_network::{Kind, OptimizerName, Task};
use crossfold_study::{
    ConfigurationNumber, Dimension, Domain, EpochReport, Evaluation, Event, FitEnd, FoldId, Metric, ModelSpace, Plan,
    PlannedConfiguration, Results, SearchSpace, Study, Tally, Trial, TrialNumber,
};

use super::*;
use crate::example;

/// A study of one fold whose points have given scores.
pub(crate) struct SearchedStudy {
    pub(crate) study: Study,
    pub(crate) plan: Plan,
    pub(crate) results: Results,
}

/// Each trial is a list of points with the same effect; hyperparameters that are not searched are fixed.
fn search(space: Vec<Dimension>, trials: &[(Vec<Settings>, f64)]) -> SearchedStudy {
    let fixed = [Setting::Kind(Kind::Mlp), Setting::Layers(1), Setting::Nodes(4), Setting::Epochs(1)];
    let fixed = fixed.into_iter().fold(Settings::defaults(Task::Classification), Settings::with);
    let mut study = example::study(Metric::LogLoss);
    study.models = vec![ModelSpace { fixed: fixed.clone(), space: SearchSpace::new(space) }];
    let mut plan = Plan { configurations: Vec::new(), trials: Vec::new(), folds: vec![FoldId { repeat: 0, fold: 0 }] };
    let mut results = Results::default();
    for (number, (points, score)) in (0..).zip(trials) {
        let settings = points[0].iter().cloned().fold(fixed.clone(), Settings::with);
        let (configuration, epochs) = settings.resolve().unwrap();
        let (planned, configuration) = (ConfigurationNumber(number), configuration.into());
        plan.configurations.push(PlannedConfiguration { number: planned, configuration, read_at: vec![epochs] });
        let stands_for = points.clone();
        plan.trials.push(Trial {
            number: TrialNumber(number),
            configuration: planned,
            epochs,
            stands_for,
            pruned: None,
            cut: None,
        });
        for epoch in 1..=epochs {
            results.apply(&epoch_done(planned, epoch, *score));
        }
        results.apply(&Event::FitEnded {
            configuration: planned,
            fold: FoldId { repeat: 0, fold: 0 },
            end: FitEnd::Complete,
            elapsed: Duration::ZERO,
        });
    }
    SearchedStudy { study, plan, results }
}

/// One row's loss is the score.
fn epoch_done(configuration: ConfigurationNumber, epoch: u32, score: f64) -> Event {
    let tally = Tally::Classes { rows: 1, correct: 0, loss: score };
    Event::EpochDone {
        configuration,
        fold: FoldId { repeat: 0, fold: 0 },
        report: EpochReport {
            epoch,
            training: tally,
            validation: Some(Evaluation::from(tally)),
            watched: None,
            predictions: None,
        },
    }
}

impl SearchedStudy {
    pub(crate) fn importance(&self, seed: u64) -> Option<Importance> {
        let board = Leaderboard::new(&self.study, &self.plan, &self.results, example::SHAPE);
        Importance::new(&board, Seed(seed))
    }
}

fn choice<T: Clone>(setting: impl Fn(T) -> Setting, values: &[T]) -> Dimension {
    let values: Vec<Setting> = values.iter().cloned().map(setting).collect();
    Dimension::new(values[0].param(), Domain::Choice(values))
}

fn point(settings: &[Setting]) -> Settings {
    settings.iter().cloned().fold(Settings::default(), Settings::with)
}

/// Each point of the grid as a separate trial.
fn grid(space: &[Dimension], score: impl Fn(&Settings) -> f64) -> Vec<(Vec<Settings>, f64)> {
    let mut points = vec![Settings::default()];
    for dimension in space {
        let Domain::Choice(values) = &dimension.domain else { panic!("a grid is of lists") };
        let longer = |point: Settings| values.iter().map(move |value| point.clone().with(value.clone()));
        points = points.into_iter().flat_map(longer).collect();
    }
    points.into_iter().map(|point| (vec![point.clone()], score(&point))).collect()
}

/// Repeats trials so often that hardly any tree misses a point.
fn repeat_trials(count: usize, trials: Vec<(Vec<Settings>, f64)>) -> Vec<(Vec<Settings>, f64)> {
    std::iter::repeat_n(trials, count).flatten().collect()
}

fn number(point: &Settings, param: Param) -> f64 {
    point.get(param).unwrap().number().unwrap()
}

fn optimizer(point: &Settings) -> OptimizerName {
    match point.get(Param::Optimizer) {
        Some(&Setting::Optimizer(name)) => name,
        other => panic!("{other:?}"),
    }
}

fn main_effect_share(importance: &Importance, param: Param) -> f64 {
    importance.main_effects.iter().find(|alone| alone.param == param).unwrap().share.mean
}

fn interaction_share(importance: &Importance, params: [Param; 2]) -> f64 {
    let is_it = |pair: &&Interaction| params.iter().all(|param| pair.params.contains(param));
    importance.interactions.iter().find(is_it).unwrap().share.mean
}

const OPTIMIZERS: [OptimizerName; 3] = [OptimizerName::Adam, OptimizerName::Rmsprop, OptimizerName::Sgd];

/// By hand, for batch sizes 8, 16, …, 64 numbered from 0 and optimizers that add 0, 3 and 6: variances of (8² − 1) / 12 =
/// 5.25 and 6. Nothing depends on a third hyperparameter. Each point occurs ten times, so that hardly any tree misses
/// one; those that do add a little to the pairs.
#[test]
fn an_additive_function_on_a_grid_is_decomposed() {
    let sizes: Vec<u32> = (1..=8).map(|size| size * 8).collect();
    let space = vec![
        choice(Setting::BatchSize, &sizes),
        choice(Setting::Optimizer, &OPTIMIZERS),
        choice(Setting::Epochs, &[1, 2]),
    ];
    let score = |point: &Settings| {
        let added = OPTIMIZERS.iter().position(|&name| name == optimizer(point)).unwrap();
        number(point, Param::BatchSize) / 8.0 - 1.0 + 3.0 * added as f64
    };
    let trials = repeat_trials(10, grid(&space, score));
    let found = search(space, &trials).importance(1).unwrap();
    assert_eq!(found.trials, 480);
    let near = |found: f64, expected: f64, by: f64| assert!((found - expected).abs() < by, "{found} {expected}");
    near(main_effect_share(&found, Param::Optimizer), 6.0 / 11.25, 1e-3);
    near(main_effect_share(&found, Param::BatchSize), 5.25 / 11.25, 1e-3);
    near(main_effect_share(&found, Param::Epochs), 0.0, 1e-4);
    near(interaction_share(&found, [Param::Optimizer, Param::BatchSize]), 0.0, 1e-3);
    near(found.rest, 0.0, 1e-3);
    let order: Vec<Param> = found.main_effects.iter().map(|alone| alone.param).collect();
    assert_eq!(order, [Param::Optimizer, Param::BatchSize, Param::Epochs]);
    // The mean of the other hyperparameter's part is 3.5 and 3.
    for (effect, expected) in found.main_effects[0].effects.iter().zip([3.5, 6.5, 9.5]) {
        near(effect.score.mean, expected, 0.02);
    }
    for (effect, expected) in found.main_effects[1].effects.iter().zip(3..) {
        near(effect.score.mean, f64::from(expected), 0.02);
    }
}

/// By hand: −1 and 1 on a chessboard, and nothing else.
#[test]
fn a_pure_interaction_is_assigned_to_the_pair() {
    let space = vec![choice(Setting::BatchSize, &[8, 16]), choice(Setting::Epochs, &[1, 2])];
    let score = |point: &Settings| {
        let is_white = (number(point, Param::BatchSize) == 8.0) == (number(point, Param::Epochs) == 1.0);
        if is_white { 1.0 } else { -1.0 }
    };
    let trials = repeat_trials(10, grid(&space, score));
    let found = search(space, &trials).importance(1).unwrap();
    assert!(interaction_share(&found, [Param::BatchSize, Param::Epochs]) > 0.999, "{found:?}");
    assert!(main_effect_share(&found, Param::BatchSize) < 1e-3, "{found:?}");
}

/// By hand: without a layer 8, with one 2 and 4 by the number of nodes. On the space of 2 × 2 points, of which two are the same
/// trial, that is 8, 8, 2, 4: mean 5.5, variance 6.75; layers alone 2.5² = 6.25, nodes alone 0.5² = 0.25, together 0.25.
/// If trials were learnt from, with a separate value for having no nodes, layers and nodes would share the 6.25.
#[test]
fn values_without_effect_are_an_interaction() {
    let space = vec![choice(Setting::Layers, &[0, 1]), choice(Setting::Nodes, &[4, 8])];
    let at = |layers, nodes| point(&[Setting::Layers(layers), Setting::Nodes(nodes)]);
    let once = [(vec![at(0, 4), at(0, 8)], 8.0), (vec![at(1, 4)], 2.0), (vec![at(1, 8)], 4.0)];
    let trials = repeat_trials(40, once.to_vec());
    let found = search(space, &trials).importance(1).unwrap();
    assert_eq!(found.trials, 120);
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    near(main_effect_share(&found, Param::Layers), 25.0 / 27.0);
    near(main_effect_share(&found, Param::Nodes), 1.0 / 27.0);
    near(interaction_share(&found, [Param::Layers, Param::Nodes]), 1.0 / 27.0);
}

/// By hand: one of two models has no layers and a score of 5, the other has 0 and 10 by the number of nodes. On the space of
/// 2 × 2 points that is 5, 5, 0, 10: variance 12.5, of which nodes alone have 2.5² = 6.25 and models nothing.
#[test]
fn a_hyperparameter_that_a_model_lacks_has_no_effect_in_it() {
    let linear = point(&[named("linear"), Setting::Layers(0)]);
    let net = |nodes| point(&[named("net"), Setting::Nodes(nodes)]);
    let once = [(vec![linear.clone()], 5.0), (vec![linear], 5.0), (vec![net(4)], 0.0), (vec![net(8)], 10.0)];
    let mut searched = search(vec![choice(Setting::Nodes, &[4, 8])], &repeat_trials(60, once.to_vec()));
    searched.study.models.push(ModelSpace::default());
    let found = searched.importance(1).unwrap();
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    near(main_effect_share(&found, Param::Model), 0.0);
    near(main_effect_share(&found, Param::Nodes), 0.5);
    near(interaction_share(&found, [Param::Model, Param::Nodes]), 0.5);
    let nodes = &found.main_effects[0].effects;
    assert_eq!(nodes.iter().map(|effect| effect.value.to_string()).collect::<Vec<_>>(), ["4", "8"]);
    near(nodes[0].score.mean, 2.5);
    near(nodes[1].score.mean, 7.5);
}

#[test]
fn values_fixed_by_a_model_count() {
    let wide = |nodes| (vec![point(&[named("wide"), Setting::Nodes(nodes)])], f64::from(nodes));
    // `search` fixes 4 nodes.
    let once = vec![(vec![point(&[named("narrow")])], 4.0), wide(8), wide(16)];
    let mut searched = search(vec![choice(Setting::Nodes, &[8, 16])], &repeat_trials(10, once));
    searched.study.models.push(ModelSpace::default());
    let found = searched.importance(1).unwrap();
    let nodes = found.main_effects.iter().find(|alone| alone.param == Param::Nodes).unwrap();
    assert_eq!(nodes.effects.iter().map(|effect| effect.value.to_string()).collect::<Vec<_>>(), ["4", "8", "16"]);
}

fn named(name: &str) -> Setting {
    Setting::Model(name.to_owned())
}

fn rates(count: u32, score: impl Fn(f64) -> f64) -> SearchedStudy {
    let space = vec![Dimension::new(Param::LearningRate, Domain::LogUniform { low: 1e-4, high: 1.0 })];
    let rate = |at: u32| 1e-4 * 1e4_f64.powf(f64::from(at) / f64::from(count));
    let trials: Vec<_> = (0..count).map(rate).map(|r| (vec![point(&[Setting::LearningRate(r)])], score(r))).collect();
    search(space, &trials)
}

#[test]
fn uninformative_scores_have_no_importance() {
    assert_eq!(rates(0, |rate| rate).importance(1), None);
    assert_eq!(rates(1, |rate| rate).importance(1), None);
    assert_eq!(rates(9, |rate| rate).importance(1), None);
    assert_eq!(rates(40, |_| 0.1).importance(1), None, "no variance");
    assert_eq!(rates(40, |_| 0.0).importance(1), None, "no variance");
    assert_eq!(rates(40, |rate| 0.3 * (1.0 + (rate * 1e6).round() % 2.0 * 4e-16)).importance(1), None, "rounding");
    let nothing = search(vec![], &vec![(vec![Settings::default()], 0.5); 20]);
    assert_eq!(nothing.importance(1), None, "nothing is searched");
    // These scores differ for no hyperparameter.
    let one = |at: u32| (vec![point(&[Setting::BatchSize(8)])], f64::from(at));
    let same: Vec<_> = (0..20).map(one).collect();
    assert_eq!(search(vec![choice(Setting::BatchSize, &[8])], &same).importance(1), None, "one value");
}

/// How many of 100 studies of 30 trials over three hyperparameters are conclusive, if scores are noise of up to 1 beside
/// `slope` times the logarithm of the learning rate.
fn conclusive_studies(slope: f64) -> usize {
    let sizes = [8, 16, 32, 64];
    let study = |seed| {
        let mut generator = Seed(seed).importance_points();
        let mut draw = |count: u64| generator.below(count);
        let trial = |_| {
            let (step, size, optimizer) =
                (draw(1000) as f64 / 1000.0, sizes[draw(4) as usize], OPTIMIZERS[draw(3) as usize]);
            let rate = Setting::LearningRate(1e-4 * 1e4_f64.powf(step));
            let score = slope * step + draw(1000) as f64 / 1000.0;
            (vec![point(&[rate, Setting::BatchSize(size), Setting::Optimizer(optimizer)])], score)
        };
        let trials: Vec<_> = (0..30).map(trial).collect();
        let rate = Dimension::new(Param::LearningRate, Domain::LogUniform { low: 1e-4, high: 1.0 });
        search(vec![rate, choice(Setting::BatchSize, &sizes), choice(Setting::Optimizer, &OPTIMIZERS)], &trials)
    };
    (0..100).filter(|&seed| study(seed).importance(seed).unwrap().is_conclusive()).count()
}

#[test]
fn noise_is_hardly_ever_conclusive_and_an_effect_usually_is() {
    let [noise, effect] = [0.0, 3.0].map(conclusive_studies);
    assert!(noise < 5 && effect > 95, "{noise} {effect}");
}

#[test]
fn one_hyperparameter_explains_all() {
    for scale in [1.0, -1.0, 1e300, 1.7e308, 1e-300, 5e-324] {
        let found = rates(40, |rate| (1.0 + rate.log10() / 4.0) * scale * 0.9 + scale * 0.05);
        let Some(found) = found.importance(1) else { panic!("{scale}") };
        let [alone] = &found.main_effects[..] else { panic!("{found:?}") };
        assert!((alone.share.mean - 1.0).abs() < 1e-9 && alone.share.sd < 1e-9 && found.rest < 1e-9, "{found:?}");
        assert_eq!((&found.interactions[..], alone.effects.len()), (&[][..], 20));
        let [first, last] = [0, 19].map(|at| alone.effects[at].score.mean / scale);
        assert!(alone.effects.iter().all(|effect| effect.score.mean.is_finite() && effect.score.sd.is_finite()));
        // The smallest number of all has no parts.
        assert!(scale == 5e-324 || (first - 0.05).abs() < 0.05 && (last - 0.95).abs() < 0.05, "{scale} {first} {last}");
    }
}

#[test]
fn scores_at_both_ends_of_the_range_of_numbers_are_separated() {
    let found = rates(40, |rate| if rate > 0.01 { f64::MAX } else { f64::MIN }).importance(1).unwrap();
    assert!((found.main_effects[0].share.mean - 1.0).abs() < 1e-9, "{found:?}");
    assert!(found.main_effects[0].effects.iter().all(|effect| effect.score.mean.is_finite()), "{found:?}");
}

/// A trial among others that failed, points that are many times the same, and a hyperparameter without effect on any.
#[test]
fn duplicates_and_columns_without_a_value_are_handled() {
    let space = vec![choice(Setting::Nesterov, &[true, false]), choice(Setting::BatchSize, &[8, 16])];
    let both = |size| [true, false].map(|nesterov| point(&[Setting::Nesterov(nesterov), Setting::BatchSize(size)]));
    let noisy = |at: u32| (both(8 * (1 + at % 2)).to_vec(), f64::from(at % 2) + f64::from(at % 3));
    let found = search(space.clone(), &(0..30).map(noisy).collect::<Vec<_>>()).importance(1).unwrap();
    assert!(main_effect_share(&found, Param::BatchSize) > 0.9, "{found:?}");
    assert!(main_effect_share(&found, Param::Nesterov) < 0.1, "{found:?}");
    let nowhere = |at: u32| (vec![point(&[Setting::BatchSize(8 * (1 + at % 2))])], f64::from(at % 2));
    let found = search(space, &(0..30).map(nowhere).collect::<Vec<_>>()).importance(1).unwrap();
    let nesterov = found.main_effects.iter().find(|alone| alone.param == Param::Nesterov).unwrap();
    assert_eq!((nesterov.share.mean, &nesterov.effects[..]), (0.0, &[][..]));
}

#[test]
fn the_seed_decides_the_forest_and_hardly_the_result() {
    let space = vec![choice(Setting::BatchSize, &[8, 16, 32]), choice(Setting::Epochs, &[1, 2, 3])];
    let trials = grid(&space, |point| number(point, Param::BatchSize) * number(point, Param::Epochs));
    let searched = search(space, &repeat_trials(2, trials));
    let found = searched.importance(1).unwrap();
    assert_eq!(searched.importance(1).unwrap(), found);
    let other = searched.importance(2).unwrap();
    assert_ne!(other, found);
    let distance = main_effect_share(&other, Param::Epochs) - main_effect_share(&found, Param::Epochs);
    assert!(distance.abs() < 0.05, "{distance}");
}

#[test]
fn the_order_of_ranks_does_not_matter() {
    let space = vec![choice(Setting::BatchSize, &[8, 16, 32, 64]), choice(Setting::Epochs, &[1, 2, 3])];
    let score = |point: &Settings| number(point, Param::BatchSize) * number(point, Param::Epochs);
    let shares = |sign: f64| {
        let found = search(space.clone(), &grid(&space, |point| sign * score(point))).importance(1).unwrap();
        found.main_effects.iter().map(|alone| alone.share.mean).collect::<Vec<_>>()
    };
    let [up, down] = [1.0, -1.0].map(shares);
    assert!(up.iter().zip(&down).all(|(up, down)| (up - down).abs() < 1e-12), "{up:?} {down:?}");
}

#[test]
fn many_points_are_sampled() {
    let space = vec![choice(Setting::BatchSize, &[8, 16, 32]), choice(Setting::Epochs, &[1, 2])];
    let once = grid(&space, |point| number(point, Param::BatchSize) + number(point, Param::Epochs));
    // The first 4,000 miss a batch size.
    let trials: Vec<_> = once.into_iter().flat_map(|trial| repeat_trials(1000, vec![trial])).collect();
    let found = search(space, &trials).importance(1).unwrap();
    // Variances by hand: (8² + 16² + 32²) / 3 − (56 / 3)² = 99.56, and 0.25.
    assert_eq!(found.trials, 6000);
    assert!((main_effect_share(&found, Param::BatchSize) - 99.56 / 99.81).abs() < 1e-4, "{found:?}");
}

/// By hand: with a, b and c for −1 or 1, 10 + 2 (a + b + ab + abc) has four components of the same variance.
pub(crate) fn four_equal_components() -> SearchedStudy {
    let space = vec![
        choice(Setting::BatchSize, &[8, 16]),
        choice(Setting::Optimizer, &OPTIMIZERS[1..]),
        choice(Setting::Epochs, &[1, 2]),
    ];
    let score = |point: &Settings| {
        let sign = |is_up| if is_up { 1.0 } else { -1.0 };
        let a = sign(number(point, Param::BatchSize) == 16.0);
        let b = sign(optimizer(point) == OptimizerName::Sgd);
        let c = sign(number(point, Param::Epochs) == 2.0);
        10.0 + 2.0 * (a + b + a * b + a * b * c)
    };
    let trials = repeat_trials(64, grid(&space, score));
    search(space, &trials)
}

/// How long the largest of the usual studies takes: `cargo test --release -p crossfold-report -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
#[expect(clippy::disallowed_methods, reason = "it is about time")]
fn a_thousand_trials_of_twelve_hyperparameters() {
    let params = [
        Param::LearningRate,
        Param::L1,
        Param::L2,
        Param::InputDropout,
        Param::Momentum,
        Param::Noise,
        Param::Mixup,
        Param::LabelSmoothing,
        Param::WeightDecay,
        Param::ClipNorm,
        Param::Decay,
        Param::InnerShare,
    ];
    for count in [100, 1000, 4000] {
        let space = params.map(|param| Dimension::new(param, Domain::Uniform { low: 0.0, high: 1.0 })).to_vec();
        let mut generator = Seed(1).importance_points();
        let mut unit = || generator.unit();
        let trials: Vec<_> = (0..count)
            .map(|_| {
                let drawn = params.map(|param| param.real(unit()).unwrap());
                let x: Vec<f64> = drawn.iter().map(|setting| setting.number().unwrap()).collect();
                let score = 4.0 * x[0] + 2.0 * x[1] * x[2] + (6.0 * x[3]).sin() + unit();
                (vec![point(&drawn)], score)
            })
            .collect();
        let searched = search(space, &trials);
        let start = std::time::Instant::now();
        let found = searched.importance(1).unwrap();
        println!("{count} trials: {:.3} s, {:.3} left", start.elapsed().as_secs_f64(), found.rest);
    }
}
