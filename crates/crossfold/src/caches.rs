//! Where fits are looked for before they are trained.

use std::path::PathBuf;

use crossfold_engine::configured_caches;

use crate::error::Error;

/// The caches that the option gives, or else the variable, or else the user's file of settings. An empty variable stands for
/// none.
pub(crate) fn caches(given: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    if !given.is_empty() {
        return Ok(given.to_vec());
    }
    if let Some(variable) = std::env::var_os("CROSSFOLD_CACHE") {
        return Ok(std::env::split_paths(&variable).filter(|path| !path.as_os_str().is_empty()).collect());
    }
    Ok(settings_file().map(|file| configured_caches(&file)).transpose()?.unwrap_or_default())
}

/// The user's file of settings, if there is one. One that the user names must exist.
fn settings_file() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(file) = folder("CROSSFOLD_CONFIG") {
        return Some(file);
    }
    let base = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))?;
    Some(base.join("crossfold").join("config.yaml")).filter(|file| file.exists())
}
