//! A folder whose files are ours.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::identity::{Identity, names};
use crate::refusal::Refusal;
use crate::whole::{self, Method};

const LINK: &str = "it is a link, but only files inside the results folder are written; remove the link";
const SEVERAL_NAMES: &str =
    "it is a file with another name elsewhere (a hard link), which would be overwritten; remove it";
const NOT_A_FILE: &str = "there is something that is not a regular file; move it away";
const NOT_A_FOLDER: &str = "there is something that is not a folder; move it away";

/// A folder in which we write and remove files under names of our own. Links are never followed, and nothing outside the
/// folder is changed, whatever was put there. Files that others put there under other names stay.
///
/// Names are paths within the folder, such as `model/model.json`.
#[derive(Debug)]
pub struct OwnFolder {
    path: PathBuf,
    /// Which folder it was when it was opened.
    identity: Option<Identity>,
    /// What was removed, by name: a file that is written again has the same mode and owner.
    removed: Mutex<BTreeMap<String, Metadata>>,
}

impl OwnFolder {
    /// Opens a folder, which is created where there is none. Its parent may be a link; the folder itself may not.
    ///
    /// # Errors
    /// If it is a link or no folder, or can't be created.
    pub fn create(path: PathBuf) -> Result<OwnFolder, Refusal> {
        create_folder(&path)?;
        let identity = Identity::at(&path);
        Ok(OwnFolder { path, identity, removed: Mutex::default() })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the path still leads to the folder that was opened: it may have been moved or deleted since.
    pub fn is_in_place(&self) -> bool {
        Identity::at(&self.path) == self.identity
    }

    /// Checks that a file of this name can be written: there is none, or a regular file, and no link leads to it.
    ///
    /// # Errors
    /// If something else is in the way.
    pub fn check(&self, name: &str) -> Result<(), Refusal> {
        self.checked(name).map(drop)
    }

    /// The file of this name, if it is there, as [`OwnFolder::check`] has checked it.
    fn checked(&self, name: &str) -> Result<Option<Metadata>, Refusal> {
        let path = self.path.join(name);
        let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.path));
        folders
            .filter_map(|folder| Some((folder, found(folder).transpose()?)))
            .try_for_each(|(folder, found)| check_folder(folder, &found?))?;
        let found = found(&path)?;
        found.as_ref().map_or(Ok(()), |found| check_file(&path, found))?;
        Ok(found)
    }

    /// Writes a file by `fill`, and puts it in place once it is whole; one that was there leaves its mode and its owner.
    /// Missing folders are created.
    ///
    /// # Errors
    /// As [`OwnFolder::check`], or if it can't be written.
    pub fn write(&self, name: &str, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Refusal> {
        let old = self.checked(name)?.or_else(|| self.removed().remove(name));
        let (folder, path) = self.prepare(name)?;
        let method = old.as_ref().map_or(Method::New, |old| Method::Replace { old, or_in_place: false });
        whole::write(&folder, &path, method, fill).map_err(|error| Refusal::new(&path, error))
    }

    /// Removes a file, if it is there.
    ///
    /// # Errors
    /// As [`OwnFolder::check`], or if it can't be removed.
    pub fn remove(&self, name: &str) -> Result<(), Refusal> {
        let Some(found) = self.checked(name)? else { return Ok(()) };
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Refusal::new(&path, error)),
            Ok(()) | Err(_) => {}
        }
        self.removed().insert(name.to_owned(), found);
        Ok(())
    }

    fn removed(&self) -> MutexGuard<'_, BTreeMap<String, Metadata>> {
        self.removed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a file to be changed in place, or creates it. Its contents stay.
    ///
    /// # Errors
    /// As [`OwnFolder::check`], if the file has another name elsewhere, or if it can't be opened.
    pub fn open(&self, name: &str) -> Result<File, Refusal> {
        let (_, path) = self.prepare(name)?;
        let refuse = |error| Refusal::new(&path, error);
        let mut options = File::options();
        options.read(true).write(true);
        // A new file is never one that a link leads to.
        match options.clone().create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return opened.map_err(refuse),
        }
        check_own(&path)?;
        let before = Identity::at(&path);
        let file = options.open(&path).map_err(refuse)?;
        let opened = Identity::of(&file.metadata().map_err(refuse)?);
        // Something else may have been put there in between.
        if before == Some(opened) { Ok(file) } else { Err(Refusal::because(&path, NOT_A_FILE)) }
    }

    /// The names of the regular files in a folder within, ascending; none where there is no such folder.
    ///
    /// # Errors
    /// If the folder can't be read, or a link leads to it.
    pub fn files(&self, folder: &str) -> Result<Vec<String>, Refusal> {
        let path = self.path.join(folder);
        match found(&path)? {
            None => return Ok(Vec::new()),
            Some(found) => check_folder(&path, &found)?,
        }
        let read = || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(&path)? {
                let entry = entry?;
                if entry.file_type()?.is_file() {
                    names.extend(entry.file_name().into_string());
                }
            }
            names.sort();
            Ok(names)
        };
        read().map_err(|error| Refusal::new(&path, error))
    }

    /// Removes from a folder within what was half-written when the process was killed.
    ///
    /// # Errors
    /// As [`OwnFolder::files`], or if a file can't be removed.
    pub fn remove_unfinished(&self, folder: &str) -> Result<(), Refusal> {
        let unfinished = self.files(folder)?.into_iter().filter(|name| whole::is_unfinished(name));
        let place = |name: String| if folder.is_empty() { name } else { format!("{folder}/{name}") };
        unfinished.map(place).try_for_each(|name| self.remove(&name))
    }

    /// Checks that the folder takes files, by one that is removed.
    ///
    /// # Errors
    /// If it doesn't.
    pub fn check_room(&self) -> Result<(), Refusal> {
        let write = || whole::temporary(&self.path, false)?.write_all(&[0; 4096]);
        write().map_err(|error| Refusal::new(&self.path, error))
    }

    /// The folder of a file and its path. The folder is created.
    fn prepare(&self, name: &str) -> Result<(PathBuf, PathBuf), Refusal> {
        let path = self.path.join(name);
        let folder = path.parent().expect("a file is in a folder").to_owned();
        self.check(name)?;
        create_folder(&self.path)?;
        create_folder(&folder)?;
        Ok((folder, path))
    }
}

