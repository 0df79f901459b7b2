//! The errors that can end a command, their exit codes and their hints.

use std::io;
use std::path::PathBuf;

use crossfold_engine::{Error as EngineError, ErrorKind};
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
            Error::Engine(error) => error.hint(),
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
    match error.kind() {
        ErrorKind::Usage => Exit::Usage,
        ErrorKind::Spec => Exit::InvalidSpec,
        ErrorKind::Data => Exit::Data,
        ErrorKind::NoWinner => Exit::NoneCompleted,
        ErrorKind::NotStored => Exit::NotWritable,
        ErrorKind::Differs => Exit::Differs,
        ErrorKind::Internal => Exit::Internal,
    }
}
