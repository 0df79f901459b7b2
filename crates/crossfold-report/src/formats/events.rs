//! `--json`: the events of a run, one JSON object per line.
//!
//! `schema/events.schema.json` describes them for other programs; `tests/it/events.rs` validates real streams with it.

use std::io::{self, Write};

use crossfold_network::{Plain, Setting};
use crossfold_study::{
    ConfigurationNumber, Direction, EpochReport, Evaluation, Event, FitEnd, FoldId, Metric, PruningDecision, Rung,
    RungStep, Score, TrialNumber, TrialState, Watched,
};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::analysis::leaderboard::TrialCounts;
use crate::formats::trial_explanation::judged;

/// The version of the events' format, in the first of them.
///
/// 1: the first. For regression, `rmse`, `mae` and `r2` replace `accuracy` and
/// `log_loss`. 2: all metrics of validation and test rows, null where one is undefined; `watched_loss` and
/// `best_epoch`, with early stopping; fits that end as `stopped`. 3: `search_ended` counts trials
/// that were `pruned`. 4: `time`; events of trials, with their hyperparameters; `ranked`, `nested_ended`,
/// `refit_started`, `refit_failed` and those of `variables`; `test` has its scores in `scores`; `plan` says whether its numbers are upper bounds.
const EVENTS_VERSION: u32 = 4;

/// The JSON Schema of the events.
pub const EVENTS_SCHEMA: &str = include_str!("../../schema/events.schema.json");

/// An event of a run. Fits are named as in the CSV files: configurations and trials from 0, repeats and folds from 1.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum JsonEvent<'a> {
    /// The first event: the planned work.
    Plan(PlanEvent<'a>),
    /// There is a new trial.
    TrialProposed {
        trial: u32,
        configuration: u32,
        settings: SettingMap,
        /// `None` where all trials are known from the start.
        proposed_by: Option<&'static str>,
    },
    /// The first fit of a trial begins.
    TrialStarted {
        trial: u32,
        configuration: u32,
        settings: SettingMap,
    },
    /// A fit begins, or goes on after its trial was promoted.
    FitStarted(FitName),
    Epoch(EpochEvent),
    FitEnded(FitEndEvent),
    TrialPromoted(RungEvent),
    TrialPruned(RungEvent),
    TrialEnded(TrialEndEvent),
    SearchEnded(SearchEndEvent),
    /// The trials were ranked.
    Ranked {
        /// The trial ranked first.
        best: Option<BestSoFar>,
        /// The trial that is retrained, which may be another one.
        winner: Option<u32>,
    },
    /// Nested cross-validation ended with this mean over folds.
    NestedEnded {
        metric: Metric,
        score: f64,
    },
    RefitStarted {
        trial: u32,
        epochs: u32,
        /// The number of trials of an ensemble; `None` for the winner alone.
        #[serde(skip_serializing_if = "Option::is_none")]
        ensemble: Option<usize>,
        /// The number of networks that are averaged; `None` for one.
        #[serde(skip_serializing_if = "Option::is_none")]
        networks: Option<u32>,
        /// The number of folds, where the winner is retrained on each; `None` where it is on all rows.
        #[serde(skip_serializing_if = "Option::is_none")]
        folds: Option<usize>,
        /// The number of rows that it is trained on, or that are split into folds.
        rows: usize,
    },
    /// The winner was retrained for this number of epochs.
    RefitEnded {
        epochs: u32,
    },
    RefitFailed {
        error: &'a str,
    },
    /// The refitted network was scored on the test rows.
    Test {
        metric: Metric,
        score: Option<f64>,
        /// The 95 % confidence interval of `score`.
        interval: Option<[f64; 2]>,
        scores: Evaluation,
    },
    /// The winner is retrained on each fold, and scored with one column at a time shuffled.
    VariablesStarted {
        fits: usize,
    },
    /// A fold's retrained network has been scored.
    VariablesFitEnded(ScoredFit),
    /// The importance of columns is known.
    VariablesEnded {
        /// Number of columns; `None` where `budget.wall` left no time.
        columns: Option<usize>,
    },
    /// The last event: the folder of the result files.
    Results {
        folder: String,
        /// Whether this run wrote them; a run that was stopped before any result keeps an earlier run's.
        written: bool,
    },
}

