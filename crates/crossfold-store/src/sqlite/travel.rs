//! Records that move to the stores of other machines, and come from them: by a file, or from another store's file.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use crossfold_study::{
    Conflict, Evaluation, FitEnd, FitKey, FitRecord, Merged, Part, Predictions, RecordCounts, RefitRecord,
    SharedRecord, StoreError, StoredFit, StudyName,
};
use crossfold_system::{input, is_same_file};
use rusqlite::{Connection, Transaction};

use super::digest::Record;
use super::garbage::BYTES_PER_EPOCH;
use super::refusal::{Access, Refusal};
use super::scores::MetricNumbers;
use super::{SqliteStore, fits, read_key, refits, studies};
use crate::export::{ExportReader, ExportWriter, Malformed, is_shared, same_evaluation};

/// A file that was exported, every byte of which was checked.
pub struct CheckedExport {
    path: PathBuf,
    file: File,
    length: u64,
}

impl CheckedExport {
    /// Reads and checks a whole file.
    ///
    /// # Errors
    /// [`StoreError::Import`] if it is no regular file, or anything in it is not as it was exported.
    pub fn open(path: &Path) -> Result<CheckedExport, StoreError> {
        let refused = |error: io::Error| match input::is_not_regular(&error) {
            true => refused(path, &"it is not a regular file".into()),
            false => refused(path, &error.into()),
        };
        let (file, length) = input::open_regular(path).map_err(refused)?;
        let export = CheckedExport { path: path.to_owned(), file, length };
        export.visit(&mut |_| Ok(())).map_err(|refusal| refusal.at(path, Access::Read))?;
        Ok(export)
    }

    pub(super) fn visit(&self, visit: &mut dyn FnMut(SharedRecord) -> Result<(), Refusal>) -> Result<(), Refusal> {
        let refused = |reason| Refusal::Store(refused(&self.path, &reason));
        let mut file = &self.file;
        file.rewind().map_err(|error| refused(error.into()))?;
        let mut reader = ExportReader::new(file, self.length).map_err(refused)?;
        while let Some(record) = reader.next().map_err(refused)? {
            visit(record)?;
        }
        Ok(())
    }
}

fn refused(path: &Path, Malformed(reason): &Malformed) -> StoreError {
    StoreError::Import { path: path.display().to_string(), reason: reason.clone() }
}

impl SqliteStore {
    /// Writes the fits and retrained networks that a study refers to, or all. The same records give the same bytes.
    ///
    /// # Errors
    /// Those of `out`; a [`StoreError`] is within an [`io::Error`].
    pub fn export(&self, study: Option<&StudyName>, out: &mut dyn Write) -> io::Result<RecordCounts> {
        let mut writer = ExportWriter::new(out)?;
        let mut failed = None;
        let read = self.read(|connection| {
            each_record(connection, study, &mut |record| {
                writer.add(&record).map_err(|error| {
                    let kind = error.kind();
                    failed = Some(error);
                    Refusal::Io(kind.into())
                })
            })
        });
        match (failed, read) {
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(io::Error::other(error)),
            (None, Ok(())) => writer.finish(),
        }
    }

    /// Takes the records of files that were exported, in one transaction.
    ///
    /// # Errors
    /// If a file has changed since it was checked, or a record that is stored under the same key is damaged; nothing is taken.
    pub fn import(&self, files: Vec<CheckedExport>) -> Result<Merged, StoreError> {
        self.write(move |transaction| {
            let metrics = MetricNumbers::complete(transaction)?;
            let mut merged = Merged::default();
            for file in files {
                file.visit(&mut |record| take(transaction, &metrics, &record, &mut merged))?;
            }
            Ok(merged)
        })
    }

    /// Takes the fits and retrained networks of another store, in one transaction. Its studies are not taken: running their
    /// specs stores them.
    ///
    /// # Errors
    /// If it is the same store, or a record of either is damaged; nothing is taken.
    pub fn merge(&self, other: SqliteStore) -> Result<Merged, StoreError> {
        let path = self.path.clone();
        if is_same_file(&path, &other.path) {
            let reason = "it is the store itself that it would be merged into".to_owned();
            return Err(StoreError::NotReadable { path: other.path.display().to_string(), reason });
        }
        self.write(move |transaction| {
            let metrics = MetricNumbers::complete(transaction)?;
            let mut merged = Merged::default();
            let read = other.read(|connection| {
                each_record(connection, None, &mut |record| {
                    let taken = take(transaction, &metrics, &record, &mut merged);
                    taken.map_err(|refusal| Refusal::Store(refusal.at(&path, Access::Write)))
                })
            });
            read.map_err(Refusal::Store).map(|()| merged)
        })
    }
}

/// Reads the records that other stores can use, in the order of exports: those that a study refers to, or all.
fn each_record(
    connection: &Connection,
    study: Option<&StudyName>,
    visit: &mut dyn FnMut(SharedRecord) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let metrics = MetricNumbers::read(connection)?;
    let name = study.map(StudyName::as_str);
    if let Some(study) = study {
        let references = studies::digest_of_references(connection, study)?;
        Record::References(study).check(connection, Some(references))?;
    }
    // A record that is lost has a digest.
    let mut keys = connection.prepare(
        "SELECT key FROM (SELECT key FROM fits UNION SELECT record FROM digests WHERE kind = 'fit') \
         WHERE ?1 IS NULL OR key IN (SELECT key FROM study_fits WHERE study = ?1) ORDER BY key",
    )?;
    let mut rows = keys.query([name])?;
    while let Some(row) = rows.next()? {
        let key = read_key(row)?;
        if let Some(fit) = fits::whole(connection, &metrics, &key)?.filter(|fit| is_shared(&fit.end)) {
            visit(SharedRecord::Fit(fit))?;
        }
    }
    let mut keys = connection.prepare(
        "SELECT key, epochs FROM (SELECT key, epochs FROM refits \
             UNION SELECT record, number FROM digests WHERE kind = 'refit') \
         WHERE ?1 IS NULL OR key IN (SELECT key FROM study_fits WHERE study = ?1) ORDER BY key, epochs",
    )?;
    let mut rows = keys.query([name])?;
    while let Some(row) = rows.next()? {
        let (key, epochs) = (read_key(row)?, row.get(1)?);
        if let Some(refit) = refits::get(connection, &key, epochs)? {
            visit(SharedRecord::Refit { key, epochs, refit })?;
        }
    }
    Ok(())
}

