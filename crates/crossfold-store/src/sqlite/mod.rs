//! The store in an SQLite file.
//!
//! A fit is stored whole or not at all. Commits are transactions with `synchronous=FULL`: what [`Store::commit`] has returned
//! from survives a crash of the process and a power cut.

mod cache;
mod crash_log;
mod digest;
mod fits;
mod garbage;
mod in_flight;
mod mounts;
mod refits;
mod refusal;
mod repair;
mod schema;
mod scores;
mod standings;
mod studies;
mod tallies;
#[cfg(test)]
mod tests;
mod travel;
mod verify;
mod writer;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossfold_study::{
    Checkpoint, FitKey, FitRecord, Garbage, Predictions, RefitRecord, Store, StoreError, StoredFit, StudyName,
    StudyRecord, TestUse,
};
use crossfold_system::{Identity, check_own, folder_of};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Row, Transaction};

use cache::Caches;
use mounts::network_kind;
use refusal::{Access, Refusal};
use schema::SCHEMA_VERSION;
use scores::MetricNumbers;
pub use travel::CheckedExport;
pub use writer::WriteAccess;
use writer::{ATTEMPT, Writer, unless_busy};

/// The store's file, in the folder of all results.
const FILE: &str = "crossfold.db";

/// What SQLite adds to its file's name for files of its own.
const SUFFIXES: [&str; 4] = ["", LOG, "-shm", "-journal"];

const LOG: &str = "-wal";

/// The longest path of a store in bytes, which SQLite's `MAX_PATHNAME` and the longest suffix allow.
const MAX_PATH: usize = 504;

/// How long to wait for another process' transaction, where no message can say so. Our transactions take milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long to wait until no other process has a file open that has to be converted. Commands that only read take less.
const CONVERSION_TIMEOUT: Duration = Duration::from_secs(3);

/// The pages that a connection for reading keeps in memory: the indices of 100,000 fits. By default it would read them from the
/// file again for each fit.
const CACHE_KIBIBYTES: i64 = 24 << 10;

/// An SQLite file that several processes may use at once.
///
/// It has a write-ahead log, or a rollback journal on network file systems. One thread does all writing; reading has a
/// connection of its own.
pub struct SqliteStore {
    path: PathBuf,
    /// `None` in a store that was opened read-only.
    writer: Option<Writer>,
    reader: Mutex<Connection>,
    /// Which files the store and its log were when they were opened.
    identities: [Option<Identity>; 2],
    remarks: Vec<String>,
    caches: Caches,
}

impl SqliteStore {
    /// Opens the store in `folder`, which exists, or creates it. By `mounts`, the lines of Linux' `/proc/self/mountinfo`, it
    /// is known whether the folder is on a network file system; without lines it counts as on none.
    ///
    /// # Errors
    /// If the file can't be opened or written, is damaged, belongs to another program or is of a newer version.
    pub fn open(folder: &Path, mounts: &str) -> Result<SqliteStore, StoreError> {
        SqliteStore::open_with(folder, mounts, WriteAccess::default())
    }

    /// As [`SqliteStore::open`], with what other processes are to be spared and told.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_with(folder: &Path, mounts: &str, access: WriteAccess) -> Result<SqliteStore, StoreError> {
        let path = folder.join(FILE);
        check_path(&path).map_err(|refusal| refusal.at(&path, Access::Write))?;
        let network = folder.canonicalize().ok().and_then(|folder| network_kind(mounts, &folder));
        let remark = |kind| {
            format!(
                "`{}` is on a network file system ({kind}), where SQLite's write-ahead log is unsafe: \
                 using a rollback journal, which is slower",
                folder.display()
            )
        };
        let open = || -> Result<SqliteStore, Refusal> {
            let journal = if network.is_some() { "delete" } else { "wal" };
            let (writing, unreadable) = access.wait(&path, || unless_busy(prepare(&path, journal)))?;
            let unreadable = (unreadable > 0).then(|| unreadable_records(unreadable));
            let reading = connect_to_read(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            Ok(SqliteStore {
                path: path.clone(),
                writer: Some(Writer::new(writing, &path, access)?),
                reader: Mutex::new(reading),
                identities: identities(&path),
                remarks: network.map(remark).into_iter().chain(unreadable).collect(),
                caches: Caches::default(),
            })
        };
        open().map_err(|refusal| refusal.at(&path, Access::Write))
    }

