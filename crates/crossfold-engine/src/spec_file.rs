//! A spec's file on disk: the one place that reads it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crossfold_study::Study;
use crossfold_study::spec::{self, Override};

use crate::error::{Error, SpecMistakes};

#[derive(Clone)]
pub struct SpecFile {
    path: PathBuf,
    text: Vec<u8>,
}

impl SpecFile {
    pub fn read(path: &Path) -> Result<SpecFile, Error> {
        let read = || {
            let mut text = Vec::new();
            // One byte past the limit is enough to be refused, however long the file goes on.
            File::open(path)?.take(spec::MAX_BYTES as u64 + 1).read_to_end(&mut text)?;
            Ok(text)
        };
        let text = read().map_err(|source| Error::SpecFile { path: path.to_owned(), source })?;
        Ok(SpecFile { path: path.to_owned(), text })
    }

    /// A spec that stands in another file, or in the store; `path` is what it is called in errors, and
    /// its folder is where the spec's paths start from.
    pub fn given(path: PathBuf, text: Vec<u8>) -> SpecFile {
        SpecFile { path, text }
    }

    /// The study that the spec and the command line ask for.
    pub fn check(&self, overrides: &[Override]) -> Result<Study, Error> {
        spec::read(&self.text, overrides).map_err(|mistakes| {
            let SpecFile { path, text } = self.clone();
            Error::Spec(Box::new(SpecMistakes { path, text, mistakes }))
        })
    }

    /// The folder that relative paths in the spec start from.
    pub fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    pub fn text(&self) -> &[u8] {
        &self.text
    }
}
