//! A spec's file on disk: the one place that reads it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crossfold_study::Override;
use crossfold_study::Study;

use crate::diagnostics;
use crate::error::Error;
use crate::terminal::Terminal;

#[derive(Clone)]
pub(crate) struct SpecFile {
    path: PathBuf,
    text: Vec<u8>,
}

impl SpecFile {
    pub(crate) fn read(path: &Path) -> Result<SpecFile, Error> {
        let read = || {
            let mut text = Vec::new();
            // One byte past the limit is enough to be refused, however long the file goes on.
            File::open(path)?.take(crossfold_spec::MAX_BYTES as u64 + 1).read_to_end(&mut text)?;
            Ok(text)
        };
        let text = read().map_err(|source| Error::SpecFile { path: path.to_owned(), source })?;
        Ok(SpecFile { path: path.to_owned(), text })
    }

    /// A spec that stands in another file, or in the store; `path` is what it is called in errors, and
    /// its folder is where the spec's paths start from.
    pub(crate) fn given(path: PathBuf, text: Vec<u8>) -> SpecFile {
        SpecFile { path, text }
    }

    /// The study that the spec and the command line ask for.
    pub(crate) fn check(&self, overrides: &[Override], terminal: &Terminal) -> Result<Study, Error> {
        crossfold_spec::read(&self.text, overrides).map_err(|mistakes| {
            let name = self.path.display().to_string();
            let shown =
                diagnostics::render(&name, &self.text, &mistakes, terminal.colour(), usize::from(terminal.width()));
            Error::Spec { shown }
        })
    }

    /// The folder that relative paths in the spec start from.
    pub(crate) fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }
}
