//! Scores by metric in one column, so that a new metric needs no column and no migration.
//!
//! A metric has a number in the table `metrics`. Scores are a blob of entries: the metric's number as a little-endian integer
//! of 16 bits, with the highest bit set if the score is undefined; else a little-endian float of 64 bits follows. Metrics
//! whose scores are unknown have no entry; a blob without entries is null.

use std::collections::BTreeMap;

use crossfold_network::Task;
use crossfold_study::{Metric, Scores};
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{FromSqlError, ValueRef};
use rusqlite::{Connection, Transaction};

use super::digest::{Digest, Record};
use super::refusal::Refusal;

/// The bit of a metric's number that says that the score is undefined.
const UNDEFINED: u16 = 1 << 15;

const NUMBERS: &str = "SELECT number, name FROM metrics ORDER BY number";

/// The numbers of metrics. Numbers of metrics that only a newer release knows are left out.
#[derive(Debug, Default)]
pub(super) struct MetricNumbers {
    numbers: BTreeMap<Metric, u16>,
    metrics: BTreeMap<u16, Metric>,
}

impl MetricNumbers {
    pub(super) fn read(connection: &Connection) -> Result<MetricNumbers, Refusal> {
        let mut select = connection.prepare_cached(NUMBERS)?;
        let mut rows = select.query([])?;
        let (mut known, mut digest) = (MetricNumbers::default(), Digest::EMPTY);
        while let Some(row) = rows.next()? {
            digest.add_row(row)?;
            let name = row.get_ref(1)?.as_str().map_err(|error| Refusal::Corrupt(error.to_string()))?;
            if let Some(&metric) = Metric::ALL.iter().find(|metric| metric.name() == name) {
                known.numbers.insert(metric, row.get(0)?);
                known.metrics.insert(row.get(0)?, metric);
            }
        }
        Record::Metrics.check(connection, Some(digest))?;
        Ok(known)
    }

    /// Writes the digest of the numbers.
    pub(super) fn seal(transaction: &Transaction<'_>) -> Result<(), Refusal> {
        let mut select = transaction.prepare_cached(NUMBERS)?;
        let (mut rows, mut digest) = (select.query([])?, Digest::EMPTY);
        while let Some(row) = rows.next()? {
            digest.add_row(row)?;
        }
        Record::Metrics.seal(transaction, digest)
    }

    /// Reads the numbers, and assigns one to each metric without.
    pub(super) fn complete(transaction: &Transaction<'_>) -> Result<MetricNumbers, Refusal> {
        let known = MetricNumbers::read(transaction)?;
        let scored = || Task::ALL.into_iter().flat_map(Metric::scored_for);
        if scored().all(|metric| known.numbers.contains_key(metric)) {
            return Ok(known);
        }
        let mut insert = transaction.prepare_cached("INSERT OR IGNORE INTO metrics (name) VALUES (?1)")?;
        for metric in scored() {
            insert.execute([metric.name()])?;
        }
        MetricNumbers::seal(transaction)?;
        MetricNumbers::read(transaction)
    }

    /// The value of a column with `scores` of a task.
    pub(super) fn encode(&self, task: Task, scores: &Scores) -> Option<Vec<u8>> {
        if scores.is_empty() {
            return None;
        }
        let mut bytes = Vec::with_capacity(10 * Metric::scored_for(task).len());
        for (metric, score) in scores.iter(task) {
            push(&mut bytes, self.numbers[&metric], score);
        }
        Some(bytes)
    }

    /// The scores in a column's value.
    pub(super) fn decode(&self, value: ValueRef<'_>) -> Result<Scores, FromSqlError> {
        let mut scores = Scores::default();
        let cut = || FromSqlError::Other("a list of scores is cut off".into());
        let mut rest = value.as_blob_or_null()?.unwrap_or_default();
        while let Some((number, behind)) = rest.split_first_chunk() {
            let number = u16::from_le_bytes(*number);
            rest = behind;
            let score = if number & UNDEFINED == 0 {
                let (score, behind) = rest.split_first_chunk().ok_or_else(cut)?;
                rest = behind;
                Some(f64::from_le_bytes(*score))
            } else {
                None
            };
            if let Some(&metric) = self.metrics.get(&(number & !UNDEFINED)) {
                scores.set(metric, score);
            }
        }
        if rest.is_empty() { Ok(scores) } else { Err(cut()) }
    }
}

fn push(bytes: &mut Vec<u8>, number: u16, score: Option<f64>) {
    match score {
        Some(score) => {
            bytes.extend(number.to_le_bytes());
            bytes.extend(score.to_le_bytes());
        }
        None => bytes.extend((number | UNDEFINED).to_le_bytes()),
    }
}

/// Lets scripts call `scores_of_columns` with what versions 3 to 5 had in a column each: the scores of the metrics numbered
/// 1, 2, …, unknown where the first is null, undefined where another one is.
pub(super) fn add_function(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("scores_of_columns", -1, flags, |columns| {
        let mut bytes = Vec::new();
        for (column, number) in (0..columns.len()).zip(1..) {
            let score: Option<f64> = columns.get(column)?;
            if column == 0 && score.is_none() {
                return Ok(None);
            }
            push(&mut bytes, number, score);
        }
        Ok(Some(bytes))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_cut_off_is_an_error() {
        let numbers =
            MetricNumbers { numbers: BTreeMap::from([(Metric::F1, 2)]), metrics: BTreeMap::from([(2, Metric::F1)]) };
        let mut bytes = Vec::new();
        push(&mut bytes, 2, Some(0.5));
        assert_eq!(numbers.decode(ValueRef::Blob(&bytes)).unwrap().get(Metric::F1), Some(Some(0.5)));
        for end in [1, 2, 9] {
            let error = numbers.decode(ValueRef::Blob(&bytes[..end])).unwrap_err();
            assert_eq!(error.to_string(), "a list of scores is cut off");
        }
    }
}
