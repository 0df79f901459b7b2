//! One suite for all samplers and pruners: decisions do not depend on where fits are trained, in which order, or how often
//! the search is killed.

use std::collections::BTreeMap;

use crossfold_network::{Configuration, OptimizerName, Param, Setting, Shape};
use crossfold_study::{
    Budget, EpochRecord, EpochReport, Evaluation, Failure, FitEnd, FitResult, FoldId, Generator, Order, Pace, Pruner,
    PrunerKind, Rung, Rungs, SamplerKind, Seed, StoredFit, Strategy, Study, Tally, TrialState,
};

use super::*;
use crate::simulation::{choice, folds, scores, study};
use crossfold_study::{Domain, Prior, When};

const EPOCHS: u32 = 9;
const ROWS: u32 = 100_000;

/// The accuracy of a simulated fit. It is best near a learning rate of 0.01 and 60 nodes, grows with epochs, and varies a
/// little by fold. Rates above 0.5 diverge in the second epoch.
fn accuracy(configuration: &Configuration, fold: FoldId, epoch: u32) -> Option<f64> {
    let rate = configuration.learning_rate;
    if rate > 0.5 && epoch >= 2 {
        return None;
    }
    let nodes = configuration.hidden.first().map_or(1.0, |layer| f64::from(layer.nodes));
    let far = (rate.ln() - 0.01_f64.ln()).abs() / 10.0 + (nodes.ln() - 60_f64.ln()).abs() / 10.0;
    let chance = Seed(u64::from(fold.fold)).fit(
        crossfold_study::Part::Fold(fold),
        configuration,
        crossfold_study::Stream::Init,
        0,
    );
    let chance = { chance }.unit() * 0.02;
    Some(0.9 - far.min(0.8) - 0.3 / f64::from(epoch + 1) + chance)
}

fn report(configuration: &Configuration, fold: FoldId, epoch: u32) -> Option<EpochReport> {
    let correct = (accuracy(configuration, fold, epoch)? * f64::from(ROWS)) as u32;
    let tally = Tally::Classes { rows: ROWS, correct, loss: f64::from(ROWS - correct) };
    let validation = Some(Evaluation { tally, scores: scores() });
    Some(EpochReport { epoch, training: tally, validation, watched: None, predictions: None })
}

/// The stored fit after `epochs` epochs.
fn trained(configuration: &Configuration, fold: FoldId, epochs: u32) -> StoredFit {
    let reports = (1..=epochs).map_while(|epoch| report(configuration, fold, epoch));
    let epochs_done: Vec<EpochRecord> =
        reports.map(|report| EpochRecord { report, elapsed: std::time::Duration::ZERO }).collect();
    let is_whole = epochs_done.len() == epochs as usize;
    let failed = FitEnd::Failed(Failure::NotFinite { epoch: epochs_done.len() as u32 + 1 });
    StoredFit { end: if is_whole { FitEnd::Complete } else { failed }, epochs: epochs_done }
}

/// The stored fits, which survive crashes.
type Stored = BTreeMap<(String, FoldId), StoredFit>;

/// The order in which the fits under way end.
#[derive(Clone, Copy, Debug)]
enum Adversary {
    First,
    Last,
    /// One by one at random.
    Random(u64),
    /// The cheapest first, whatever was requested before.
    Cheapest,
}

/// Carries out a search on `jobs` threads, and crashes after `dies_after` fits. Returns its outcome, or `None` after a crash.
fn carry_out(
    study: &Study,
    stored: &mut Stored,
    jobs: usize,
    adversary: Adversary,
    dies_after: usize,
) -> Option<String> {
    let data_size = DataSize { shapes: Shape::dense(4, 2).into(), rows: 100, ratio: 0.25 };
    let mut course = Course::new(study, folds(3), data_size);
    let mut draws = Seed(if let Adversary::Random(seed) = adversary { seed } else { 0 }).resampling();
    let (mut waiting, mut running): (Vec<FitRequest>, Vec<FitRequest>) = (Vec::new(), Vec::new());
    let mut ended = 0;
    loop {
        loop {
            for request in course.ask() {
                let configuration = &course.configuration(request.configuration).configuration;
                let at = (configuration.canonical(), request.fold);
                match stored.get(&at).filter(|fit| is_over(fit, request.epochs)).cloned() {
                    Some(fit) => course.recall(&request, &fit),
                    None => waiting.push(request),
                }
            }
            if !course.tell_next() {
                break;
            }
        }
        while running.len() < jobs && !waiting.is_empty() {
            running.push(waiting.remove(0));
        }
        if running.is_empty() {
            assert!(course.is_over(), "nothing is in training, and the search is not over");
            return Some(outcome(&course));
        }
        let next = match adversary {
            Adversary::First => 0,
            Adversary::Last => running.len() - 1,
            Adversary::Random(_) => draws.below(running.len() as u64) as usize,
            Adversary::Cheapest => {
                (0..running.len()).min_by_key(|&at| (running[at].epochs, std::cmp::Reverse(at))).unwrap()
            }
        };
        let request = running.remove(next);
        let configuration = course.configuration(request.configuration).configuration.clone();
        let fit = trained(&configuration, request.fold, request.epochs);
        course.recall(&request, &fit);
        stored.insert((configuration.canonical(), request.fold), fit);
        ended += 1;
        if ended == dies_after {
            return None;
        }
    }
}