    /// Opens the store in `folder` read-only; `None` if there is none.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_existing(folder: &Path) -> Result<Option<SqliteStore>, StoreError> {
        SqliteStore::open_to_read(folder.join(FILE))
    }

    /// Opens a store read-only: a file of any name, or the store in a folder.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], and if there is none.
    pub fn open_file(path: &Path) -> Result<SqliteStore, StoreError> {
        let store = SqliteStore::open_to_read(if path.is_dir() { path.join(FILE) } else { path.to_owned() })?;
        let reason = "there is none, or nothing is stored in it".to_owned();
        store.ok_or_else(|| StoreError::NotReadable { path: path.display().to_string(), reason })
    }

    fn open_to_read(path: PathBuf) -> Result<Option<SqliteStore>, StoreError> {
        check_path(&path).map_err(|refusal| refusal.at(&path, Access::Read))?;
        if !path.exists() {
            return Ok(None);
        }
        let open = || -> Result<Option<SqliteStore>, Refusal> {
            let open_with = |path: &Path, flags| {
                let reading = connect_to_read(path, flags)?;
                Ok((schema::prepare_to_read(&reading)?, reading))
            };
            let (has_tables, reading) = match open_with(&path, OpenFlags::SQLITE_OPEN_READ_WRITE) {
                // Where not even the log's index can be written, no other process writes either, so the file can be read
                // as immutable. Commits that are only in the log would be missed.
                Err(Refusal::Sqlite(error)) if is_read_only(&error) && !has_log(&path) => {
                    open_with(&immutable(&path), OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)?
                }
                opened => opened?,
            };
            // A run that has just created the file has stored nothing yet.
            Ok(has_tables.then(|| SqliteStore {
                path: path.clone(),
                writer: None,
                reader: Mutex::new(reading),
                identities: identities(&path),
                remarks: Vec::new(),
                caches: Caches::default(),
            }))
        };
        open().map_err(|refusal| refusal.at(&path, Access::Read))
    }

    /// Remarks for the user on where the store is.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    fn read<T>(&self, select: impl FnOnce(&Connection) -> Result<T, Refusal>) -> Result<T, StoreError> {
        let connection: MutexGuard<'_, Connection> = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        // A record and its digest are of one moment.
        let snapshot = connection.unchecked_transaction().map_err(Refusal::from);
        snapshot.and_then(|snapshot| select(&snapshot)).map_err(|refusal| refusal.at(&self.path, Access::Read))
    }

    /// The fits in the file, without those of caches.
    fn stored_fits(&self, keys: &[FitKey]) -> Result<Vec<Option<StoredFit>>, StoreError> {
        self.read(|connection| {
            let metrics = MetricNumbers::read(connection)?;
            keys.iter().map(|key| fits::look_up(connection, &metrics, key)).collect()
        })
    }

    fn writer(&self) -> Result<&Writer, StoreError> {
        self.writer.as_ref().ok_or_else(|| StoreError::NotWritable {
            path: self.path.display().to_string(),
            reason: "it was opened for reading".to_owned(),
        })
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer()?.write(work).map_err(|refusal| refusal.at(&self.path, Access::Write))
    }

    fn shrink(&self) -> Result<(), StoreError> {
        let shrunk = self.writer()?.run(garbage::shrink);
        shrunk.map_err(|refusal| refusal.at(&self.path, Access::Write))
    }

    /// The folder of all results.
    fn folder(&self) -> &Path {
        self.path.parent().expect("the store's path was joined to its folder")
    }
}

fn unreadable_records(count: usize) -> String {
    format!("{count} records of the older store could not be read and were removed; their fits are retrained")
}

/// Opens a file to write to it, and makes it one of this version. Returns the number of records that could not be read.
fn prepare(path: &Path, journal: &str) -> Result<(Connection, usize), Refusal> {
    let mut writing = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE, ATTEMPT)?;
    // A file of another program, or of a newer version, is left as it is.
    match schema::version(&writing)? {
        // This has to be set before the first table is created, and before the log. It takes a lock.
        0 => writing.pragma_update(None, "auto_vacuum", "INCREMENTAL")?,
        1..SCHEMA_VERSION => close_log(&writing)?,
        _ => {}
    }
    set_journal(&writing, journal, ATTEMPT)?;
    let mut unreadable = 0;
    schema::prepare(&mut writing, |transaction| {
        unreadable = repair::seal_all(transaction)?;
        Ok(())
    })?;
    writing.busy_timeout(BUSY_TIMEOUT)?;
    Ok((writing, unreadable))
}

