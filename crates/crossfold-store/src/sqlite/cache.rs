//! Caches: stores and exports of others, which are looked into before anything is trained, and never written to.
//!
//! What a cache has of the fits that are asked for is taken into the own store, by the rules of a merge. So reports and later
//! runs don't need the cache.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crossfold_study::{FitKey, Merged, RefitRecord, SharedRecord, StoreError, StoredFit};
use crossfold_system::is_same_file;
use rusqlite::{OpenFlags, Transaction, TransactionBehavior};

use super::refusal::{Access, Refusal};
use super::scores::MetricNumbers;
use super::travel::{CheckedExport, take};
use super::{ATTEMPT, FILE, SqliteStore, connect, fits, refits, repair, schema};
use crate::export::is_shared;

/// How many fits are in memory at once.
const BATCH: usize = 500;

/// How a file begins that is compressed, as exports are.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The caches of a store.
#[derive(Default)]
pub(super) struct Caches {
    stores: Vec<SqliteStore>,
    /// The fits that were looked up in them.
    asked: Mutex<HashSet<FitKey>>,
}

impl SqliteStore {
    /// Looks for fits and retrained networks in other stores, too, and takes what is there. `paths` and remarks are those of
    /// [`SqliteStore::open_caches`].
    ///
    /// # Errors
    /// As [`SqliteStore::open_caches`].
    pub fn with_caches(mut self, paths: &[PathBuf]) -> Result<SqliteStore, StoreError> {
        let (mut stores, remarks) = SqliteStore::open_caches(paths)?;
        stores.retain(|cache| !is_same_file(&cache.path, &self.path));
        self.caches.stores = stores;
        self.remarks.extend(remarks);
        Ok(self)
    }

    /// Opens other stores to read them: `paths` are their folders or files, or exports. Where there is none, a remark says so.
    ///
    /// # Errors
    /// If one can't be read or is damaged.
    pub fn open_caches(paths: &[PathBuf]) -> Result<(Vec<SqliteStore>, Vec<String>), StoreError> {
        let (mut stores, mut remarks) = (Vec::new(), Vec::new());
        for path in paths {
            let path = if path.is_dir() { path.join(FILE) } else { path.clone() };
            let cache =
                if is_compressed(&path) { Some(of_export(&path)?) } else { SqliteStore::open_to_read(path.clone())? };
            match cache {
                Some(cache) => stores.push(cache),
                None => {
                    remarks.push(format!("the cache `{}` is not there, or nothing is stored in it", path.display()))
                }
            }
        }
        Ok((stores, remarks))
    }

    /// Takes from the caches what they have of these fits and the own store doesn't.
    pub(super) fn take_cached_fits(&self, keys: &[FitKey]) -> Result<(), StoreError> {
        if self.caches.stores.is_empty() {
            return Ok(());
        }
        let mut asked = self.caches.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<FitKey> = keys.iter().copied().filter(|key| asked.insert(*key)).collect();
        drop(asked);
        for cache in &self.caches.stores {
            for keys in new.chunks(BATCH) {
                let own = self.stored_fits(keys)?;
                self.take_records(cache.better_fits(keys, &own)?)?;
            }
        }
        Ok(())
    }

    /// A network that the first of the caches has, once it is taken.
    pub(super) fn take_cached_refit(&self, key: &FitKey, epochs: u32) -> Result<Option<RefitRecord>, StoreError> {
        for cache in &self.caches.stores {
            if let Some(refit) = cache.read(|connection| refits::get(connection, key, epochs))? {
                self.take_records(vec![SharedRecord::Refit { key: *key, epochs, refit: refit.clone() }])?;
                return Ok(Some(refit));
            }
        }
        Ok(None)
    }

    /// The fits with these keys that replace what another store has.
    fn better_fits(&self, keys: &[FitKey], own: &[Option<StoredFit>]) -> Result<Vec<SharedRecord>, StoreError> {
        self.read(|connection| {
            let metrics = MetricNumbers::read(connection)?;
            let mut better = Vec::new();
            for (key, own) in keys.iter().zip(own) {
                let Some(found) = fits::look_up(connection, &metrics, key)? else { continue };
                let is_more = |own: &StoredFit| found.epochs.len() > own.epochs.len() || !is_shared(&own.end);
                if is_shared(&found.end) && own.as_ref().is_none_or(is_more) {
                    better.extend(fits::whole(connection, &metrics, key)?.map(SharedRecord::Fit));
                }
            }
            Ok(better)
        })
    }

    fn take_records(&self, records: Vec<SharedRecord>) -> Result<(), StoreError> {
        if records.is_empty() {
            return Ok(());
        }
        let merged = self.write(move |transaction| take_all(transaction, &records))?;
        merged.conflict(&self.path).map_or(Ok(()), Err)
    }
}

fn take_all(transaction: &Transaction<'_>, records: &[SharedRecord]) -> Result<Merged, Refusal> {
    let (metrics, mut merged) = (MetricNumbers::complete(transaction)?, Merged::default());
    records.iter().try_for_each(|record| take(transaction, &metrics, record, &mut merged))?;
    Ok(merged)
}

fn is_compressed(path: &Path) -> bool {
    let mut beginning = [0; GZIP.len()];
    path.is_file() && File::open(path).and_then(|mut file| file.read_exact(&mut beginning)).is_ok() && beginning == GZIP
}

/// A temporary store with the records of an export. SQLite keeps it in memory while it is small, and in a file without a name
/// otherwise.
fn of_export(path: &Path) -> Result<SqliteStore, StoreError> {
    let export = CheckedExport::open(path)?;
    let fill = || -> Result<_, Refusal> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = connect(Path::new(""), flags, ATTEMPT)?;
        schema::prepare(&mut connection, |transaction| repair::seal_all(transaction).map(drop))?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (metrics, mut merged) = (MetricNumbers::complete(&transaction)?, Merged::default());
        export.visit(&mut |record| take(&transaction, &metrics, &record, &mut merged))?;
        transaction.commit()?;
        Ok(connection)
    };
    let connection = fill().map_err(|refusal| refusal.at(path, Access::Read))?;
    Ok(SqliteStore {
        path: path.to_owned(),
        writer: None,
        reader: Mutex::new(connection),
        identities: [None, None],
        remarks: Vec::new(),
        caches: Caches::default(),
    })
}
