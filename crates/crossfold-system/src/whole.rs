//! Files that are written whole or not at all.

use std::fs::{Metadata, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// The beginning of a file's name while it is written.
const UNFINISHED: &str = ".unfinished-";

/// The number of random characters that follow it.
const RANDOM: usize = 6;

/// Whether a file has the name of one that was not finished.
pub(crate) fn is_unfinished(name: &str) -> bool {
    let random = name.strip_prefix(UNFINISHED);
    random.is_some_and(|random| random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Writes a file by `fill`, and puts it in the place of `path` once it is whole. `folder` is the one that `path` is in.
/// The file has the mode and the owner of the one that it `replaces`.
pub(crate) fn write(
    folder: &Path,
    path: &Path,
    replaces: Option<&Metadata>,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = temporary(folder, replaces.is_some())?;
    let mut out = BufWriter::new(&mut file);
    fill(&mut out)?;
    out.flush()?;
    drop(out);
    if let Some(old) = replaces {
        keep_owner(&file, old);
        file.as_file().set_permissions(old.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A file with a unique name in `folder`, removed unless it is persisted: private, or as readable as the umask says.
pub(crate) fn temporary(folder: &Path, is_private: bool) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED).rand_bytes(RANDOM);
    #[cfg(unix)]
    if !is_private {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Gives a file the owner and the group of an `old` one, as far as the system allows that.
#[cfg(unix)]
fn keep_owner(file: &NamedTempFile, old: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    if fchown(file.as_file(), Some(old.uid()), Some(old.gid())).is_err() {
        // Whoever may write to a file needn't be its owner, but may be of its group.
        let _ = fchown(file.as_file(), None, Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &NamedTempFile, _: &Metadata) {}
