//! Fits, their epochs, predictions and checkpoints.

use std::time::Duration;

use crossfold_network::Task;
use crossfold_study::{
    Checkpoint, EpochRecord, EpochReport, Evaluation, Failure, FitEnd, FitKey, FitRecord, FoldId, Part, Predictions,
    StoreError, StoredFit, StudyName, Tally, Watched,
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::crash_log::forget_crashes;
use super::refusal::Refusal;
use super::scores::MetricNumbers;
use super::tallies;

type FitRow = i64;

pub(super) fn look_up(
    connection: &Connection,
    metrics: &MetricNumbers,
    key: &FitKey,
) -> Result<Option<StoredFit>, Refusal> {
    let mut fit = connection.prepare_cached("SELECT id, ended, detail FROM fits WHERE key = ?1")?;
    let found = fit.query_row([key.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let Some((id, ended, detail)) = found else { return Ok(None) };
    let (id, ended): (FitRow, String) = (id, ended);
    let mut predicted = connection.prepare_cached("SELECT epoch FROM predictions WHERE fit = ?1 ORDER BY epoch")?;
    let predicted = predicted.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(Some(StoredFit { end: read_end(&ended, detail)?, epochs: epochs(connection, metrics, id)?, predicted }))
}

pub(crate) fn predictions(connection: &Connection, key: &FitKey, epoch: u32) -> Result<Option<Predictions>, Refusal> {
    let mut select = connection.prepare_cached(
        "SELECT probabilities FROM predictions JOIN fits ON fits.id = fit WHERE key = ?1 AND epoch = ?2",
    )?;
    let bytes: Option<Vec<u8>> = select.query_row(params![key.as_bytes(), epoch], |row| row.get(0)).optional()?;
    let Some(bytes) = bytes else { return Ok(None) };
    let (values, rest) = bytes.as_chunks();
    if !rest.is_empty() {
        return Err(Refusal::Corrupt("predictions are cut off".to_owned()));
    }
    Ok(Some(Predictions(values.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())))
}

pub(crate) fn checkpoint(connection: &Connection, key: &FitKey) -> Result<Option<Checkpoint>, Refusal> {
    let mut select =
        connection.prepare_cached("SELECT epochs, state FROM checkpoints JOIN fits ON fits.id = fit WHERE key = ?1")?;
    let read = |row: &Row<'_>| Ok(Checkpoint { epochs: row.get(0)?, state: row.get(1)? });
    Ok(select.query_row([key.as_bytes()], read).optional()?)
}

/// Stores a fit, or what it adds to a stored one.
pub(super) fn store(transaction: &Transaction<'_>, metrics: &MetricNumbers, fit: &FitRecord) -> Result<(), Refusal> {
    let mut select = transaction.prepare_cached("SELECT id FROM fits WHERE key = ?1")?;
    let known: Option<FitRow> = select.query_row([fit.key.as_bytes()], |row| row.get(0)).optional()?;
    let (id, stored) = match known {
        None => (insert(transaction, fit)?, Vec::new()),
        Some(id) => (id, epochs(transaction, metrics, id)?),
    };
    if let Some((_, new)) = stored.iter().zip(&fit.epochs).find(|(old, new)| !old.report.has_same_bits(&new.report)) {
        let epoch = new.report.epoch;
        let configuration = fit.configuration.clone();
        return Err(Refusal::Store(StoreError::Differs { configuration, part: fit.part, epoch }));
    }
    if known.is_some() && fit.epochs.len() >= stored.len() {
        let (ended, detail) = write_end(&fit.end);
        let is_longer = fit.epochs.len() > stored.len();
        let mut update = transaction
            .prepare_cached("UPDATE fits SET ended = ?2, detail = ?3 WHERE id = ?1 AND (ended <> 'stopped' OR ?4)")?;
        update.execute(params![id, ended, detail, is_longer])?;
    }
    for epoch in fit.epochs.iter().skip(stored.len()) {
        insert_epoch(transaction, metrics, id, epoch)?;
    }
    for EpochRecord { report, .. } in &fit.epochs {
        if let Some(predictions) = &report.predictions {
            insert_predictions(transaction, id, report.epoch, predictions)?;
        }
    }
    if fit.epochs.len() >= stored.len() && fit.replaces_checkpoint() {
        put_checkpoint(transaction, id, fit.checkpoint.as_ref())?;
    }
    if !matches!(fit.end, FitEnd::Failed(Failure::Suspect)) {
        forget_crashes(transaction, &fit.key)?;
    }
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

fn insert_predictions(
    transaction: &Transaction<'_>,
    fit: FitRow,
    epoch: u32,
    Predictions(values): &Predictions,
) -> Result<(), Refusal> {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let mut insert = transaction.prepare_cached("INSERT OR IGNORE INTO predictions VALUES (?1, ?2, ?3)")?;
    insert.execute(params![fit, epoch, bytes])?;
    Ok(())
}

/// Replaces a fit's checkpoint.
fn put_checkpoint(transaction: &Transaction<'_>, fit: FitRow, checkpoint: Option<&Checkpoint>) -> Result<(), Refusal> {
    match checkpoint {
        Some(Checkpoint { epochs, state }) => transaction
            .prepare_cached("INSERT OR REPLACE INTO checkpoints VALUES (?1, ?2, ?3)")?
            .execute(params![fit, epochs, state])?,
        None => transaction.prepare_cached("DELETE FROM checkpoints WHERE fit = ?1")?.execute([fit])?,
    };
    Ok(())
}

fn epochs(connection: &Connection, metrics: &MetricNumbers, fit: FitRow) -> Result<Vec<EpochRecord>, Refusal> {
    for task in Task::ALL {
        let mut select = connection.prepare_cached(match task {
            Task::Classification => {
                "SELECT epoch, nanoseconds, watched_loss, best, scores, training_rows, training_correct, training_loss, \
                 validation_rows, validation_correct, validation_loss FROM epochs WHERE fit = ?1 ORDER BY epoch"
            }
            Task::Regression => {
                "SELECT epoch, nanoseconds, watched_loss, best, scores, training_rows, training_squared, \
                 training_absolute, training_spread, validation_rows, validation_squared, validation_absolute, \
                 validation_spread FROM epochs_of_numbers WHERE fit = ?1 ORDER BY epoch"
            }
        })?;
        let records = select.query_map([fit], |row| read_epoch(row, metrics, task))?.collect::<Result<Vec<_>, _>>()?;
        if records.iter().zip(1..).any(|(record, epoch)| record.report.epoch != epoch) {
            return Err(Refusal::Corrupt(format!("epochs of fit {fit} are missing")));
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
    let mut delete = transaction.prepare_cached(
        "DELETE FROM predictions WHERE fit = (SELECT id FROM fits WHERE key = ?1) AND epoch = ?2 \
         AND NOT EXISTS (SELECT 1 FROM study_fits WHERE key = ?1 AND study <> ?3)",
    )?;
    for (key, epoch) in places {
        delete.execute(params![key.as_bytes(), epoch, study.as_str()])?;
    }
    Ok(())
}

pub(crate) fn remove_checkpoints(transaction: &Transaction<'_>, keys: &[FitKey]) -> Result<(), Refusal> {
    let mut delete =
        transaction.prepare_cached("DELETE FROM checkpoints WHERE fit = (SELECT id FROM fits WHERE key = ?1)")?;
    for key in keys {
        delete.execute([key.as_bytes()])?;
    }
    Ok(())
}

pub(crate) fn remove(transaction: &Transaction<'_>, study: &StudyName, keys: &[FitKey]) -> Result<(), Refusal> {
    for table in ["fits", "refits", "deaths"] {
        let mut delete = transaction.prepare_cached(&format!(
            "DELETE FROM {table} WHERE key = ?1 \
             AND NOT EXISTS (SELECT 1 FROM study_fits WHERE key = ?1 AND study <> ?2)"
        ))?;
        for key in keys {
            delete.execute(params![key.as_bytes(), study.as_str()])?;
        }
    }
    Ok(())
}
