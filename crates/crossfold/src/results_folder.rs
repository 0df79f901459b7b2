//! The folder `results/<name>/`: every file is there whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crossfold_study::StudyName;
use tempfile::NamedTempFile;

use crate::error::Error;

pub(crate) struct ResultsFolder {
    path: PathBuf,
}

impl ResultsFolder {
    /// Makes the folder, and makes sure that it takes files: better now than after a night's work.
    pub(crate) fn create(results: &Path, name: &StudyName) -> Result<ResultsFolder, Error> {
        let path = results.join(name.as_str());
        let created = fs::create_dir_all(&path).and_then(|()| temporary(&path));
        match created {
            Ok(_) => Ok(ResultsFolder { path }),
            Err(source) => Err(Error::Output { path, source }),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file by `fill`, and puts it in place once it is whole.
    pub(crate) fn write<E: Into<io::Error>>(
        &self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<(), Error> {
        let path = self.path.join(name);
        let write = || -> io::Result<()> {
            let folder = path.parent().expect("a file is in a folder");
            fs::create_dir_all(folder)?;
            let mut file = temporary(folder)?;
            let mut out = BufWriter::new(&mut file);
            fill(&mut out).map_err(Into::into)?;
            out.flush()?;
            drop(out);
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|source| Error::Output { path: path.clone(), source })
    }

    /// Removes what an earlier run left, so that no two runs' results are ever mixed.
    pub(crate) fn remove(&self, name: &str) -> Result<(), Error> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error::Output { path, source }),
            _ => Ok(()),
        }
    }

    /// A log file of this run's own, named by the time of its start.
    pub(crate) fn log_file(&self, started: jiff::Timestamp) -> Result<File, Error> {
        let folder = self.path.join("logs");
        let path = folder.join(format!("{}.log", started.strftime("%Y-%m-%dT%H-%M-%SZ")));
        let open = || {
            fs::create_dir_all(&folder)?;
            File::options().create(true).append(true).open(&path)
        };
        open().map_err(|source| Error::Output { path: path.clone(), source })
    }
}

/// A file with a name of its own in `folder`, gone unless it is persisted.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".unfinished-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; results are as readable as the umask says.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_fails_halfway_leaves_the_old_one() {
        let root = tempfile::tempdir().unwrap();
        let folder = ResultsFolder::create(root.path(), &StudyName::new("a").unwrap()).unwrap();
        folder.write("x.csv", |out| out.write_all(b"whole")).unwrap();
        let failed = folder.write("x.csv", |out| {
            out.write_all(b"ha")?;
            Err::<(), _>(io::Error::other("full"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(folder.path().join("x.csv")).unwrap(), b"whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
