//! Which file a path leads to.

use std::fs::{self, Metadata};
use std::path::Path;

/// Which file a path led to: its device and number there. Equal for all files on systems that don't have numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity(Option<(u64, u64)>);

impl Identity {
    /// What is at `path` now; a link is not followed. `None` if nothing is there.
    pub fn at(path: &Path) -> Option<Identity> {
        fs::symlink_metadata(path).ok().map(|found| Identity::of(&found))
    }

    pub(crate) fn of(metadata: &Metadata) -> Identity {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Identity(Some((metadata.dev(), metadata.ino())))
        }
        #[cfg(not(unix))]
        {
            let _ = metadata;
            Identity(None)
        }
    }
}

/// The number of names that a file has.
pub(crate) fn names(metadata: &Metadata) -> u64 {
    #[cfg(unix)]
    {
        std::os::unix::fs::MetadataExt::nlink(metadata)
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        1
    }
}
