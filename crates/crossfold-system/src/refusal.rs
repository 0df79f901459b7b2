//! Why a file of ours can't be written or removed.

use std::io;
use std::path::{Path, PathBuf};

/// Why a file can't be written or removed, and which.
#[derive(Debug, thiserror::Error)]
#[error("`{}`: {source}", path.display())]
pub struct Refusal {
    pub path: PathBuf,
    pub source: io::Error,
}

impl Refusal {
    pub(crate) fn new(path: &Path, source: io::Error) -> Refusal {
        Refusal { path: path.to_owned(), source }
    }

    pub(crate) fn because(path: &Path, reason: &'static str) -> Refusal {
        Refusal::new(path, io::Error::other(reason))
    }
}
