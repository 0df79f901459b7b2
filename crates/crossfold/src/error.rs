//! The errors that can end a command, their exit codes and their hints.

use std::io;
use std::path::PathBuf;

use crossfold_engine::Error as EngineError;
use crossfold_search::RunError;
use crossfold_study::StoreError;

use crate::exit::Exit;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("there is no stored study `{name}` in `{}`", folder.display())]
    UnknownStudy { name: String, folder: PathBuf, known: Vec<String> },
    #[error("can't catch signals: {0}")]
    Signals(io::Error),
    #[error("can't write `stdout`: {0}")]
    Stdout(io::Error),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Error {
        Error::Engine(error.into())
    }
}

impl Error {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Error::Engine(error) => engine_exit(error),
            Error::UnknownStudy { .. } => Exit::Usage,
            Error::Signals(_) => Exit::Internal,
            Error::Stdout(_) => Exit::NotWritable,
        }
    }

    /// How to correct it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Error::Engine(error) => engine_hint(error),
            Error::UnknownStudy { known, .. } if known.is_empty() => {
                Some("run it first with `crossfold run FILE`, or choose another folder with `--results DIR`".to_owned())
            }
            Error::UnknownStudy { known, .. } => Some(format!("the stored studies are `{}`", known.join("`, `"))),
            Error::Signals(_) => Some("raise the limits of this shell, such as `ulimit -n` and `ulimit -u`".to_owned()),
            Error::Stdout(_) => Some("all result files are written".to_owned()),
        }
    }
}

fn engine_exit(error: &EngineError) -> Exit {
    match error {
        EngineError::Spec(_)
        | EngineError::SpecFile { .. }
        | EngineError::NetworkTooLarge { .. }
        | EngineError::Misfit { .. }
        | EngineError::Baseline { .. } => Exit::InvalidSpec,
        EngineError::Source(_)
        | EngineError::Table(_)
        | EngineError::Data(_)
        | EngineError::Folds(_)
        | EngineError::Nested { .. }
        | EngineError::Metric(_)
        | EngineError::NoPredictions { .. }
        | EngineError::Model { .. } => Exit::Data,
        EngineError::Output { .. }
        | EngineError::Unwritable { .. }
        | EngineError::Exists { .. }
        | EngineError::Moved { .. }
        | EngineError::Clock
        | EngineError::Busy { .. } => Exit::NotWritable,
        EngineError::Run(RunError::Store(error)) | EngineError::Store(error) => store_exit(error),
        EngineError::UnknownTrial { .. }
        | EngineError::Column(_)
        | EngineError::UnknownStudy { .. }
        | EngineError::NoScore { .. }
        | EngineError::OtherMetrics { .. }
        | EngineError::OverInput { .. }
        | EngineError::Deadline(_)
        | EngineError::NamelessTable
        | EngineError::NotText { .. }
        | EngineError::Twice { .. } => Exit::Usage,
        EngineError::NoWinner { .. } => Exit::NoneCompleted,
        EngineError::Retrained { .. } => Exit::Differs,
        EngineError::Run(RunError::Threads { .. }) => Exit::Internal,
    }
}

fn store_exit(error: &StoreError) -> Exit {
    match error {
        StoreError::Differs { .. } => Exit::Differs,
        StoreError::Damaged { .. }
        | StoreError::DamagedRecord { .. }
        | StoreError::Newer { .. }
        | StoreError::Busy { .. }
        | StoreError::Moved { .. }
        | StoreError::NotWritable { .. }
        | StoreError::NotReadable { .. } => Exit::NotWritable,
    }
}

pub(crate) fn engine_hint(error: &EngineError) -> Option<String> {
    let hint = match error {
        EngineError::Source(error) => return error.hint(),
        EngineError::Table(error) => return error.hint_with_options(),
        EngineError::Data(error) => return error.hint(),
        EngineError::Metric(error) => return Some(error.hint()),
        EngineError::Run(error) => return error.hint(),
        EngineError::Store(error) => return error.hint(),
        EngineError::Baseline { error, .. } => return error.hint(),
        EngineError::Folds(error) => return error.hint(),
        EngineError::Deadline(error) => return error.hint(),
        EngineError::Column(error) => return error.hint(),
        EngineError::Output { .. } => "`--results DIR` writes to another folder",
        EngineError::Clock => "set the clock",
        EngineError::NotText { .. } => "rename it",
        EngineError::NamelessTable => "write the table to a file first",
        EngineError::Moved { .. } => "run the same command again: stored fits are not retrained",
        EngineError::OverInput { .. } | EngineError::Twice { .. } => "choose another file to write",
        EngineError::Exists { .. } => "overwrite it with `--force`, or choose another file",
        EngineError::Busy { .. } => "wait for it, or write to another folder with `--results DIR`",
        EngineError::NetworkTooLarge { .. } => "lower `nodes` or `layers`",
        EngineError::Model { .. } => {
            "`crossfold run` of a spec with `final.refit: best` writes one to `results/NAME/model`"
        }
        EngineError::NoPredictions { .. } => "raise `predictions.best` in the spec, and run it again",
        EngineError::UnknownTrial { name, trials, .. } => {
            let last = trials.saturating_sub(1);
            return Some(format!("its trials are 0 to {last}; `crossfold show {name}` lists them"));
        }
        EngineError::NoWinner { name } | EngineError::NoScore { name, .. } => {
            return Some(format!("`crossfold show {name}` shows how its trials ended"));
        }
        EngineError::OtherMetrics { metrics: [a, b], .. } if a.task() == b.task() => {
            "run one of them with the other's `objective.metric`: all metrics are stored, so nothing is retrained"
        }
        EngineError::Retrained { name, .. } => return Some(format!("run `{name}` again and save its new result")),
        EngineError::Nested { .. } => "ask for fewer folds, or leave `final.nested` out",
        EngineError::Spec(_)
        | EngineError::SpecFile { .. }
        | EngineError::Misfit { .. }
        | EngineError::OtherMetrics { .. }
        | EngineError::UnknownStudy { .. }
        | EngineError::Unwritable { .. } => return None,
    };
    Some(hint.to_owned())
}
