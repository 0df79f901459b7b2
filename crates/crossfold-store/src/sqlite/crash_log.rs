//! Fits that were running during crashes: running fits are marked in a small file beside a study's results, because a
//! transaction per fit would cost more than small fits do; crashes are counted in the database.

use crossfold_study::{CrashLog, FitKey, LoggedRun, SUSPECT_AFTER, StoreError, StudyName};
use rusqlite::{Transaction, params};

use super::SqliteStore;
use super::in_flight::InFlight;
use super::refusal::{Access, Refusal};

impl CrashLog for SqliteStore {
    fn begin_run(&self, study: &StudyName, threads: usize) -> Result<LoggedRun, StoreError> {
        let folder = self.folder().join(study.as_str());
        let running_at_crash = InFlight::read_left_behind(folder.clone()).map_err(unwritable)?;
        let name = study.clone();
        let suspects = self.write(move |transaction| {
            if let Some(running) = running_at_crash {
                count_crash(transaction, &name, &running)?;
            }
            suspects(transaction, &name)
        })?;
        let running = InFlight::create(folder, threads).map_err(unwritable)?;
        Ok(LoggedRun { suspects: suspects.into_iter().collect(), running: Box::new(running) })
    }
}

fn unwritable(refusal: crossfold_system::Refusal) -> StoreError {
    let path = refusal.path.clone();
    Refusal::NotOwn(refusal).at(&path, Access::Write)
}

/// Adds a crash to each running fit, and resets the count of the study's other fits.
fn count_crash(transaction: &Transaction<'_>, study: &StudyName, running: &[FitKey]) -> Result<(), Refusal> {
    let mut counted = transaction.prepare_cached("SELECT key FROM deaths WHERE study = ?1")?;
    let counted: Vec<[u8; 32]> = counted.query_map([study.as_str()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut reset = transaction.prepare_cached("DELETE FROM deaths WHERE study = ?1 AND key = ?2")?;
    for key in counted.into_iter().map(FitKey::from_bytes).filter(|key| !running.contains(key)) {
        reset.execute(params![study.as_str(), key.as_bytes()])?;
    }
    let mut count = transaction.prepare_cached(
        "INSERT INTO deaths VALUES (?1, ?2, 1, digest_of(?1, ?2, 1)) ON CONFLICT (study, key) DO UPDATE \
         SET count = count + 1, digest = digest_of(study, key, count + 1)",
    )?;
    for key in running {
        count.execute(params![study.as_str(), key.as_bytes()])?;
    }
    Ok(())
}

fn suspects(transaction: &Transaction<'_>, study: &StudyName) -> Result<Vec<FitKey>, Refusal> {
    // A damaged count is none: the fit is tried again.
    let mut select = transaction.prepare_cached(
        "SELECT key FROM deaths WHERE study = ?1 AND count >= ?2 AND digest = digest_of(study, key, count)",
    )?;
    let keys = select.query_map(params![study.as_str(), SUSPECT_AFTER], |row| row.get(0))?;
    keys.map(|key| Ok(FitKey::from_bytes(key?))).collect()
}

/// Resets the count of a fit that has ended.
pub(super) fn forget_crashes(transaction: &Transaction<'_>, key: &FitKey) -> Result<(), Refusal> {
    transaction.prepare_cached("DELETE FROM deaths WHERE key = ?1")?.execute([key.as_bytes()])?;
    Ok(())
}