fn is_over(fit: &StoredFit, epochs: u32) -> bool {
    fit.epochs.len() >= epochs as usize || matches!(fit.end, FitEnd::Failed(_))
}

/// The outcome of a search as text: everything that files are made from.
fn outcome(course: &Course<'_>) -> String {
    let mut text = String::new();
    let plan = course.plan();
    for trial in &plan.trials {
        let explanation = course.explain(trial.number).unwrap();
        let points: Vec<String> = trial.stands_for.iter().map(|point| format!("{point:?}")).collect();
        let state = course.results().state(plan, trial);
        text += &format!("{} {} {state:?} {explanation:?}\n", trial.number, points.join(" "));
    }
    for (configuration, fold, fit) in course.results().fits() {
        let epochs: Vec<EpochReport> = FitResult::reports(fit).collect();
        text += &format!("{configuration} {fold:?} {epochs:?} {:?}\n", fit.end);
    }
    text
}

fn space() -> Vec<(Param, Domain)> {
    vec![
        (Param::LearningRate, Domain::LogUniform { low: 1e-4, high: 1.0 }),
        (Param::Nodes, Domain::LogInt { low: 4, high: 256 }),
        (Param::Optimizer, choice(Setting::Optimizer, [OptimizerName::Adam, OptimizerName::Sgd])),
        (Param::BatchSize, choice(Setting::BatchSize, [16, 32, 64])),
    ]
}

fn searched(strategy: Strategy, pruner: Pruner) -> Study {
    let space = match strategy.trials {
        None => vec![
            (Param::LearningRate, choice(Setting::LearningRate, [1e-3, 1e-2, 1e-1, 0.9])),
            (Param::Nodes, choice(Setting::Nodes, [16, 64, 128])),
        ],
        Some(_) => space(),
    };
    let mut study = study(strategy, space);
    let fixed = study.models[0].fixed.clone().with(Setting::Epochs(EPOCHS));
    study.models[0].fixed = fixed;
    study.pruner = pruner;
    study
}

fn strategies() -> [Strategy; 6] {
    let (trials, startup) = (24, 6);
    [
        Strategy::GRID,
        Strategy { sampler: SamplerKind::Grid { shuffled: true }, trials: None },
        Strategy::new(SamplerKind::Random, trials),
        Strategy::new(SamplerKind::Sobol, trials),
        Strategy::new(SamplerKind::Tpe { startup }, trials),
        Strategy::new(SamplerKind::Gp { startup }, trials),
    ]
}

fn pruners() -> Vec<Pruner> {
    let rungs = || Rungs::Growing { factor: 3, epochs: 1, folds: Some(1) };
    let given = Rungs::Given(vec![Rung { epochs: 3, folds: 2 }, Rung { epochs: 9, folds: 2 }]);
    vec![
        Pruner::NONE,
        Pruner { kind: PrunerKind::Median { startup: 3 }, rungs: rungs() },
        Pruner { kind: PrunerKind::Halving, rungs: rungs() },
        Pruner { kind: PrunerKind::Hyperband, rungs: rungs() },
        Pruner { kind: PrunerKind::Asha, rungs: rungs() },
        Pruner { kind: PrunerKind::Bohb, rungs: rungs() },
        Pruner {
            kind: PrunerKind::Racing { level: 0.01 },
            rungs: Rungs::Growing { factor: 3, epochs: 1, folds: Some(2) },
        },
        Pruner { kind: PrunerKind::Halving, rungs: given },
    ]
}

