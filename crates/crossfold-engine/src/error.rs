//! Why a use case ended without a result.

use std::io;
use std::path::PathBuf;

use crossfold_data::messages::quoted;
use crossfold_data::{DataError, FoldsError};
use crossfold_network::{MAX_PARAMETERS, Misfit, Task, shorten};
use crossfold_report::{BaselineError, UnknownColumn};
use crossfold_search::RunError;
use crossfold_sources::SourceError;
use crossfold_spec::Mistakes;
use crossfold_study::{Metric, StoreError, StudyName, TrialNumber, UndefinedMetric};
use crossfold_system::Refusal;

use crate::until::DeadlineError;

/// Why a use case ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{}` has {} mistakes", .0.path.display(), .0.mistakes.count())]
    Spec(Box<SpecMistakes>),
    #[error("can't read the spec `{}`: {source}", path.display())]
    SpecFile { path: PathBuf, source: io::Error },
    #[error("can't read the settings `{}`: {source}", path.display())]
    SettingsFile { path: PathBuf, source: io::Error },
    /// The files that a spec names.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A table that no spec names: its path starts from the working directory.
    #[error(transparent)]
    Table(SourceError),
    /// Rows that were read.
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Folds(#[from] FoldsError),
    /// The training rows of a fold can't be split again, as nested cross-validation does. Counted from 1.
    #[error("nested cross-validation can't split the training rows of repeat {repeat}, fold {fold}: {error}")]
    Nested { repeat: u32, fold: u32, error: FoldsError },
    /// A result file can't be written.
    #[error("can't write `{}`: {source}", path.display())]
    Output { path: PathBuf, source: io::Error },
    /// A file that the caller names, and that is no result file, can't be written.
    #[error("can't write `{}`: {source}", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("`{}` exists", path.display())]
    Exists { path: PathBuf },
    /// A file to be written is one that is read.
    #[error("`{}` is read, so it can't be written to", path.display())]
    OverInput { path: PathBuf },
    #[error("a spec is UTF-8, so it can't name `{}`, which is not", path.display())]
    NotText { path: PathBuf },
    #[error("a spec refers to its table by a path, and standard input has none")]
    NamelessTable,
    /// A file of test rows lacks columns of the training file.
    #[error("`{}` lacks {}", path.display(), lacking(columns))]
    TestFileLacks { path: PathBuf, columns: Vec<String> },
    #[error("two outputs would be written to `{}`", path.display())]
    Twice { path: PathBuf },
    /// The results folder is another one than at the beginning.
    #[error("the folder `{}` was moved or deleted during the run; the results so far were written to a new one", path.display())]
    Moved { path: PathBuf },
    /// Another process writes to the results folder; `holder` says which.
    #[error("another run of this study is writing to `{}`{}", path.display(), in_parentheses(holder.as_ref()))]
    Busy { path: PathBuf, holder: Option<String> },
    #[error("`{network}` has {parameters} parameters; at most {MAX_PARAMETERS} are supported")]
    NetworkTooLarge { network: String, parameters: u64 },
    /// A network that doesn't fit the data; `trial` is the first one.
    #[error("trial {trial}: {misfit}")]
    Misfit { trial: TrialNumber, misfit: Misfit },
    #[error(transparent)]
    Metric(#[from] UndefinedMetric),
    #[error("can't read the baseline `{}`: {error}", path.display())]
    Baseline { path: PathBuf, error: BaselineError },
    #[error("no trial of `{name}` has a score, so there is no winner")]
    NoWinner { name: String },
    #[error("the out-of-fold predictions of trial {trial} of `{name}` are not stored")]
    NoPredictions { name: String, trial: TrialNumber },
    #[error("there is no trial {trial} of `{name}`")]
    UnknownTrial { name: String, trial: TrialNumber, trials: usize },
    #[error("trial {trial} of `{name}` has no score")]
    NoScore { name: String, trial: TrialNumber },
    #[error("{}", other_metrics(first, second, *metrics))]
    OtherMetrics { first: String, second: String, metrics: [Metric; 2] },
    #[error(transparent)]
    Column(#[from] UnknownColumn),
    /// Retraining did not reproduce what is stored; `differing` are the parts of the origin that differ.
    #[error("retraining the winner of `{name}` did not reproduce its stored result{}", others(differing))]
    Retrained { name: String, differing: Vec<String> },
    #[error("can't use the model `{}`: {reason}", path.display())]
    Model { path: PathBuf, reason: String },
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("this machine's clock shows a year outside -9999 to 9999, which records can't hold")]
    Clock,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Deadline(#[from] DeadlineError),
    #[error("there is no stored study `{name}`")]
    UnknownStudy { name: String, known: Vec<StudyName> },
}

/// Kinds of reasons, by what a front end does about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// What was asked for can't be.
    Usage,
    /// A spec can't be read, has mistakes, or asks for too large a network.
    Spec,
    /// The data can't be read, or don't match the spec.
    Data,
    /// No trial is complete.
    NoWinner,
    /// Results can't be written or stored.
    NotStored,
    /// A result differs from the stored one.
    Differs,
    /// The machine gives less than any run needs.
    Internal,
}

impl Error {
    /// What kind of reason it is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Error::Spec(_)
            | Error::SpecFile { .. }
            | Error::SettingsFile { .. }
            | Error::NetworkTooLarge { .. }
            | Error::Misfit { .. }
            | Error::Baseline { .. } => ErrorKind::Spec,
            Error::Source(_)
            | Error::Table(_)
            | Error::Data(_)
            | Error::Folds(_)
            | Error::Nested { .. }
            | Error::Metric(_)
            | Error::NoPredictions { .. }
            | Error::TestFileLacks { .. }
            | Error::Model { .. } => ErrorKind::Data,
            Error::Output { .. }
            | Error::Unwritable { .. }
            | Error::Exists { .. }
            | Error::Moved { .. }
            | Error::Clock
            | Error::Busy { .. } => ErrorKind::NotStored,
            Error::Run(RunError::Store(error)) | Error::Store(error) => store_kind(error),
            Error::UnknownTrial { .. }
            | Error::Column(_)
            | Error::UnknownStudy { .. }
            | Error::NoScore { .. }
            | Error::OtherMetrics { .. }
            | Error::OverInput { .. }
            | Error::Deadline(_)
            | Error::NamelessTable
            | Error::NotText { .. }
            | Error::Twice { .. } => ErrorKind::Usage,
            Error::NoWinner { .. } => ErrorKind::NoWinner,
            Error::Retrained { .. } => ErrorKind::Differs,
            Error::Run(RunError::Threads { .. }) => ErrorKind::Internal,
        }
    }

    /// How to correct it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Error::Source(error) => return error.hint(),
            Error::Table(error) => return error.hint_with_options(),
            Error::Data(error) => return error.hint(),
            Error::Metric(error) => return Some(error.hint()),
            Error::Run(error) => return error.hint(),
            Error::Store(error) => return error.hint(),
            Error::Baseline { error, .. } => return error.hint(),
            Error::Folds(error) => return error.hint(),
            Error::Deadline(error) => return error.hint(),
            Error::Column(error) => return error.hint(),
            Error::Output { .. } => "`--results DIR` writes to another folder",
            Error::Clock => "set the clock",
            Error::SettingsFile { .. } => "`CROSSFOLD_CONFIG` names a file with settings of your own",
            Error::NotText { .. } => "rename it",
            Error::NamelessTable => "write the table to a file first",
            Error::TestFileLacks { .. } => "both files need the same header: all features and the target",
            Error::Moved { .. } => "run the same command again: stored fits are not retrained",
            Error::OverInput { .. } | Error::Twice { .. } => "choose another file to write",
            Error::Exists { .. } => "overwrite it with `--force`, or choose another file",
            Error::Busy { .. } => "wait for it, or write to another folder with `--results DIR`",
            Error::NetworkTooLarge { .. } => "lower `nodes` or `layers`",
            Error::Model { .. } => {
                "`crossfold run` of a spec with `final.refit: best` writes one to `results/NAME/model`"
            }
            Error::NoPredictions { .. } => "raise `predictions.best` in the spec, and run it again",
            Error::UnknownTrial { name, trials, .. } => {
                let last = trials.saturating_sub(1);
                return Some(format!("its trials are 0 to {last}; `crossfold show {name}` lists them"));
            }
            Error::NoWinner { name } | Error::NoScore { name, .. } => {
                return Some(format!("`crossfold show {name}` shows how its trials ended"));
            }
            Error::OtherMetrics { metrics: [a, b], .. } if a.task() == b.task() => {
                "run one of them with the other's `objective.metric`: all metrics are stored, so nothing is retrained"
            }
            Error::Retrained { name, .. } => return Some(format!("run `{name}` again and save its new result")),
            Error::Nested { .. } => "ask for fewer folds, or leave `final.nested` out",
            Error::Spec(_)
            | Error::SpecFile { .. }
            | Error::Misfit { .. }
            | Error::OtherMetrics { .. }
            | Error::UnknownStudy { .. }
            | Error::Unwritable { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

fn store_kind(error: &StoreError) -> ErrorKind {
    match error {
        StoreError::Differs { .. } | StoreError::Conflict { .. } => ErrorKind::Differs,
        StoreError::Import { .. }
        | StoreError::Damaged { .. }
        | StoreError::DamagedRecord { .. }
        | StoreError::Newer { .. }
        | StoreError::Busy { .. }
        | StoreError::Moved { .. }
        | StoreError::NotWritable { .. }
        | StoreError::NotReadable { .. } => ErrorKind::NotStored,
    }
}

impl From<Refusal> for Error {
    fn from(Refusal { path, source }: Refusal) -> Error {
        Error::Output { path, source }
    }
}

fn in_parentheses(holder: Option<&String>) -> String {
    holder.map(|holder| format!(" ({holder})")).unwrap_or_default()
}

fn lacking(columns: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = columns.iter().take(SHOWN).map(|name| quoted(name)).collect();
    let noun = if columns.len() == 1 { "the column" } else { "the columns" };
    format!("{noun} {}", shorten(&shown, columns.len()))
}

fn others(differing: &[String]) -> String {
    if differing.is_empty() { String::new() } else { format!("; different: {}", differing.join(", ")) }
}

fn other_metrics(first: &str, second: &str, [a, b]: [Metric; 2]) -> String {
    if a.task() == b.task() {
        return format!("`{first}` is judged by {}, and `{second}` by {}", a.name(), b.name());
    }
    let task = |metric: Metric| match metric.task() {
        Task::Classification => "a classification",
        Task::Regression => "a regression",
    };
    format!("`{first}` is {} and `{second}` {}: no metric judges both", task(a), task(b))
}

/// A spec that is not valid, with every mistake in it.
#[derive(Debug)]
pub struct SpecMistakes {
    /// What the spec is called.
    pub path: PathBuf,
    /// Its bytes, which the mistakes' places point into; they need not be text.
    pub text: Vec<u8>,
    pub mistakes: Mistakes,
}

impl SpecMistakes {
    /// All mistakes with their places, for a terminal of a width in columns.
    pub fn render(&self, colour: bool, width: usize) -> String {
        crossfold_spec::render_mistakes(&self.mistakes, &self.path.display().to_string(), &self.text, colour, width)
    }
}