/// The planned work.
#[derive(Debug, Serialize)]
pub struct PlanEvent<'a> {
    pub version: EventsVersion,
    pub study: &'a str,
    pub metric: Metric,
    pub goal: Goal,
    pub sampler: &'static str,
    /// `None` where only a budget ends the search.
    pub trials: Option<u64>,
    /// A fit on each fold for each configuration.
    pub fits: Option<u64>,
    /// Whether there may be fewer trials and fits, since decisions depend on results.
    pub at_most: bool,
    /// Fits found in the store.
    pub stored: usize,
    pub jobs: usize,
}

/// The version of the format.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventsVersion;

impl Serialize for EventsVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(EVENTS_VERSION)
    }
}

/// Which scores are better.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    Maximize,
    Minimize,
}

impl From<Direction> for Goal {
    fn from(direction: Direction) -> Goal {
        match direction {
            Direction::Maximize => Goal::Maximize,
            Direction::Minimize => Goal::Minimize,
        }
    }
}

/// The fit of a configuration on a fold.
#[derive(Debug, Serialize)]
pub struct FitName {
    configuration: u32,
    repeat: u32,
    fold: u32,
}

impl FitName {
    fn new(configuration: ConfigurationNumber, fold: FoldId) -> FitName {
        FitName { configuration: configuration.0, repeat: fold.repeat + 1, fold: fold.fold + 1 }
    }
}

#[derive(Debug, Serialize)]
pub struct EpochEvent {
    #[serde(flatten)]
    fit: FitName,
    epoch: u32,
    training: Evaluation,
    validation: Option<Evaluation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    watched_loss: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    best_epoch: Option<u32>,
}

#[derive(Debug, Serialize)]
pub struct FitEndEvent {
    #[serde(flatten)]
    fit: FitName,
    state: &'static str,
    /// Epochs trained so far, in earlier runs too.
    epochs: u32,
    seconds: f64,
    error: Option<String>,
}

/// A fit that was scored with shuffled columns, or failed.
#[derive(Debug, Serialize)]
pub struct ScoredFit {
    #[serde(flatten)]
    fit: FitName,
    seconds: f64,
    error: Option<String>,
}

/// What was decided on a trial at a rung.
#[derive(Debug, Serialize)]
pub struct RungEvent {
    trial: u32,
    rung: RungPlace,
    score: Option<f64>,
    reason: String,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct RungPlace {
    epochs: u32,
    folds: u32,
}

impl From<Rung> for RungPlace {
    fn from(Rung { epochs, folds }: Rung) -> RungPlace {
        RungPlace { epochs, folds }
    }
}

/// The end of a trial.
#[derive(Debug, Serialize)]
pub struct TrialEndEvent {
    trial: u32,
    state: &'static str,
    score: Option<f64>,
    rung: Option<RungPlace>,
    error: Option<String>,
    best: Option<BestSoFar>,
}

impl TrialEndEvent {
    /// `score` is the mean over all folds or, of a trial that the search ended, over those of its rung; `best` is the best
    /// complete trial so far.
    pub fn new(
        trial: TrialNumber,
        state: &TrialState,
        score: Option<Score>,
        best: Option<(TrialNumber, Score)>,
    ) -> TrialEndEvent {
        let (rung, error) = match state {
            TrialState::Complete => (None, None),
            TrialState::Pruned { at } => (Some(*at), None),
            TrialState::Cancelled { at } => (*at, None),
            TrialState::Failed { failure, .. } => (None, Some(failure.to_string())),
        };
        TrialEndEvent {
            trial: trial.0,
            state: state.name(),
            score: score.map(Score::get),
            rung: rung.map(RungPlace::from),
            error,
            best: best.map(BestSoFar::from),
        }
    }
}

/// A trial with its mean over folds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct BestSoFar {
    trial: u32,
    score: f64,
}

