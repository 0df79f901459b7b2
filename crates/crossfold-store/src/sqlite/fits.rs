//! Fits, their epochs, predictions and checkpoints.

use std::collections::HashSet;
use std::time::Duration;

use crossfold_network::Task;
use crossfold_study::{
    Checkpoint, EpochRecord, EpochReport, Evaluation, Failure, FitEnd, FitKey, FitRecord, FoldId, Part, Predictions,
    StoreError, StoredFit, StudyName, Tally, Watched,
};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Params, Row, Statement, Transaction, params};

use super::crash_log::forget_crashes;
use super::digest::{Digest, Record};
use super::refusal::Refusal;
use super::scores::MetricNumbers;
use super::studies::sum;
use super::tallies;
use crate::alike::are_alike;

type FitRow = i64;

/// All columns, by which a fit's digest is made.
const FIT: &str = "SELECT id, key, configuration, repeat, fold, ended, detail FROM fits WHERE key = ?1";

pub(super) fn look_up(
    connection: &Connection,
    metrics: &MetricNumbers,
    key: &FitKey,
) -> Result<Option<StoredFit>, Refusal> {
    let record = Record::Fit(key);
    let mut fit = connection.prepare_cached(FIT)?;
    let mut found = fit.query([key.as_bytes()])?;
    let Some(row) = found.next()? else {
        record.check(connection, None)?;
        return Ok(None);
    };
    let mut digest = Digest::of_row(row)?;
    let read = || -> Result<(FitRow, FitEnd), Refusal> {
        let ended: String = row.get(5)?;
        Ok((row.get(0)?, read_end(&ended, row.get(6)?)?))
    };
    let (id, end) = record.decoded(read())?;
    let epochs = record.decoded(epochs(connection, metrics, id, &mut digest))?;
    record.check(connection, Some(digest))?;
    Ok(Some(StoredFit { end, epochs }))
}

/// The row of a fit.
fn row_of(connection: &Connection, key: &FitKey) -> Result<Option<FitRow>, Refusal> {
    let mut select = connection.prepare_cached("SELECT id FROM fits WHERE key = ?1")?;
    Ok(select.query_row([key.as_bytes()], |row| row.get(0)).optional()?)
}

/// A fit with its predictions, but without its checkpoint.
pub(super) fn whole(
    connection: &Connection,
    metrics: &MetricNumbers,
    key: &FitKey,
) -> Result<Option<FitRecord>, Refusal> {
    let Some(StoredFit { end, mut epochs }) = look_up(connection, metrics, key)? else { return Ok(None) };
    let mut select = connection.prepare_cached(FIT)?;
    let head = select.query_row([key.as_bytes()], |row| {
        let fold = row.get::<_, Option<u32>>(3)?.zip(row.get::<_, Option<u32>>(4)?);
        let part = fold.map_or(Part::All, |(repeat, fold)| Part::Fold(FoldId { repeat, fold }));
        Ok((row.get::<_, FitRow>(0)?, row.get(2)?, part))
    });
    let (fit, configuration, part) = Record::Fit(key).decoded(head)?;
    for epoch in predicted_epochs(connection, fit)? {
        let predictions = predictions_at(connection, fit, epoch)?;
        // Predictions of an epoch that is not stored are used by nothing.
        if let Some(record) = epochs.get_mut((epoch as usize).wrapping_sub(1)) {
            record.report.predictions = predictions;
        }
    }
    Ok(Some(FitRecord { key: *key, configuration, part, end, epochs, checkpoint: None }))
}

/// The epochs of a fit that have predictions, or had them, ascending.
fn predicted_epochs(connection: &Connection, fit: FitRow) -> Result<Vec<u32>, Refusal> {
    let mut select = connection.prepare_cached(
        "SELECT epoch FROM predictions WHERE fit = ?1 \
         UNION SELECT number FROM digests WHERE kind = 'predictions' AND record = ?1 ORDER BY 1",
    )?;
    let epochs = select.query_map([fit], |row| row.get(0))?;
    Ok(epochs.collect::<Result<_, _>>()?)
}

pub(crate) fn predictions(connection: &Connection, key: &FitKey, epoch: u32) -> Result<Option<Predictions>, Refusal> {
    row_of(connection, key)?.map_or(Ok(None), |fit| predictions_at(connection, fit, epoch))
}

