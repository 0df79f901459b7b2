//! The release, compiler and revision that the engine was built from, for records.

/// The release.
pub(crate) const CROSSFOLD_VERSION: &str = env!("CARGO_PKG_VERSION");
/// The compiler, as it names itself.
pub(crate) const RUSTC_VERSION: &str = env!("CROSSFOLD_RUSTC");
/// The revision of the sources; `None` where they were in no git repository.
pub(crate) const GIT_REVISION: Option<&str> = option_env!("CROSSFOLD_REVISION");
