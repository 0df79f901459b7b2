//! Networks trained on all rows of a study, with their scores on test rows.

use crossfold_network::Task;
use crossfold_study::{Evaluation, FitKey, RefitRecord, StudyName, Tally, TestUse};
use rusqlite::{Connection, Row, Transaction, params};

use super::crash_log::forget_crashes;
use super::digest::{Digest, Record};
use super::refusal::Refusal;
use super::scores::MetricNumbers;
use super::tallies;

pub(crate) fn put(
    transaction: &Transaction<'_>,
    key: &FitKey,
    epochs: u32,
    refit: &RefitRecord,
) -> Result<(), Refusal> {
    let RefitRecord { weights, tests } = refit;
    transaction.execute("DELETE FROM refits WHERE key = ?1 AND epochs = ?2", params![key.as_bytes(), epochs])?;
    transaction.execute("INSERT INTO refits VALUES (?1, ?2, ?3)", params![key.as_bytes(), epochs, weights])?;
    let metrics = MetricNumbers::complete(transaction)?;
    for (digest, Evaluation { tally, scores }) in tests {
        let task = tally.task();
        let insert = match task {
            Task::Classification => {
                "INSERT INTO tests (key, epochs, digest, scores, rows, correct, loss) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
            }
            Task::Regression => {
                "INSERT INTO tests_of_numbers (key, epochs, digest, scores, rows, squared, absolute, spread) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
            }
        };
        let mut insert = transaction.prepare_cached(insert)?;
        insert.raw_bind_parameter(1, key.as_bytes())?;
        insert.raw_bind_parameter(2, epochs)?;
        insert.raw_bind_parameter(3, digest)?;
        insert.raw_bind_parameter(4, metrics.encode(task, scores))?;
        tallies::bind(&mut insert, task, 5, Some(*tally))?;
        insert.raw_execute()?;
    }
    seal(transaction, key, epochs)?;
    forget_crashes(transaction, key)
}

/// Writes the digest of a network and its scores.
pub(super) fn seal(transaction: &Transaction<'_>, key: &FitKey, epochs: u32) -> Result<(), Refusal> {
    let which = params![key.as_bytes(), epochs];
    let mut digest = transaction.query_row(REFIT, which, Digest::of_row)?;
    for task in Task::ALL {
        let mut select = transaction.prepare_cached(tests_of(task))?;
        let mut rows = select.query(which)?;
        while let Some(row) = rows.next()? {
            digest.add_row(row)?;
        }
    }
    Record::Refit(key, epochs).seal(transaction, digest)
}

const REFIT: &str = "SELECT key, epochs, weights FROM refits WHERE key = ?1 AND epochs = ?2";

/// Selects the scores of a network.
fn tests_of(task: Task) -> &'static str {
    match task {
        Task::Classification => {
            "SELECT digest, scores, rows, correct, loss FROM tests WHERE key = ?1 AND epochs = ?2 ORDER BY digest"
        }
        Task::Regression => {
            "SELECT digest, scores, rows, squared, absolute, spread FROM tests_of_numbers \
             WHERE key = ?1 AND epochs = ?2 ORDER BY digest"
        }
    }
}

pub(crate) fn get(connection: &Connection, key: &FitKey, epochs: u32) -> Result<Option<RefitRecord>, Refusal> {
    let (record, which) = (Record::Refit(key, epochs), params![key.as_bytes(), epochs]);
    let mut select = connection.prepare_cached(REFIT)?;
    let mut found = select.query(which)?;
    let Some(row) = found.next()? else {
        record.check(connection, None)?;
        return Ok(None);
    };
    let mut digest = Digest::of_row(row)?;
    let (metrics, mut tests) = (MetricNumbers::read(connection)?, Vec::new());
    for task in Task::ALL {
        let mut select = connection.prepare_cached(tests_of(task))?;
        let mut rows = select.query(which)?;
        while let Some(row) = rows.next()? {
            digest.add_row(row)?;
            tests.push(record.decoded(read_test(row, &metrics, task))?);
        }
    }
    record.check(connection, Some(digest))?;
    Ok(Some(RefitRecord { weights: record.decoded(row.get(2))?, tests }))
}

/// What was scored on the test rows with this digest.
pub(crate) fn test_use(connection: &Connection, test_digest: &str) -> Result<TestUse, Refusal> {
    let networks = "SELECT (SELECT count(*) FROM tests WHERE digest = ?1) + \
                    (SELECT count(*) FROM tests_of_numbers WHERE digest = ?1)";
    let networks: i64 = connection.query_row(networks, [test_digest], |row| row.get(0))?;
    let studies = "SELECT name FROM studies WHERE test_digest = ?1 AND model IS NOT NULL ORDER BY name";
    let mut studies = connection.prepare_cached(studies)?;
    let names = studies.query_map([test_digest], |row| row.get::<_, String>(0))?;
    let names: Vec<String> = names.collect::<rusqlite::Result<_>>()?;
    let studies = names.iter().filter_map(|name| StudyName::new(name)).collect();
    Ok(TestUse { networks: networks as u64, studies })
}

fn read_test(row: &Row<'_>, metrics: &MetricNumbers, task: Task) -> rusqlite::Result<(String, Evaluation)> {
    let tally = tallies::read(row, task, 2)?.unwrap_or(Tally::empty(task));
    Ok((row.get(0)?, Evaluation { tally, scores: metrics.decode(row.get_ref(1)?)? }))
}
