//! The folder of a study's result files: each is there whole or not at all, and all are of one run.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crossfold_report::RESULT_FILES;
use crossfold_study::StudyName;
use crossfold_system::{Destination, Identity, OwnFolder, Refusal};
use jiff::civil::DateTime;

use crate::error::Error;
use crate::files::refuse_clashes;
use crate::machine::{calendar, timestamp};
use crate::run_file::{LOCK, MAX_TEXT, PROGRESS};

/// The number of runs whose logs are kept.
const LOGS: usize = 20;

const LOG_FOLDER: &str = "logs";

/// A log's name: the time of its run's start, in UTC.
const LOG_NAME: &str = "%Y-%m-%dT%H-%M-%SZ.log";

/// The folder of a study's result files, locked against other processes.
pub struct ResultsFolder {
    folder: OwnFolder,
    /// Held for as long as the run writes here; the operating system releases it when the process ends. Its text says which
    /// process holds it.
    lock: File,
    /// Which file the lock is: another process may lock another one.
    lock_identity: Option<Identity>,
    /// The process that held the lock when it crashed.
    crashed_process: Option<String>,
}

impl Drop for ResultsFolder {
    fn drop(&mut self) {
        // An empty lock means that the run ended. If this fails, the next run reports a crash, which does no harm.
        let _ = self.lock.set_len(0);
        let _ = self.folder.remove(PROGRESS);
    }
}

impl ResultsFolder {
    /// Creates the folder of the study `name` in `results`, makes sure that it takes all result files (better now than after
    /// a night's work) and that no other process writes to it, and removes what a killed one left half-written.
    ///
    /// # Errors
    /// [`Error::Busy`] where another process holds the folder, [`Error::Output`] where it takes no files or where a link or a
    /// folder is in the place of one, [`Error::Clock`] where `now` is no time for records.
    pub fn create(results: &Path, name: &StudyName, now: SystemTime) -> Result<ResultsFolder, Error> {
        jiff::Timestamp::try_from(now).map_err(|_| Error::Clock)?;
        let folder = OwnFolder::create(results.join(name.as_str()))?;
        RESULT_FILES.iter().try_for_each(|file| folder.check(file.path))?;
        folder.files(LOG_FOLDER)?;
        let mut lock = folder.open(LOCK)?;
        let path = folder.path().join(LOCK);
        let locked = write_lock(&mut lock, now).map_err(|source| Error::Output { path: path.clone(), source })?;
        let crashed_process = locked.map_err(|holder| {
            let holder = Some(holder).filter(|holder| !holder.is_empty());
            Error::Busy { path: folder.path().to_owned(), holder }
        })?;
        unfinished_folders().into_iter().try_for_each(|within| folder.remove_unfinished(within))?;
        folder.check_room()?;
        Ok(ResultsFolder { lock_identity: Identity::at(&path), folder, lock, crashed_process })
    }

    /// The process of the run before, if that crashed.
    pub fn crashed_process(&self) -> Option<&str> {
        self.crashed_process.as_deref()
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Refuses to write a result file over one that the run reads.
    ///
    /// # Errors
    /// [`Error::OverInput`].
    pub(crate) fn refuse_inputs(&self, read: &[PathBuf]) -> Result<(), Error> {
        let mut files = RESULT_FILES.iter().map(|file| Destination::File(self.path().join(file.path)));
        files.try_for_each(|file| refuse_clashes(read, &[&file]))
    }

    /// Refuses to end well where the folder, or the lock in it, is another one than at the beginning.
    ///
    /// # Errors
    /// [`Error::Moved`].
    pub(crate) fn check_in_place(&self) -> Result<(), Error> {
        let lock = Identity::at(&self.path().join(LOCK));
        if self.folder.is_in_place() && lock == self.lock_identity {
            Ok(())
        } else {
            Err(Error::Moved { path: self.path().to_owned() })
        }
    }

    /// Whether an earlier run left a file of this name.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.path().join(name).exists()
    }

    /// Writes a file by `fill`, and puts it in place once it is whole.
    pub(crate) fn write(&self, name: &str, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        Ok(self.folder.write(name, fill)?)
    }

    /// Removes a file of an earlier run, so that files of two runs are never mixed.
    pub(crate) fn remove(&self, name: &str) -> Result<(), Error> {
        Ok(self.folder.remove(name)?)
    }

    /// The file that says how far the run has got; `None` where it can't be written, which is no reason not to run.
    pub(crate) fn progress_file(&self) -> Option<File> {
        let file = self.folder.open(PROGRESS).ok()?;
        // A killed run left what it had written.
        file.set_len(0).ok()?;
        Some(file)
    }

