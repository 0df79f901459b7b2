//! What a results folder says of the run that holds it, or held it last: its lock, and how far the run has got.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crossfold_report::RunStatus;
use crossfold_study::StudyName;
use serde::{Deserialize, Serialize};

/// The file that a run locks. Its text says which process holds it; it is empty once a run has ended.
pub(crate) const LOCK: &str = ".lock";
/// The file with how far a run has got, which is there while the run is under way, and after one that was killed.
pub(crate) const PROGRESS: &str = ".progress";

/// The longest text of either file that is read, in bytes.
pub(crate) const MAX_TEXT: u64 = 4096;

/// The run of a results folder.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FolderRun {
    /// None, or one that ended.
    Ended,
    /// One that was killed.
    Killed,
    /// One that is under way: its process, and how far it has got, as far as it has written that.
    Running { holder: String, status: Option<RunStatus> },
}

impl FolderRun {
    /// The run of the study `name` in `results`. A file that can't be read counts as none.
    pub(crate) fn find(results: &Path, name: &StudyName, now: SystemTime) -> FolderRun {
        let folder = results.join(name.as_str());
        let lock = open(&folder.join(LOCK)).and_then(|lock| read(&lock).map(|holder| (lock, holder)));
        let Ok((lock, holder)) = lock else { return FolderRun::Ended };
        // Only the lock of a run that did not end is tried, because a run that begins at this moment would find it taken.
        if holder.is_empty() {
            return FolderRun::Ended;
        }
        if !matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)) {
            return FolderRun::Killed;
        }
        let written = open(&folder.join(PROGRESS)).and_then(|file| read(&file)).unwrap_or_default();
        FolderRun::Running { holder, status: WrittenStatus::read(&written).map(|written| written.at(now)) }
    }
}

/// Opens a regular file: others, which somebody may have put there, can keep a reader waiting.
fn open(path: &Path) -> io::Result<File> {
    if std::fs::symlink_metadata(path)?.is_file() { File::open(path) } else { Err(io::ErrorKind::InvalidInput.into()) }
}

fn read(file: &File) -> io::Result<String> {
    let mut text = Vec::new();
    file.take(MAX_TEXT).read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// How far a run had got at some time.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WrittenStatus {
    /// Since 1970.
    time: Duration,
    status: RunStatus,
}

impl WrittenStatus {
    pub(crate) fn new(status: RunStatus, now: SystemTime) -> WrittenStatus {
        WrittenStatus { time: now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default(), status }
    }

    /// Its line.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).expect("text and numbers are JSON") + "\n"
    }

    /// What a run wrote; `None` where that is not whole.
    fn read(text: &str) -> Option<WrittenStatus> {
        serde_json::from_str(text.lines().next()?).ok()
    }

    /// How far the run has got by now, if nothing happened since.
    fn at(self, now: SystemTime) -> RunStatus {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.status.later(now.saturating_sub(self.time))
    }
}