#[test]
fn decisions_do_not_depend_on_arrival_jobs_or_crashes() {
    for strategy in strategies() {
        for pruner in pruners() {
            let study = searched(strategy, pruner.clone());
            let alone = carry_out(&study, &mut Stored::new(), 1, Adversary::First, usize::MAX).unwrap();
            let case = format!("{strategy:?} with {pruner:?}");
            for jobs in [1, 2, 8] {
                for adversary in [Adversary::Last, Adversary::Random(1), Adversary::Random(2), Adversary::Cheapest] {
                    let other = carry_out(&study, &mut Stored::new(), jobs, adversary, usize::MAX).unwrap();
                    assert!(other == alone, "{case}, {jobs} jobs, {adversary:?}:\n{alone}\n{other}");
                }
                // It crashes again and again, at other places each time.
                let (mut stored, mut lives) = (Stored::new(), 0_u64);
                let killed = loop {
                    lives += 1;
                    let dies_after = 1 + Seed(lives).resampling().below(9) as usize;
                    let adversary = Adversary::Random(lives);
                    if let Some(outcome) = carry_out(&study, &mut stored, jobs, adversary, dies_after) {
                        break outcome;
                    }
                };
                assert!(lives > 1 && killed == alone, "{case}, {jobs} jobs, {lives} lives:\n{alone}\n{killed}");
            }
        }
    }
}

/// Each trial is complete, failed or pruned, and is trained up to the rung that it reached and no further.
#[test]
fn every_trial_ends_and_every_pruner_saves_work() {
    let epochs_of = |pruner: Pruner| {
        let study = searched(Strategy::new(SamplerKind::Random, 24), pruner.clone());
        let data_size = DataSize { shapes: Shape::dense(4, 2).into(), rows: 100, ratio: 0.25 };
        let mut course = Course::new(&study, folds(3), data_size);
        train(&mut course);
        let plan = course.plan();
        let states = plan.trials.iter().map(|trial| course.results().state(plan, trial));
        for (trial, state) in plan.trials.iter().zip(states) {
            assert!(!matches!(state, TrialState::Cancelled { .. }), "{pruner:?} leaves {trial:?} open");
            if let TrialState::Pruned { at } = state {
                let trained = |fold| course.results().fit(trial.configuration, fold).map_or(0, FitResult::epochs);
                let all: Vec<u32> = plan.folds.iter().map(|&fold| trained(fold)).collect();
                let asked: Vec<u32> = (0..3).map(|fold| if fold < at.folds { at.epochs } else { 0 }).collect();
                assert_eq!(all, asked, "{pruner:?} {trial:?}");
            }
        }
        let best = plan.trials.iter().filter_map(|trial| course.results().mean(plan, trial, study.metric));
        let best = best.map(|score| score.get()).fold(0.0, f64::max);
        (course.results().fits().map(|(_, _, fit)| fit.epochs()).sum::<u32>(), best)
    };
    let (all, best) = epochs_of(Pruner::NONE);
    for pruner in pruners().into_iter().skip(1) {
        let (spent, found) = epochs_of(pruner.clone());
        assert!(spent < all * 3 / 4, "{pruner:?} spent {spent} of {all}");
        assert!(found > best - 0.02, "{pruner:?} found {found}, and there is {best}");
    }
}

/// Trains every requested fit at once.
fn train(course: &mut Course<'_>) {
    loop {
        for request in course.ask() {
            let fit = trained(
                &course.configuration(request.configuration).configuration.clone(),
                request.fold,
                request.epochs,
            );
            course.recall(&request, &fit);
        }
        if !course.tell_next() {
            return;
        }
    }
}

fn searched_and_trained(study: &Study) -> Course<'_> {
    let mut course =
        Course::new(study, folds(3), DataSize { shapes: Shape::dense(4, 2).into(), rows: 100, ratio: 0.25 });
    train(&mut course);
    course
}

/// A trial may follow a longer one of the same network, whose fits it reads.
#[test]
fn trials_of_several_lengths_are_reproduced() {
    let mut study = searched(Strategy::new(SamplerKind::Tpe { startup: 4 }, 12), Pruner::NONE);
    let fixed = study.models[0].fixed.clone().without(Param::Epochs);
    study.models[0].fixed = fixed;
    study.models[0].space = crossfold_study::SearchSpace::new(vec![
        crossfold_study::Dimension::new(Param::LearningRate, choice(Setting::LearningRate, [1e-3, 1e-2])),
        crossfold_study::Dimension::new(Param::Epochs, choice(Setting::Epochs, [9, 2, 5])),
    ]);
    let alone = carry_out(&study, &mut Stored::new(), 1, Adversary::First, usize::MAX).unwrap();
    let trials = alone
        .lines()
        .filter(|line| line.contains(" Complete Some(Explanation") || line.contains(" Complete Explanation"));
    assert_eq!(trials.count(), 6, "{alone}");
    for jobs in [2, 8] {
        let mut stored = Stored::new();
        while carry_out(&study, &mut stored, jobs, Adversary::Random(3), 2).is_none() {}
        assert_eq!(carry_out(&study, &mut stored, jobs, Adversary::Last, usize::MAX).unwrap(), alone);
    }
}