fn connect(path: &Path, flags: OpenFlags, timeout: Duration) -> Result<Connection, Refusal> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // Before what follows, which reads the file.
    connection.busy_timeout(timeout)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Without this guarantee, SQLite plans a cached statement anew each time that a value is bound to its `WHERE`.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    scores::add_function(&connection)?;
    digest::add_function(&connection)?;
    Ok(connection)
}

fn connect_to_read(path: &Path, flags: OpenFlags) -> Result<Connection, Refusal> {
    let connection = connect(path, flags, BUSY_TIMEOUT)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIBIBYTES)?;
    Ok(connection)
}

/// Leaves the write-ahead log of an older file, which succeeds only if no other process has the file open. A run of an
/// older release would otherwise fail on tables that were converted under it. Rollback journals, on network file systems,
/// don't show who has a file open.
fn close_log(connection: &Connection) -> Result<(), Refusal> {
    match set_journal(connection, "delete", CONVERSION_TIMEOUT) {
        Err(refusal) if refusal.is_busy() => match schema::version(connection)? {
            // The other process has converted it.
            SCHEMA_VERSION => Ok(()),
            found => Err(Refusal::OlderInUse { found }),
        },
        result => result,
    }
}

/// Sets the journal's mode, unless it is set already. That needs exclusive access, for which SQLite's own timeout doesn't
/// wait.
fn set_journal(connection: &Connection, mode: &str, timeout: Duration) -> Result<(), Refusal> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut tries = timeout.as_millis() / PAUSE.as_millis();
    loop {
        let is_set = connection.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0))? == mode;
        if is_set {
            return Ok(());
        }
        match connection.pragma_update_and_check(None, "journal_mode", mode, |row| row.get::<_, String>(0)) {
            // Some file systems can't have a log; the mode that SQLite chose instead is safe.
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

/// Whether there is a log: of a run under way, or of one that crashed.
fn has_log(path: &Path) -> bool {
    std::fs::metadata(with_suffix(path, LOG)).is_ok_and(|log| log.len() > 0)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.into();
    name.push(suffix);
    name.into()
}

/// Refuses paths that SQLite can't open, and files that are not the store's own: a link would have it write elsewhere.
fn check_path(path: &Path) -> Result<(), Refusal> {
    let name = path.file_name().unwrap_or_default();
    let length = folder_of(path).canonicalize().map_or(0, |folder| folder.join(name).as_os_str().len());
    if length > MAX_PATH {
        return Err(Refusal::LongPath { length });
    }
    let check = |suffix: &&str| check_own(&with_suffix(path, suffix));
    SUFFIXES.iter().try_for_each(check).map_err(Refusal::NotOwn)
}

/// The distinct keys in the order of the tables, so that each page of a long list is written once.
fn in_order(keys: &[FitKey]) -> Vec<FitKey> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The key in a row's first column.
fn read_key(row: &Row<'_>) -> Result<FitKey, Refusal> {
    let damaged = |_| Refusal::Record { record: "the key of a fit or a retrained network".to_owned(), study: None };
    row.get(0).map(FitKey::from_bytes).map_err(damaged)
}

/// Which files a store and its log are now.
fn identities(path: &Path) -> [Option<Identity>; 2] {
    ["", LOG].map(|suffix| Identity::at(&with_suffix(path, suffix)))
}

/// The file's URI, with the promise that no process writes to it.
fn immutable(path: &Path) -> PathBuf {
    let encode = |&byte: &u8| match byte {
        b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
        _ => format!("%{byte:02x}"),
    };
    let path: String = path.as_os_str().as_encoded_bytes().iter().map(encode).collect();
    PathBuf::from(format!("file:{path}?immutable=1"))
}

impl Store for SqliteStore {
    fn fits(&self, keys: &[FitKey]) -> Result<Vec<Option<StoredFit>>, StoreError> {
        self.take_cached_fits(keys)?;
        self.stored_fits(keys)
    }

    fn commit(&self, fits: &[FitRecord]) -> Result<(), StoreError> {
        let fits = fits.to_vec();
        self.write(move |transaction| {
            let metrics = MetricNumbers::complete(transaction)?;
            fits.iter().try_for_each(|fit| fits::store(transaction, &metrics, fit))
        })
    }

    fn predictions(&self, key: &FitKey, epoch: u32) -> Result<Option<Predictions>, StoreError> {
        self.read(|connection| fits::predictions(connection, key, epoch))
    }

    fn have_predictions(&self, places: &[(FitKey, u32)]) -> Result<Vec<bool>, StoreError> {
        self.read(|connection| fits::have_predictions(connection, places))
    }

    fn remove_predictions(&self, study: &StudyName, places: &[(FitKey, u32)]) -> Result<(), StoreError> {
        if places.is_empty() {
            return Ok(());
        }
        let (study, places) = (study.clone(), places.to_vec());
        self.write(move |transaction| fits::remove_predictions(transaction, &study, &places))
    }

    fn checkpoint(&self, key: &FitKey) -> Result<Option<Checkpoint>, StoreError> {
        self.read(|connection| fits::checkpoint(connection, key))
    }

    fn remove_checkpoints(&self, keys: &[FitKey]) -> Result<(), StoreError> {
        let keys = keys.to_vec();
        self.write(move |transaction| fits::remove_checkpoints(transaction, &keys))
    }

    fn remove_fits(&self, study: &StudyName, keys: &[FitKey]) -> Result<(), StoreError> {
        let (study, keys) = (study.clone(), keys.to_vec());
        self.write(move |transaction| fits::remove(transaction, &study, &keys))
    }

    fn put_refit(&self, key: &FitKey, epochs: u32, refit: &RefitRecord) -> Result<(), StoreError> {
        let (key, refit) = (*key, refit.clone());
        self.write(move |transaction| refits::put(transaction, &key, epochs, &refit))
    }

    fn test_use(&self, test_digest: &str) -> Result<TestUse, StoreError> {
        self.read(|connection| refits::test_use(connection, test_digest))
    }

    fn refit(&self, key: &FitKey, epochs: u32) -> Result<Option<RefitRecord>, StoreError> {
        let stored = self.read(|connection| refits::get(connection, key, epochs))?;
        stored.map_or_else(|| self.take_cached_refit(key, epochs), |refit| Ok(Some(refit)))
    }

    fn put_study(&self, study: &StudyRecord, refers_to: &[FitKey]) -> Result<(), StoreError> {
        let (study, refers_to) = (study.clone(), in_order(refers_to));
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

    fn put_standing(&self, study: &StudyName, standing: &str) -> Result<(), StoreError> {
        let (study, standing) = (study.clone(), standing.to_owned());
        self.write(move |transaction| standings::put(transaction, &study, &standing))
    }

    fn standing(&self, study: &StudyName) -> Result<Option<String>, StoreError> {
        self.read(|connection| standings::get(connection, study))
    }

    fn add_references(&self, study: &StudyName, keys: &[FitKey]) -> Result<(), StoreError> {
        let (study, keys) = (study.clone(), in_order(keys));
        self.write(move |transaction| studies::add_references(transaction, &study, &keys))
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

    fn remove_study(&self, name: &StudyName) -> Result<(), StoreError> {
        let name = name.clone();
        self.write(move |transaction| studies::remove_with_journal(transaction, &name))
    }

    fn remove_damaged(&self, study: &StudyName) -> Result<usize, StoreError> {
        let study = study.clone();
        self.write(move |transaction| repair::remove_damaged(transaction, &study))
    }

    fn check_in_place(&self) -> Result<(), StoreError> {
        let [file, log] = identities(&self.path);
        let [opened, opened_log] = self.identities;
        // The log of a file that is only read comes and goes.
        let is_log_there = self.writer.is_none() || opened_log.is_none() || log == opened_log;
        let moved = || StoreError::Moved { path: self.path.display().to_string() };
        if file == opened && is_log_there { Ok(()) } else { Err(moved()) }
    }

    fn garbage(&self, without: &[StudyName]) -> Result<Garbage, StoreError> {
        self.read(|connection| garbage::count(connection, without))
    }

    fn collect_garbage(&self) -> Result<Garbage, StoreError> {
        let garbage = self.write(garbage::remove)?;
        self.shrink()?;
        Ok(garbage)
    }
}
