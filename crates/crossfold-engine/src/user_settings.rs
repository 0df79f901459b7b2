//! A user's own settings.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crossfold_system::{folder_of, input};

use crate::error::{Error, SpecMistakes};

/// The caches that a user's file of settings names.
///
/// # Errors
/// Where it can't be read; [`Error::Spec`] with all mistakes in it.
pub fn configured_caches(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = || {
        let mut text = Vec::new();
        let (file, _) = input::open(path)?;
        file.take(crossfold_spec::MAX_BYTES as u64 + 1).read_to_end(&mut text)?;
        Ok(text)
    };
    let text = read().map_err(|source| Error::SettingsFile { path: path.to_owned(), source })?;
    match crossfold_spec::read_user_settings(&text) {
        Ok(settings) => Ok(settings.cache.into_iter().map(|cache| folder_of(path).join(cache)).collect()),
        Err(mistakes) => Err(Error::Spec(Box::new(SpecMistakes { path: path.to_owned(), text, mistakes }))),
    }
}
