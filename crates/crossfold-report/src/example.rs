//! A small study with hand-made results, for tests: one of its three networks is scored on all folds, one
//! fails in its second epoch, and one is cancelled.

use std::time::Duration;

use crossfold_network::{Activation, Configuration, Form, HiddenLayer, Param, Setting, Settings, Shape, Task};
use crossfold_study::{
    Budget, ConfigurationNumber, DataSource, DataSpec, Device, Dimension, Domain, EpochReport, Evaluation, Event,
    Failure, Final, FitEnd, FoldId, Limits, Metric, MnistSource, ModelSpace, Order, Pace, Plan, PlannedConfiguration,
    Pruner, PrunerKind, Results, Retention, Rung, Rungs, Scores, SearchSpace, Seed, Splits, Strategy, Study, StudyName,
    Tally, Trial, TrialNumber, Watched,
};

use crate::analysis::leaderboard::Leaderboard;
use crate::analysis::test_score::TestScore;
use crate::formats::result_file::ReportInputs;

pub(crate) const SHAPE: Shape = Shape { inputs: 3, outputs: 2, looked_up: 0, form: Form::Flat };

pub(crate) fn configuration(nodes: &[u32], dropout: f64) -> Configuration {
    Configuration {
        hidden: nodes.iter().map(|&nodes| HiddenLayer { nodes, dropout }).collect(),
        activation: (!nodes.is_empty()).then_some(Activation::Relu),
        ..Configuration::default()
    }
}

/// A study ranked by `metric`.
pub(crate) fn study(metric: Metric) -> Study {
    let choice = |param, values: &[Setting]| Dimension::new(param, Domain::Choice(values.to_vec()));
    let space = SearchSpace::new(vec![
        choice(Param::Layers, &[Setting::Layers(0), Setting::Layers(1)]),
        choice(Param::Nodes, &[Setting::Nodes(4), Setting::Nodes(8)]),
        choice(Param::Epochs, &[Setting::Epochs(1), Setting::Epochs(2)]),
    ]);
    Study {
        name: StudyName::new("example").unwrap(),
        seed: Seed(42),
        device: Device::Flex,
        data: DataSpec { source: DataSource::Mnist(MnistSource { path: "mnist".into() }), train_rows: None },
        models: vec![ModelSpace { fixed: Settings::default(), space }],
        strategy: Strategy::GRID,
        pruner: Pruner::NONE,
        enqueued: Vec::new(),
        pace: Pace::default(),
        budget: Budget::default(),
        splits: Splits::KFold { folds: 2, repeats: 1, stratified: true, shuffle: true, groups: None },
        class_weights: None,
        metric,
        finish: Final { test: true, ..Final::default() },
        baselines: Vec::new(),
        limits: Limits::default(),
        predictions: Retention::default(),
    }
}

/// Six trials of three configurations on two folds, in the grid's order.
pub(crate) fn plan() -> Plan {
    let mut plan = Plan { configurations: Vec::new(), trials: Vec::new(), folds: folds(1) };
    for (number, hidden) in (0..).zip([&[][..], &[4], &[8]]) {
        let number = ConfigurationNumber(number);
        plan.configurations.push(PlannedConfiguration {
            number,
            configuration: configuration(hidden, 0.5).into(),
            read_at: vec![1, 2],
        });
        for epochs in [1, 2] {
            let point = |nodes| {
                let settings = Settings::default().with(Setting::Epochs(epochs)).with(Setting::Nodes(nodes));
                settings.with(Setting::Layers(hidden.len() as u32))
            };
            let nodes = if hidden.is_empty() { &[4, 8] } else { hidden };
            plan.trials.push(Trial {
                number: TrialNumber(plan.trials.len() as u32),
                configuration: number,
                epochs,
                stands_for: nodes.iter().map(|&nodes| point(nodes)).collect(),
                pruned: None,
                cut: None,
            });
        }
    }
    plan
}

/// A study whose trials may be pruned.
pub(crate) fn pruning_study(metric: Metric) -> Study {
    let rungs = Rungs::Given(vec![Rung { epochs: 1, folds: 1 }, Rung { epochs: 1, folds: 2 }]);
    Study { pruner: Pruner { kind: PrunerKind::Halving, rungs }, ..study(metric) }
}

/// A study that another run need not reproduce.
pub(crate) fn free_study(metric: Metric) -> Study {
    Study { pace: Pace { order: Order::Free, ..Pace::default() }, ..study(metric) }
}

/// As [`plan`], with the second trial pruned after an epoch on both folds, though the first's fits went on, and the last
/// two pruned after an epoch on one.
pub(crate) fn pruned_plan() -> Plan {
    let mut plan = plan();
    for (number, folds) in [(1, 2), (4, 1), (5, 1)] {
        plan.trials[number].pruned = Some(Rung { epochs: 1, folds });
    }
    plan
}

/// Two folds per repeat.
pub(crate) fn folds(repeats: u32) -> Vec<FoldId> {
    (0..repeats).flat_map(|repeat| [0, 1].map(|fold| FoldId { repeat, fold })).collect()
}

