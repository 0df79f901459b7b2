//! What can end a command, and the exit code that it ends with.

use std::io;
use std::path::PathBuf;

use crossfold_data::{DataError, FoldsError};
use crossfold_report::{BaselineError, ColumnError};
use crossfold_search::RunError;
use crossfold_study::{MAX_PARAMETERS, StoreError};

use crate::exit::Exit;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Mistakes in specs, already shown where they stand.
    #[error("{shown}")]
    Spec { shown: String },
    #[error("can't read the spec `{}`: {source}", path.display())]
    SpecFile { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Folds(#[from] FoldsError),
    #[error("can't write `{}`: {source}", path.display())]
    Output { path: PathBuf, source: io::Error },
    /// `holder` says which, where it is known.
    #[error("another run of this study is writing to `{}`{holder}", path.display())]
    Busy { path: PathBuf, holder: String },
    #[error("`{network}` has {parameters} parameters, and {MAX_PARAMETERS} is the most that is trained")]
    NetworkTooLarge { network: String, parameters: u64 },
    #[error("can't read the baseline `{}`: {error}", path.display())]
    Baseline { path: PathBuf, error: BaselineError },
    #[error("no trial of `{name}` was scored, so there is no winner to keep")]
    NoWinner { name: String },
    #[error("the winner's out-of-fold predictions of `{name}` are not stored")]
    NoPredictions { name: String },
    #[error(transparent)]
    Column(#[from] ColumnError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("nothing is stored of a study `{name}` in `{}`", folder.display())]
    UnknownStudy { name: String, folder: PathBuf, known: Vec<String> },
    #[error("can't catch signals: {0}")]
    Signals(io::Error),
}

impl Error {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Error::Spec { .. } | Error::SpecFile { .. } | Error::NetworkTooLarge { .. } | Error::Baseline { .. } => {
                Exit::InvalidSpec
            }
            Error::Data(_) | Error::Folds(_) => Exit::Data,
            Error::Output { .. } | Error::Busy { .. } => Exit::NotWritable,
            Error::Run(RunError::Store(error)) | Error::Store(error) => store_exit(error),
            Error::UnknownStudy { .. } | Error::Column(_) => Exit::Usage,
            Error::NoWinner { .. } => Exit::NoneCompleted,
            Error::NoPredictions { .. } => Exit::Data,
            Error::Run(RunError::Threads { .. }) | Error::Signals(_) => Exit::Internal,
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Error::Data(error) => error.hint(),
            Error::Output { .. } => Some("`--results DIR` writes to another folder".to_owned()),
            Error::Busy { .. } => Some("wait for it, or write to another folder with `--results DIR`".to_owned()),
            Error::NetworkTooLarge { .. } => Some("lower `nodes` or `layers`".to_owned()),
            Error::Run(error) => error.hint(),
            Error::Store(error) => error.hint(),
            Error::Column(error) => error.hint(),
            Error::NoPredictions { .. } => Some("raise `predictions.best` in the spec, and run it again".to_owned()),
            Error::UnknownStudy { known, .. } if known.is_empty() => {
                Some("`crossfold run FILE` first, or name another folder with `--results DIR`".to_owned())
            }
            Error::UnknownStudy { known, .. } => Some(format!("there are `{}`", known.join("`, `"))),
            Error::Folds(error) => error.hint(),
            Error::Spec { .. }
            | Error::SpecFile { .. }
            | Error::Baseline { .. }
            | Error::NoWinner { .. }
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