/// As [`predictions`], of the fit in a row.
pub(super) fn predictions_at(connection: &Connection, fit: FitRow, epoch: u32) -> Result<Option<Predictions>, Refusal> {
    let record = Record::Predictions(fit, epoch);
    let mut select =
        connection.prepare_cached("SELECT fit, epoch, probabilities FROM predictions WHERE fit = ?1 AND epoch = ?2")?;
    let mut found = select.query(params![fit, epoch])?;
    let Some(row) = found.next()? else {
        record.check(connection, None)?;
        return Ok(None);
    };
    record.check(connection, Some(Digest::of_row(row)?))?;
    let bytes = record.decoded(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from))?;
    match bytes.as_chunks() {
        (values, []) => Ok(Some(Predictions(values.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()))),
        (_, _) => Err(record.is_damaged()),
    }
}

pub(crate) fn have_predictions(connection: &Connection, places: &[(FitKey, u32)]) -> Result<Vec<bool>, Refusal> {
    let mut select =
        connection.prepare_cached("SELECT 1 FROM fits JOIN predictions ON fit = id WHERE key = ?1 AND epoch = ?2")?;
    places.iter().map(|(key, epoch)| Ok(select.exists(params![key.as_bytes(), epoch])?)).collect()
}

pub(crate) fn checkpoint(connection: &Connection, key: &FitKey) -> Result<Option<Checkpoint>, Refusal> {
    row_of(connection, key)?.map_or(Ok(None), |fit| checkpoint_at(connection, fit))
}

/// As [`checkpoint`], of the fit in a row.
pub(super) fn checkpoint_at(connection: &Connection, fit: FitRow) -> Result<Option<Checkpoint>, Refusal> {
    let record = Record::Checkpoint(fit);
    let mut select = connection.prepare_cached(CHECKPOINT)?;
    let mut found = select.query([fit])?;
    let Some(row) = found.next()? else {
        record.check(connection, None)?;
        return Ok(None);
    };
    record.check(connection, Some(Digest::of_row(row)?))?;
    let read = || -> rusqlite::Result<Checkpoint> { Ok(Checkpoint { epochs: row.get(1)?, state: row.get(2)? }) };
    record.decoded(read()).map(Some)
}

const CHECKPOINT: &str = "SELECT fit, epochs, state FROM checkpoints WHERE fit = ?1";

/// Stores a fit, or what it adds to a stored one.
pub(super) fn store(transaction: &Transaction<'_>, metrics: &MetricNumbers, fit: &FitRecord) -> Result<(), Refusal> {
    let known = look_up(transaction, metrics, &fit.key)?;
    let is_known = known.is_some();
    let stored = known.map_or_else(Vec::new, |known| known.epochs);
    let id = match row_of(transaction, &fit.key)? {
        Some(id) => id,
        None => insert(transaction, fit)?,
    };
    if let Some((_, new)) = stored.iter().zip(&fit.epochs).find(|(old, new)| !old.report.has_same_bits(&new.report)) {
        let epoch = new.report.epoch;
        let configuration = fit.configuration.clone();
        return Err(Refusal::Store(StoreError::Differs { configuration, part: fit.part, epoch }));
    }
    if is_known && fit.epochs.len() >= stored.len() {
        let (ended, detail) = write_end(&fit.end);
        let is_longer = fit.epochs.len() > stored.len();
        let mut update = transaction
            .prepare_cached("UPDATE fits SET ended = ?2, detail = ?3 WHERE id = ?1 AND (ended <> 'stopped' OR ?4)")?;
        update.execute(params![id, ended, detail, is_longer])?;
    }
    for epoch in fit.epochs.iter().skip(stored.len()) {
        insert_epoch(transaction, metrics, id, epoch)?;
    }
    seal(transaction, &fit.key)?;
    insert_all_predictions(transaction, id, &fit.epochs)?;
    if fit.epochs.len() >= stored.len() && fit.replaces_checkpoint() {
        put_checkpoint(transaction, id, fit.checkpoint.as_ref())?;
    }
    if !matches!(fit.end, FitEnd::Failed(Failure::Suspect)) {
        forget_crashes(transaction, &fit.key)?;
    }
    Ok(())
}

/// Writes the digest of a fit.
pub(super) fn seal(transaction: &Transaction<'_>, key: &FitKey) -> Result<(), Refusal> {
    let mut fit = transaction.prepare_cached(FIT)?;
    let (id, digest) = fit.query_row([key.as_bytes()], |row| Ok((row.get::<_, FitRow>(0)?, Digest::of_row(row)?)))?;
    let digest = Task::ALL
        .into_iter()
        .try_fold(digest, |digest, task| add_rows(digest, &mut *transaction.prepare_cached(epochs_of(task))?, id))?;
    Record::Fit(key).seal(transaction, digest)
}