impl From<(TrialNumber, Score)> for BestSoFar {
    fn from((trial, score): (TrialNumber, Score)) -> BestSoFar {
        BestSoFar { trial: trial.0, score: score.get() }
    }
}

/// Numbers of trials by state, and of fits.
#[derive(Debug, Serialize)]
pub struct SearchEndEvent {
    #[serde(flatten)]
    pub trials: TrialCounts,
    /// Fits that were trained. One that was promoted counts once, however often it went on.
    pub trained: usize,
    /// Fits found in the store.
    pub stored: usize,
    /// Whether a stop was requested.
    pub interrupted: bool,
    /// The limit of `budget` or `limits` that ended the search early.
    pub ended_by: Option<&'static str>,
}

/// Hyperparameters by name, each value of its own type.
#[derive(Debug)]
pub struct SettingMap(Vec<Setting>);

impl FromIterator<Setting> for SettingMap {
    fn from_iter<I: IntoIterator<Item = Setting>>(settings: I) -> SettingMap {
        SettingMap(settings.into_iter().collect())
    }
}

impl Serialize for SettingMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for setting in &self.0 {
            map.serialize_entry(setting.param().name(), &Typed(&setting.plain()))?;
        }
        map.end()
    }
}

/// A value as a JSON value of its type.
struct Typed<'a>(&'a Plain);

impl Serialize for Typed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Plain::Text(text) => serializer.serialize_str(text),
            Plain::Flag(flag) => serializer.serialize_bool(*flag),
            Plain::Count(count) => serializer.serialize_u32(*count),
            Plain::Real(number) => serializer.serialize_f64(*number),
            Plain::List(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(&Typed(value))?;
                }
                list.end()
            }
        }
    }
}

impl JsonEvent<'_> {
    /// An event of a fit that has been trained for `epochs` by now.
    pub fn of_fit(event: &Event, epochs: u32) -> JsonEvent<'static> {
        match event {
            Event::FitStarted { configuration, fold } => JsonEvent::FitStarted(FitName::new(*configuration, *fold)),
            Event::EpochDone { configuration, fold, report } => {
                let EpochReport { epoch, training, validation, watched, predictions: _ } = report;
                let (watched_loss, best_epoch) = watched.map(|Watched { loss, best }| (loss, best)).unzip();
                JsonEvent::Epoch(EpochEvent {
                    fit: FitName::new(*configuration, *fold),
                    epoch: *epoch,
                    training: (*training).into(),
                    validation: *validation,
                    watched_loss,
                    best_epoch,
                })
            }
            Event::FitEnded { configuration, fold, end, elapsed } => {
                let (state, error) = match end {
                    FitEnd::Complete => ("complete", None),
                    FitEnd::Stopped => ("stopped", None),
                    FitEnd::Failed(failure) => ("failed", Some(failure.to_string())),
                    FitEnd::Cancelled => ("cancelled", None),
                };
                let (fit, seconds) = (FitName::new(*configuration, *fold), elapsed.as_secs_f64());
                JsonEvent::FitEnded(FitEndEvent { fit, state, epochs, seconds, error })
            }
        }
    }

    /// The end of a fit that is scored with shuffled columns; `None` for other events and a cancelled fit.
    pub fn of_variables_fit(event: &Event) -> Option<JsonEvent<'static>> {
        let Event::FitEnded { configuration, fold, end, elapsed } = event else { return None };
        let error = match end {
            FitEnd::Complete | FitEnd::Stopped => None,
            FitEnd::Failed(failure) => Some(failure.to_string()),
            FitEnd::Cancelled => return None,
        };
        let (fit, seconds) = (FitName::new(*configuration, *fold), elapsed.as_secs_f64());
        Some(JsonEvent::VariablesFitEnded(ScoredFit { fit, seconds, error }))
    }

    /// What was decided on a trial at a rung; `None` where nothing was.
    pub fn of_rung(trial: TrialNumber, step: &RungStep, metric: Metric) -> Option<JsonEvent<'static>> {
        let event = |reason| RungEvent {
            trial: trial.0,
            rung: step.rung.into(),
            score: step.score,
            reason: judged(reason, metric),
        };
        Some(match step.judged.as_ref()? {
            PruningDecision::Promoted(reason) => JsonEvent::TrialPromoted(event(reason)),
            PruningDecision::Pruned(reason) => JsonEvent::TrialPruned(event(reason)),
        })
    }
}