    /// A log file for this run, named by the time of its start. The oldest logs are removed.
    ///
    /// # Errors
    /// [`Error::Output`] where it can't be written.
    pub fn log_file(&self, started: SystemTime) -> Result<File, Error> {
        self.remove_old_logs()?;
        let name = format!("{LOG_FOLDER}/{}", calendar(started).strftime(LOG_NAME));
        let mut file = self.folder.open(&name)?;
        // A run in the same second has a log of this name, too.
        let end = io::Seek::seek(&mut file, io::SeekFrom::End(0));
        end.map_err(|source| Error::Output { path: self.path().join(name), source })?;
        Ok(file)
    }

    /// Removes logs but for the newest. Files with names of another form aren't ours.
    fn remove_old_logs(&self) -> Result<(), Refusal> {
        let mut logs = self.folder.files(LOG_FOLDER)?;
        logs.retain(|name| DateTime::strptime(LOG_NAME, name).is_ok());
        let removed = logs.len().saturating_sub(LOGS - 1);
        logs[..removed].iter().try_for_each(|name| self.folder.remove(&format!("{LOG_FOLDER}/{name}")))
    }
}

/// Locks a file and writes into it which process holds it. Returns the process that it is of: of one that crashed where the
/// lock could be had, of one that holds it as an error.
fn write_lock(lock: &mut File, now: SystemTime) -> io::Result<Result<Option<String>, String>> {
    let is_free = match lock.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        // A file system without locks is no reason not to write to it.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => true,
        Err(TryLockError::Error(error)) => return Err(error),
    };
    let mut holder = Vec::new();
    (&*lock).take(MAX_TEXT).read_to_end(&mut holder)?;
    let holder = String::from_utf8_lossy(&holder).into_owned();
    if !is_free {
        return Ok(Err(holder));
    }
    lock.set_len(0)?;
    io::Seek::rewind(lock)?;
    write!(lock, "process {}, started {}", std::process::id(), timestamp(now))?;
    Ok(Ok((!holder.is_empty()).then_some(holder)))
}

/// The folder itself and those within that result files are in.
fn unfinished_folders() -> BTreeSet<&'static str> {
    RESULT_FILES.iter().map(|file| file.path.rsplit_once('/').map_or("", |(folder, _)| folder)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(root: &Path) -> Result<ResultsFolder, Error> {
        ResultsFolder::create(root, &StudyName::new("a").unwrap(), SystemTime::UNIX_EPOCH)
    }

    fn files(folder: &ResultsFolder) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_failed_write_keeps_the_old_file() {
        let root = tempfile::tempdir().unwrap();
        let folder = folder(root.path()).unwrap();
        folder.write("x.csv", |out| out.write_all(b"whole")).unwrap();
        let failed = folder.write("x.csv", |out| {
            out.write_all(b"ha")?;
            Err(io::Error::other("full"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(folder.path().join("x.csv")).unwrap(), b"whole");
        assert_eq!(files(&folder), [".lock", "x.csv"]);
    }

    #[test]
    fn unfinished_files_of_a_killed_run_are_removed() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/model")).unwrap();
        for left in ["a/.unfinished-aaaaaa", "a/model/.unfinished-bbbbbb", "a/model/weights.safetensors"] {
            fs::write(root.path().join(left), "").unwrap();
        }
        let folder = folder(root.path()).unwrap();
        assert_eq!(files(&folder), [".lock", "model"]);
        assert!(!folder.path().join("model/.unfinished-bbbbbb").exists());
        assert!(folder.path().join("model/weights.safetensors").exists());
    }

    #[test]
    fn a_results_folder_is_locked_by_one_run() {
        let root = tempfile::tempdir().unwrap();
        let first = folder(root.path()).unwrap();
        assert_eq!(first.crashed_process(), None);
        let Err(busy @ Error::Busy { .. }) = folder(root.path()) else { panic!("two runs hold one folder") };
        let holder = format!("a` (process {}, started 1970-", std::process::id());
        assert!(busy.to_string().contains(&holder), "{busy}");
        drop(first);
        assert_eq!(folder(root.path()).unwrap().crashed_process(), None);
        // A killed run leaves its name in a lock that no process holds.
        fs::write(root.path().join("a/.lock"), "process 1, started yesterday").unwrap();
        assert_eq!(folder(root.path()).unwrap().crashed_process(), Some("process 1, started yesterday"));
    }

    #[test]
    fn old_logs_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let folder = folder(root.path()).unwrap();
        let logs = folder.path().join("logs");
        fs::create_dir_all(&logs).unwrap();
        (10..40).for_each(|minute| fs::write(logs.join(format!("2020-01-02T03-{minute}-00Z.log")), "").unwrap());
        // Not ours, though they come first.
        for name in ["2019.log", "2019-13-02T03-04-05Z.log", "1.txt"] {
            fs::write(logs.join(name), "").unwrap();
        }
        folder.log_file(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(fs::read_dir(&logs).unwrap().count(), LOGS + 3);
        let exists = |minute: u32| logs.join(format!("2020-01-02T03-{minute}-00Z.log")).exists();
        assert!(exists(39) && !exists(20));
    }
}
