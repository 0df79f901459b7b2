//! The store in an SQLite file.

mod class_scores;
mod crash_log;
mod fits;
mod garbage;
mod in_flight;
mod mounts;
mod refits;
mod refusal;
mod schema;
mod studies;
mod tallies;
#[cfg(test)]
mod tests;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossfold_study::{
    Checkpoint, FitKey, FitRecord, Garbage, Predictions, RefitRecord, Store, StoreError, StoredFit, StudyName,
    StudyRecord,
};
use rusqlite::{Connection, OpenFlags, Transaction};

use mounts::network_kind;
use refusal::{Refusal, Trying};
pub use schema::SCHEMA_VERSION;
use writer::Writer;

/// The store's file, in the folder of all results.
const FILE: &str = "crossfold.db";

/// How long another process' transaction is waited for. Those here take milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// An SQLite file that several processes may use at once.
///
/// Commits are durable (`synchronous=FULL`), by a write-ahead log, or by a rollback journal on
/// network file systems. All writing is done by one thread; reading has a connection of its own.
pub struct SqliteStore {
    path: PathBuf,
    /// `None` in a store that is only looked into.
    writer: Option<Writer>,
    reader: Mutex<Connection>,
    remarks: Vec<String>,
}

impl SqliteStore {
    /// Opens the store in `folder`, which exists, or makes one.
    ///
    /// # Errors
    /// Where that can't be done, or what is there is damaged, somebody else's or newer.
    pub fn open(folder: &Path) -> Result<SqliteStore, StoreError> {
        let path = folder.join(FILE);
        let network = network_kind(folder);
        let remark = |kind| {
            format!(
                "`{}` is on a network file system ({kind}), where SQLite's write-ahead log is unsafe: \
                 using a rollback journal, which is slower",
                folder.display()
            )
        };
        let open = || -> Result<SqliteStore, Refusal> {
            let mut writing = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
            // Somebody else's file, or a newer one, is left as it is.
            schema::version(&writing)?;
            set_journal(&writing, if network.is_some() { "delete" } else { "wal" })?;
            schema::prepare(&mut writing)?;
            let reading = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            Ok(SqliteStore {
                path: path.clone(),
                writer: Some(Writer::new(writing)?),
                reader: Mutex::new(reading),
                remarks: network.map(remark).into_iter().collect(),
            })
        };
        open().map_err(|refusal| refusal.at(&path, Trying::Write))
    }

    /// Opens the store in `folder` to look into; `None` where there is none.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_existing(folder: &Path) -> Result<Option<SqliteStore>, StoreError> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        let open = || -> Result<Option<SqliteStore>, Refusal> {
            let look = |path: &Path, flags| {
                let reading = connect(path, flags)?;
                Ok((schema::look(&reading)?, reading))
            };
            let (is_there, reading) = match look(&path, OpenFlags::SQLITE_OPEN_READ_WRITE) {
                // Where nothing can be written, not even the log's index, nobody else writes either. But
                // what still stands in the log alone could not be read that way.
                Err(Refusal::Sqlite(error)) if is_read_only(&error) && !has_log(&path) => {
                    look(&immutable(&path), OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)?
                }
                looked => looked?,
            };
            // A run that has only just made it has stored nothing yet.
            Ok(is_there.then(|| SqliteStore {
                path: path.clone(),
                writer: None,
                reader: Mutex::new(reading),
                remarks: Vec::new(),
            }))
        };
        open().map_err(|refusal| refusal.at(&path, Trying::Read))
    }

    /// What people should know of the place where the store lies.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T, Refusal>) -> Result<T, StoreError> {
        let connection: MutexGuard<'_, Connection> = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        look(&connection).map_err(|refusal| refusal.at(&self.path, Trying::Read))
    }

    fn writer(&self) -> Result<&Writer, StoreError> {
        self.writer.as_ref().ok_or_else(|| StoreError::NotWritable {
            path: self.path.display().to_string(),
            reason: "it was opened to be looked into".to_owned(),
        })
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer()?.write(work).map_err(|refusal| refusal.at(&self.path, Trying::Write))
    }

    fn shrink(&self) -> Result<(), StoreError> {
        let shrunk = self.writer()?.ask(|connection| garbage::shrink(connection));
        shrunk.map_err(|refusal| refusal.at(&self.path, Trying::Write))
    }

    /// The folder of all results.
    fn folder(&self) -> &Path {
        self.path.parent().expect("the store's path was joined to its folder")
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Refusal> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Sets the journal's mode, where it isn't set yet: that takes the file for oneself, and SQLite
/// doesn't wait for it by itself.
fn set_journal(connection: &Connection, mode: &str) -> Result<(), Refusal> {
    const PAUSE: Duration = Duration::from_millis(20);
    // Has to be set before the first table, and before the log.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    let mut tries = PATIENCE.as_millis() / PAUSE.as_millis();
    loop {
        let is_set = connection.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0))? == mode;
        if is_set {
            return Ok(());
        }
        match connection.pragma_update_and_check(None, "journal_mode", mode, |row| row.get::<_, String>(0)) {
            // A file system may have its reasons not to take a log; whatever SQLite chose is safe.
            Ok(_) => return Ok(()),
            Err(error) => {
                let refusal = Refusal::from(error);
                if tries == 0 || !refusal.is_busy() {
                    return Err(refusal);
                }
            }
        }
        tries -= 1;
        std::thread::sleep(PAUSE);
    }
}

