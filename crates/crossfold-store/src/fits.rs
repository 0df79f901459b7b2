//! Fits, their epochs, predictions and checkpoints.

use std::time::Duration;

use crossfold_network::Task;
use crossfold_study::{
    Checkpoint, EpochRecord, EpochReport, Failure, FitEnd, FitKey, FitRecord, FoldId, Part, Predictions, Scored,
    StoreError, StoredFit, StudyName, Tally, Watched,
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::fault::Refusal;
use crate::{class_scores, tallies};

type FitRow = i64;

pub(crate) fn look_up(connection: &Connection, key: &FitKey) -> Result<Option<StoredFit>, Refusal> {
    let mut fit = connection.prepare_cached("SELECT id, ended, detail FROM fits WHERE key = ?1")?;
    let found = fit.query_row([key.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let Some((id, ended, detail)) = found else { return Ok(None) };
    let (id, ended): (FitRow, String) = (id, ended);
    let mut predicted = connection.prepare_cached("SELECT epoch FROM predictions WHERE fit = ?1 ORDER BY epoch")?;
    let predicted = predicted.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(Some(StoredFit { end: read_end(&ended, detail)?, epochs: epochs(connection, id)?, predicted }))
}

pub(crate) fn predictions(connection: &Connection, key: &FitKey, epoch: u32) -> Result<Option<Predictions>, Refusal> {
    let mut select = connection.prepare_cached(
        "SELECT probabilities FROM predictions JOIN fits ON fits.id = fit WHERE key = ?1 AND epoch = ?2",
    )?;
    let bytes: Option<Vec<u8>> = select.query_row(params![key.as_bytes(), epoch], |row| row.get(0)).optional()?;
    let Some(bytes) = bytes else { return Ok(None) };
    let (values, rest) = bytes.as_chunks();
    if !rest.is_empty() {
        return Err(Refusal::Nonsense("predictions are cut off".to_owned()));
    }
    Ok(Some(Predictions(values.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())))
}

pub(crate) fn checkpoint(connection: &Connection, key: &FitKey) -> Result<Option<Checkpoint>, Refusal> {
    let mut select =
        connection.prepare_cached("SELECT epochs, state FROM checkpoints JOIN fits ON fits.id = fit WHERE key = ?1")?;
    let read = |row: &Row<'_>| Ok(Checkpoint { epochs: row.get(0)?, state: row.get(1)? });
    Ok(select.query_row([key.as_bytes()], read).optional()?)
}

/// Stores a fit, or what it adds to what is known of it.
pub(crate) fn store(transaction: &Transaction<'_>, fit: &FitRecord) -> Result<(), Refusal> {
    let mut select = transaction.prepare_cached("SELECT id FROM fits WHERE key = ?1")?;
    let known: Option<FitRow> = select.query_row([fit.key.as_bytes()], |row| row.get(0)).optional()?;
    let (id, stored) = match known {
        None => (insert(transaction, fit)?, Vec::new()),
        Some(id) => (id, epochs(transaction, id)?),
    };
    if let Some((_, new)) = stored.iter().zip(&fit.epochs).find(|(old, new)| !same_bits(&old.report, &new.report)) {
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
        insert_epoch(transaction, id, epoch)?;
    }
    for EpochRecord { report, .. } in &fit.epochs {
        if let Some(predictions) = &report.predictions {
            insert_predictions(transaction, id, report.epoch, predictions)?;
        }
    }
    if fit.epochs.len() >= stored.len() && fit.settles_checkpoint() {
        put_checkpoint(transaction, id, fit.checkpoint.as_ref())?;
    }
    // Trained to an end, it is no longer suspected of the deaths before.
    if !matches!(fit.end, FitEnd::Failed(Failure::Suspect)) {
        transaction.prepare_cached("DELETE FROM deaths WHERE key = ?1")?.execute([fit.key.as_bytes()])?;
    }
    Ok(())
}

/// Whether two reports of an epoch agree in all but their predictions.
pub(crate) fn same_bits(old: &EpochReport, new: &EpochReport) -> bool {
    let bits = |report: &EpochReport| {
        let validation =
            report.validation.map(|Scored { tally, classes }| (tallies::bits(tally), classes.map(class_scores::bits)));
        let watched = report.watched.map(|Watched { loss, best }| (loss.to_bits(), best));
        (tallies::bits(report.training), validation, watched)
    };
    bits(old) == bits(new)
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

fn insert_epoch(transaction: &Transaction<'_>, fit: FitRow, epoch: &EpochRecord) -> Result<(), Refusal> {
    let EpochRecord { report, elapsed } = epoch;
    let nanoseconds = i64::try_from(elapsed.as_nanos()).unwrap_or(i64::MAX);
    let task = report.training.task();
    let insert = match task {
        Task::Classification => {
            "INSERT INTO epochs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"
        }
        Task::Regression => {
            "INSERT INTO epochs_of_numbers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        }
    };
    let mut insert = transaction.prepare_cached(insert)?;
    insert.raw_bind_parameter(1, fit)?;
    insert.raw_bind_parameter(2, report.epoch)?;
    let Columns { training, validation, elapsed, classes, watched } = Columns::of(task);
    // Parameters are counted from 1, columns from 0.
    tallies::bind(&mut insert, task, 1 + training, Some(report.training))?;
    tallies::bind(&mut insert, task, 1 + validation, report.validation.map(|validation| validation.tally))?;
    insert.raw_bind_parameter(1 + elapsed, nanoseconds)?;
    class_scores::bind(&mut insert, task, 1 + classes, report.validation.and_then(|validation| validation.classes))?;
    insert.raw_bind_parameter(1 + watched, report.watched.map(|watched| watched.loss))?;
    insert.raw_bind_parameter(2 + watched, report.watched.map(|watched| watched.best))?;
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

/// Puts a checkpoint in place of what there is.
fn put_checkpoint(transaction: &Transaction<'_>, fit: FitRow, checkpoint: Option<&Checkpoint>) -> Result<(), Refusal> {
    match checkpoint {
        Some(Checkpoint { epochs, state }) => transaction
            .prepare_cached("INSERT OR REPLACE INTO checkpoints VALUES (?1, ?2, ?3)")?
            .execute(params![fit, epochs, state])?,
        None => transaction.prepare_cached("DELETE FROM checkpoints WHERE fit = ?1")?.execute([fit])?,
    };
    Ok(())
}

fn epochs(connection: &Connection, fit: FitRow) -> Result<Vec<EpochRecord>, Refusal> {
    for task in Task::ALL {
        let table = match task {
            Task::Classification => "SELECT * FROM epochs WHERE fit = ?1 ORDER BY epoch",
            Task::Regression => "SELECT * FROM epochs_of_numbers WHERE fit = ?1 ORDER BY epoch",
        };
        let mut select = connection.prepare_cached(table)?;
        let records = select.query_map([fit], |row| read_epoch(row, task))?.collect::<Result<Vec<_>, _>>()?;
        if records.iter().zip(1..).any(|(record, epoch)| record.report.epoch != epoch) {
            return Err(Refusal::Nonsense(format!("epochs of fit {fit} are missing")));
        }
        // A fit is of one task.
        if !records.is_empty() {
            return Ok(records);
        }
    }
    Ok(Vec::new())
}

/// The first columns of what an epoch's row holds behind its fit and number.
struct Columns {
    training: usize,
    validation: usize,
    elapsed: usize,
    classes: usize,
    watched: usize,
}

impl Columns {
    fn of(task: Task) -> Columns {
        let training = 2;
        let validation = training + tallies::width(task);
        let elapsed = validation + tallies::width(task);
        let classes = elapsed + 1;
        Columns { training, validation, elapsed, classes, watched: classes + class_scores::width(task) }
    }
}

fn read_epoch(row: &Row<'_>, task: Task) -> rusqlite::Result<EpochRecord> {
    let columns = Columns::of(task);
    let elapsed = Duration::from_nanos(row.get::<_, i64>(columns.elapsed)?.unsigned_abs());
    let classes = class_scores::read(row, task, columns.classes)?;
    let loss: Option<f64> = row.get(columns.watched)?;
    let best: Option<u32> = row.get(columns.watched + 1)?;
    let report = EpochReport {
        epoch: row.get(1)?,
        training: tallies::read(row, task, columns.training)?.unwrap_or(Tally::none(task)),
        validation: tallies::read(row, task, columns.validation)?.map(|tally| Scored { tally, classes }),
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
    end.ok_or_else(|| Refusal::Nonsense(format!("no fit ends as `{ended}`, {detail:?}")))
}

pub(crate) fn forget_predictions(
    transaction: &Transaction<'_>,
    study: &StudyName,
    of: &[(FitKey, u32)],
) -> Result<(), Refusal> {
    let mut delete = transaction.prepare_cached(
        "DELETE FROM predictions WHERE fit = (SELECT id FROM fits WHERE key = ?1) AND epoch = ?2 \
         AND NOT EXISTS (SELECT 1 FROM study_fits WHERE key = ?1 AND study <> ?3)",
    )?;
    for (key, epoch) in of {
        delete.execute(params![key.as_bytes(), epoch, study.as_str()])?;
    }
    Ok(())
}

pub(crate) fn forget_checkpoints(transaction: &Transaction<'_>, of: &[FitKey]) -> Result<(), Refusal> {
    let mut delete =
        transaction.prepare_cached("DELETE FROM checkpoints WHERE fit = (SELECT id FROM fits WHERE key = ?1)")?;
    for key in of {
        delete.execute([key.as_bytes()])?;
    }
    Ok(())
}

pub(crate) fn forget(transaction: &Transaction<'_>, study: &StudyName, keys: &[FitKey]) -> Result<(), Refusal> {
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