/// The sum of the digests that were written of the fits that a study refers to: it changes with each of them.
pub(super) fn digest_of_all(connection: &Connection, study: &StudyName) -> Result<Digest, Refusal> {
    // Both tables are in the order of keys.
    let mut select = connection.prepare_cached(
        "SELECT digest FROM study_fits CROSS JOIN digests ON kind = 'fit' AND record = key AND number = 0 \
         WHERE study = ?1",
    )?;
    sum(&mut select.query([study.as_str()])?)
}

/// A digest with all rows that a statement selects of a fit.
fn add_rows(mut digest: Digest, select: &mut Statement<'_>, fit: FitRow) -> Result<Digest, Refusal> {
    let mut rows = select.query([fit])?;
    while let Some(row) = rows.next()? {
        digest.add_row(row)?;
    }
    Ok(digest)
}

/// Writes the digests of predictions and checkpoints that have none.
pub(super) fn seal_parts(transaction: &Transaction<'_>) -> Result<(), Refusal> {
    transaction.execute_batch(
        "INSERT OR IGNORE INTO digests
             SELECT 'predictions', fit, epoch, digest_of(fit, epoch, probabilities) FROM predictions;
         INSERT OR IGNORE INTO digests SELECT 'checkpoint', fit, 0, digest_of(fit, epochs, state) FROM checkpoints;",
    )?;
    Ok(())
}