/// The scores of every epoch, with this ROC AUC.
fn scores(roc_auc: Option<f64>) -> Scores {
    let mut scores = Scores::uniform(Task::Classification, 0.5);
    scores.set(Metric::RocAuc, roc_auc);
    scores.set(Metric::Brier, Some(0.25));
    scores.set(Metric::CalibrationError, Some(0.125));
    scores
}

/// Scores with an undefined metric.
pub(crate) fn evaluation() -> Evaluation {
    Evaluation { tally: Tally::Classes { rows: 4, correct: 3, loss: 2.0 }, scores: scores(None) }
}

/// Test scores, one of which has an interval.
pub(crate) fn test_scores() -> Vec<TestScore> {
    let test_score = |&metric: &Metric| {
        let interval = (metric == Metric::Accuracy).then_some([0.25, 0.875]);
        TestScore { metric, value: evaluation().get(metric), interval }
    };
    Metric::all_for(Task::Classification).iter().map(test_score).collect()
}

pub(crate) fn epoch_done(configuration: u32, fold: u32, epoch: u32, accuracy: f64) -> Event {
    // A power of two, so that shares are exact.
    const ROWS: u32 = 1024;
    let tally = |accuracy| {
        let correct = f64::from(ROWS) * accuracy;
        Tally::Classes { rows: ROWS, correct: correct as u32, loss: 2.0 * f64::from(ROWS) - correct }
    };
    // On the second fold the ROC AUC is undefined.
    let scores = scores((fold == 0).then_some(0.875));
    Event::EpochDone {
        configuration: ConfigurationNumber(configuration),
        fold: FoldId { repeat: 0, fold },
        report: EpochReport {
            epoch,
            training: tally(accuracy / 2.0),
            validation: Some(Evaluation { tally: tally(accuracy), scores }),
            watched: None,
            predictions: None,
        },
    }
}

/// As [`events`], for regression: each accuracy becomes an r2, of targets with a standard deviation of 4.
pub(crate) fn results_of_numbers() -> Results {
    let number = |tally: Tally| {
        let rows = f64::from(tally.rows());
        let spread = 16.0 * rows;
        let unexplained = tally.loss() / rows - 1.0;
        Tally::Numbers { rows: tally.rows(), squared: unexplained * spread, absolute: unexplained * rows, spread }
    };
    let mut results = Results::default();
    for mut event in events() {
        if let Event::EpochDone { report, .. } = &mut event {
            report.training = number(report.training);
            report.validation = report.validation.map(|validation| Evaluation::from(number(validation.tally)));
        }
        results.apply(&event);
    }
    results
}

pub(crate) fn fit_ended(configuration: u32, fold: u32, end: FitEnd) -> Event {
    Event::FitEnded {
        configuration: ConfigurationNumber(configuration),
        fold: FoldId { repeat: 0, fold },
        end,
        elapsed: Duration::from_millis(1500 + u64::from(fold)),
    }
}

/// The events of the plan's fits, until the run is stopped before the sixth begins.
pub(crate) fn events() -> Vec<Event> {
    let not_finite = FitEnd::Failed(Failure::NotFinite { epoch: 2 });
    vec![
        epoch_done(0, 0, 1, 0.5),
        epoch_done(0, 0, 2, 0.75),
        fit_ended(0, 0, FitEnd::Complete),
        epoch_done(0, 1, 1, 0.25),
        epoch_done(0, 1, 2, 0.75),
        fit_ended(0, 1, FitEnd::Complete),
        epoch_done(1, 0, 1, 1.0),
        epoch_done(1, 0, 2, 1.0),
        fit_ended(1, 0, FitEnd::Complete),
        epoch_done(1, 1, 1, 0.5),
        fit_ended(1, 1, not_finite),
        epoch_done(2, 0, 1, 0.125),
        fit_ended(2, 0, FitEnd::Cancelled),
    ]
}

/// As [`events`], with early stopping: the best epoch is always the first, and cancelled fits have stopped early instead.
pub(crate) fn watched_results() -> Results {
    let mut results = Results::default();
    for mut event in events() {
        match &mut event {
            Event::EpochDone { report, .. } => report.watched = Some(Watched { loss: 0.5, best: 1 }),
            Event::FitEnded { end, .. } if *end == FitEnd::Cancelled => *end = FitEnd::Stopped,
            Event::FitEnded { .. } | Event::FitStarted { .. } => {}
        }
        results.apply(&event);
    }
    results
}

pub(crate) fn results() -> Results {
    let mut results = Results::default();
    events().iter().for_each(|event| results.apply(event));
    results
}

/// What result files are made from after the search.
pub(crate) fn inputs<'a>(board: &'a Leaderboard<'a>, results: &'a Results) -> ReportInputs<'a> {
    ReportInputs::new(board, results, &[], ["version: 1\n", "seed 42\n"], &|_| 100)
}
