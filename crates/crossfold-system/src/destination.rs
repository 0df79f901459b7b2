//! Files that users name to be written.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use crate::identity::{folder_of, names};
use crate::input::is_made_by_the_kernel;
use crate::whole::{self, Method};

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
                fs::create_dir_all(folder_of(path))?;
                Ok(folder_of(path))
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

    /// Writes what `fill` writes. A regular file keeps its mode, its owner and the links that lead to it, and is whole or as it
    /// was before, except where it can't be replaced: it has another name (a hard link), is a mount point, or is in a folder
    /// that takes no files. Then it is written in place once all of the text is known. What is no regular file is written
    /// into. A reader that has closed standard output is no error.
    ///
    /// # Errors
    /// If it can't be written, or is the file of a database.
    pub fn write(&self, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let Destination::File(path) = self else { return fill_standard_output(fill) };
        match place(path)? {
            Place::File(path, found) => {
                // Of a link to nothing it may be missing.
                fs::create_dir_all(folder_of(&path))?;
                let method = match &found {
                    None => Method::New,
                    Some(found) if names(found) > 1 => Method::InPlace,
                    Some(found) => Method::Replace { old: found, or_in_place: true },
                };
                if found.is_some() && is_database(&path) {
                    return Err(io::Error::other("it is a database file, such as a store"));
                }
                whole::write(folder_of(&path), &path, method, fill)
            }
            // A descriptor may be of a file that others have written to, which is continued.
            Place::Stream(path) => fill_stream(File::options().append(true).open(path)?, fill),
        }
    }
}

/// Whether a file begins as one of SQLite or its log does. Nobody means to overwrite that.
fn is_database(path: &Path) -> bool {
    let mut beginning = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut beginning));
    read.is_ok() && (beginning == *b"SQLi" || beginning[..3] == [0x37, 0x7f, 0x06])
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
        let is_of_the_kernel = folder_of(&path).canonicalize().is_ok_and(|folder| is_made_by_the_kernel(&folder));
        if found.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        } else if is_of_the_kernel {
            // A link in a folder of descriptors names a file that may be gone, and is more than its name.
            return Ok(Place::Stream(path));
        } else if found.is_symlink() {
            path = folder_of(&path).join(fs::read_link(&path)?);
        } else if found.is_file() {
            return Ok(Place::File(path, Some(found)));
        } else {
            return Ok(Place::Stream(path));
        }
    }
    Err(io::Error::other("too many levels of links"))
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
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let written = Destination::File(second.clone()).write(|out| {
            // Nobody else reads the new text before it is in place either.
            let files = fs::read_dir(folder.path())?.map(|entry| entry.unwrap().path());
            let private: Vec<PathBuf> = files.filter(|path| path.is_file() && !path.is_symlink()).collect();
            assert!(private.len() == 2 && private.iter().all(|path| mode(path) == 0o600), "{private:?}");
            out.write_all(b"new")
        });
        written.unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(mode(&file), 0o600);
        assert!([&link, &second].iter().all(|link| link.is_symlink()));
        fs::remove_file(&file).unwrap();
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
    fn both_names_of_a_file_have_the_new_text() {
        let folder = tempfile::tempdir().unwrap();
        let [file, other] = ["file", "other"].map(|name| folder.path().join(name));
        fs::write(&file, "a longer old text").unwrap();
        fs::hard_link(&file, &other).unwrap();
        let failed = Destination::File(file.clone()).write(|_| Err(io::Error::other("full")));
        assert_eq!(failed.unwrap_err().to_string(), "full");
        assert_eq!(fs::read_to_string(&other).unwrap(), "a longer old text");
        write(&file, "new").unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_database_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        for beginning in [&b"SQLite format 3\0"[..], b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"] {
            let file = folder.path().join("store.db");
            fs::write(&file, beginning).unwrap();
            assert!(write(&file, "x").is_err());
            assert_eq!(fs::read(&file).unwrap(), beginning);
        }
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
