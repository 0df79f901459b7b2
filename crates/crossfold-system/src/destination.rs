//! Files that users name to be written.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::input::is_made_by_the_kernel;
use crate::whole;

/// The number of links that are followed one after another.
const MAX_LINKS: usize = 40;

/// Names of a process's standard output, which must be written to through the open descriptor: opened anew, a file there
/// would be written from its beginning.
const STANDARD_OUTPUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Where a user asks for something to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    StandardOutput,
    File(PathBuf),
}

impl From<OsString> for Destination {
    fn from(path: OsString) -> Destination {
        if STANDARD_OUTPUT.iter().any(|name| path == *name) {
            Destination::StandardOutput
        } else {
            Destination::File(path.into())
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.name().display(), f)
    }
}

/// Where a path leads.
enum Place {
    /// To a regular file, which is replaced, or to none.
    File(PathBuf, Option<Metadata>),
    /// To something that is written into: a device, a pipe, a descriptor.
    Stream(PathBuf),
}

impl Destination {
    /// What it is called in messages.
    pub fn name(&self) -> &Path {
        self.file().unwrap_or(Path::new("stdout"))
    }

    /// The path; `None` for standard output.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Destination::StandardOutput => None,
            Destination::File(path) => Some(path),
        }
    }

    /// The folder from which paths in the file start: the working directory for what is no regular file. It is created.
    ///
    /// # Errors
    /// If it can't be created.
    pub fn create_folder(&self) -> io::Result<&Path> {
        match self {
            Destination::File(path) if !matches!(place(path), Ok(Place::Stream(_))) => {
                fs::create_dir_all(parent(path))?;
                Ok(parent(path))
            }
            Destination::File(_) | Destination::StandardOutput => Ok(Path::new(".")),
        }
    }

    /// Whether there is a file already.
    pub fn exists(&self) -> bool {
        match self {
            Destination::StandardOutput => false,
            Destination::File(path) => matches!(place(path), Ok(Place::File(_, Some(_)))),
        }
    }

    /// Whether what is written there is shown on a terminal.
    pub fn is_terminal(&self) -> bool {
        match self {
            Destination::StandardOutput => io::stdout().is_terminal(),
            Destination::File(path) => match place(path) {
                // Opening a pipe would wait for its reader.
                Ok(Place::Stream(path)) if is_device(&path) => {
                    File::options().append(true).open(path).is_ok_and(|file| file.is_terminal())
                }
                Ok(Place::Stream(_) | Place::File(..)) | Err(_) => false,
            },
        }
    }

    /// Writes what `fill` writes. A regular file is whole or as it was before, and keeps its mode, its owner and the links
    /// that lead to it. What is no regular file is written into. A reader that has closed standard output is no error.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&self, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let Destination::File(path) = self else { return fill_standard_output(fill) };
        match place(path)? {
            Place::File(path, replaces) => {
                // Of a link to nothing it may be missing.
                fs::create_dir_all(parent(&path))?;
                whole::write(parent(&path), &path, replaces.as_ref(), fill)
            }
            // A descriptor may be of a file that others have written to, which is continued.
            Place::Stream(path) => fill_stream(File::options().append(true).open(path)?, fill),
        }
    }

    /// Removes a regular file that is there. A link to it stays, and what is no regular file, too.
    ///
    /// # Errors
    /// If it can't be removed.
    pub fn remove(&self) -> io::Result<()> {
        let Destination::File(path) = self else { return Ok(()) };
        match place(path)? {
            Place::File(path, Some(_)) => fs::remove_file(path),
            Place::File(_, None) | Place::Stream(_) => Ok(()),
        }
    }
}

fn fill_standard_output(fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    match fill_stream(io::stdout().lock(), fill) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

fn fill_stream(stream: impl Write, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(stream);
    fill(&mut out)?;
    out.flush()
}

/// Follows the links of a path, one after another.
fn place(path: &Path) -> io::Result<Place> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Place::File(path, None)),
            Err(error) => return Err(error),
        };
        let is_of_the_kernel = parent(&path).canonicalize().is_ok_and(|folder| is_made_by_the_kernel(&folder));
        if found.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        } else if is_of_the_kernel {
            // A link in a folder of descriptors names a file that may be gone, and is more than its name.
            return Ok(Place::Stream(path));
        } else if found.is_symlink() {
            path = parent(&path).join(fs::read_link(&path)?);
        } else if found.is_file() {
            return Ok(Place::File(path, Some(found)));
        } else {
            return Ok(Place::Stream(path));
        }
    }
    Err(io::Error::other("too many links lead to one another"))
}

#[cfg(unix)]
fn is_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    fs::metadata(path).is_ok_and(|found| found.file_type().is_char_device())
}

#[cfg(not(unix))]
fn is_device(_: &Path) -> bool {
    false
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn write(path: &Path, text: &str) -> io::Result<()> {
        Destination::File(path.to_owned()).write(|out| out.write_all(text.as_bytes()))
    }

    #[test]
    fn a_file_keeps_its_mode_and_the_links_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link, second] = ["file", "link", "second"].map(|name| folder.path().join(name));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        symlink("file", &link).unwrap();
        symlink(&link, &second).unwrap();
        write(&second, "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!([&link, &second].iter().all(|link| link.is_symlink()));
        Destination::File(second.clone()).remove().unwrap();
        assert!(!file.exists() && second.is_symlink());
        // A link to nothing is a place for a file.
        write(&second, "again").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "again");
    }

    #[test]
    fn a_file_is_whole_or_as_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "old").unwrap();
        let failed = Destination::File(file.clone()).write(|out| {
            out.write_all(b"ha")?;
            Err(io::Error::other("full"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "full");
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn links_in_a_circle_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
        symlink(&one, &two).unwrap();
        symlink(&two, &one).unwrap();
        assert!(write(&one, "x").is_err() && write(folder.path(), "x").is_err());
    }

    #[test]
    fn standard_output_has_several_names() {
        for name in STANDARD_OUTPUT {
            assert_eq!(Destination::from(OsString::from(name)), Destination::StandardOutput);
        }
        assert_eq!(Destination::from(OsString::from("./-")), Destination::File("./-".into()));
    }
}
