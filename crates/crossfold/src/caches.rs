//! Where fits are looked for before they are trained.

use std::path::PathBuf;

use crossfold_engine::configured_caches;

use crate::error::Error;

/// The caches that the option gives, or else the variable, or else the user's file of settings.
pub(crate) fn caches(given: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    if !given.is_empty() {
        return Ok(given.to_vec());
    }
    let variable = std::env::var_os("CROSSFOLD_CACHE").unwrap_or_default();
    let named: Vec<PathBuf> = std::env::split_paths(&variable).filter(|path| !path.as_os_str().is_empty()).collect();
    match settings_file().filter(|_| named.is_empty()) {
        Some(file) => Ok(configured_caches(&file)?),
        None => Ok(named),
    }
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