/// A line: the time, then the event's name and its fields.
#[derive(Serialize)]
struct Line<'a> {
    time: &'a str,
    #[serde(flatten)]
    event: &'a JsonEvent<'a>,
}

/// Writes an event's line; `time` is RFC 3339 in UTC.
///
/// # Errors
/// If `out` can't be written to.
pub fn write_event(mut out: impl Write, time: &str, event: &JsonEvent<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut out, &Line { time, event })?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_network::PerLayer;
    use crossfold_study::{Failure, PruningReason, Tally};

    const EXPECTED: &str = r#"{"time":"T","event":"plan","version":4,"study":"example","metric":"accuracy","goal":"maximize","sampler":"tpe","trials":6,"fits":12,"at_most":false,"stored":2,"jobs":4}
{"time":"T","event":"trial_proposed","trial":7,"configuration":1,"settings":{"model":"a","nesterov":true,"hidden":[64,32],"learning_rate":0.001,"kernel":[5,3]},"proposed_by":"tpe"}
{"time":"T","event":"trial_started","trial":7,"configuration":1,"settings":{"model":"a","nesterov":true,"hidden":[64,32],"learning_rate":0.001,"kernel":[5,3]}}
{"time":"T","event":"epoch","configuration":1,"repeat":1,"fold":1,"epoch":1,"training":{"log_loss":1.75,"accuracy":0.25},"validation":{"log_loss":1.5,"accuracy":0.5,"balanced_accuracy":0.5,"f1":0.5,"roc_auc":0.875,"average_precision":0.5,"brier":0.25,"calibration_error":0.125}}
{"time":"T","event":"epoch","configuration":1,"repeat":1,"fold":1,"epoch":1,"training":{"log_loss":1.75,"accuracy":0.25},"validation":{"log_loss":1.5,"accuracy":0.5,"balanced_accuracy":0.5,"f1":0.5,"roc_auc":0.875,"average_precision":0.5,"brier":0.25,"calibration_error":0.125},"watched_loss":0.5,"best_epoch":1}
{"time":"T","event":"fit_ended","configuration":1,"repeat":1,"fold":1,"state":"failed","epochs":1,"seconds":1.5,"error":"the loss is not finite in epoch 2; a smaller `learning_rate` often helps"}
{"time":"T","event":"fit_ended","configuration":1,"repeat":1,"fold":2,"state":"stopped","epochs":2,"seconds":1.501,"error":null}
{"time":"T","event":"trial_promoted","trial":7,"rung":{"epochs":3,"folds":1},"score":0.5,"reason":"place 2 of 9, of which the best 3 go on"}
{"time":"T","event":"trial_pruned","trial":7,"rung":{"epochs":3,"folds":1},"score":0.5,"reason":"it failed"}
{"time":"T","event":"trial_ended","trial":7,"state":"pruned","score":0.5,"rung":{"epochs":3,"folds":1},"error":null,"best":{"trial":3,"score":0.75}}
{"time":"T","event":"search_ended","complete":1,"pruned":2,"failed":3,"cancelled":4,"trained":10,"stored":2,"interrupted":false,"ended_by":"wall"}
{"time":"T","event":"variables_started","fits":2}
{"time":"T","event":"variables_fit_ended","configuration":1,"repeat":1,"fold":2,"seconds":1.501,"error":null}
{"time":"T","event":"variables_ended","columns":9}
{"time":"T","event":"test","metric":"accuracy","score":0.75,"interval":[0.5,1.0],"scores":{"log_loss":0.5,"accuracy":0.75,"balanced_accuracy":0.5,"f1":0.5,"roc_auc":null,"average_precision":0.5,"brier":0.25,"calibration_error":0.125}}
{"time":"T","event":"test","metric":"rmse","score":2.0,"interval":null,"scores":{"rmse":2.0,"mae":1.5,"r2":-0.5}}
"#;

    fn lines(events: &[JsonEvent<'_>]) -> String {
        let mut out = Vec::new();
        events.iter().for_each(|event| write_event(&mut out, "T", event).unwrap());
        String::from_utf8(out).unwrap()
    }

    /// The format that other programs read: a change requires a new [`EVENTS_VERSION`].
    #[test]
    fn one_line_per_event() {
        let failed = example::fit_ended(1, 0, FitEnd::Failed(Failure::NotFinite { epoch: 2 }));
        let mut epoch = example::epoch_done(1, 0, 1, 0.5);
        let plain = epoch.clone();
        if let Event::EpochDone { report, .. } = &mut epoch {
            report.watched = Some(Watched { loss: 0.5, best: 1 });
        }
        let stopped = example::fit_ended(1, 1, FitEnd::Stopped);
        let settings = || {
            let kernel = Setting::Kernel(PerLayer::Each(vec![5, 3]));
            let words = [Setting::Model("a".to_owned()), Setting::Nesterov(true)];
            words.into_iter().chain([Setting::Hidden(vec![64, 32]), Setting::LearningRate(0.001), kernel]).collect()
        };
        let (trial, best) = (TrialNumber(7), Some((TrialNumber(3), Score::new(0.75).unwrap())));
        let rung = Rung { epochs: 3, folds: 1 };
        let step = |judged| RungStep { rung, score: Some(0.5), judged: Some(judged) };
        let placed = PruningReason::Placed { place: 2, of: 9, kept: 3 };
        let scores = example::evaluation();
        let metric = Metric::Accuracy;
        let events = [
            JsonEvent::Plan(PlanEvent {
                version: EventsVersion,
                study: "example",
                metric,
                goal: metric.direction().into(),
                sampler: "tpe",
                trials: Some(6),
                fits: Some(12),
                at_most: false,
                stored: 2,
                jobs: 4,
            }),
            JsonEvent::TrialProposed { trial: 7, configuration: 1, settings: settings(), proposed_by: Some("tpe") },
            JsonEvent::TrialStarted { trial: 7, configuration: 1, settings: settings() },
            JsonEvent::of_fit(&plain, 1),
            JsonEvent::of_fit(&epoch, 1),
            JsonEvent::of_fit(&failed, 1),
            JsonEvent::of_fit(&stopped, 2),
            JsonEvent::of_rung(trial, &step(PruningDecision::Promoted(placed)), metric).unwrap(),
            JsonEvent::of_rung(trial, &step(PruningDecision::Pruned(PruningReason::Failed)), metric).unwrap(),
            JsonEvent::TrialEnded(TrialEndEvent::new(trial, &TrialState::Pruned { at: rung }, Score::new(0.5), best)),
            JsonEvent::SearchEnded(SearchEndEvent {
                trials: TrialCounts { complete: 1, pruned: 2, failed: 3, cancelled: 4 },
                trained: 10,
                stored: 2,
                interrupted: false,
                ended_by: Some("wall"),
            }),
            JsonEvent::VariablesStarted { fits: 2 },
            JsonEvent::of_variables_fit(&stopped).unwrap(),
            JsonEvent::VariablesEnded { columns: Some(9) },
            JsonEvent::Test { metric, score: Some(0.75), interval: Some([0.5, 1.0]), scores },
            JsonEvent::Test {
                metric: Metric::Rmse,
                score: Some(2.0),
                interval: None,
                scores: Tally::Numbers { rows: 3, squared: 12.0, absolute: 4.5, spread: 8.0 }.into(),
            },
        ];
        assert_eq!(lines(&events), EXPECTED);
    }
}
