//! A simulated objective and small studies, which tests plan and carry out like real ones.

use std::ops::ControlFlow;

use crossfold_network::{Kind, Param, Setting, Settings, Task};
use crossfold_study::{
    Budget, Checkpoint, DataSource, DataSpec, Device, Dimension, Domain, EpochReport, Evaluation, Failure, Final, Fit,
    FitEnd, FoldId, Limits, Metric, MnistSource, ModelSpace, Objective, Pace, Part, Predictions, Pruner, Refit,
    Retention, Scores, SearchSpace, Seed, Splits, Stop, Strategy, Study, StudyName, Tally, Trained, conformance,
};

/// A study over `dimensions`, with fixed values for all other hyperparameters.
pub(crate) fn study(strategy: Strategy, dimensions: Vec<(Param, Domain)>) -> Study {
    let fixed =
        [Setting::Kind(Kind::Mlp), Setting::Layers(1), Setting::Nodes(16), Setting::BatchSize(32), Setting::Epochs(3)];
    let fixed = fixed.into_iter().fold(Settings::defaults(Task::Classification), Settings::with);
    let dimensions = dimensions.into_iter().map(|(param, domain)| Dimension::new(param, domain));
    Study {
        name: StudyName::new("simulated").unwrap(),
        seed: Seed(42),
        device: Device::Flex,
        data: DataSpec { source: DataSource::Mnist(MnistSource { path: "mnist".into() }), train_rows: None },
        models: vec![ModelSpace { fixed, space: SearchSpace::new(dimensions.collect()) }],
        strategy,
        pruner: Pruner::NONE,
        enqueued: Vec::new(),
        pace: Pace::default(),
        budget: Budget::default(),
        splits: Splits::KFold { folds: 5, repeats: 1, stratified: true, shuffle: true, groups: None },
        class_weights: None,
        metric: Metric::Accuracy,
        finish: Final { refit: Refit::None, ..Final::default() },
        baselines: Vec::new(),
        limits: Limits::default(),
        predictions: Retention::default(),
    }
}

pub(crate) fn choice<T>(setting: impl Fn(T) -> Setting, values: impl IntoIterator<Item = T>) -> Domain {
    Domain::Choice(values.into_iter().map(setting).collect())
}

pub(crate) fn folds(count: u32) -> Vec<FoldId> {
    (0..count).map(|fold| FoldId { repeat: 0, fold }).collect()
}

/// The outcome of an epoch of a simulated fit.
pub(crate) enum Epoch {
    Trained,
    /// Trained, and stopped early.
    Stopped,
    Diverged,
    Panicked(&'static str),
}

pub(crate) fn scores() -> Scores {
    Scores::uniform(Task::Classification, 0.5)
}

/// An objective that trains nothing: the function returns the outcome of each epoch, and the accuracy is
/// epoch / 100 + fold / 1,000 + nodes / 100,000.
pub(crate) struct Simulation<F>(pub(crate) F);

impl<F: Fn(&Fit<'_>, FoldId, u32) -> Epoch + Sync> Objective for Simulation<F> {
    fn fit(&self, fit: &Fit<'_>, stop: &Stop, report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>) -> Trained {
        let Part::Fold(fold) = fit.part else { panic!("a search fits folds alone") };
        let nodes = fit.configuration.hidden.first().map_or(0, |layer| layer.nodes);
        let readable = |from: &&Checkpoint| from.epochs < fit.epochs && **from == checkpoint(fit, from.epochs);
        let behind = fit.from.filter(readable).map_or(0, |from| from.epochs);
        for epoch in behind + 1..=fit.epochs {
            let what = self.0(fit, fold, epoch);
            let has_stopped = matches!(what, Epoch::Stopped);
            if stop.is_requested() {
                return FitEnd::Cancelled.into();
            }
            match what {
                Epoch::Trained | Epoch::Stopped => {}
                Epoch::Diverged => return FitEnd::Failed(Failure::NotFinite { epoch }).into(),
                // Unlike `panic!`, this keeps a test's output quiet.
                Epoch::Panicked(message) => std::panic::resume_unwind(Box::new(message)),
            }
            const ROWS: u32 = 100_000;
            let correct = 1_000 * epoch + 100 * fold.fold + nodes;
            let tally = Tally::Classes { rows: ROWS, correct, loss: f64::from(ROWS - correct) };
            let read_until = if has_stopped { fit.epochs } else { epoch };
            let is_read = fit.predict_at.iter().any(|at| (epoch..=read_until).contains(at));
            let predictions = is_read.then(|| Predictions(vec![1.0; ROWS as usize].into()));
            let validation = Some(Evaluation { tally, scores: scores() });
            if report(EpochReport { epoch, training: tally, validation, watched: None, predictions }).is_break() {
                return FitEnd::Cancelled.into();
            }
            if has_stopped {
                return FitEnd::Stopped.into();
            }
        }
        Trained { end: FitEnd::Complete, checkpoint: fit.keep.then(|| checkpoint(fit, fit.epochs)) }
    }
}

/// The state of a fit, which identifies the fit and the epoch.
fn checkpoint(fit: &Fit<'_>, epochs: u32) -> Checkpoint {
    let state = format!("epoch {epochs} of {} on {}", fit.configuration.canonical(), fit.part);
    Checkpoint { epochs, state: state.into_bytes().into() }
}

#[test]
fn the_simulation_conforms_to_the_contract() {
    let fixed = study(Strategy::GRID, Vec::new()).models[0].fixed.clone();
    let (configuration, _) = fixed.resolve().unwrap();
    let part = Part::Fold(folds(2)[1]);
    let fit = Fit { configuration: &configuration, part, epochs: 4, predict_at: &[2, 4], from: None, keep: false };
    conformance::check_objective(&Simulation(|_: &Fit<'_>, _, _| Epoch::Trained), &fit);
    let stops = |_: &Fit<'_>, _, epoch| if epoch == 3 { Epoch::Stopped } else { Epoch::Trained };
    conformance::check_objective(&Simulation(stops), &fit);
}