/// Stores what a record adds, unless something else is stored under its key.
pub(super) fn take(
    transaction: &Transaction<'_>,
    metrics: &MetricNumbers,
    record: &SharedRecord,
    merged: &mut Merged,
) -> Result<(), Refusal> {
    let taken = match record {
        SharedRecord::Fit(fit) => take_fit(transaction, metrics, fit)?,
        SharedRecord::Refit { key, epochs, refit } => take_refit(transaction, key, *epochs, refit)?,
    };
    match taken {
        Taken::New => {
            merged.added.add(record);
            merged.bytes += size(record);
        }
        Taken::Longer => merged.extended.add(record),
        Taken::Known => merged.known.add(record),
        Taken::Not(conflict) => merged.conflicts.push(conflict),
    }
    Ok(())
}

enum Taken {
    New,
    /// More is stored than before.
    Longer,
    Known,
    Not(Conflict),
}

fn take_fit(transaction: &Transaction<'_>, metrics: &MetricNumbers, fit: &FitRecord) -> Result<Taken, Refusal> {
    let Some(stored) = fits::look_up(transaction, metrics, &fit.key)? else {
        fits::store(transaction, metrics, fit)?;
        return Ok(Taken::New);
    };
    let mut has_new_predictions = false;
    for (old, new) in stored.epochs.iter().zip(&fit.epochs) {
        let epoch = new.report.epoch;
        let mut is_same = old.report.has_same_bits(&new.report);
        if let Some(predictions) = &new.report.predictions {
            match fits::predictions(transaction, &fit.key, epoch)? {
                Some(stored) => is_same &= have_same_bits(&stored, predictions),
                None => has_new_predictions = true,
            }
        }
        if !is_same {
            let configuration = Some(fit.configuration.clone());
            return Ok(Taken::Not(Conflict { key: fit.key, configuration, part: fit.part, epoch }));
        }
    }
    let is_longer = fit.epochs.len() > stored.epochs.len() || is_better_end(fit, &stored);
    if is_longer {
        fits::store(transaction, metrics, fit)?;
    } else if has_new_predictions {
        fits::add_predictions(transaction, fit)?;
    }
    Ok(if is_longer || has_new_predictions { Taken::Longer } else { Taken::Known })
}

/// Whether a fit of the same epochs ended in a way that says more, so that the order of merging makes no difference.
fn is_better_end(fit: &FitRecord, stored: &StoredFit) -> bool {
    let rank = |end: &FitEnd| match end {
        FitEnd::Stopped => 3,
        FitEnd::Failed(failure) if failure.is_final() => 2,
        FitEnd::Complete => 1,
        FitEnd::Failed(_) | FitEnd::Cancelled => 0,
    };
    fit.epochs.len() == stored.epochs.len() && rank(&fit.end) > rank(&stored.end)
}

fn have_same_bits(Predictions(one): &Predictions, Predictions(other): &Predictions) -> bool {
    one.len() == other.len() && one.iter().zip(&**other).all(|(one, other)| one.to_bits() == other.to_bits())
}

fn take_refit(transaction: &Transaction<'_>, key: &FitKey, epochs: u32, refit: &RefitRecord) -> Result<Taken, Refusal> {
    let Some(mut stored) = refits::get(transaction, key, epochs)? else {
        refits::put(transaction, key, epochs, refit)?;
        return Ok(Taken::New);
    };
    let stored_test = |rows: &str| stored.tests.iter().find(|(digest, _)| digest == rows).map(|(_, score)| score);
    let is_same =
        |(rows, score): &(String, Evaluation)| stored_test(rows).is_none_or(|old| same_evaluation(old, score));
    if stored.weights != refit.weights || !refit.tests.iter().all(is_same) {
        return Ok(Taken::Not(Conflict { key: *key, configuration: None, part: Part::All, epoch: epochs }));
    }
    let new: Vec<_> = refit.tests.iter().filter(|(rows, _)| stored_test(rows).is_none()).cloned().collect();
    if new.is_empty() {
        return Ok(Taken::Known);
    }
    stored.tests.extend(new);
    refits::put(transaction, key, epochs, &stored)?;
    Ok(Taken::Longer)
}

/// About how many bytes a record takes in the file.
fn size(record: &SharedRecord) -> u64 {
    match record {
        SharedRecord::Fit(fit) => {
            let predictions = fit.epochs.iter().filter_map(|epoch| epoch.report.predictions.as_ref());
            let values: usize = predictions.map(|Predictions(values)| values.len()).sum();
            fit.epochs.len() as u64 * BYTES_PER_EPOCH + 4 * values as u64
        }
        SharedRecord::Refit { refit, .. } => refit.weights.len() as u64,
    }
}
