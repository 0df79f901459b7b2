//! Files that are written whole or not at all.

use std::fs::{File, Metadata, Permissions};
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;

use tempfile::{NamedTempFile, PersistError};

/// The beginning of a file's name while it is written.
const UNFINISHED: &str = ".unfinished-";

/// The number of random characters that follow it.
const RANDOM: usize = 6;

/// Whether a file has the name of one that was not finished.
pub(crate) fn is_unfinished(name: &str) -> bool {
    let random = name.strip_prefix(UNFINISHED);
    random.is_some_and(|random| random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// How a file is put in its place.
#[derive(Clone, Copy)]
pub(crate) enum Method<'a> {
    /// There is none yet.
    New,
    /// It takes the place of an `old` one, with its mode and its owner; where the system refuses that, and it is allowed,
    /// it is written in place.
    Replace { old: &'a Metadata, or_in_place: bool },
    /// The old one gets a new text, once all of it is known.
    InPlace,
}

/// Writes a file by `fill`, and puts it in the place of `path` once it is whole. `folder` is the one that `path` is in.
pub(crate) fn write(
    folder: &Path,
    path: &Path,
    method: Method<'_>,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let is_private = !matches!(method, Method::New);
    let may_be_in_place = matches!(method, Method::InPlace | Method::Replace { or_in_place: true, .. });
    let mut file = match temporary(folder, is_private) {
        Err(error) if may_be_in_place && is_refused(&error) => temporary(&tempfile::env::temp_dir(), is_private)?,
        created => created?,
    };
    let mut out = BufWriter::new(&mut file);
    fill(&mut out)?;
    out.flush()?;
    drop(out);
    if let Method::InPlace = method {
        return overwrite(path, file);
    }
    if let Method::Replace { old, .. } = method {
        keep_owner(&file, old);
        file.as_file().set_permissions(old.permissions())?;
    }
    file.as_file().sync_all()?;
    match file.persist(path) {
        Err(PersistError { error, file }) if may_be_in_place && is_refused(&error) => overwrite(path, file),
        persisted => persisted.map(drop).map_err(|error| error.error),
    }
}

/// Whether a folder takes no file or gives none away: it isn't writable, or the file is a mount point.
fn is_refused(error: &io::Error) -> bool {
    use io::ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(error.kind(), CrossesDevices | PermissionDenied | ReadOnlyFilesystem | ResourceBusy)
}

/// Writes the text of `file` into the one at `path`.
fn overwrite(path: &Path, mut file: NamedTempFile) -> io::Result<()> {
    let mut old = File::options().write(true).open(path)?;
    file.as_file_mut().rewind()?;
    let length = io::copy(file.as_file_mut(), &mut old)?;
    old.set_len(length)?;
    old.sync_all()
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
        // A process that may write to a file need not own it, but may be in its group.
        let _ = fchown(file.as_file(), None, Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &NamedTempFile, _: &Metadata) {}
