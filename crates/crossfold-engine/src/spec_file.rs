//! A spec's text, and where it comes from.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crossfold_report::{Baseline, BaselineError};
use crossfold_spec::Mistakes;
use crossfold_study::{Override, Study, shell_word};
use crossfold_system::{folder_of, input};

use crate::error::{Error, SpecMistakes};

/// A spec's text, not yet read.
#[derive(Clone, Debug)]
pub struct SpecFile {
    path: PathBuf,
    text: Vec<u8>,
}

impl SpecFile {
    /// Reads a spec's file, or standard input where `path` is `-`.
    ///
    /// # Errors
    /// Where it can't be read. A file that is too long is refused by [`SpecFile::check`].
    pub fn read(path: &Path) -> Result<SpecFile, Error> {
        let read = || {
            let mut text = Vec::new();
            let (file, _) = input::open(path)?;
            // One byte past the limit is enough for the text to be refused.
            file.take(crossfold_spec::MAX_BYTES as u64 + 1).read_to_end(&mut text)?;
            Ok(text)
        };
        let text = read().map_err(|source| Error::SpecFile { path: path.to_owned(), source })?;
        Ok(SpecFile { path: path.to_owned(), text })
    }

    /// A spec that is not in a file of its own. It is called `path` in errors, and its paths start from the folder of
    /// `path`.
    pub fn from_text(path: PathBuf, text: Vec<u8>) -> SpecFile {
        SpecFile { path, text }
    }

    /// The study that the spec describes, with `overrides` of its values.
    ///
    /// # Errors
    /// [`Error::Spec`] with all mistakes at once.
    pub fn check(&self, overrides: &[Override]) -> Result<Study, Error> {
        crossfold_spec::read(&self.text, overrides).map_err(|mistakes| {
            let mistakes = self.as_table(&mistakes).or_else(|| self.as_baseline()).unwrap_or(mistakes);
            let SpecFile { path, text } = self.clone();
            Error::Spec(Box::new(SpecMistakes { path, text, mistakes }))
        })
    }

    /// The one mistake of a table in place of a spec.
    fn as_table(&self, mistakes: &Mistakes) -> Option<Mistakes> {
        const ENDS: [&str; 4] = ["csv", "tsv", "gz", "zst"];
        let is_whole_file = mistakes.iter().next().is_some_and(|mistake| mistake.path.is_empty());
        let end = self.path.extension().and_then(OsStr::to_str).unwrap_or_default().to_lowercase();
        let path = self.path.display().to_string();
        let hint = format!("`crossfold init {} --target COLUMN` proposes a spec for it", shell_word(&path));
        (is_whole_file && ENDS.contains(&end.as_str())).then(|| Mistakes::not_a_spec("a table", hint))
    }

    /// The one mistake of a baseline in place of a spec: JSON is YAML, so it would be one of unknown keys.
    fn as_baseline(&self) -> Option<Mistakes> {
        let is_baseline =
            matches!(Baseline::read(&self.text), Ok(_) | Err(BaselineError::Changed | BaselineError::Unsound));
        let path = self.path.display().to_string();
        let hint = format!("`crossfold gate {}` compares its network, retrained, with it", shell_word(&path));
        is_baseline.then(|| Mistakes::not_a_spec("a baseline", hint))
    }

    /// The folder that relative paths in the spec start from.
    pub fn folder(&self) -> &Path {
        folder_of(&self.path)
    }

    /// The files that a run of `study`, which is this spec's, reads.
    pub fn inputs(&self, study: &Study) -> Vec<PathBuf> {
        let mut files = crossfold_sources::files(&study.data.source, self.folder());
        files.push(self.path.clone());
        files
    }

    /// The spec's bytes.
    pub fn text(&self) -> &[u8] {
        &self.text
    }
}