/// Checks that what is at `path`, if anything, is a regular file that has no other name and that no link leads to. Such a
/// file can be changed in place.
///
/// # Errors
/// If something else is there.
pub fn check_own(path: &Path) -> Result<(), Refusal> {
    let Some(found) = found(path)? else { return Ok(()) };
    check_file(path, &found)?;
    if names(&found) > 1 { Err(Refusal::because(path, SEVERAL_NAMES)) } else { Ok(()) }
}

/// What is at a path; a link is not followed.
fn found(path: &Path) -> Result<Option<Metadata>, Refusal> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Refusal::new(path, error)),
    }
}

fn check_file(path: &Path, found: &Metadata) -> Result<(), Refusal> {
    match (found.is_symlink(), found.is_file()) {
        (true, _) => Err(Refusal::because(path, LINK)),
        (false, false) => Err(Refusal::because(path, NOT_A_FILE)),
        (false, true) => Ok(()),
    }
}

fn check_folder(path: &Path, found: &Metadata) -> Result<(), Refusal> {
    match (found.is_symlink(), found.is_dir()) {
        (true, _) => Err(Refusal::because(path, LINK)),
        (false, false) => Err(Refusal::because(path, NOT_A_FOLDER)),
        (false, true) => Ok(()),
    }
}

fn create_folder(path: &Path) -> Result<(), Refusal> {
    match found(path)? {
        Some(found) => check_folder(path, &found),
        None => fs::create_dir_all(path).map_err(|error| Refusal::new(path, error)),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A folder with a file, and a place elsewhere that must not change.
    fn places() -> (tempfile::TempDir, OwnFolder, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = root.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("x.csv"), "precious").unwrap();
        let folder = OwnFolder::create(root.path().join("own")).unwrap();
        (root, folder, elsewhere)
    }

    #[test]
    fn a_link_is_refused_wherever_it_is() {
        let (_root, folder, elsewhere) = places();
        symlink(elsewhere.join("x.csv"), folder.path().join("x.csv")).unwrap();
        symlink(&elsewhere, folder.path().join("model")).unwrap();
        symlink(elsewhere.join("none"), folder.path().join("nothing")).unwrap();
        for name in ["x.csv", "model/x.csv", "model/new", "nothing"] {
            for refused in [
                folder.check(name),
                folder.write(name, |out| out.write_all(b"new")),
                folder.remove(name),
                folder.open(name).map(|_| ()),
            ] {
                assert!(refused.unwrap_err().to_string().contains(LINK), "{name}");
            }
        }
        assert!(folder.files("model").is_err() && folder.remove_unfinished("model").is_err());
        assert_eq!(fs::read_to_string(elsewhere.join("x.csv")).unwrap(), "precious");
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 1);
        assert!(OwnFolder::create(folder.path().join("model")).is_err());
    }

    #[test]
    fn a_file_with_two_names_is_replaced_but_not_changed() {
        let (_root, folder, elsewhere) = places();
        fs::hard_link(elsewhere.join("x.csv"), folder.path().join("x.csv")).unwrap();
        assert!(folder.open("x.csv").unwrap_err().to_string().contains(SEVERAL_NAMES));
        folder.write("x.csv", |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("x.csv")).unwrap(), "new");
        assert_eq!(fs::read_to_string(elsewhere.join("x.csv")).unwrap(), "precious");
    }

    #[test]
    fn only_our_own_unfinished_files_are_removed() {
        let (_root, folder, elsewhere) = places();
        for name in [".unfinished-aB3dE9", ".unfinished-symphony.txt", ".unfinished-novel-2"] {
            fs::write(elsewhere.join(name), "").unwrap();
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join(".unfinished-abcdef")).unwrap();
        folder.remove_unfinished("").unwrap();
        assert_eq!(folder.files("").unwrap(), [".unfinished-novel-2", ".unfinished-symphony.txt"]);
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 4);
    }

    #[test]
    fn a_folder_that_was_moved_is_noticed() {
        let (root, folder, _) = places();
        assert!(folder.is_in_place());
        fs::rename(folder.path(), root.path().join("moved")).unwrap();
        assert!(!folder.is_in_place());
        folder.write("model/x", |out| out.write_all(b"new")).unwrap();
        assert!(!folder.is_in_place() && folder.path().join("model/x").exists());
    }
}