fn is_read_only(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{CannotOpen, ReadOnly};
    matches!(error.sqlite_error_code(), Some(CannotOpen | ReadOnly))
}

/// Whether a run that died has left a log, or one is under way.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// The file as a URI that says that nobody writes to it.
fn immutable(path: &Path) -> PathBuf {
    let path = path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    PathBuf::from(format!("file:{path}?immutable=1"))
}

impl Store for SqliteStore {
    fn fits(&self, keys: &[FitKey]) -> Result<Vec<Option<StoredFit>>, StoreError> {
        self.read(|connection| {
            // One snapshot, and one lock, for all.
            let snapshot = connection.unchecked_transaction()?;
            keys.iter().map(|key| fits::look_up(&snapshot, key)).collect()
        })
    }

    fn commit(&self, fits: &[FitRecord]) -> Result<(), StoreError> {
        let fits = fits.to_vec();
        self.write(move |transaction| fits.iter().try_for_each(|fit| fits::store(transaction, fit)))
    }

    fn predictions(&self, key: &FitKey, epoch: u32) -> Result<Option<Predictions>, StoreError> {
        self.read(|connection| fits::predictions(connection, key, epoch))
    }

    fn forget_predictions(&self, study: &StudyName, of: &[(FitKey, u32)]) -> Result<(), StoreError> {
        if of.is_empty() {
            return Ok(());
        }
        let (study, of) = (study.clone(), of.to_vec());
        self.write(move |transaction| fits::forget_predictions(transaction, &study, &of))
    }

    fn checkpoint(&self, key: &FitKey) -> Result<Option<Checkpoint>, StoreError> {
        self.read(|connection| fits::checkpoint(connection, key))
    }

    fn forget_checkpoints(&self, of: &[FitKey]) -> Result<(), StoreError> {
        let of = of.to_vec();
        self.write(move |transaction| fits::forget_checkpoints(transaction, &of))
    }

    fn forget(&self, study: &StudyName, keys: &[FitKey]) -> Result<(), StoreError> {
        let (study, keys) = (study.clone(), keys.to_vec());
        self.write(move |transaction| fits::forget(transaction, &study, &keys))
    }

    fn put_refit(&self, key: &FitKey, epochs: u32, refit: &RefitRecord) -> Result<(), StoreError> {
        let (key, refit) = (*key, refit.clone());
        self.write(move |transaction| refits::put(transaction, &key, epochs, &refit))
    }

    fn refit(&self, key: &FitKey, epochs: u32) -> Result<Option<RefitRecord>, StoreError> {
        self.read(|connection| refits::get(connection, key, epochs))
    }

    fn put_study(&self, study: &StudyRecord, refers_to: &[FitKey]) -> Result<(), StoreError> {
        let (study, refers_to) = (study.clone(), refers_to.to_vec());
        self.write(move |transaction| studies::put(transaction, &study, &refers_to))
    }

    fn put_record(
        &self,
        study: &StudyName,
        record: &str,
        model: Option<&str>,
        exhibits: Option<&str>,
    ) -> Result<(), StoreError> {
        let (study, record) = (study.clone(), record.to_owned());
        let [model, exhibits] = [model, exhibits].map(|text| text.map(str::to_owned));
        self.write(move |transaction| {
            studies::put_record(transaction, &study, &record, model.as_deref(), exhibits.as_deref())
        })
    }

    fn refer(&self, study: &StudyName, to: &[FitKey]) -> Result<(), StoreError> {
        let (study, to) = (study.clone(), to.to_vec());
        self.write(move |transaction| studies::refer(transaction, &study, &to))
    }

    fn study(&self, name: &StudyName) -> Result<Option<StudyRecord>, StoreError> {
        self.read(|connection| studies::get(connection, name))
    }

    fn studies(&self) -> Result<Vec<StudyName>, StoreError> {
        self.read(studies::names)
    }

    fn journal(&self, study: &StudyName) -> Result<Vec<String>, StoreError> {
        self.read(|connection| studies::journal(connection, study))
    }

    fn put_journal(&self, study: &StudyName, from: usize, lines: &[String]) -> Result<(), StoreError> {
        let (study, lines) = (study.clone(), lines.to_vec());
        self.write(move |transaction| studies::put_journal(transaction, &study, from, &lines))
    }

    fn forget_study(&self, name: &StudyName) -> Result<(), StoreError> {
        let name = name.clone();
        self.write(move |transaction| studies::forget(transaction, &name))
    }

    fn garbage(&self) -> Result<Garbage, StoreError> {
        self.read(garbage::count)
    }

    fn collect(&self) -> Result<Garbage, StoreError> {
        let garbage = self.write(garbage::remove)?;
        self.shrink()?;
        Ok(garbage)
    }
}