fn insert(transaction: &Transaction<'_>, fit: &FitRecord) -> Result<FitRow, Refusal> {
    let (repeat, fold) = match fit.part {
        Part::Fold(FoldId { repeat, fold }) => (Some(repeat), Some(fold)),
        Part::All => (None, None),
    };
    let (ended, detail) = write_end(&fit.end);
    transaction
        .prepare_cached(
            "INSERT INTO fits (key, configuration, repeat, fold, ended, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![fit.key.as_bytes(), fit.configuration, repeat, fold, ended, detail])?;
    Ok(transaction.last_insert_rowid())
}

fn insert_epoch(
    transaction: &Transaction<'_>,
    metrics: &MetricNumbers,
    fit: FitRow,
    epoch: &EpochRecord,
) -> Result<(), Refusal> {
    let EpochRecord { report, elapsed } = epoch;
    let EpochReport { epoch, training, validation, watched, predictions: _ } = report;
    let nanoseconds = i64::try_from(elapsed.as_nanos()).unwrap_or(i64::MAX);
    let task = training.task();
    let mut insert = transaction.prepare_cached(match task {
        Task::Classification => {
            "INSERT INTO epochs (fit, epoch, nanoseconds, watched_loss, best, scores, training_rows, training_correct, \
             training_loss, validation_rows, validation_correct, validation_loss) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        }
        Task::Regression => {
            "INSERT INTO epochs_of_numbers (fit, epoch, nanoseconds, watched_loss, best, scores, training_rows, \
             training_squared, training_absolute, training_spread, validation_rows, validation_squared, \
             validation_absolute, validation_spread) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        }
    })?;
    insert.raw_bind_parameter(1, fit)?;
    insert.raw_bind_parameter(2, epoch)?;
    insert.raw_bind_parameter(3, nanoseconds)?;
    insert.raw_bind_parameter(4, watched.map(|watched| watched.loss))?;
    insert.raw_bind_parameter(5, watched.map(|watched| watched.best))?;
    insert
        .raw_bind_parameter(6, validation.as_ref().and_then(|validation| metrics.encode(task, &validation.scores)))?;
    tallies::bind(&mut insert, task, 7, Some(*training))?;
    tallies::bind(&mut insert, task, 7 + tallies::width(task), validation.map(|validation| validation.tally))?;
    insert.raw_execute()?;
    Ok(())
}

/// Adds to a stored fit the predictions that it doesn't have yet.
pub(super) fn add_predictions(transaction: &Transaction<'_>, fit: &FitRecord) -> Result<(), Refusal> {
    let row = row_of(transaction, &fit.key)?;
    row.map_or(Ok(()), |row| insert_all_predictions(transaction, row, &fit.epochs))
}

fn insert_all_predictions(transaction: &Transaction<'_>, fit: FitRow, epochs: &[EpochRecord]) -> Result<(), Refusal> {
    let predicted = epochs.iter().filter_map(|epoch| Some((epoch.report.epoch, epoch.report.predictions.as_ref()?)));
    predicted.into_iter().try_for_each(|(epoch, predictions)| insert_predictions(transaction, fit, epoch, predictions))
}

fn insert_predictions(
    transaction: &Transaction<'_>,
    fit: FitRow,
    epoch: u32,
    Predictions(values): &Predictions,
) -> Result<(), Refusal> {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let mut insert = transaction.prepare_cached("INSERT OR IGNORE INTO predictions VALUES (?1, ?2, ?3)")?;
    if insert.execute(params![fit, epoch, bytes])? > 0 {
        let digest = transaction
            .prepare_cached("INSERT OR REPLACE INTO digests VALUES ('predictions', ?1, ?2, digest_of(?1, ?2, ?3))")?
            .execute(params![fit, epoch, bytes]);
        digest?;
    }
    Ok(())
}

/// Replaces a fit's checkpoint.
fn put_checkpoint(transaction: &Transaction<'_>, fit: FitRow, checkpoint: Option<&Checkpoint>) -> Result<(), Refusal> {
    transaction.prepare_cached("DELETE FROM checkpoints WHERE fit = ?1")?.execute([fit])?;
    Record::Checkpoint(fit).unseal(transaction)?;
    let Some(Checkpoint { epochs, state }) = checkpoint else { return Ok(()) };
    transaction.prepare_cached("INSERT INTO checkpoints VALUES (?1, ?2, ?3)")?.execute(params![fit, epochs, state])?;
    let digest = transaction.prepare_cached(CHECKPOINT)?.query_row([fit], Digest::of_row)?;
    Record::Checkpoint(fit).seal(transaction, digest)
}

/// Selects the epochs of a fit, in their order.
fn epochs_of(task: Task) -> &'static str {
    match task {
        Task::Classification => {
            "SELECT epoch, nanoseconds, watched_loss, best, scores, training_rows, training_correct, training_loss, \
             validation_rows, validation_correct, validation_loss FROM epochs WHERE fit = ?1 ORDER BY epoch"
        }
        Task::Regression => {
            "SELECT epoch, nanoseconds, watched_loss, best, scores, training_rows, training_squared, \
             training_absolute, training_spread, validation_rows, validation_squared, validation_absolute, \
             validation_spread FROM epochs_of_numbers WHERE fit = ?1 ORDER BY epoch"
        }
    }
}

/// Reads the epochs of a fit, and adds them to its digest.
fn epochs(
    connection: &Connection,
    metrics: &MetricNumbers,
    fit: FitRow,
    digest: &mut Digest,
) -> Result<Vec<EpochRecord>, Refusal> {
    for task in Task::ALL {
        let mut select = connection.prepare_cached(epochs_of(task))?;
        let mut rows = select.query([fit])?;
        let mut records: Vec<EpochRecord> = Vec::new();
        while let Some(row) = rows.next()? {
            digest.add_row(row)?;
            let record = read_epoch(row, metrics, task)?;
            let follows = record.report.epoch as usize == records.len() + 1;
            if !follows || records.first().is_some_and(|first| !are_alike(&first.report, &record.report)) {
                return Err(Refusal::Corrupt(format!("epochs of fit {fit} don't go together")));
            }
            records.push(record);
        }
        // All epochs of a fit are of one task.
        if !records.is_empty() {
            return Ok(records);
        }
    }
    Ok(Vec::new())
}

fn read_epoch(row: &Row<'_>, metrics: &MetricNumbers, task: Task) -> rusqlite::Result<EpochRecord> {
    let elapsed = Duration::from_nanos(row.get::<_, i64>(1)?.unsigned_abs());
    let (loss, best): (Option<f64>, Option<u32>) = (row.get(2)?, row.get(3)?);
    let scores = metrics.decode(row.get_ref(4)?)?;
    let report = EpochReport {
        epoch: row.get(0)?,
        training: tallies::read(row, task, 5)?.unwrap_or(Tally::empty(task)),
        validation: tallies::read(row, task, 5 + tallies::width(task))?.map(|tally| Evaluation { tally, scores }),
        watched: loss.zip(best).map(|(loss, best)| Watched { loss, best }),
        predictions: None,
    };
    Ok(EpochRecord { report, elapsed })
}

fn write_end(end: &FitEnd) -> (&'static str, Option<String>) {
    match end {
        FitEnd::Complete => ("complete", None),
        FitEnd::Stopped => ("stopped", None),
        FitEnd::Cancelled => ("cancelled", None),
        FitEnd::Failed(Failure::NotFinite { epoch }) => ("not_finite", Some(epoch.to_string())),
        FitEnd::Failed(Failure::Panic(message)) => ("panic", Some(message.clone())),
        FitEnd::Failed(Failure::TimedOut(seconds)) => ("timed_out", Some(seconds.to_string())),
        FitEnd::Failed(Failure::Suspect) => ("suspect", None),
    }
}

fn read_end(ended: &str, detail: Option<String>) -> Result<FitEnd, Refusal> {
    let number = || detail.as_ref().and_then(|detail| detail.parse().ok());
    let end = match ended {
        "complete" => Some(FitEnd::Complete),
        "stopped" => Some(FitEnd::Stopped),
        "cancelled" => Some(FitEnd::Cancelled),
        "not_finite" => number().map(|epoch| FitEnd::Failed(Failure::NotFinite { epoch })),
        "panic" => detail.clone().map(|message| FitEnd::Failed(Failure::Panic(message))),
        "timed_out" => number().map(|seconds| FitEnd::Failed(Failure::TimedOut(seconds))),
        "suspect" => Some(FitEnd::Failed(Failure::Suspect)),
        _ => None,
    };
    end.ok_or_else(|| Refusal::Corrupt(format!("no fit ends as `{ended}`, {detail:?}")))
}

pub(crate) fn remove_predictions(
    transaction: &Transaction<'_>,
    study: &StudyName,
    places: &[(FitKey, u32)],
) -> Result<(), Refusal> {
    // A search names all trials that are not among its best, and few of a hundred thousand have any.
    let mut select = transaction.prepare_cached("SELECT key, epoch FROM predictions JOIN fits ON id = fit")?;
    let mut rows = select.query([])?;
    let mut stored: HashSet<(FitKey, u32)> = HashSet::new();
    while let Some(row) = rows.next()? {
        if let (Ok(key), Ok(epoch)) = (row.get(0), row.get(1)) {
            stored.insert((FitKey::from_bytes(key), epoch));
        }
    }
    let mut delete = transaction.prepare_cached(
        "DELETE FROM predictions WHERE fit = (SELECT id FROM fits WHERE key = ?1) AND epoch = ?2 \
         AND NOT EXISTS (SELECT 1 FROM study_fits WHERE key = ?1 AND study <> ?3) RETURNING fit",
    )?;
    for (key, epoch) in places.iter().filter(|place| stored.contains(place)) {
        let which = params![key.as_bytes(), epoch, study.as_str()];
        if let Some(fit) = delete.query_row(which, |row| row.get(0)).optional()? {
            Record::Predictions(fit, *epoch).unseal(transaction)?;
        }
    }
    Ok(())
}

pub(crate) fn remove_checkpoints(transaction: &Transaction<'_>, keys: &[FitKey]) -> Result<(), Refusal> {
    for key in keys {
        if let Some(fit) = row_of(transaction, key)? {
            put_checkpoint(transaction, fit, None)?;
        }
    }
    Ok(())
}

pub(crate) fn remove(transaction: &Transaction<'_>, study: &StudyName, keys: &[FitKey]) -> Result<(), Refusal> {
    let mut is_shared = transaction.prepare_cached("SELECT 1 FROM study_fits WHERE key = ?1 AND study <> ?2")?;
    for key in keys {
        if !is_shared.exists(params![key.as_bytes(), study.as_str()])? {
            remove_all(transaction, "key = ?1", [key.as_bytes()])?;
        }
    }
    Ok(())
}

/// Removes the fits, refits and counts of crashes that match a `condition`, with their digests. Returns how many records.
pub(super) fn remove_all(
    transaction: &Transaction<'_>,
    condition: &str,
    parameters: impl Params + Clone,
) -> Result<usize, Refusal> {
    let mut removed = 0;
    let mut delete = transaction.prepare_cached(&format!("DELETE FROM fits WHERE {condition} RETURNING id, key"))?;
    let mut gone = delete.query(parameters.clone())?;
    let mut unseal = transaction.prepare_cached(
        "DELETE FROM digests WHERE kind IN ('fit', 'predictions', 'checkpoint') AND record IN (?1, ?2)",
    )?;
    while let Some(row) = gone.next()? {
        unseal.execute((row.get::<_, FitRow>(0)?, row.get::<_, Value>(1)?))?;
        removed += 1;
    }
    let mut delete = transaction.prepare_cached(&format!("DELETE FROM refits WHERE {condition} RETURNING key"))?;
    let mut gone = delete.query(parameters.clone())?;
    let mut unseal = transaction.prepare_cached("DELETE FROM digests WHERE kind = 'refit' AND record = ?1")?;
    while let Some(row) = gone.next()? {
        unseal.execute([row.get::<_, Value>(0)?])?;
        removed += 1;
    }
    transaction.prepare_cached(&format!("DELETE FROM deaths WHERE {condition}"))?.execute(parameters)?;
    Ok(removed)
}
