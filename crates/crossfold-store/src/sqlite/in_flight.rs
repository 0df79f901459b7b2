//! The fits that a run is training, in a small file that outlives the process.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crossfold_study::{FitKey, RunningFits};

/// Bytes of a line: a key in hexadecimal, or as many blanks, and the end of the line.
const LINE: usize = 65;

/// A file with one line per thread, removed when the run ends. Writes are not synchronised: the file is for crashes of the
/// process, which the operating system's cache survives.
#[derive(Debug)]
pub(super) struct InFlight {
    path: PathBuf,
    file: Mutex<File>,
}

impl InFlight {
    /// The keys that a crashed run has left; `None` if the last run ended.
    pub(super) fn read_left_behind(path: &Path) -> io::Result<Option<Vec<FitKey>>> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(Some(text.lines().filter_map(FitKey::from_hex).collect())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // Bytes that are not text are not keys either.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(Some(Vec::new())),
            Err(error) => Err(error),
        }
    }

    /// Creates the file, and the folder that it is in.
    pub(super) fn create(path: PathBuf, threads: usize) -> io::Result<InFlight> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, blank_line().repeat(threads))?;
        let file = File::options().write(true).open(&path)?;
        Ok(InFlight { path, file: Mutex::new(file) })
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
        let _ = fs::remove_file(&self.path);
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
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study/.in-flight");
        let read_left_behind = || InFlight::read_left_behind(&path).unwrap();
        assert_eq!(read_left_behind(), None);
        let keys = [1, 2, 3].map(|byte| FitKey::from_bytes([byte; 32]));
        let running = InFlight::create(path.clone(), 3).unwrap();
        assert_eq!(read_left_behind(), Some(vec![]));
        keys.iter().enumerate().for_each(|(thread, key)| running.mark(thread, Some(key)));
        running.mark(1, None);
        assert_eq!(read_left_behind(), Some(vec![keys[0], keys[2]]));
        drop(running);
        assert_eq!(read_left_behind(), None);
        fs::write(&path, [0xff, 0x00, 0xfe]).unwrap();
        assert_eq!(read_left_behind(), Some(vec![]));
    }
}