/// With any budget and any pruner, a trial is trained to its end.
#[test]
fn every_budget_leaves_a_winner() {
    for pruner in pruners() {
        for epochs in [27, 60, 200, 400] {
            let mut study = searched(Strategy::new(SamplerKind::Random, 500), pruner.clone());
            study.budget.epochs = Some(epochs);
            let course = searched_and_trained(&study);
            let (plan, results) = (course.plan(), course.results());
            let spent: u64 = results.fits().map(|(_, _, fit)| u64::from(fit.epochs())).sum();
            let complete =
                plan.trials.iter().filter(|trial| results.state(plan, trial) == TrialState::Complete).count();
            let failed =
                plan.trials.iter().filter(|trial| matches!(results.state(plan, trial), TrialState::Failed { .. }));
            assert!(complete > 0 || failed.count() == plan.trials.len(), "{pruner:?} in {epochs}");
            assert!(spent <= epochs, "{pruner:?} in {epochs} spent {spent}");
        }
    }
}

#[test]
fn enqueued_points_come_first() {
    use crossfold_network::Settings;
    use crossfold_study::Enqueued;
    let wanted =
        [Setting::LearningRate(0.0123), Setting::BatchSize(64)].into_iter().fold(Settings::default(), Settings::with);
    for strategy in strategies().into_iter().skip(2) {
        let mut study = searched(strategy, Pruner::NONE);
        study.enqueued = vec![Enqueued { model: 0, settings: wanted.clone() }];
        let course = searched_and_trained(&study);
        let first = &course.plan().configurations[0].configuration;
        assert_eq!(first.batch_size, 64, "{strategy:?}");
        assert_eq!(first.learning_rate, 0.0123, "{strategy:?}: to the last digit");
        assert_eq!(*course.explain(TrialNumber(0)).unwrap().why, ProposalReason::Enqueued);
        assert!(*course.explain(TrialNumber(1)).unwrap().why != ProposalReason::Enqueued);
    }
}

#[test]
fn budgets_end_a_search_at_their_limit() {
    let with = |budget: Budget, pruner: Pruner| {
        let mut study = searched(Strategy::new(SamplerKind::Random, 24), pruner);
        study.budget = budget;
        let course = searched_and_trained(&study);
        let fits = course.results().fits().count() as u64;
        let epochs: u64 = course.results().fits().map(|(_, _, fit)| u64::from(fit.epochs())).sum();
        let (plan, results) = (course.plan(), course.results());
        let open = TrialState::Cancelled { at: None };
        assert!(plan.trials.iter().all(|trial| results.state(plan, trial) != open), "cut trials wait at a rung");
        (plan.trials.len(), fits, epochs, course.ended_by())
    };
    let none = Budget::default();
    assert_eq!(with(none, Pruner::NONE).3, None);
    assert_eq!(with(Budget { trials: Some(5), ..none }, Pruner::NONE).0, 5);
    assert_eq!(with(Budget { fits: Some(20), ..none }, Pruner::NONE).1, 18);
    let (_, _, epochs, limit) = with(Budget { epochs: Some(100), ..none }, Pruner::NONE);
    assert!(epochs <= 100 && epochs > 100 - 27 && limit == Some(BudgetLimit::Epochs), "{epochs} {limit:?}");
    for pruner in pruners() {
        let (_, _, epochs, _) = with(Budget { epochs: Some(60), ..none }, pruner.clone());
        assert!(epochs <= 60, "{pruner:?} {epochs}");
    }
    let (trials, .., limit) = with(Budget { without_improvement: Some(3), ..none }, Pruner::NONE);
    assert!(trials < 24 && limit == Some(BudgetLimit::WithoutImprovement), "{trials}");
    let flops = searched(Strategy::new(SamplerKind::Random, 24), Pruner::NONE);
    let one = searched_and_trained(&flops);
    let all: f64 = one
        .plan()
        .configurations
        .iter()
        .map(|planned| one.data_size().epoch_flops(&planned.configuration) * 27.0)
        .sum();
    let (_, _, _, limit) = with(Budget { flops: Some(all / 2.0), ..none }, Pruner::NONE);
    assert_eq!(limit, Some(BudgetLimit::Flops));
}

