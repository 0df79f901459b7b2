//! Which file a path leads to, and which folder it is in.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

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

/// Whether two paths lead to the same regular file, by a link or under another name, or name the same one that is not there
/// yet.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(found), Ok(other_found)) if found.is_file() && other_found.is_file() => {
            let identity = Identity::of(&found);
            identity == Identity::of(&other_found) && (identity.0.is_some() || resolved(one) == resolved(other))
        }
        (Err(_), Err(_)) => resolved(one) == resolved(other),
        (Ok(_) | Err(_), _) => false,
    }
}

/// The absolute form of a path to a file, without links as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    let in_folder = || Some(folder_of(path).canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(in_folder).or_else(|| std::path::absolute(path).ok()).unwrap_or_default()
}

/// The folder of a file; `.` of a bare name.
pub fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
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
