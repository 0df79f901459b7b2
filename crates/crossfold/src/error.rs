//! What can end a command, and the exit code that it ends with.

use std::io;
use std::path::PathBuf;

use crossfold_data::{DataError, FoldsError};
use crossfold_search::{PlanError, ThreadsError};

use crate::exit::Exit;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Mistakes in specs, already shown where they stand.
    #[error("{shown}")]
    Spec { shown: String },
    #[error("can't read the spec `{}`: {source}", path.display())]
    SpecFile { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Folds(#[from] FoldsError),
    #[error("can't write `{}`: {source}", path.display())]
    Output { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    #[error("can't catch signals: {0}")]
    Signals(io::Error),
}

impl Error {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Error::Spec { .. } | Error::SpecFile { .. } | Error::Plan(_) => Exit::InvalidSpec,
            Error::Data(_) | Error::Folds(_) => Exit::Data,
            Error::Output { .. } => Exit::NotWritable,
            Error::Threads(_) | Error::Signals(_) => Exit::Internal,
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Error::Data(error) => error.hint(),
            Error::Output { .. } => Some("`--results DIR` writes to another folder".to_owned()),
            Error::Folds(error) => error.hint(),
            Error::Spec { .. } | Error::SpecFile { .. } | Error::Plan(_) | Error::Threads(_) | Error::Signals(_) => {
                None
            }
        }
    }
}
