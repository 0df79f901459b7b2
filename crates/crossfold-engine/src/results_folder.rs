//! The folder of a study's result files: each is there whole or not at all, and all are of one run.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crossfold_study::StudyName;

use crate::error::Error;
use crate::files::{UNFINISHED, remove_file, temporary, write_whole};
use crate::machine::{calendar, timestamp};

/// The number of runs whose logs are kept.
const LOGS: usize = 20;

/// The folder of a study's result files, locked against other processes.
pub struct ResultsFolder {
    path: PathBuf,
    /// Held for as long as the run writes here; the operating system releases it when the process ends. Its text says which
    /// process holds it.
    lock: File,
    /// The process that held the lock when it crashed.
    crashed_process: Option<String>,
}

impl Drop for ResultsFolder {
    fn drop(&mut self) {
        // An empty lock means that the run ended. If this fails, the next run reports a crash, which does no harm.
        let _ = self.lock.set_len(0);
    }
}

impl ResultsFolder {
    /// Creates the folder of the study `name` in `results`, makes sure that it takes files (better now than after a night's
    /// work) and that no other process writes to it, and removes what a killed one left half-written.
    ///
    /// # Errors
    /// [`Error::Busy`] where another process holds the folder, [`Error::Output`] where it takes no files.
    pub fn create(results: &Path, name: &StudyName, now: SystemTime) -> Result<ResultsFolder, Error> {
        let path = results.join(name.as_str());
        let prepare = || -> io::Result<Result<ResultsFolder, String>> {
            fs::create_dir_all(&path)?;
            let mut lock =
                File::options().create(true).truncate(false).read(true).write(true).open(path.join(".lock"))?;
            let is_free = match lock.try_lock() {
                Ok(()) => true,
                Err(TryLockError::WouldBlock) => false,
                // A file system without locks is no reason not to write to it.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => true,
                Err(TryLockError::Error(error)) => return Err(error),
            };
            let mut holder = String::new();
            lock.read_to_string(&mut holder)?;
            if !is_free {
                return Ok(Err(holder));
            }
            lock.set_len(0)?;
            io::Seek::rewind(&mut lock)?;
            write!(lock, "process {}, started {}", std::process::id(), timestamp(now))?;
            remove_unfinished(&path)?;
            temporary(&path)?.write_all(&[0; 4096])?;
            let crashed_process = (!holder.is_empty()).then_some(holder);
            Ok(Ok(ResultsFolder { path: path.clone(), lock, crashed_process }))
        };
        match prepare() {
            Ok(Ok(folder)) => Ok(folder),
            Ok(Err(holder)) => Err(Error::Busy { path, holder: Some(holder).filter(|holder| !holder.is_empty()) }),
            Err(source) => Err(Error::Output { path, source }),
        }
    }

    /// The process of the run before, if that crashed.
    pub fn crashed_process(&self) -> Option<&str> {
        self.crashed_process.as_deref()
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether an earlier run left a file of this name.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.path.join(name).exists()
    }

    /// Writes a file by `fill`, and puts it in place once it is whole.
    pub(crate) fn write(&self, name: &str, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let path = self.path.join(name);
        let folder = path.parent().expect("a file is in a folder");
        let written = fs::create_dir_all(folder).and_then(|()| write_whole(folder, &path, fill));
        written.map_err(|source| Error::Output { path: path.clone(), source })
    }

    /// Removes a file of an earlier run, so that files of two runs are never mixed.
    pub(crate) fn remove(&self, name: &str) -> Result<(), Error> {
        let path = self.path.join(name);
        remove_file(&path).map_err(|source| Error::Output { path, source })
    }

    /// A log file for this run, named by the time of its start. The oldest logs are removed.
    ///
    /// # Errors
    /// [`Error::Output`] where it can't be written.
    pub fn log_file(&self, started: SystemTime) -> Result<File, Error> {
        let folder = self.path.join("logs");
        let path = folder.join(format!("{}.log", calendar(started).strftime("%Y-%m-%dT%H-%M-%SZ")));
        let open = || {
            fs::create_dir_all(&folder)?;
            remove_all_but_last(&folder, LOGS - 1)?;
            File::options().create(true).append(true).open(&path)
        };
        open().map_err(|source| Error::Output { path: path.clone(), source })
    }
}

/// Removes files whose names come before those of the last `count`.
fn remove_all_but_last(folder: &Path, count: usize) -> io::Result<()> {
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    files.sort();
    let removed = files.len().saturating_sub(count);
    files[..removed].iter().try_for_each(|path| remove_file(path))
}

fn remove_unfinished(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            remove_file(&entry.path())?;
        } else if entry.file_type()?.is_dir() {
            remove_unfinished(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for left in ["a/.unfinished-1", "a/model/.unfinished-2", "a/model/weights.safetensors"] {
            fs::write(root.path().join(left), "").unwrap();
        }
        let folder = folder(root.path()).unwrap();
        assert_eq!(files(&folder), [".lock", "model"]);
        assert!(!folder.path().join("model/.unfinished-2").exists());
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
        (10..40).for_each(|day| fs::write(logs.join(format!("2020-01-{day}.log")), "").unwrap());
        folder.log_file(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(fs::read_dir(&logs).unwrap().count(), LOGS);
        assert!(logs.join("2020-01-39.log").exists() && !logs.join("2020-01-20.log").exists());
    }
}
