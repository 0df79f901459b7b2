//! The fits that a run is training, in a small file that outlives the process.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crossfold_study::{FitKey, RunningFits};
use crossfold_system::{OwnFolder, Refusal};

/// The file's name, in the study's folder.
const FILE: &str = ".in-flight";

/// The longest file that is read, in bytes: a line per thread.
const MAX_BYTES: u64 = 1 << 20;

/// Bytes of a line: a key in hexadecimal, or as many blanks, and the end of the line.
const LINE: usize = 65;

/// A file with one line per thread, removed when the run ends. Writes are not synchronised: the file is for crashes of the
/// process, which the operating system's cache survives.
#[derive(Debug)]
pub(super) struct InFlight {
    folder: OwnFolder,
    file: Mutex<File>,
}

impl InFlight {
    /// The keys that a crashed run has left in a study's folder; `None` if the last run ended.
    pub(super) fn read_left_behind(folder: PathBuf) -> Result<Option<Vec<FitKey>>, Refusal> {
        let folder = OwnFolder::create(folder)?;
        folder.check(FILE)?;
        if !folder.path().join(FILE).exists() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let read = folder.open(FILE)?.take(MAX_BYTES).read_to_end(&mut bytes);
        read.map_err(|source| Refusal { path: folder.path().join(FILE), source })?;
        // Bytes that are not text are not keys either.
        Ok(Some(String::from_utf8_lossy(&bytes).lines().filter_map(FitKey::from_hex).collect()))
    }

    /// Creates the file in a study's folder, which is created, too.
    pub(super) fn create(folder: PathBuf, threads: usize) -> Result<InFlight, Refusal> {
        let folder = OwnFolder::create(folder)?;
        folder.remove(FILE)?;
        let mut file = folder.open(FILE)?;
        let written = file.write_all(blank_line().repeat(threads).as_bytes());
        written.map_err(|source| Refusal { path: folder.path().join(FILE), source })?;
        Ok(InFlight { folder, file: Mutex::new(file) })
    }
}

impl RunningFits for InFlight {
    fn mark(&self, thread: usize, fit: Option<&FitKey>) {
        let line = fit.map_or_else(blank_line, |key| format!("{key}\n"));
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // Without its mark a fit is only not suspected, so a failure here is no reason to stop training.
        let _ = file.seek(SeekFrom::Start((thread * LINE) as u64)).and_then(|_| file.write_all(line.as_bytes()));
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        // If the file stays, the next run counts a crash too many, with no fit to blame.
        let _ = self.folder.remove(FILE);
    }
}

fn blank_line() -> String {
    " ".repeat(LINE - 1) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_that_were_running_are_found_after_a_crash() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("study");
        let read_left_behind = || InFlight::read_left_behind(folder.clone()).unwrap();
        assert_eq!(read_left_behind(), None);
        let keys = [1, 2, 3].map(|byte| FitKey::from_bytes([byte; 32]));
        let running = InFlight::create(folder.clone(), 3).unwrap();
        assert_eq!(read_left_behind(), Some(vec![]));
        keys.iter().enumerate().for_each(|(thread, key)| running.mark(thread, Some(key)));
        running.mark(1, None);
        assert_eq!(read_left_behind(), Some(vec![keys[0], keys[2]]));
        drop(running);
        assert_eq!(read_left_behind(), None);
        std::fs::write(folder.join(FILE), [0xff, 0x00, 0xfe]).unwrap();
        assert_eq!(read_left_behind(), Some(vec![]));
    }
}
