//! Which fits are in flight, in a small file that outlives the process.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crossfold_study::FitKey;

/// A key in hexadecimal, or as many blanks, and the end of the line.
const SLOT: usize = 65;

/// A line a thread. Nothing is synchronised: the file is for what the process may die of, and the
/// power is not among it.
#[derive(Debug)]
pub(crate) struct Marks {
    path: PathBuf,
    file: Mutex<File>,
}

impl Marks {
    /// The keys that a run which died has left; `None` if the last one came to its end.
    pub(crate) fn left(path: &Path) -> io::Result<Option<Vec<FitKey>>> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(Some(text.lines().filter_map(FitKey::from_hex).collect())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // Bytes that are no text are no keys either.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(Some(Vec::new())),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn begin(path: PathBuf, threads: usize) -> io::Result<Marks> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, blank().repeat(threads))?;
        let file = File::options().write(true).open(&path)?;
        Ok(Marks { path, file: Mutex::new(file) })
    }

    pub(crate) fn set(&self, thread: usize, fit: Option<&FitKey>) {
        use std::io::{Seek, SeekFrom, Write};
        let line = fit.map_or_else(blank, |key| format!("{key}\n"));
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // A mark that can't be made is missed only if the process dies of this very fit, three times.
        let _ = file.seek(SeekFrom::Start((thread * SLOT) as u64)).and_then(|_| file.write_all(line.as_bytes()));
    }

    pub(crate) fn end(self) {
        // Left behind, it would count as one death more, with no fit to blame.
        let _ = fs::remove_file(&self.path);
    }
}

fn blank() -> String {
    " ".repeat(SLOT - 1) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_in_flight_is_found_after_a_death() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study/.in-flight");
        assert_eq!(Marks::left(&path).unwrap(), None);
        let keys = [1, 2, 3].map(|byte| FitKey::from_bytes([byte; 32]));
        let marks = Marks::begin(path.clone(), 3).unwrap();
        assert_eq!(Marks::left(&path).unwrap(), Some(vec![]));
        keys.iter().enumerate().for_each(|(thread, key)| marks.set(thread, Some(key)));
        marks.set(1, None);
        assert_eq!(Marks::left(&path).unwrap(), Some(vec![keys[0], keys[2]]));
        marks.end();
        assert_eq!(Marks::left(&path).unwrap(), None);
        fs::write(&path, [0xff, 0x00, 0xfe]).unwrap();
        assert_eq!(Marks::left(&path).unwrap(), Some(vec![]));
    }
}
