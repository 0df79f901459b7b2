//! What can end a command, and the exit code that it ends with.

use std::io;
use std::path::PathBuf;

use crossfold_data::{DataError, FoldsError};
use crossfold_network::{MAX_PARAMETERS, Misfit};
use crossfold_report::{BaselineError, UnknownColumn};
use crossfold_search::RunError;
use crossfold_sources::SourceError;
use crossfold_study::{Metric, StoreError, TrialNumber, UndefinedMetric};

use crate::exit::Exit;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Mistakes in specs, already shown where they stand.
    #[error("{shown}")]
    Spec { shown: String },
    #[error("can't read the spec `{}`: {source}", path.display())]
    SpecFile { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Of a table that is named on the command line and not by a spec.
    #[error(transparent)]
    Table(SourceError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Folds(#[from] FoldsError),
    /// Of the training rows of a fold, which nested cross-validation splits again.
    #[error("nested cross-validation can't split the training rows of repeat {repeat}, fold {fold}: {error}")]
    Nested { repeat: u32, fold: u32, error: FoldsError },
    #[error("can't write `{}`: {source}", path.display())]
    Output { path: PathBuf, source: io::Error },
    /// A file that people name, and not a study's results.
    #[error("can't write `{}`: {source}", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("`{}` exists", path.display())]
    Exists { path: PathBuf },
    #[error("`{}` is the table itself", path.display())]
    OverTable { path: PathBuf },
    #[error("`{}` is to be written twice", path.display())]
    Twice { path: PathBuf },
    /// `holder` says which, where it is known.
    #[error("another run of this study is writing to `{}`{holder}", path.display())]
    Busy { path: PathBuf, holder: String },
    #[error("`{network}` has {parameters} parameters, and {MAX_PARAMETERS} is the most that is trained")]
    NetworkTooLarge { network: String, parameters: u64 },
    /// A network that can't be had on the data; `trial` is the first such.
    #[error("trial {trial}: {misfit}")]
    Misfit { trial: TrialNumber, misfit: Misfit },
    #[error(transparent)]
    Metric(#[from] UndefinedMetric),
    #[error("can't read the baseline `{}`: {error}", path.display())]
    Baseline { path: PathBuf, error: BaselineError },
    #[error("no trial of `{name}` was scored, so there is no winner to keep")]
    NoWinner { name: String },
    #[error("the out-of-fold predictions of trial {trial} of `{name}` are not stored")]
    NoPredictions { name: String, trial: TrialNumber },
    #[error("there is no trial {trial} of `{name}`")]
    UnknownTrial { name: String, trial: TrialNumber, trials: usize },
    #[error("trial {trial} of `{name}` has no score")]
    NoScore { name: String, trial: TrialNumber },
    #[error("`{first}` is judged by {}, and `{second}` by {}", .metrics[0].name(), .metrics[1].name())]
    OtherMetrics { first: String, second: String, metrics: [Metric; 2] },
    /// `differs` says what of its origin, or is empty.
    #[error("trained again, the winner of `{name}` came out otherwise than it is stored{differs}")]
    Retrained { name: String, differs: String },
    #[error("can't use the model `{}`: {reason}", path.display())]
    Model { path: PathBuf, reason: String },
    #[error(transparent)]
    Column(#[from] UnknownColumn),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("nothing is stored of a study `{name}` in `{}`", folder.display())]
    UnknownStudy { name: String, folder: PathBuf, known: Vec<String> },
    #[error("`{0}` is no time such as `07:00` or `2026-11-27 07:00`, or it is past")]
    Until(String),
    #[error("can't catch signals: {0}")]
    Signals(io::Error),
}

impl Error {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Error::Spec { .. }
            | Error::SpecFile { .. }
            | Error::NetworkTooLarge { .. }
            | Error::Misfit { .. }
            | Error::Baseline { .. } => Exit::InvalidSpec,
            Error::Source(_)
            | Error::Table(_)
            | Error::Data(_)
            | Error::Folds(_)
            | Error::Nested { .. }
            | Error::Metric(_)
            | Error::Model { .. } => Exit::Data,
            Error::Output { .. } | Error::Unwritable { .. } | Error::Exists { .. } | Error::Busy { .. } => {
                Exit::NotWritable
            }
            Error::Run(RunError::Store(error)) | Error::Store(error) => store_exit(error),
            Error::UnknownTrial { .. }
            | Error::Until(_)
            | Error::NoScore { .. }
            | Error::OtherMetrics { .. }
            | Error::UnknownStudy { .. }
            | Error::Column(_)
            | Error::OverTable { .. }
            | Error::Twice { .. } => Exit::Usage,
            Error::NoWinner { .. } => Exit::NoneCompleted,
            Error::NoPredictions { .. } => Exit::Data,
            Error::Retrained { .. } => Exit::Differs,
            Error::Run(RunError::Threads { .. }) | Error::Signals(_) => Exit::Internal,
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            // Its path doesn't start from a spec's folder, as the hint would say.
            Error::Table(SourceError::NoFile { .. }) => None,
            Error::Source(error) | Error::Table(error) => error.hint(),
            Error::Data(error) => error.hint(),
            Error::Output { .. } => Some("`--results DIR` writes to another folder".to_owned()),
            Error::OverTable { .. } | Error::Twice { .. } => Some("name another file to write".to_owned()),
            Error::Exists { .. } => Some("write over it with `--force`, or name another file".to_owned()),
            Error::Busy { .. } => Some("wait for it, or write to another folder with `--results DIR`".to_owned()),
            Error::NetworkTooLarge { .. } => Some("lower `nodes` or `layers`".to_owned()),
            Error::Metric(error) => Some(error.hint()),
            Error::Run(error) => error.hint(),
            Error::Store(error) => error.hint(),
            Error::Column(error) => error.hint(),
            Error::Model { .. } => {
                Some("`crossfold run` of a spec with `final.refit: best` writes one to `results/NAME/model`".to_owned())
            }
            Error::NoPredictions { .. } => Some("raise `predictions.best` in the spec, and run it again".to_owned()),
            Error::UnknownTrial { name, trials, .. } => {
                Some(format!("it has those from 0 to {}; `crossfold show {name}` lists them", trials.saturating_sub(1)))
            }
            Error::NoScore { name, .. } => Some(format!("`crossfold show {name}` says how its trials ended")),
            Error::OtherMetrics { .. } => Some(
                "run one of them with the other's `objective.metric`: all metrics are stored, so nothing is trained again"
                    .to_owned(),
            ),
            Error::Retrained { name, .. } => Some(format!("run `{name}` again, and keep what comes of it")),
            Error::Baseline { error, .. } => error.hint(),
            Error::UnknownStudy { known, .. } if known.is_empty() => {
                Some("`crossfold run FILE` first, or name another folder with `--results DIR`".to_owned())
            }
            Error::UnknownStudy { known, .. } => Some(format!("there are `{}`", known.join("`, `"))),
            Error::Folds(error) => error.hint(),
            Error::Nested { .. } => Some("ask for fewer folds, or leave `final.nested` out".to_owned()),
            Error::Spec { .. }
            | Error::SpecFile { .. }
            | Error::Misfit { .. }
            | Error::NoWinner { .. }
            | Error::Unwritable { .. }
            | Error::Until(_)
            | Error::Signals(_) => None,
        }
    }
}

fn store_exit(error: &StoreError) -> Exit {
    match error {
        StoreError::Differs { .. } => Exit::Differs,
        StoreError::Damaged { .. }
        | StoreError::Newer { .. }
        | StoreError::Busy { .. }
        | StoreError::NotWritable { .. }
        | StoreError::NotReadable { .. } => Exit::NotWritable,
    }
}