/// A run with a free order is reproduced by its journal; other runs may differ.
#[test]
fn a_free_order_is_reproduced_by_its_journal() {
    let mut study = searched(
        Strategy::new(SamplerKind::Tpe { startup: 6 }, 24),
        Pruner { kind: PrunerKind::Asha, rungs: Rungs::Growing { factor: 3, epochs: 1, folds: Some(1) } },
    );
    study.pace = Pace { batch: 4, order: Order::Free };
    let data_size = DataSize { shapes: Shape::dense(4, 2).into(), rows: 100, ratio: 0.25 };
    let run = |adversary_seed: u64, journal: Vec<JournalEntry>, all: &mut Stored| {
        let mut course = Course::new(&study, folds(3), data_size.clone());
        course.repeat(journal);
        let mut draws: Generator = Seed(adversary_seed).resampling();
        let mut waiting: Vec<FitRequest> = Vec::new();
        loop {
            loop {
                for request in course.ask() {
                    let at = (course.configuration(request.configuration).configuration.canonical(), request.fold);
                    match all.get(&at).filter(|fit| is_over(fit, request.epochs)).cloned() {
                        Some(fit) => course.recall(&request, &fit),
                        None => waiting.push(request),
                    }
                }
                if !course.tell_next() {
                    break;
                }
            }
            if waiting.is_empty() {
                return (outcome(&course), course.journal().to_vec());
            }
            let request = waiting.swap_remove(draws.below(waiting.len() as u64) as usize);
            let configuration = course.configuration(request.configuration).configuration.clone();
            let fit = trained(&configuration, request.fold, request.epochs);
            course.recall(&request, &fit);
            all.insert((configuration.canonical(), request.fold), fit);
        }
    };
    let mut stored = Stored::new();
    let (first, journal) = run(1, Vec::new(), &mut stored);
    let lines: Vec<String> = journal.iter().map(JournalEntry::to_text).collect();
    let read: Vec<JournalEntry> = lines.iter().map(|line| JournalEntry::from_text(line).unwrap()).collect();
    assert_eq!(read, journal);
    assert_eq!(run(7, read, &mut stored), (first.clone(), journal));
    let others: Vec<String> = (2..6).map(|seed| run(seed, Vec::new(), &mut Stored::new()).0).collect();
    assert!(others.iter().any(|other| *other != first), "no order made a difference");
}

/// Inactive by a condition of the spec, or without effect: TPE never proposes a momentum for Adam.
#[test]
fn inactive_hyperparameters_are_not_proposed() {
    let mut study = searched(Strategy::new(SamplerKind::Tpe { startup: 6 }, 40), Pruner::NONE);
    let mut dimensions = study.models[0].space.dimensions().to_vec();
    let mut momentum = crossfold_study::Dimension::new(Param::Momentum, Domain::Uniform { low: 0.1, high: 0.9 });
    momentum.when = vec![When { param: Param::Optimizer, values: vec![Setting::Optimizer(OptimizerName::Sgd)] }];
    dimensions.push(momentum);
    let mut dropout = crossfold_study::Dimension::new(Param::Layers, choice(Setting::Layers, [0, 1, 2]));
    dropout.prior = Some(Prior::Weights(vec![1.0, 2.0, 1.0]));
    dimensions.push(dropout);
    let mut nodes = crossfold_study::Dimension::new(Param::Nodes, Domain::LogInt { low: 4, high: 256 });
    nodes.per_layer = Some(2);
    dimensions.retain(|dimension| dimension.param != Param::Nodes);
    dimensions.push(nodes);
    study.models[0].space = crossfold_study::SearchSpace::new(dimensions);
    let fixed = study.models[0].fixed.clone().without(Param::Layers).without(Param::Nodes);
    study.models[0].fixed = fixed;
    let course = searched_and_trained(&study);
    let (mut seen, mut widths) = (0, 0);
    for trial in &course.plan().trials {
        let point = &trial.stands_for[0];
        let is_sgd = point.get(Param::Optimizer) == Some(&Setting::Optimizer(OptimizerName::Sgd));
        assert_eq!(point.get(Param::Momentum).is_some(), is_sgd, "{point:?}");
        let layers = point.get(Param::Layers).and_then(Setting::number).unwrap() as usize;
        let listed = point
            .get(Param::Hidden)
            .map_or(0, |hidden| if let Setting::Hidden(nodes) = hidden { nodes.len() } else { 0 });
        assert_eq!(listed, layers, "{point:?}");
        seen += usize::from(is_sgd);
        widths += usize::from(layers == 2);
    }
    assert!(seen > 2 && widths > 2, "{seen} {widths}");
}
