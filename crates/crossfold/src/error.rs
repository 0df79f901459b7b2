//! What can end a command, and the exit code that it ends with.

use std::io;
use std::path::PathBuf;

use crossfold_data::{DataError, FoldsError};
use crossfold_search::ThreadsError;
use crossfold_study::MAX_PARAMETERS;

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
    #[error("another run is writing to `{}`", path.display())]
    Busy { path: PathBuf },
    #[error("`{network}` has {parameters} parameters, and {MAX_PARAMETERS} is the most that is trained")]
    NetworkTooLarge { network: String, parameters: u64 },
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    #[error("can't catch signals: {0}")]
    Signals(io::Error),
}

impl Error {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Error::Spec { .. } | Error::SpecFile { .. } | Error::NetworkTooLarge { .. } => Exit::InvalidSpec,
            Error::Data(_) | Error::Folds(_) => Exit::Data,
            Error::Output { .. } | Error::Busy { .. } => Exit::NotWritable,
            Error::Threads(_) | Error::Signals(_) => Exit::Internal,
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Error::Data(error) => error.hint(),
            Error::Output { .. } => Some("`--results DIR` writes to another folder".to_owned()),
            Error::Busy { .. } => Some("wait for it, or write to another folder with `--results DIR`".to_owned()),
            Error::NetworkTooLarge { .. } => Some("lower `nodes` or `layers`".to_owned()),
            Error::Threads(error) => error.hint(),
            Error::Folds(error) => error.hint(),
            Error::Spec { .. } | Error::SpecFile { .. } | Error::Signals(_) => None,
        }
    }
}
